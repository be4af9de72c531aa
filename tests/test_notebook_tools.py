"""``tools/notebooks.py``: pairs, fingerprints and runs, on a small book of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools import fingerprint as prints
from tools import notebooks as tools
from tools.book import ROOT, Chapter, chapters

TEXT = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
myst:
  html_meta:
    description: A book for tests.
---

# Title

```{code-cell} ipython3
:tags: [nbval-check-output]

from ipywidgets import IntSlider

display(IntSlider())
print(7)
```

Some words.

```{code-cell} ipython3
from mmbook.metrics import ONE  # a comment
ONE = 1
```
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch) -> Chapter:
    """A book of one chapter and one module, run on the CPU wherever the tests run."""
    monkeypatch.setenv("MMBOOK_DEVICE", "cpu")
    for folder in ("notebooks/_src", "mmbook/data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "mmbook/__init__.py").touch()
    (tmp_path / "mmbook/metrics.py").write_text(
        '"""Old words."""\nONE = 1  # why\n', encoding="utf-8"
    )
    (tmp_path / "mmbook/data/__init__.py").touch()
    (tmp_path / "mmbook/data/digits.npz").write_bytes(b"\x01")
    chapter = Chapter("01_test", tmp_path)
    text = TEXT.replace("from mmbook.metrics import ONE", "")
    chapter.text.write_text(text, encoding="utf-8")
    return chapter


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(old, new), encoding="utf-8")


def store(chapter: Chapter) -> None:
    """As ``run`` does, without running."""
    notebook = tools.with_outputs(chapter.read_text(), chapter.read())
    notebook.metadata["mmbook"] = {"fingerprint": prints.fingerprint(notebook, chapter.root)}
    chapter.write(notebook)


def test_a_second_run_changes_no_byte_and_drops_the_views_of_widgets(book):
    tools.run(book)
    first = book.ipynb.read_bytes()
    tools.run(book)
    assert book.ipynb.read_bytes() == first
    code = [cell for cell in book.read().cells if cell.cell_type == "code"]
    assert [o.get("text") for o in code[0].outputs] == ["7\n"]
    assert [cell.execution_count for cell in code] == [1, 2]
    assert b"widget-view" not in first
    assert tools.complaints(book) == []


def test_a_failing_cell_is_shown_and_leaves_the_file_alone(book, capsys):
    store(book)
    before = book.ipynb.read_bytes()
    rewrite(book.text, "print(7)", "print(7 / 0)")
    assert tools.run_all([book]) == 1
    shown = capsys.readouterr().out
    assert "01_test" in shown
    assert "print(7 / 0)" in shown
    assert "ZeroDivisionError" in shown
    assert book.ipynb.read_bytes() == before


def test_two_chapters_run_side_by_side_and_the_one_that_fails_is_named(book, capsys):
    other = Chapter("02_other", book.root)
    other.text.write_text(book.text.read_text(encoding="utf-8"), encoding="utf-8")
    rewrite(other.text, "print(7)", "print(11)")
    rewrite(book.text, "print(7)", "print(7 / 0)")
    assert tools.run_all([book, other], jobs=2) == 1
    shown = capsys.readouterr().out
    assert "01_test" in shown and "ZeroDivisionError" in shown and "02_other" not in shown
    code = [cell for cell in other.read().cells if cell.cell_type == "code"]
    assert [o.text for o in code[0].outputs] == ["11\n"] and not book.ipynb.exists()


def test_sync_keeps_the_outputs_of_unchanged_code_only(book):
    store(book)
    stored = book.read()
    for cell in (c for c in stored.cells if c.cell_type == "code"):
        cell.outputs, cell.execution_count = [nbformat.v4.new_output("stream", text="x")], 1
    book.write(stored)
    rewrite(book.text, "ONE = 1", "ONE = 2")
    tools.sync(book)
    first, second = (c for c in book.read().cells if c.cell_type == "code")
    assert first.outputs
    assert not second.outputs
    assert second.execution_count is None


def test_cells_with_the_same_code_keep_each_its_own_output():
    cells = [nbformat.v4.new_code_cell("f()") for _ in "12"]
    outputs = [[nbformat.v4.new_output("stream", text=text)] for text in "12"]
    stored = [nbformat.v4.new_code_cell("f()", outputs=out) for out in outputs]
    notebooks = (nbformat.v4.new_notebook(cells=c) for c in (cells, stored))
    assert [c.outputs[0].text for c in tools.with_outputs(*notebooks).cells] == ["1", "2"]


def test_jupytext_writes_the_text_of_a_notebook_that_was_edited_alone(book):
    store(book)
    stored = book.read()
    stored.cells[2].source = "Other words."
    book.write(stored)
    assert "differ" in tools.complaints(book)[0]
    shutil.copy(ROOT / "pyproject.toml", book.root)
    os.utime(book.text, (1, 1))
    command = [sys.executable, "-m", "jupytext", "--sync", str(book.ipynb)]
    subprocess.run(command, check=True, capture_output=True)
    assert "Other words." in book.text.read_text(encoding="utf-8")
    assert tools.complaints(book) == []


def test_the_description_survives_a_text_that_lost_it(book):
    store(book)
    text = TEXT.partition("myst:")[0] + TEXT[TEXT.index("---\n\n# Title") :]
    book.text.write_text(text, encoding="utf-8")
    tools.sync(book)
    assert book.read().metadata["myst"]["html_meta"]["description"] == "A book for tests."


@pytest.mark.parametrize(
    "file, old, new, stale",
    [
        ("notebooks/_src/01_test.md", "Some words", "Other words", False),
        ("notebooks/_src/01_test.md", "print(7)", "print(8)", True),
        ("mmbook/metrics.py", "Old words", "New words", False),
        ("mmbook/metrics.py", "# why", "# because", False),
        ("mmbook/metrics.py", "ONE = 1", "ONE = 2", True),
        ("mmbook/data/digits.npz", "\x01", "\x02", False),  # not imported
    ],
)
def test_outputs_are_stale_after_a_change_of_code_and_not_of_prose(book, file, old, new, stale):
    book.text.write_text(TEXT, encoding="utf-8")
    store(book)
    path = book.root / file
    rewrite(path, old, new)
    tools.sync(book)
    assert any("stale" in text for text in tools.complaints(book)) == stale


def test_data_of_an_imported_package_counts(book):
    text = TEXT.replace("from mmbook.metrics import ONE", "import mmbook.data")
    book.text.write_text(text, encoding="utf-8")
    store(book)
    (book.root / "mmbook/data/digits.npz").write_bytes(b"\x02")
    assert any("stale" in text for text in tools.complaints(book))


def test_outputs_of_another_device_are_stale_and_the_cpus_stay_as_they_were(book, monkeypatch):
    """No chapter asks for the device here, so that it need not exist."""
    book.text.write_text(TEXT, encoding="utf-8")
    notebook = book.read_text()
    assert prints.fingerprint(notebook, book.root, "cpu") == prints.fingerprint(notebook, book.root)
    monkeypatch.setattr(tools, "execute", lambda *_: None)
    for device, stale in (("cuda", True), ("", False), ("cpu", False)):
        monkeypatch.setenv("MMBOOK_DEVICE", device)
        assert tools.run(book) in (None, "")
        assert any("not the CPU's" in text for text in tools.complaints(book)) == stale


def test_a_missing_file_is_named(book):
    assert tools.complaints(book) == ["01_test.ipynb is missing"]


def test_an_unknown_chapter_is_refused(book):
    assert chapters(["01"], book.root) == [book]
    with pytest.raises(SystemExit, match=r"no chapter begins with '9'; there are: 01_test"):
        chapters(["9"], book.root)


def test_bare_source_has_no_comments_and_no_docstrings():
    source = 'def f():\n    """Doc × é"""\n\n    # why\n    return f"{1:>{2}}#"  # end\n'
    assert prints.bare(source) == 'def f():\n    return f"{1:>{2}}#"'
    assert prints.bare('"""Doc."""\nx = "# no"') == 'x = "# no"'
    cell = 'def f():\n    """Doc."""\n    return 1\n"output"'
    assert prints.bare(cell, module=False) == 'def f():\n    return 1\n"output"'


def test_imports_are_followed_through_relative_ones(book):
    (book.root / "mmbook/data/__init__.py").write_text(
        "from ..metrics import ONE\n", encoding="utf-8"
    )
    files = prints.imported("import torch\nfrom mmbook.data import Digits", book.root)
    names = [file.relative_to(book.root / "mmbook").as_posix() for file in files]
    assert names == ["__init__.py", "data/__init__.py", "metrics.py"]
