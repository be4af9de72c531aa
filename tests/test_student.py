"""``make student``: no solution and no output is left, and nothing else is missing."""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest

from tools import student
from tools.notebooks import Chapter, chapters

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


def cells(text: str) -> list[tuple[str, str]]:
    notebook = student.without_solutions(jupytext.reads(text, fmt="md:myst"))
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_each_solution_gives_way_to_a_cell_for_an_answer_of_its_kind():
    found = cells(TWO)
    assert [kind for kind, _ in found] == ["markdown"] * 2 + ["code"] + ["markdown"] * 3
    text = "\n".join(source for _, source in found)
    assert "7" not in text and "8" not in text and "olution" not in text
    assert found[2] == ("code", "# Your answer to exercise 1.1")
    assert found[4] == ("markdown", "*Your answer to exercise 1.2:*")
    for kept in ("Before.", "*Code.* Do it.", "*Derive.* Why?", "## After\n\nMore."):
        assert kept in text


def test_a_solution_without_an_exercise_is_an_error():
    with pytest.raises(ValueError, match="'#### Solution 1.1' follows no exercise"):
        cells(TWO.replace("### Exercise 1.1", "### Question"))
    again = "+++\n\n#### Solution 1.2\n\n+++\n\n## After"
    with pytest.raises(ValueError, match="'#### Solution 1.2' follows no exercise"):
        cells(TWO.replace("## After", again))


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
    assert student.main(["01", "--to", str(tmp_path)]) == 0
    assert [p.name for p in tmp_path.glob("*.ipynb")] == [chosen[0].ipynb.name]
    text = chosen[0].text.read_text(encoding="utf-8")
    pages = re.findall(r"\]\(([a-z_]+\.md)", text)
    assert pages and all((tmp_path / page).exists() for page in pages)
    assert (tmp_path / "_static").is_dir()


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A small book, in the place of this one: the chapters are at stake."""
    source = tmp_path / "notebooks"
    (source / "_src").mkdir(parents=True)
    (source / "_static").mkdir()
    (source / "page.md").write_text("A page.", encoding="utf-8")
    chapter = Chapter("01_toy", tmp_path)
    chapter.text.write_text(TWO, encoding="utf-8")
    chapter.write(chapter.read_text())
    monkeypatch.setattr(student, "SOURCE", source)
    return chapter


@pytest.mark.parametrize(
    "place", ["notebooks", "notebooks/_static", "notebooks/new", "other/../notebooks"]
)
def test_the_chapters_themselves_are_not_overwritten(book, place):
    before = {file: file.read_bytes() for file in book.root.rglob("*") if file.is_file()}
    with pytest.raises(SystemExit, match="holds the chapters themselves; choose another folder"):
        student.write([book], book.root / place)
    assert before == {file: file.read_bytes() for file in book.root.rglob("*") if file.is_file()}


def test_another_copy_of_the_book_is_not_overwritten_either(book):
    (book.root / "clone/_src").mkdir(parents=True)
    with pytest.raises(SystemExit, match="holds the chapters themselves"):
        student.write([book], book.root / "clone", force=True)


def answer(folder: Path, words: str = "print('mine')") -> Path:
    """Somebody types into the first cell for an answer, and runs it."""
    file = folder / "01_toy.ipynb"
    notebook = nbformat.read(file, as_version=4)
    cell = next(c for c in notebook.cells if c.source.startswith("# Your answer"))
    cell.source, cell.execution_count = words, 1
    nbformat.write(notebook, file)
    return file


def test_an_answer_is_not_lost(book):
    folder, other = book.root / "student", Chapter("02_other", book.root)
    other.text.write_text(TWO, encoding="utf-8")
    student.write([book], folder)
    file = answer(folder)
    with pytest.raises(SystemExit, match=r"worked in 01_toy.ipynb of .*--force"):
        student.write([other, book], folder)
    assert "mine" in file.read_text(encoding="utf-8")
    assert not (folder / "02_other.ipynb").exists()  # all or nothing
    student.write([book], folder, force=True)
    assert "mine" not in file.read_text(encoding="utf-8")


def test_what_nobody_worked_in_is_written_anew(book):
    folder = book.root / "student"
    student.write([book], folder)
    file = folder / "01_toy.ipynb"
    notebook = nbformat.read(file, as_version=4)  # opened and run in JupyterLab, no word changed
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="7")]
    nbformat.write(notebook, file)
    book.text.write_text(TWO.replace("After", "Thereafter"), encoding="utf-8")
    student.write([book], folder)
    assert "Thereafter" in file.read_text(encoding="utf-8")


def test_a_notebook_from_elsewhere_is_not_overwritten(book):
    (book.root / "student").mkdir()
    nbformat.write(nbformat.v4.new_notebook(), book.root / "student/01_toy.ipynb")
    with pytest.raises(SystemExit, match="01_toy.ipynb"):
        student.write([book], book.root / "student")


def test_a_solution_without_an_exercise_names_its_chapter(book):
    book.text.write_text("#### Solution 1.1\n\n7\n", encoding="utf-8")
    with pytest.raises(ValueError, match="01_toy: '#### Solution 1.1"):
        student.student_notebook(book)
