"""``make student``: no solution and no output is left, and nothing else is missing."""

import re
from pathlib import Path

import nbformat
import pytest

from tools import student
from tools.book import Chapter, chapters

EVERY = pytest.mark.parametrize("chapter", chapters(), ids=lambda c: c.name)

TWO = """Before.

+++

<a id="a-first"></a>

### Exercise 1.1

*Code.* Do it.

+++ {"jp-MarkdownHeadingCollapsed": true}

#### Solution 1.1

+++

It is 7.

```{code-cell} ipython3
print(7)
```

It was 7.

+++

<a id="a-second"></a>

### Exercise 1.2

*Derive.* Why?

+++ {"jp-MarkdownHeadingCollapsed": true}

#### Solution 1.2

+++

8

+++

## After

More.
"""


def cells(text: str, folder: Path) -> list[tuple[str, str]]:
    chapter = Chapter("01_toy", folder)
    chapter.text.parent.mkdir(parents=True)
    chapter.text.write_text(text, encoding="utf-8")
    return [(cell.cell_type, cell.source) for cell in student.student_notebook(chapter).cells]


def test_each_solution_gives_way_to_a_cell_for_an_answer_of_its_kind(tmp_path):
    found = cells(TWO, tmp_path)
    assert [kind for kind, _ in found] == ["markdown"] * 2 + ["code"] + ["markdown"] * 3
    text = "\n".join(source for _, source in found)
    assert "7" not in text and "8" not in text and "olution" not in text
    assert found[2] == ("code", "# Your answer to exercise 1.1")
    assert found[4] == ("markdown", "*Your answer to exercise 1.2:*")
    for kept in ("Before.", "*Code.* Do it.", "*Derive.* Why?", "## After\n\nMore."):
        assert kept in text


def test_a_solution_without_an_exercise_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="01_toy: '#### Solution 1.1' follows no exercise"):
        cells(TWO.replace("### Exercise 1.1", "### Question"), tmp_path / "a")
    again = "+++\n\n#### Solution 1.2\n\n+++\n\n## After"
    with pytest.raises(ValueError, match="01_toy: '#### Solution 1.2' follows no exercise"):
        cells(TWO.replace("## After", again), tmp_path / "b")


@EVERY
def test_a_chapter_keeps_all_but_its_solutions(chapter):
    notebook, whole = student.student_notebook(chapter), chapter.read_text()
    nbformat.validate(notebook)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert not any(c.outputs or c.execution_count for c in code)
    words = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    asked = re.findall(r"^### Exercise ([\d.]+)\n\n\*(\w+)", words, re.MULTILINE)
    written = re.findall(r"\*Your answer to exercise ([\d.]+):\*", words)
    answers = [c.source for c in code if c.source.startswith("# Your answer to ")]
    assert written == [n for n, kind in asked if kind in ("Understand", "Derive")]
    assert answers == [f"# Your answer to exercise {n}" for n, _ in asked if n not in written]
    assert len(asked) >= 6 and "#### Solution" not in words
    # The lesson itself, up to the exercises, is untouched.
    lesson = [c.source for c in whole.cells if c.cell_type == "code"]
    kept = [c.source for c in code if c.source not in answers]
    assert kept == lesson[: len(kept)] and len(kept) > len(lesson) / 2


def test_the_folder_is_complete(tmp_path):
    chosen = chapters(["01"])
    student.main(["01", "--to", str(tmp_path)])
    assert [p.name for p in tmp_path.glob("*.ipynb")] == [chosen[0].ipynb.name]
    text = chosen[0].text.read_text(encoding="utf-8")
    pages = re.findall(r"\]\(([a-z_]+\.md)", text)
    assert pages and all((tmp_path / page).exists() for page in pages)
    assert (tmp_path / "_static").is_dir()


@pytest.fixture
def book(tmp_path):
    """A small book, for the chapters are at stake."""
    source = tmp_path / "notebooks"
    (source / "_src").mkdir(parents=True)
    (source / "_static").mkdir()
    (source / "page.md").write_text("A page.", encoding="utf-8")
    chapter = Chapter("01_toy", tmp_path)
    chapter.text.write_text(TWO, encoding="utf-8")
    chapter.write(chapter.read_text())
    return chapter


def files(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    "place", ["notebooks", "notebooks/_static", "notebooks/new", "other/../notebooks"]
)
def test_the_chapters_themselves_are_not_overwritten(book, place):
    before = files(book.root)
    with pytest.raises(SystemExit, match="holds the chapters themselves; choose another folder"):
        student.write_all([book], book.root / place, book.root)
    assert before == files(book.root)


def test_no_notebook_is_written_over_another_and_then_none_is_written(book):
    folder, other = book.root / "student", Chapter("02_other", book.root)
    other.text.write_text(TWO, encoding="utf-8")
    student.write_all([book], folder, book.root)
    (folder / "01_toy.ipynb").write_text("an answer", encoding="utf-8")
    before = files(book.root)
    with pytest.raises(SystemExit, match=r"has 01_toy.ipynb, in which somebody may have worked"):
        student.write_all([other, book], folder, book.root)
    assert before == files(book.root)
    student.write_all([other], folder, book.root)  # next week's chapter, beside the first
    assert {*files(folder)} == {folder / n for n in ("01_toy.ipynb", "02_other.ipynb", "page.md")}
