"""The lecturers' page: its tables follow from the chapters, and its plans name what exists."""

import re

import pytest

from tools import course, lecturers, links
from tools.book import Chapter, chapters

EVERY = pytest.mark.parametrize("chapter", chapters(), ids=lambda c: c.name)
PAGE = course.PAGE.read_text(encoding="utf-8")
WRITTEN = lecturers.PART.sub("", PAGE)  # without the parts that a tool makes

TOY = """# Chapter 2 · Toys

At the end you will be able to

- build a toy, and
- break it,
  twice.

You need hands. The text takes about 7 minutes to
read; its cells take no time to run.

## Exercises

<a id="toy-one"></a>

### Exercise 2.1

*Derive.* Why?

<a id="toy-two"></a>

### Exercise 2.2

*Code.* How?

Then you are able to

- rest. It takes 9 minutes to read; its cells take no time to run.
"""


@pytest.fixture
def toy(tmp_path):
    (tmp_path / "notebooks/_src").mkdir(parents=True)
    chapter = Chapter("02_toys", tmp_path)
    chapter.text.write_text(TOY, encoding="utf-8")
    return chapter


def test_the_page_is_fresh():
    for file, to_chapters in lecturers.PAGES.items():
        text = file.read_text(encoding="utf-8")
        assert lecturers.page(text, chapters(), to_chapters) == text, f"{file}: run `make links`"
    made = [part[1] for part in lecturers.PART.finditer(PAGE)]
    assert made == [name for name in lecturers.MAKERS if name != "rubric"]


def test_the_readme_says_how_long_each_chapter_takes_to_read():
    readme = (links.ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| (\d+) \| \[open\]\(notebooks/(\w+)\.ipynb\)", readme)
    assert rows == [(str(lecturers.times(c)[0]), c.name) for c in chapters()]


def test_a_new_chapter_appears_in_every_part(toy, monkeypatch):
    monkeypatch.setattr(course, "memory", lambda: {2: 1.2})
    named = ("outcomes", "times", "exercises")
    old = "".join(f"<!-- made: {name} -->\n<!-- end -->\n" for name in named)
    page = lecturers.page(old, [toy])
    assert (
        "**[2 · Toys](02_toys.ipynb).** Students can\n\n- build a toy, and\n- break it,\n  twice."
        in page
    )
    assert "| [2 · Toys](02_toys.ipynb) | 7 | no time | 1.2 GiB |\n| together | 7 | |" in page
    row = "|  | [2.1](02_toys.ipynb#toy-one) | [2.2](02_toys.ipynb#toy-two) |  |"
    assert f"| [2 · Toys](02_toys.ipynb) {row}" in page
    assert "| **2 in all** | **0** | **1** | **1** | **0** |" in page
    assert lecturers.page(page, [toy]) == page


def test_an_exercise_of_no_kind_is_an_error(toy):
    toy.text.write_text(TOY.replace("*Code.*", "*Cook.*"), encoding="utf-8")
    with pytest.raises(ValueError, match="02_toys: exercise toy-two begins with 'Cook'"):
        lecturers.exercises(toy)


@pytest.mark.parametrize(
    "read, cut, expected",
    [
        (course.link, "# Chapter 2 · Toys", "a heading '# Chapter N · Title'"),
        (lecturers.outcomes, "able to", "a list after 'able to'"),
        (lecturers.times, "7 minutes", "'N minutes to read; its cells"),
        (lecturers.times, "its cells", "'N minutes to read; its cells"),
    ],
)
def test_what_a_chapter_lacks_is_named_with_the_chapter(toy, read, cut, expected):
    toy.text.write_text(TOY.replace(cut, "nothing", 1), encoding="utf-8")
    with pytest.raises(ValueError, match=f"02_toys: expected {expected}"):
        read(toy)


@EVERY
def test_a_chapters_outcomes_stand_on_the_page(chapter):
    assert lecturers.outcomes(chapter).count("- ") >= 3
    assert f"{lecturers.outcomes(chapter)}\n" in PAGE


@EVERY
def test_a_chapter_is_in_the_twelve_weeks(chapter):
    weeks = WRITTEN[WRITTEN.index("## Twelve weeks") : WRITTEN.index("## Two days")]
    assert re.search(rf"^### Week .*\b{chapter.number}\b", weeks, re.MULTILINE)


def test_exercises_that_the_plans_name_have_the_right_numbers():
    named = re.findall(r"\[([\d.]+)\]\(\w+\.ipynb#([\w-]+)\)", WRITTEN)
    named = [(n, label) for n, label in named if not label.startswith("fig-")]
    assert len(named) > 25
    assert [(n, label) for n, label in named if links.book_numbers()[label] != n] == []


def test_sections_that_the_plans_name_exist():
    plans = WRITTEN[WRITTEN.index("## Twelve weeks") : WRITTEN.index("## What students")]
    own = {"Show", "Set", "Expect"}
    named = set(re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", plans)) - own
    headings = (re.findall(r"^##+ (.+)$", c.markdown, re.MULTILINE) for c in chapters())
    titles = [title for found in headings for title in found]
    assert len(named) > 8
    assert [name for name in named if not any(title.startswith(name) for title in titles)] == []
