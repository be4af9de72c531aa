"""``make student``: no solution and no output is left, and nothing else is missing."""

import re

import nbformat
import pytest

from tools import student
from tools.notebooks import chapters

EVERY = pytest.mark.parametrize("chapter", chapters(), ids=lambda c: c.name)

TWO = """Before.

````{exercise}
:label: a-first

Do it.
````

````{solution-start} a-first
:class: dropdown
````

It is 7.

```{code-cell}
print(7)
```

````{solution-end}
````

Between.

```{solution-start} a-second
```
8
```{solution-end}
```

After.
"""


def test_each_solution_gives_way_to_a_cell_of_its_own():
    text = student.without_solutions(TWO)
    assert "7" not in text and "8" not in text and "solution" not in text
    assert re.findall(r"# Your answer to (\S+)", text) == ["a-first", "a-second"]
    for kept in ("Before.", "Do it.", "Between.", "After."):
        assert kept in text
    assert text.index("a-first\n```") < text.index("Between.") < text.index("a-second")


@pytest.mark.parametrize("wrong", ["```{solution} x\n7\n```\n", "```{solution-start} x\n```\n7\n"])
def test_a_solution_that_cannot_be_cut_is_an_error(wrong):
    with pytest.raises(ValueError, match="a solution is left: '```{solution"):
        student.without_solutions(wrong)


@EVERY
def test_a_chapter_keeps_all_but_its_solutions(chapter):
    notebook, whole = student.student_notebook(chapter), chapter.read_text()
    nbformat.validate(notebook)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert not any(c.outputs or c.execution_count for c in code)
    words = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    asked = re.findall(r"\{exercise\}\n:label: (\S+)", words)
    answers = [c.source for c in code if c.source.startswith("# Your answer to ")]
    assert answers == [f"# Your answer to {label}" for label in asked] and len(asked) >= 6
    # The lesson itself, up to the exercises, is untouched.
    lesson = [c.source for c in whole.cells if c.cell_type == "code"]
    kept = [c.source for c in code if c.source not in answers]
    assert kept == lesson[: len(kept)] and len(kept) > len(lesson) / 2


def test_the_folder_is_complete(tmp_path):
    chosen = chapters(["04"])
    assert student.main(["04", "--to", str(tmp_path)]) == 0
    assert [p.name for p in tmp_path.glob("*.ipynb")] == [chosen[0].ipynb.name]
    text = chosen[0].text.read_text(encoding="utf-8")
    for page in re.findall(r"\]\(([a-z_]+)\)", text):
        assert (tmp_path / f"{page}.md").exists() or page[:2].isdigit()
    assert (tmp_path / "_static").is_dir()
