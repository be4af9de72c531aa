"""The course kit: it adds up, its parts agree, and its reports say what their code prints."""

import re

import jupytext
import pytest

from tools import course, kit, lecturers, memory
from tools.book import Chapter
from tools.first_cell import is_first

SYLLABUS, HANDOUT = (f.read_text("utf-8") for f in (course.SYLLABUS, course.HANDOUT))
PAGE = course.PAGE.read_text("utf-8")
REPORTS = {
    name: (kit.KIT / f"report_{name}_marks.md").read_text("utf-8") for name in ("full", "half")
}
HEADER = (kit.KIT / "starter.md").read_text("utf-8").partition("\n# ")[0] + "\n\n"
PAGES = [*kit.KIT.glob("*.md"), course.TEACHING / "README.md"]


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head; bold and code are plain."""
    below = text.partition(f"\n## {heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)[0]
    lines = [line.strip().strip("|").split("|") for line in table.splitlines()[2:]]
    return [[cell.strip().strip("*") for cell in line] for line in lines]


# ---------------------------------------------------------------- syllabus


def test_the_weights_add_up():
    *parts, total = rows(SYLLABUS, "What counts")
    assert [part[0] for part in parts] == ["Labs", "Six sheets", "Quizzes", "Project", "Oral"]
    assert sum(int(part[1]) for part in parts) == int(total[1]) == 100
    words = "labs count a tenth, six sheets three tenths, quizzes a tenth, the project four tenths"
    assert words in PAGE
    assert [int(part[1]) for part in parts] == [10, 30, 10, 40, 10]


def test_the_hours_add_up():
    *items, total = rows(SYLLABUS, "What it takes")
    hours = {name: [float(x) for x in numbers] for name, *numbers in items}
    assert all(each * times == together for each, times, together in hours.values())
    assert sum(together for *_, together in hours.values()) == float(total[3])
    credits, at, fewer, longer = re.search(
        r"\*\*Credits\*\* \| (\d+) at (\d+) hours \((\d+) at (\d+)\)", SYLLABUS
    ).groups()
    assert float(total[3]) == int(credits) * int(at) == int(fewer) * int(longer)
    assert "twelve and a half hours a week" in SYLLABUS and float(total[3]) / 12 == 12.5
    minutes = sum(lecturers.times(c)[0] for c in lecturers.chapters())
    assert 1 <= hours["Reading, with a pencil"][2] * 60 / minutes < 1.3


def test_the_calendar_has_every_chapter_sheet_quiz_and_date():
    calendar = rows(SYLLABUS, "Calendar")
    assert [int(row[0]) for row in calendar] == list(range(1, 13))
    shown = [[int(n) for n in re.findall(r"\[(\d+) ·", row[1])] for row in calendar]
    assert shown == list(course.weeks(PAGE).values())
    assert sorted(sum(shown, [])) == list(range(1, 14))
    tasks = " ".join(row[3] for row in calendar)
    for name, chapters in course.sheets().items():
        begins, ends = tasks.index(f"{name} set"), tasks.index(f"{name} back")
        assert begins < ends
        back = next(i for i, row in enumerate(calendar) if f"{name} back" in row[3])
        known = shown[:back] if back < 11 else shown  # the last week takes the rest
        assert max(chapters) in sum(known, []), "a sheet is back after its last chapter"
    quizzes = ", ".join(row[4] for row in calendar if row[4])
    assert quizzes.split(", ") == [f"part {name}" for name in course.parts()]
    dates = {
        int(row[0]): row[1].partition(".")[0].strip("*").lower() for row in rows(HANDOUT, "Dates")
    }
    assert {int(row[0]): row[5] for row in calendar if row[5]} == dates
    assert {6, 9, 11} < dates.keys() and "weeks 6, 9 and 11" in SYLLABUS


@pytest.mark.parametrize("labs, cell", [((), "exercises"), (("04_a.md",), "04")])
def test_a_lab_that_exists_is_in_the_calendar(tmp_path, monkeypatch, labs, cell):
    for folder in ("labs", "assignments"):
        (tmp_path / folder).mkdir()
    for name in labs:
        (tmp_path / "labs" / name).touch()
    monkeypatch.setattr(course, "TEACHING", tmp_path)
    week = course.made_calendar(lecturers.chapters()).splitlines()[2 + 3]
    assert week.split("|")[3].strip() == cell


# ---------------------------------------------------------------- handout


def test_ten_questions_each_have_data_rival_and_null():
    section = HANDOUT.partition("\n## Ten questions\n")[2].partition("\n## ")[0]
    questions = re.findall(r"^(\d+)\. (\*\*.+)$", section, re.MULTILINE)
    assert [int(n) for n, _ in questions] == list(range(1, 11))
    for _, words in questions:
        assert re.match(r"\*\*[^?]+\?\*\* \[Chapter (\d+)\]\(\S+/\d\d_\w+\.ipynb\)\. ", words)
        assert re.search(r"\*Data:\* .+ \*Rival:\* .+ \*A null:\* \.\d+ ", words), words


def test_the_reports_are_graded_by_the_rubric():
    names = [row[0].strip("*") for row in course.rubric()]
    for name, together in (("full", 20), ("half", 10)):
        *graded, total = rows(REPORTS[name], "The grader's table")
        assert [row[0] for row in graded] == names
        points = [int(row[1]) for row in graded]
        assert all(0 <= p <= 4 for p in points) and sum(points) == together
        assert total[1] == f"{together} of {4 * len(names)}"
    beside = dict(re.findall(r"^> \*\*(\w+), (\d)\.\*\*", REPORTS["half"], re.MULTILINE))
    assert beside == {row[0]: row[1] for row in rows(REPORTS["half"], "The grader's table")[:-1]}


# ---------------------------------------------------------------- reports


def numbers(text: str) -> list[str]:
    """Those that begin with a digit, as code prints them: a bound in prose is written .01."""
    return re.findall(r"(?<![\d.\w])-?\d+\.\d+(?!\d)", text)


@pytest.mark.parametrize("text", kit.notebooks(), ids=lambda f: f.stem)
def test_what_is_stored_was_printed_by_the_code_that_stands_there(text):
    first, *said = kit.printed(text).read_text("utf-8").splitlines()
    assert first == f"code {kit.made_from(text)}", f"run `python -m tools.kit --run {text.stem}`"
    assert len(said) > 3 and not any(line.startswith("FAILS") for line in said)


def test_the_starter_runs(capsys):
    """With fewer seeds and steps: it must compare, and say what it would have seen."""
    code = "\n".join(
        c.source for c in kit.read(kit.KIT / "starter.md").cells if c.cell_type == "code"
    )
    for long, short in (
        ("range(5)", "range(3)"),
        ("(150, 450)", "(10, 60)"),
        ("pieces=300", "pieces=50"),
    ):
        assert code.count(long) == 1
        code = code.replace(long, short)
    exec(compile(code, "starter", "exec"), {})
    said = capsys.readouterr().out
    assert said.count("<- chosen") == 2 and said.count("would have seen") == 2
    assert "paired difference from 'baseline'" in said and "FAILS" not in said


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_says_what_its_code_printed(name):
    said = kit.printed(kit.KIT / f"report_{name}_marks_code.md").read_text("utf-8")
    report = REPORTS[name]
    quoted = re.findall(r"^```\n(.*?)^```$", report, re.MULTILINE | re.DOTALL)
    assert quoted and all(block in said for block in quoted)
    printed = {abs(float(n)) for n in numbers(said)}
    missing = [n for n in numbers(report) if abs(float(n)) not in printed]
    assert len(numbers(report)) > 5 and missing == []


def test_the_null_states_what_it_would_have_seen():
    said = kit.printed(kit.KIT / "report_full_marks_code.md").read_text("utf-8")
    pattern = r"gate minus three weights: -?([\d.]+) ± ([\d.]+); smallest .*: ([\d.]+)"
    found = {m: [float(x) for x in row] for m, *row in re.findall(rf"(\w+), {pattern}", said)}
    for measure, bound in (("accuracy", 0.01), ("nats", 0.02)):
        mean, half, seen = found[measure]
        assert mean <= half and mean + half < bound and seen < bound
        assert f"{seen:.3f} " in REPORTS["full"]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_has_four_pages_at_most(name):
    words = re.sub(r"\A---.*?---\n|^```.*?^```$", "", REPORTS[name], flags=re.MULTILINE | re.DOTALL)
    assert len(words.split()) < 1800


# ---------------------------------------------------------------- pages and tool


def targets(page) -> list[str]:
    return re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda f: f.name)
def test_links_lead_somewhere(page):
    broken = [t for t in targets(page) if "://" not in t and not (page.parent / t).exists()]
    assert broken == []


def test_the_kit_is_written_once_and_its_links_lead_back(tmp_path):
    names = kit.write_all(tmp_path / "kit")
    assert {"syllabus.md", "handout.md", "starter.ipynb", "report_full_marks.md"} <= set(names)
    for page in (tmp_path / "kit").glob("*.md"):
        assert [t for t in targets(page) if not (page.parent / t).exists()] == []
    for book in (tmp_path / "kit").glob("*.ipynb"):
        cells = jupytext.read(book).cells
        assert cells and not any(cell.get("outputs") for cell in cells)
        assert [n for n, cell in enumerate(cells) if is_first(cell)] == [1], book.name
    with pytest.raises(SystemExit, match="has .*handout.md.* nothing was written"):
        kit.write_all(tmp_path / "kit")
    with pytest.raises(SystemExit, match="holds the kit itself"):
        kit.write_all(kit.KIT / "mine")


def test_an_unknown_name_is_named():
    with pytest.raises(SystemExit, match="begins with 'final'; there are: report_full_marks_code"):
        kit.notebooks(names=["final"])


def test_a_kernels_peak_is_its_own_and_others_stay(tmp_path):
    big = bytearray(800 * 2**20)  # of the process that starts the kernel
    (tmp_path / "notebooks/_src").mkdir(parents=True)
    toy = Chapter("02_toy", tmp_path)
    code = "x = bytearray(300 * 2**20)\nprint(len(x))\ndel x"
    toy.text.write_text(f"{HEADER}```{{code-cell}} ipython3\n{code}\n```\n", encoding="utf-8")
    assert 300 < memory.peak(toy) < 700 and len(big) > 0
    file = tmp_path / "memory.csv"
    for number, held in ((13, 1700), (2, 1200), (13, 1600)):
        memory.store(number, held, file)
    assert file.read_text("utf-8") == "chapter,peak_MiB\n2,1200\n13,1600\n"
    assert course.memory(file) == {2: 1200 / 1024, 13: 1600 / 1024}
