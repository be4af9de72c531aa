"""``make assignments``: sheets differ by seed, hide their answers, and grade as nbgrader does."""

import csv
import os
import re
import sys
from copy import deepcopy
from functools import cache
from itertools import combinations
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeSubmit
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config import PyFileConfigLoader

from tools import assignments
from tools.book import ROOT
from tools.canvas import Canvas
from tools.first_cell import is_first
from tools.sheets import SOURCE, Sheet, code, tex

NAMES = [file.stem for file in sorted(SOURCE.glob("sheet_*.md"))]
EVERY = pytest.mark.parametrize("name", NAMES)
SEEDS = ("one seed", "another")
SECRET = r"(?:BEGIN (?:SOLUTION|HIDDEN TESTS|MARK SCHEME).*\n)((?:.*\n)*?).*END "


@cache
def drawn(name: str, seed: str = SEEDS[0]) -> Sheet:
    return Sheet(SOURCE / f"{name}.md", seed)


def released(sheet: Sheet) -> nbformat.NotebookNode:
    """What students get, by nbgrader's own steps, without its database."""
    notebook, resources = deepcopy(sheet.notebook()), {}
    for step in (ClearSolutions(), ClearHiddenTests(), ClearMarkScheme()):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook


def words(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells)


# ---------------------------------------------------------------- each sheet, in process


@EVERY
def test_a_sheet_can_grade(name):
    assert list(drawn(name, SEEDS[1]).complaints()) == []


@EVERY
def test_seen_tests_alone_do_not_decide(name):
    """Most points are hidden, and a wrong answer to each function passes what students see."""
    sheet = drawn(name)
    tests = {
        p.name: (p.points, "HIDDEN" in c.source) for p, c in sheet.cells if p and "-" in p.name
    }
    functions = {p.name for p, _ in sheet.cells if p and p.kind == "solution"}
    assert len(functions) == 2 and {f for f, _ in sheet.wrongs} == functions
    for function in functions:
        own = {t: v for t, v in tests.items() if t.startswith(f"{function}-")}
        assert sheet.points((function, "")).items() >= {t: p for t, (p, _) in own.items()}.items()
        hidden = {t for t, (_, is_hidden) in own.items() if is_hidden}
        assert sum(own[t][0] for t in hidden) > sum(p for p, _ in own.values()) / 2
        lost = [{t for t in own if got[t] != own[t][0]}
                for got in (sheet.points(w) for w in sheet.wrongs if w[0] == function)]  # fmt: skip
        assert len(lost) >= 3 and all(tests & hidden for tests in lost)
        assert any(tests <= hidden for tests in lost), (
            "each typical wrong answer fails what is seen"
        )


@EVERY
def test_who_writes_nothing_has_nothing(name):
    sheet, names = drawn(name), {}
    left = [p.name for p, _ in sheet.cells if p and p.kind == "tests"]
    for full, given in zip(sheet.notebook().cells, released(sheet).cells, strict=True):
        if not left or full.cell_type != "code":
            continue
        if full.metadata.get("nbgrader", {}).get("grade"):
            left.remove(full.metadata.nbgrader.grade_id)
            with pytest.raises(NotImplementedError):  # nbgrader puts the tests back to grade
                exec(full.source, names)
        else:
            exec(given.source, names)


@EVERY
def test_the_released_sheet_tells_no_hidden_test_no_solution_and_no_model_answer(name):
    sheet = drawn(name)
    whole, given = sheet.notebook(), words(released(sheet))
    secret = [line for cell in whole.cells for part in re.findall(SECRET, cell.source)
              for line in part.splitlines()]  # fmt: skip
    answers = [c for p, c in sheet.cells if p and p.kind == "answer"]
    secret += [line for c in answers for line in c.source.splitlines()]
    secret += [line for _, wrong in sheet.wrongs for line in wrong.splitlines()]
    long = {line.strip() for line in secret
            if len(line.strip()) > 20 and not line.startswith("def ")}  # fmt: skip
    assert len(long) > 60
    assert [line for line in long if line in given] == []
    for telltale in ("BEGIN", "END ", "HIDDEN", "<<", "%%", "<%", "_rng =", sheet.seed):
        assert telltale not in given
    assert not any(c.get("outputs") for c in whole.cells)
    bare = [c for c in whole.cells if set(c.metadata) != {"nbgrader"}]
    assert [is_first(c) for c in bare] == [True]  # the cell that installs mmbook


@EVERY
def test_two_seeds_ask_for_different_things(name):
    sheets = [drawn(name, seed) for seed in SEEDS]
    given = [words(released(sheet)) for sheet in sheets]
    assert len(set(given)) == len(SEEDS)
    for kind in ("solution", "tests", "answer", "task"):
        parts = [[c.source for p, c in s.cells if p and p.kind == kind] for s in sheets]
        for a, b in combinations(parts, 2):
            assert a != b, f"the same {kind} with two seeds"
    again = Sheet(sheets[0].file, SEEDS[0])
    assert words(again.notebook()) == words(sheets[0].notebook())
    assert again.notebook() == sheets[0].notebook()


@EVERY
def test_a_sheet_is_in_the_form_that_nbgrader_reads(name):
    sheet = drawn(name)
    notebook = sheet.notebook()
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    kinds = [p.kind for p, _ in sheet.cells if p]
    assert kinds.count("solution") == 2 and kinds.count("answer") == kinds.count("task") == 1
    graded = [p for p, _ in sheet.cells if p and p.points]
    assert sum(p.points for p in graded) == 20
    assert sum(p.points for p in graded if p.kind == "tests") == 10
    text = words(notebook)
    assert "| **together** | **20** | |" in text
    # What a question says it is worth, its steps and its criteria add up.
    for part, cell in sheet.cells:
        if part and part.kind == "task":
            rubric = re.findall(r"^\| [^|*]+ \| (\d+) \|$", cell.source, re.MULTILINE)
            assert sum(map(int, rubric)) == part.points and len(rubric) >= 3
            assert "=== BEGIN MARK SCHEME ===" in cell.source
    headings = re.findall(r"^## \d · .*\((\d+) points", text, re.MULTILINE)
    assert len(headings) == 4 and sum(map(int, headings)) == 20
    steps = re.findall(r"^\d\. .*\((\d+) points?\)$", text, re.MULTILINE)
    answer = next(p for p in graded if p.kind == "answer")
    assert sum(map(int, steps)) == answer.points and len(steps) >= 3


# ---------------------------------------------------------------- through nbgrader, sheet 1


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Nothing is kept in the user's own folders, and kernels find this checkout."""
    folder = tmp_path_factory.mktemp("home")
    names = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setenv(name, str(folder / name.lower()))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("PATH", os.environ["PATH"])  # the settings add to it, and to the next
        patch.setattr(sys, "path", [*sys.path])
        patch.chdir(folder)
        yield folder


def is_fine(result: dict) -> None:
    assert result["success"], result.get("error") or result.get("log")


def fill(notebook: nbformat.NotebookNode, answers: dict[str, str]) -> None:
    for cell in notebook.cells:
        found = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if found is not None:
            cell.source = found


def submissions(sheet: Sheet) -> dict[str, dict[str, str]]:
    """Who writes what: all of it, some of it, and nothing but other tests."""
    solutions = {p.name: c.source for p, c in sheet.cells if p and p.kind == "solution"}
    wrongs = {f: [w for g, w in sheet.wrongs if g == f] for f in solutions}
    blunt = {f: re.sub(r'"""\n(?:.|\n)*', '"""\n    return 0.0, 0.0\n', s)
             for f, s in solutions.items()}  # fmt: skip
    partly = {f: f"{s}\n{wrongs[f][0]}" for f, s in solutions.items()}
    return {
        "ada": solutions | {"where": "The last coin buys the same with either."},
        "ben": partly | {"where": "All into the cheaper one."},
        "cyd": blunt | {"fuse-seen": "assert True", "fuse-gaps": "assert True"},
    }


def grades(book: Gradebook, student: str) -> dict[str, float]:
    notebook = book.find_submission_notebook("sheet_1", "sheet_1", student)
    return {grade.name: grade.auto_score for grade in notebook.grades}


def hand_in(api: NbGraderAPI, folder: Path, student: str, answers: dict[str, str]) -> None:
    """Fill in the released sheet: ada over the exchange, others as files."""
    over = {"coursedir": api.coursedir, "authenticator": api.authenticator, "parent": api}
    file = folder / "submitted" / student / "sheet_1" / "sheet_1.ipynb"
    if student == "ada":
        api.coursedir.assignment_id, api.coursedir.student_id = "sheet_1", student
        ExchangeFetchAssignment(**over).start()
        file = folder.parent / "sheet_1" / "sheet_1.ipynb"
    else:
        file.parent.mkdir(parents=True)
        file.write_bytes((folder / "release" / "sheet_1" / "sheet_1.ipynb").read_bytes())
    notebook = nbformat.read(file, as_version=4)
    fill(notebook, answers)
    if student == "ben":  # a slip: a graded cell stands twice
        names = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
        place = names.index("fuse")
        again = nbformat.v4.new_code_cell(notebook.cells[place].source)
        again.metadata = notebook.cells[place].metadata
        notebook.cells.insert(place + 1, again)
    nbformat.write(notebook, file)
    if student == "ada":
        ExchangeSubmit(**over).start()


@pytest.fixture(scope="module")
def course(home):
    """Sheet 1 made, released and handed in three times: once over an exchange, twice as files.

    Returns: folder, nbgrader, sheet; and {student: (points, their sum, is a person to grade?)}.
    """
    folder, exchange = home / "course", home / "exchange"
    assignments.main(["sheet_1", "--seed", SEEDS[0], "--to", str(folder)])
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    config = PyFileConfigLoader(str(folder / "nbgrader_config.py")).load_config()
    config.Exchange.root, config.Exchange.assignment_dir = str(exchange), str(home)
    api = NbGraderAPI(config=config)
    is_fine(api.generate_assignment("sheet_1"))
    sheet = Sheet(SOURCE / "sheet_1.md", SEEDS[0])
    is_fine(api.release_assignment("sheet_1"))
    for student, answers in submissions(sheet).items():
        api.gradebook.add_student(student, first_name=student.title(), last_name="Test")
        hand_in(api, folder, student, answers)
    is_fine(api.collect("sheet_1"))
    graded = {}
    for student in ("ada", "ben", "cyd"):
        is_fine(api.autograde("sheet_1", student))
        with api.gradebook as book:
            found = book.find_submission("sheet_1", student)
            graded[student] = grades(book, student), found.score, found.needs_manual_grade
    api.gradebook.add_student("dan")  # hands nothing in
    return folder, api, sheet, graded


def test_points_are_as_expected(course):
    _, api, sheet, graded = course
    points = {student: own for student, (own, _, _) in graded.items()}
    worth = {p.name: p.points for p, _ in sheet.cells if p and p.kind == "tests"}
    assert points["ada"] == worth | {"where": None, "open": None}
    # ben forgets the gaps in the variance and flips each difference by itself
    assert points["ben"] == dict.fromkeys(worth, 0) | {
        "fuse-seen": 1, "flip_p-seen": 1, "where": None, "open": None}  # fmt: skip
    # cyd has changed tests that cannot be changed, and derived nothing: 0 without a grader
    assert points["cyd"] == dict.fromkeys(worth, 0) | {"where": 0, "open": None}
    assert {student: total for student, (_, total, _) in graded.items()} == {
        "ada": 10,
        "ben": 2,
        "cyd": 0,
    }
    assert api.gradebook.find_assignment("sheet_1").max_score == 20
    assert all(by_hand for _, _, by_hand in graded.values())


def test_grades_by_hand_reach_feedback_and_table(course, home):
    folder, api, *_ = course
    by_hand = {"ada": (4.5, 5), "ben": (1, 2), "cyd": (0, 0)}
    with api.gradebook as book:
        for student, (derived, found) in by_hand.items():
            for name, points in (("where", derived), ("open", found)):
                grade = book.find_grade(name, "sheet_1", "sheet_1", student)
                grade.manual_score, grade.needs_manual_grade = points, False
        comment = book.find_comment("where", "sheet_1", "sheet_1", "ada")
        comment.manual_comment = "Why a maximum?"
        book.db.commit()
    for student in by_hand:
        is_fine(api.generate_feedback("sheet_1", student))
    pages = {s: (folder / "feedback" / s / "sheet_1" / "sheet_1.html").read_text("utf-8")
             for s in by_hand}  # fmt: skip
    assert "19.5 / 20" in pages["ada"] and "Why a maximum?" in pages["ada"]
    assert "5.0 / 20" in pages["ben"] and "0.0 / 20" in pages["cyd"]
    with api.gradebook as book:
        CsvExportPlugin(to=str(home / "grades.csv")).export(book)
    with (home / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {s: (float(r["score"]), float(r["max_score"])) for s, r in rows.items()} == {
        "ada": (19.5, 20), "ben": (5, 20), "cyd": (0, 20), "dan": (0, 20)}  # fmt: skip
    assert rows["ada"]["assignment"] == "sheet_1" and rows["ada"]["first_name"] == "Ada"


def test_canvas_gets_its_own_table_back_with_scores(course, monkeypatch, tmp_path):
    _, api, *_ = course
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="no canvas.csv here"):
        Canvas().export(api.gradebook)
    Path("canvas.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="no column 'SIS Login ID'"):
        Canvas().export(api.gradebook)
    table = (
        "\ufeffStudent,ID,SIS Login ID,Section,Essay (7),sheet_1 (12),Final Score\n"
        "    Points Possible,,,,10,(read only),\n"
        '"Test, Ada",101,ada,A,9,,\n"Test, Dan",104,dan,B,,,\n'
        '"New, Eve",105,eve,B,3,,\n"B, En",106,x,B,,,\n'
        '"C, Yd",107,y,A,,,\n"Cy, D",108,z,B,,,\n"A, Da",109,w,B,,,\n,,,,,,\n\n'
    )
    Path("canvas.csv").write_text(table, encoding="utf-8")
    with api.gradebook as book:
        Canvas().export(book)
    with Path("filled.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["Student", "ID", "SIS Login ID", "Section", "sheet_1 (12)"]
    assert rows[0] == ["    Points Possible", "", "", "", "20"]
    ada = book.find_submission("sheet_1", "ada").score
    assert rows[1] == ["Test, Ada", "101", "ada", "A", f"{ada:g}"] and ada >= 10
    assert [row[-1] for row in rows[2:4]] == ["", ""]  # nothing handed in: Canvas keeps what it has
    ben = book.find_submission("sheet_1", "ben").score
    assert rows[4] == ["B, En", "106", "x", "B", f"{ben:g}"]  # by the name before Canvas's files
    # Two of one name, and one whose name is another's login: nobody gets the grade of another.
    assert [row[0] for row in rows[5:]] == ["C, Yd", "Cy, D", "A, Da"]
    assert [row[-1] for row in rows[5:]] == ["", "", ""]
    Path("canvas.csv").write_text(table.replace("sheet_1 (12)", "Other (3)"), encoding="utf-8")
    Canvas(to="new.csv").export(api.gradebook)
    assert Path("new.csv").read_text("utf-8").splitlines()[0].endswith(",sheet_1")


# ---------------------------------------------------------------- the tool


def files(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


SMALL = '''# Small

<< head >>

```{code-cell} ipython3
:tags: [draw]

a = int(rng.integers(1, 10**9))
```

```{code-cell} ipython3
:sheet: solution add

def add(x):
    """x and << a >>."""
    ### BEGIN SOLUTION
    return x + << a >>
    ### END SOLUTION
```

```{code-cell} ipython3
:sheet: tests add-all 2

assert add(0) == << a >>
### BEGIN HIDDEN TESTS
assert add(1) == << a + 1 >>
### END HIDDEN TESTS
```

```{code-cell} ipython3
:sheet: wrong add

def add(x):
    return << a >>
```
'''


@pytest.fixture
def small(tmp_path):
    """A folder with one small sheet."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "head.md").write_text("<< points >>", encoding="utf-8")
    (folder / "sheet_1.md").write_text(SMALL, encoding="utf-8")
    return folder


def make(small: Path, *more: str, text: str | None = None) -> Path:
    if text is not None:
        (small / "sheet_1.md").write_text(text, encoding="utf-8")
    to = small.parent / "course"
    assignments.main([*more, "--sheets", str(small), "--to", str(to)])
    return to


def test_without_a_seed_one_is_made_and_kept(small, capsys):
    to = make(small)
    seed = (to / "seed").read_text("utf-8").strip()
    assert len(seed) == 16 and "short" not in capsys.readouterr().out
    notebook = to / "source" / "sheet_1" / "sheet_1.ipynb"
    before = notebook.read_bytes()
    with pytest.raises(SystemExit, match="has source/sheet_1/sheet_1.ipynb, in which"):
        make(small)
    notebook.unlink()
    (to / "nbgrader_config.py").write_text("mine", encoding="utf-8")
    make(small)
    assert notebook.read_bytes() == before
    assert (to / "nbgrader_config.py").read_text("utf-8") == "mine"
    with pytest.raises(SystemExit, match="was begun with another seed"):
        make(small, "--seed", "other")


def test_a_short_seed_is_called_short(small, capsys):
    make(small, "--seed", "2026")
    assert "This seed is short" in capsys.readouterr().out


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("return x + << a >>", "return x", "its own solution fails add-all"),
        (
            "    return << a >>\n",
            "    return x + << a >>\n",
            "this wrong answer to add passes every",
        ),
        ("solution add", "solved add", "no cell can be 'sheet: solved add'"),
        ("add-all 2", "add-all", "no cell can be 'sheet: tests add-all'"),
        ("add-all 2", "add-all two", "no cell can be 'sheet: tests add-all two'"),
        ("x and << a >>", "x and << b >>", "'b' is undefined; in the cell 'def add"),
        ("# Small", '+++ {"sheet": "tests x 1"}\n\n# Small', "on a markdown cell"),
        ("return x + << a >>", "return x +", "SyntaxError"),
        ("10**9))", "0))", "sheet_1: ValueError('low >= high') in the cell\na = int(rng"),
        ("solution add", "''", "sheet_1: no cell can be 'sheet: '"),
    ],
)
def test_a_sheet_that_cannot_grade_is_not_written(small, old, new, message):
    with pytest.raises(SystemExit, match=re.escape(message)):
        make(small, text=SMALL.replace(old, new))
    assert not (small.parent / "course").exists()


def test_names_are_beginnings(small):
    with pytest.raises(SystemExit, match="no sheet begins with 'sheet_7'; there are: sheet_1"):
        make(small, "sheet_7")
    with pytest.raises(SystemExit, match=r"has no sheet_\*\.md"):
        assignments.sheets([], "x", small.parent)


def test_numbers_as_latex_and_as_python():
    assert tex([[1, 2.5], [0, -3]]) == r"\begin{pmatrix} 1 & 2.5 \\ 0 & -3 \end{pmatrix}"
    assert tex([1, 2]) == r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}" and tex(0.125) == "0.125"
    assert code([1, 2]) == "[1, 2]" and code(0.5) == "0.5"


def test_the_settings_find_the_tools_and_read_the_platforms_names_of_files(home):
    (home / "c.py").write_text(assignments.CONFIG, encoding="utf-8")
    config = PyFileConfigLoader(str(home / "c.py")).load_config()
    # nbgrader starts "alembic" by its name
    assert os.environ["PATH"].startswith(str(Path(sys.executable).parent))
    for name, student in (
        ("ada_sheet_1.ipynb", "ada"),
        ("ada_LATE_123_456_sheet_1-1.ipynb", "ada"),
        ("Ada Test_77_assignsubmission_file/sheet_1.ipynb", "Ada Test"),
    ):
        found = re.match(config.FileNameCollectorPlugin.named_regexp, f"/x/extracted/{name}")
        assert found and found.groupdict() == {"student_id": student, "file_id": "sheet_1"}
    assert not re.match(config.FileNameCollectorPlugin.named_regexp, "/x/extracted/notes.ipynb")
