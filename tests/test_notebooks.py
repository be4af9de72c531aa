"""The chapters as they are stored obey the rules of ``notebook_rules``; nothing is executed here.

(``make test`` executes them too, by nbval; see ``nbval_tolerance``.)
"""

import pytest
import yaml

from tests import notebook_rules as rules
from tools import links
from tools import notebooks as tools
from tools.book import ROOT, chapters

CHAPTERS = chapters()
FOLDER = ROOT / "notebooks"
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)


@pytest.fixture(scope="module")
def stored():
    """{name: stored notebook}"""
    return {chapter.name: chapter.read() for chapter in CHAPTERS}


@pytest.fixture(scope="module")
def pages(stored):
    """{path below notebooks/: its text}, chapters and plain pages."""
    texts = {f"{name}.ipynb": rules.markdown(notebook) for name, notebook in stored.items()}
    return texts | {page.name: page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md")}


def listed(complaints: list[str]) -> str:
    return "\n" + "\n".join(complaints)


def test_the_book_has_chapters_and_all_are_in_its_table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = {
        entry["file"] for part in toc["parts"] for entry in part["chapters"] if "file" in entry
    }
    assert CHAPTERS
    assert {f"notebooks/{chapter.name}" for chapter in CHAPTERS} <= files


@each_chapter
def test_text_and_notebook_agree_and_the_outputs_are_fresh(chapter):
    complaints = tools.complaints(chapter)
    assert not complaints, listed(complaints)


@each_chapter
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_chapter_obeys(rule, chapter, stored):
    complaints = rule(stored[chapter.name])
    assert not complaints, listed(complaints)


@each_chapter
def test_figures_are_numbered_in_order(chapter, stored):
    number = int(chapter.name.partition("_")[0])
    complaints = rules.figures_are_numbered(stored[chapter.name], number)
    assert not complaints, listed(complaints)


@pytest.fixture(scope="module")
def drawn(stored):
    """{page: ids of its figures}"""
    return {f"{n}.ipynb": {f.place for f in rules.all_figures(nb)} for n, nb in stored.items()}


def test_chapters_are_plain_markdown(pages):
    texts = {page: text for page, text in pages.items() if page.endswith(".ipynb")}
    complaints = rules.plain_markdown(texts)
    assert not complaints, listed(complaints)


def test_anchors_are_single(pages):
    complaints = rules.anchors_are_single(pages)
    assert not complaints, listed(complaints)


def test_every_link_leads_to_a_file_and_a_place_in_it(pages, drawn):
    complaints = rules.links_resolve(pages, FOLDER, drawn)
    assert not complaints, listed(complaints)


def test_every_citation_is_right_and_every_work_is_cited(pages):
    citing = {page: text for page, text in pages.items() if page != "bibliography.md"}
    complaints = rules.citations_are_right(citing, links.works())
    assert not complaints, listed(complaints)


def test_numbers_and_lists_of_works_are_fresh():
    stale = [p.name for p in links.pages() if links.written(p) != p.read_text("utf-8")]
    assert stale == [], "run `make links`"
    assert links.bibliography() == (FOLDER / "bibliography.md").read_text("utf-8")
