"""The labs: right answers pass every check, each typical mistake is told by its own message, and
what a student gets holds no answer."""

import ast
import re
import runpy
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools import labs, stubs

LABS = labs.labs()
EVERY = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
# (function or method, text of its right answer, what a student wrote, what the check must say)
WRONG = {
    lab.name: runpy.run_path(str(Path(__file__).parent / "labs" / f"wrong_{lab.name[:2]}.py"))[
        "WRONG"
    ]
    for lab in LABS
}


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(source, names):
    """What a cell prints; figures are not kept."""
    with redirect_stdout(StringIO()) as out:
        exec(compile(source, "cell", "exec"), names)
    plt.close("all")
    return out.getvalue()


@cache
def solved(lab):
    """All functions written and checked: the names, what is printed, the cells left to run."""
    names, cells = {"__name__": "lab"}, code(labs.editions(lab)["instructor"])
    last = max(n for n, cell in enumerate(cells) if stubs.tagged(cell, "check"))
    printed = [run(cell.source, names) for cell in cells[: last + 1]]
    return names, "".join(printed), cells[last + 1 :]


@cache
def exercises(lab, edition="instructor"):
    """{name: (its cell, the cell of its check)}."""
    cells, found = code(labs.editions(lab)[edition]), {}
    for here, check in zip(cells, cells[1:], strict=False):
        if stubs.tagged(here, "core"):
            assert stubs.tagged(check, "check")
            (name,) = stubs.definitions([here], "core")
            found[name] = here.source, check.source
    return found


@EVERY
def test_right_answers_pass_every_check_and_the_experiment_runs(lab):
    names, says, experiment = solved(lab)
    for name in exercises(lab):
        assert f"{name}: right\n" in says
    names, steps = dict(names), r"^STEPS = .*"
    brief = [re.sub(steps, "STEPS = 3", c.source, flags=re.MULTILINE) for c in experiment]
    assert any([run(source, names) for source in brief])  # it says something


MISTAKES = [
    pytest.param(lab, *mistake, id=f"{lab.name[:2]}-{mistake[0]}-{n}")
    for lab in LABS
    for n, mistake in enumerate(WRONG[lab.name])
]


@pytest.mark.parametrize("lab, name, right, wrong, message", MISTAKES)
def test_a_typical_mistake_is_told_by_its_own_message(lab, name, right, wrong, message):
    source, check = exercises(lab)[name]
    assert source.count(right) == 1, f"{right!r} stands {source.count(right)} times in\n{source}"
    names = dict(solved(lab)[0])
    run(source.replace(right, wrong), names)
    with pytest.raises(AssertionError) as caught:
        run(check, names)
    assert message in str(caught.value), f"it says: {caught.value}"


OTHERS = sorted(Path(__file__).parent.glob("labs/other_*.py"))


@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.stem)
def test_a_check_accepts_answers_that_are_written_otherwise(file):
    (lab,) = (one for one in LABS if one.name[:2] == file.stem[-2:])
    names = dict(solved(lab)[0])
    run(file.read_text("utf-8"), names)
    for name, (_, check) in exercises(lab).items():
        assert run(check, names) == f"{name}: right\n"


@EVERY
def test_each_function_has_three_mistakes_or_the_lab_as_many_on_average(lab):
    told = [name for name, *_ in WRONG[lab.name]]
    assert {*told} == {*exercises(lab)}
    assert 3 <= len(exercises(lab)) <= 5 and len(told) >= 3 * len(exercises(lab))


@EVERY
def test_an_empty_stub_says_that_it_is_not_yet_written(lab):
    names = dict(solved(lab)[0])
    for name, (stub, check) in exercises(lab, "student").items():
        mine = dict(names)
        run(stub, mine)
        with pytest.raises(NotImplementedError) as caught:
            run(check, mine)
        number = int(lab.name[:2])
        says = rf"not yet written: {name}(\.\w+)?, formula \(\d+\.\d+\) of chapter {number}"
        assert re.fullmatch(says, str(caught.value))


@EVERY
def test_a_lab_has_one_title_with_its_chapters_number(lab):
    titles = re.findall(r"^# .*", labs.editions(lab)["student"].cells[0].source, re.MULTILINE)
    assert len(titles) == 1 and titles[0].startswith(f"# Lab {lab.chapter.number} · "), titles


@EVERY
def test_stubs_name_shapes_and_no_answer_leaks(lab):
    student, instructor = labs.editions(lab).values()
    nbformat.validate(student)
    nbformat.validate(instructor)
    assert not any(c.outputs or c.execution_count for c in code(student) + code(instructor))
    given = {
        ast.dump(node)
        for cell in code(student)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.stmt)
    }
    full = stubs.definitions(code(instructor), "core")
    for name, (stub, _) in stubs.definitions(code(student), "core").items():
        docs = [ast.get_docstring(f) or "" for f in stubs.functions(stub).values()]
        assert any("Shapes:" in text and "->" in text for text in docs), name
        written = stubs.functions(full[name][0])
        for method, function in stubs.functions(stub).items():
            if "NotImplementedError" in ast.unparse(function):
                for line in stubs.body(written[method]):
                    leaks = ast.dump(line) in given and not isinstance(line, ast.Expr)
                    assert not leaks, f"{name}: {ast.unparse(line)!r} is in the lab"
    assert not any(stubs.tagged(c, "reference") for c in student.cells + instructor.cells)


@EVERY
def test_code_is_narrow_enough_for_two_windows_side_by_side(lab):
    for cell in code(labs.editions(lab)["instructor"]):
        for line in cell.source.splitlines():
            assert stubs.tagged(cell, "install") or len(line) <= 79, line


def by_kernel(folder, edition):
    """What a real kernel says of lab 10, in a folder that is not the book's."""
    notebook = nbformat.read(folder / edition / "10_teacher_student.ipynb", as_version=4)
    for cell in code(notebook):
        cell.source = re.sub(r"^STEPS = .*", "STEPS = 3", cell.source, flags=re.MULTILINE)
    resources = {"metadata": {"path": str(folder)}}
    quiet = ["--log-level=ERROR"]
    NotebookClient(notebook, timeout=120, resources=resources, extra_arguments=quiet).execute()


def test_a_kernel_runs_the_instructors_edition_and_stops_a_student_at_the_first_stub(tmp_path):
    labs.main(["10", "--to", str(tmp_path)])
    by_kernel(tmp_path, "instructor")
    with pytest.raises(CellExecutionError, match="not yet written: divergence, formula"):
        by_kernel(tmp_path, "student")


def test_no_notebook_is_written_over_another_and_then_none_is_written(tmp_path):
    labs.main(["07", "--to", str(tmp_path)])
    worked = tmp_path / "student" / "07_self_attention.ipynb"
    worked.write_text("an answer", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"07_self_attention.ipynb.*somebody may have worked"):
        labs.main(["--to", str(tmp_path)])
    assert worked.read_text(encoding="utf-8") == "an answer"
    assert len([*tmp_path.rglob("*.ipynb")]) == 2


CHAPTER = """# Chapter 1 · Toy

<a id="toy-sum"></a>

$$
s = a + b
\\tag{1.1}
$$

```{code-cell} ipython3
:tags: [core]

def add(a, b=1):
    # By hand.
    return a + b

class Adder(list):
    def __init__(self, a):
        self.a = a

    def plus(self, b):
        return self.a + b
```
"""
LAB = """# Lab

```{code-cell} ipython3
import torch
```

[(1.1)](01_toy.ipynb#toy-sum)

```{code-cell} ipython3
:tags: [core]

def add(a, b=1):
    \"\"\"Add.\"\"\"
    ...
```

```{code-cell} ipython3
:tags: [check]

assert add(2) == 3
```

```{code-cell} ipython3
:tags: [core]

class Adder(list):
    def __init__(self, a):
        self.a = a

    def plus(self, b):
        ...
```

```{code-cell} ipython3
:tags: [check]

assert Adder(2).plus(3) == 5
```
"""


def toy(folder, lab=LAB, chapter=CHAPTER):
    """The editions of a lab of two stubs."""
    for place, text in (("notebooks/_src", chapter), ("teaching/labs", lab)):
        (folder / place).mkdir(parents=True)
        (folder / place / "01_toy.md").write_text(text, encoding="utf-8")
    (folder / "_config.yml").write_text("", encoding="utf-8")
    (folder / "teaching/labs/expect.py").write_text("def expect(): ...", encoding="utf-8")
    return labs.editions(labs.labs(root=folder)[0])


def test_a_stub_is_emptied_for_students_and_filled_for_instructors(tmp_path):
    student, instructor = (
        [c.source for c in code(nb) if stubs.tagged(c, "core")] for nb in toy(tmp_path).values()
    )
    assert student[0] == (
        'def add(a, b=1):\n    """Add."""\n    raise NotImplementedError(\n'
        '        "not yet written: add, formula (1.1) of chapter 1")'
    )
    assert instructor[0] == 'def add(a, b=1):\n    """Add."""\n    # By hand.\n    return a + b'
    assert "self.a = a" in student[1] and "written: Adder.plus, formula (1.1)" in student[1]
    assert instructor[1].endswith("def plus(self, b):\n        return self.a + b")


@pytest.mark.parametrize("place", ["book/labs", "elsewhere"])
def test_links_lead_to_the_chapters_or_outside_the_book_to_the_same_folder(tmp_path, place):
    toy(tmp_path / "book")
    labs.write_all(labs.labs(root=tmp_path / "book"), tmp_path / place)
    file = tmp_path / place / "student" / "01_toy.ipynb"
    words = "\n".join(c.source for c in nbformat.read(file, as_version=4).cells)
    (link,) = re.findall(r"\]\(([^)#]+)#toy-sum\)", words)
    chapter = tmp_path / "book" / "notebooks" / "01_toy.ipynb"
    assert link == ("../../notebooks/01_toy.ipynb" if "book" in place else "01_toy.ipynb")
    assert "book" not in place or (file.parent / link).resolve() == chapter.resolve()


@pytest.mark.parametrize(
    "right, wrong, message",
    [
        ("add(a, b=1)", "add(a, b=2)", r"add\(a, b=2\) is add\(a, b=1\) in the chapter"),
        ("def add(", "def plus(", "no cell tagged core or reference has plus"),
        ("plus(self, b)", "minus(self, b)", "the stub has Adder.__init__, Adder.minus; the"),
        ("Adder(list)", "Adder(dict)", "other base classes than in the chapter"),
        ("self.a = a", "self.a = 0", "Adder.__init__, which is given, is another"),
        ("(1.1)", "(1.2)", r"01_toy, add: \(1.2\) of 01_toy#toy-sum is 1.1 now"),
        ("[(1.1)]", "", "expected a link to a numbered formula above the stub"),
        (":tags: [check]\n\nassert add", "assert add", "each stub has its own cell and check: add"),
        (":tags: [check]\n\nassert Ad", "assert Ad", "01_toy: no check follows Adder"),
    ],
)
def test_a_lab_that_does_not_fit_its_chapter_is_an_error(tmp_path, right, wrong, message):
    assert LAB.count(right) == 1
    with pytest.raises(ValueError, match=message):
        toy(tmp_path, LAB.replace(right, wrong))


def test_a_name_that_no_chapter_or_no_lab_has_is_said(tmp_path):
    with pytest.raises(SystemExit, match="no chapter begins with '77'"):
        labs.main(["77", "--to", str(tmp_path)])
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/01_toy.ipynb").touch()
    with pytest.raises(SystemExit, match=r"^no lab for 01 in .*labs"):
        labs.labs(["01"], tmp_path)
    with pytest.raises(SystemExit, match=r"^no lab in .*labs"):
        labs.labs(root=tmp_path)


def test_a_wrong_lab_is_told_in_a_line(tmp_path, monkeypatch):
    def wrong(lab):
        raise ValueError(f"{lab.name}: no check follows add")

    monkeypatch.setattr(labs, "editions", wrong)
    with pytest.raises(SystemExit, match="^teaching/labs: 01_multimodal: no check follows add"):
        labs.main(["01", "--to", str(tmp_path)])
