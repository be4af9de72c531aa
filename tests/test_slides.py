"""The decks of slides: what they may hold, and what the tool makes of them."""

import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat import NotebookNode

from tools import slides
from tools.book import ROOT
from tools.excerpts import Excerpts
from tools.week_plan import plan_of

DECKS = {deck.name: deck for deck in slides.decks([])}
each_deck = pytest.mark.parametrize("deck", DECKS.values(), ids=list(DECKS))
MOST = 35
HAN = re.compile(r"[\u3400-\u9fff]")


def prose(cells: list[NotebookNode]) -> str:
    """What the source itself says on a slide."""
    shown = "\n".join(c.source for c in cells if slides.kind(c) != "notes")
    return slides.REFERENCE.sub("", shown).replace("#", "").strip()


def sentences(words: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.?!])\s+|\n{2,}", words) if s.strip()]


@each_deck
def test_a_deck_has_at_most_35_slides_with_one_sentence_and_notes(deck):
    groups = slides.slides(slides.source(deck))
    assert len(groups) <= MOST
    for number, cells in enumerate(groups, 1):
        where = f"{deck.name}, slide {number}"
        assert {slides.kind(c) for c in cells} <= {"slide", "fragment", "notes"}, where
        assert len(sentences(prose(cells))) <= 1, where
        assert any(slides.kind(c) == "notes" and c.source.strip() for c in cells), where
        first = cells[0].source
        assert re.match(r"## .+[.?!]$|\{\{ (title|question) \}\}", first, re.MULTILINE), where


@each_deck
def test_a_deck_shows_only_what_its_chapter_has_and_every_reference_leads_somewhere(deck):
    written = slides.source(deck)
    for cell in written.cells:
        for mark in ("$$", "```", "<img", "<svg", "<table", "|--"):
            assert mark not in cell.source, f"{deck.name}: refer to the chapter, do not copy"
        left = slides.REFERENCE.sub("", cell.source)
        assert "{{" not in left and "}}" not in left, f"{deck.name}: {left!r}"
    for cells in slides.slides(written):  # numbers come with what printed them
        assert not re.search(r"\d*\.\d", prose(cells)), deck.name
    made = slides.deck_notebook(deck, "chapter.ipynb")
    nbformat.validate(made)
    assert not any(slides.REFERENCE.search(cell.source) for cell in made.cells)


@each_deck
def test_what_the_week_plan_shows_and_sets_is_in_the_deck_and_all_it_says_in_the_notes(deck):
    refers = slides.references(slides.source(deck).cells)
    figures = {words for what, words in refers if what == "figure"}
    plan = plan_of(deck)
    assert plan and {f for p in plan for f in p.figures} <= figures
    assert [what for what, words in refers if what == "week" and not words] == ["week"]
    made = slides.deck_notebook(deck, "chapter.ipynb")
    notes = "\n".join(c.source for c in made.cells if slides.kind(c) == "notes")
    for planned in plan:
        assert planned.words in notes, planned.words
    listed = " ".join(words for what, words in refers if what == "exercises").split()
    said = " ".join(p.words for p in plan if "*Set*" in p.words)
    assert set(re.findall(rf"\b{deck.number}\.\d+", said)) <= set(listed)


@each_deck
def test_chinese_names_its_language_wherever_it_is_shown(deck):
    for cell in slides.source(deck).cells:
        without = re.sub(r'<(\w+) lang="zh[\w-]*">.*?</\1>', "", cell.source)
        assert not HAN.search(without), f"{deck.name}: {without!r}"


def test_every_chapter_has_a_deck():
    assert len(DECKS) == 13


# ---------------------------------------------------------------- what is pulled from a chapter


@pytest.fixture(scope="module")
def seventh() -> Excerpts:
    return Excerpts(DECKS["07_self_attention"], plan_of(DECKS["07_self_attention"]))


def test_a_formula_keeps_its_tag_and_gives_each_statement_a_line(seventh):
    one, two = seventh.formula("sa-dot"), seventh.formula("sa-kernel")
    assert one.startswith("$$\na_j =") and one.endswith("\\tag{7.2}\n$$")
    assert two.count(r"\\[.6em]") == 1 and r"\qquad" not in two and "\\tag{7.1}" in two


def test_code_is_a_function_a_method_or_the_cell_that_sets_a_name(seventh):
    assert seventh.code_block("resemblance").startswith("```python\ndef resemblance(")
    method = seventh.code_block("Heads.forward")
    assert method.startswith("```python\ndef forward(self") and "__init__" not in method
    assert "W_K = np.eye(4) / 2" in seventh.code_block("X_hand")


def test_an_output_can_be_cut_to_its_lines(seventh):
    whole, some = seventh.output("cost"), seventh.output("cost 2-3")
    assert seventh.output("`multiplications(n, d)` 2-3") == some
    assert whole.split("\n")[2:4] == some.split("\n")[1:3] and len(some.split("\n")) == 4


@pytest.mark.parametrize(
    "what, words, message",
    [
        ("formula", "sa-nowhere", "expected a formula with the anchor 'sa-nowhere'"),
        ("figure", "7.99", "no stored output is Figure 7.99"),
        ("code", "Heads.backward", "'Heads' has no 'backward'"),
        ("code", "nowhere", "expected one cell to set 'nowhere'; 0 do"),
        ("output", "m", "expected one cell to set and print 'm'"),
        ("output", "cost 3-9", "there are 4 lines"),
        ("exercises", "7.99", "expected an exercise 7.99"),
        ("week", "nobody says this", "the week plan does not say"),
        ("picture", "7.1", "{{ picture }} is unknown"),
        ("formula", "", "07_self_attention: {{ formula }} does not say which"),
        ("title", "7", "07_self_attention: {{ title 7 }} is {{ title }} alone"),
    ],
)
def test_a_reference_to_nothing_says_so(seventh, what, words, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        seventh.figure(words) if what == "figure" else seventh.text(what, words)


def test_what_the_plan_says_of_a_figure_goes_to_its_slide(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "lecturers.md").write_text(
        "### Week 3 · [Chapter 3](03_x.ipynb)\n\nBegin. *Show* [Figure 3.1](03_x.ipynb#fig-3-1) "
        "first. Ask why. *Set* [3.2](03_x.ipynb#a) and [4.1](04_y.ipynb#b). Only "
        "[4.2](04_y.ipynb#c).\n\n### Week 4 · [Chapter 4](04_y.ipynb)\n\nNot this.\n",
        encoding="utf-8",
    )
    plan = plan_of(slides.Chapter("03_x", tmp_path))
    assert [(p.words, p.figures) for p in plan] == [
        ("Begin.", ()),
        ("*Show* Figure 3.1 first.", ("3.1",)),
        ("Ask why.", ("3.1",)),
        ("*Set* 3.2 and 4.1.", ()),
    ]


# ---------------------------------------------------------------- what is written


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("slides")
    slides.main(["--to", str(made), "07"])
    return made


def test_notes_stand_before_what_waits_and_hold_plan_and_caption(folder):
    deck = nbformat.read(folder / "07_self_attention.ipynb", as_version=4)
    groups = slides.slides(nbformat.v4.new_notebook(cells=deck.cells[1:]))
    with_figure = next(g for g in groups if any('figure("7.8")' in c.source for c in g))
    (notes,) = [c.source for c in with_figure if slides.kind(c) == "notes"]
    assert "a vote on what it explains" in notes and "How much each token is read" in notes
    for group in groups:
        kinds = [slides.kind(c) for c in group]
        assert kinds.count("notes") == 1
        assert "fragment" not in kinds or kinds.index("notes") < kinds.index("fragment")


def test_the_page_takes_nothing_from_a_network(folder):
    page = (folder / "07_self_attention.slides.html").read_text("utf-8")
    sources = re.findall(r'<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)="([^"]*)"', page)
    assert len(sources) > 10
    for source in sources:
        assert source.startswith("data:") or (folder / source).is_file(), source[:80]
    style = (folder / "show" / "slides.css").read_text("utf-8")
    for source in re.findall(r"url\((.*?)\)", style):
        assert (folder / "show" / source).is_file(), source


def test_nbconvert_alone_makes_the_same_page_of_a_deck(folder):
    page = folder / "07_self_attention.slides.html"
    before = page.read_text("utf-8")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--config", "show/nbconvert.py", "--to", "slides"]
        + ["07_self_attention.ipynb"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    assert page.read_text("utf-8") == before


def test_a_deck_run_anew_fetches_its_figures_from_the_chapter(folder, monkeypatch):
    deck = nbformat.read(folder / "07_self_attention.ipynb", as_version=4)
    shown = []
    monkeypatch.chdir(folder)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    names: dict = {}
    for cell in deck.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    stored = [c.outputs[0].data for c in deck.cells[1:] if c.cell_type == "code"]
    assert len(stored) > 5 and shown == stored


def test_a_deck_is_not_written_over_another(folder):
    file = folder / "07_self_attention.ipynb"
    before = file.read_bytes()
    with pytest.raises(SystemExit, match="in which somebody may have worked"):
        slides.main(["--to", str(folder)])
    assert file.read_bytes() == before and len(list(folder.glob("*.ipynb"))) == 1


def test_a_lecturers_own_style_is_left_alone(folder, tmp_path):
    style = tmp_path / "show" / "slides.css"
    shutil.copytree(folder / "show", style.parent)
    style.write_text("/* mine */", encoding="utf-8")
    slides.write_show(tmp_path)
    assert style.read_text("utf-8") == "/* mine */"


def test_a_wrong_name_or_folder_is_told():
    with pytest.raises(SystemExit, match="no deck begins with '99'"):
        slides.main(["99"])
    with pytest.raises(SystemExit, match="holds the sources themselves"):
        slides.main(["--to", str(ROOT / "teaching" / "slides")])
