"""The files of the book: its chapters, and how they are read and written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
TEXT = "md:myst"  # as jupytext calls the chapters' texts
# Anchor, number and kind of an exercise.
EXERCISE = re.compile(
    r'^<a id="([\w-]+)"></a>\n\n### Exercise ([^\n]*)\n+\*?(\w*)', flags=re.MULTILINE
)


def write(file: Path, text: str) -> None:
    """Write a text as every system's git wants it."""
    file.write_text(text, encoding="utf-8", newline="\n")


def sought(pattern: str, text: str, where: str, expected: str) -> re.Match[str]:
    """The first match of a pattern in a text.

    Args:
        where: what is read, such as a chapter's name.
        expected: what the pattern looks for, in words.
    Raises: ValueError if there is none.
    """
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        raise ValueError(f"{where}: expected {expected}; it has none")
    return found


def beginning(names: Sequence[str], known: Sequence[str], what: str) -> list[str]:
    """Those of ``known`` that begin with one of ``names``; without any: all.

    Args:
        what: what they are names of, in a word.
    Raises: SystemExit for a beginning that none has.
    """
    for name in names:
        if not any(one.startswith(name) for one in known):
            raise SystemExit(f"no {what} begins with {name!r}; there are: {', '.join(known)}")
    return [one for one in known if not names or one.startswith(tuple(names))]


def spare(folder: Path, names: Iterable[str]) -> None:
    """See that nothing is lost when files of these names are written into a folder.

    Raises: SystemExit if one of them is there.
    """
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise SystemExit(
            f"{folder} has {', '.join(there)}, in which somebody may have worked; nothing was "
            "written. Remove them, or choose another folder with --to"
        )


@dataclass(frozen=True)
class Chapter:
    """One pair of files; ``root`` is the top of the book."""

    name: str
    root: Path = ROOT

    @property
    def number(self) -> int:
        return int(self.name[:2])

    @property
    def title(self) -> str:
        """Without "Chapter N". Raises: ValueError if there is none."""
        expected = "a heading '# Chapter N · Title'"
        return sought(r"^# Chapter \d+ · (.+)$", self.markdown, self.name, expected)[1]

    @property
    def ipynb(self) -> Path:
        return self.root / "notebooks" / f"{self.name}.ipynb"

    @property
    def text(self) -> Path:
        return self.root / "notebooks" / "_src" / f"{self.name}.md"

    @property
    def markdown(self) -> str:
        return self.text.read_text("utf-8")

    def read_text(self) -> NotebookNode:
        """The text as a notebook."""
        return jupytext.reads(self.markdown, fmt=TEXT)

    def read(self) -> NotebookNode:
        """The stored notebook; an empty one if there is none yet."""
        if not self.ipynb.exists():
            return nbformat.v4.new_notebook()
        return nbformat.read(self.ipynb, as_version=4)

    def write(self, notebook: NotebookNode) -> None:
        write(self.ipynb, nbformat.writes(notebook).rstrip("\n") + "\n")


def chapters(names: Sequence[str] = (), root: Path = ROOT) -> list[Chapter]:
    """The chapters whose name begins with one of ``names``, in the book's order.

    Raises: SystemExit for a beginning that no chapter has.
    """
    folder = root / "notebooks"
    files = [*folder.glob("[0-9][0-9]_*.ipynb"), *folder.glob("_src/[0-9][0-9]_*.md")]
    known = sorted({file.stem for file in files})
    return [Chapter(stem, root) for stem in beginning(names, known, "chapter")]
