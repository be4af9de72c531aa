"""What leads through the website: its first page, its search, its contents, its PDF."""

import re

import pytest
from pypdf import PdfReader

from tests.site.pages import CHAPTERS, read
from tools import pdf


def test_the_first_screen_can_be_touched(visit):
    page = visit("notebooks/index.html")
    slider = page.locator("input[type=range]")
    place = slider.bounding_box()
    assert place["y"] + place["height"] < 900
    picture = page.locator(".mmbook-stage svg")
    before = picture.inner_html()
    slider.press("ArrowRight")
    assert picture.inner_html() != before
    buttons = [link.get_attribute("href") for link in page.locator(".mmbook-hero + p + p a").all()]
    assert buttons == ["01_multimodal.html", "#how-to-run"]


def test_the_first_page_shows_each_part_and_leads_to_each_chapter(visit):
    page = visit("notebooks/index.html")
    cards = page.locator("#the-chapters > ul > li")
    assert cards.count() == 5 == cards.locator("img.mmbook-thumb").count()
    found = [link.get_attribute("href") for link in cards.locator("ul a").all()]
    assert found == [path.removeprefix("notebooks/") for path in CHAPTERS]


def hits(visit, words: str) -> list[tuple[str, str]]:
    page = visit(f"search.html?q={words}")
    page.wait_for_function("document.querySelector('.search-summary')?.innerText.includes('found')")
    found = page.locator("#search-results > ul > li > a")
    answer = [(link.inner_text(), link.get_attribute("href")) for link in found.all()]
    assert page.trouble == []
    return answer


@pytest.mark.parametrize(
    "words, first",
    [
        ("cross attention", "08_"),
        ("knowledge distillation", "10_"),
        ("autoencoder", "04_"),
        ("CCA", "04_"),
        ("MFCCs", "02_"),
        ("互学习", "11_"),
    ],
)
def test_the_chapter_about_something_is_found_first(visit, words, first):
    assert hits(visit, words)[0][1].startswith(f"notebooks/{first}")


@pytest.mark.parametrize("words", ["KL", "softmax", "注意力", "CrossAttention"])
def test_these_words_are_found(visit, words):
    assert hits(visit, words)


def test_a_section_is_found_by_its_title_and_in_its_text(visit):
    assert any("#" in place for _, place in hits(visit, "saturates"))
    page = visit("search.html?q=softmax")
    page.wait_for_selector("#search-results li ul a")
    for link in page.locator("#search-results li ul a").all():
        file, _, anchor = link.get_attribute("href").partition("#")
        assert anchor and f'id="{anchor}"' in read(file)


def test_the_magnifier_of_the_search_page_leaves_the_words_alone(visit):
    page = visit("search.html?q=softmax")
    icon = page.locator("main .bd-search i").bounding_box()
    field = page.locator("main .bd-search input")
    space = field.evaluate("field => parseFloat(getComputedStyle(field).paddingLeft)")
    assert icon["x"] + icon["width"] <= field.bounding_box()["x"] + space


def test_the_contents_follow_the_reading_after_a_jump(visit):
    page = visit(CHAPTERS[3])
    for section in page.locator("article > section > section").all()[2:5]:
        name = section.get_attribute("id")
        section.evaluate("s => scrollTo(0, scrollY + s.getBoundingClientRect().bottom - 400)")
        shown = f"""() => {{  // the section or one within it; none for a moment after a jump
            const link = document.querySelector("#pst-page-toc-nav a.active");
            const place = link && document.getElementById(link.hash.slice(1));
            return place?.closest("#{name}");
        }}"""
        page.wait_for_function(shown)


def test_chapters_are_joined_by_previous_and_next(visit):
    page = visit(CHAPTERS[0])
    assert page.locator("a.left-prev").count() == 1 and page.locator("a.right-next").count() == 1


def test_the_theme_button_changes_the_theme(visit):
    page = visit("notebooks/glossary.html")
    before = page.evaluate("document.documentElement.dataset.theme")
    for _ in range(3):
        page.locator("button.theme-switch-button").first.click()
        if page.evaluate("document.documentElement.dataset.theme") != before:
            return
    pytest.fail("three clicks on the theme button changed nothing")


@pytest.mark.parametrize(
    "path", [p for p in CHAPTERS if "@interact" in re.sub("<[^>]+>", "", read(p))]
)
def test_a_live_cell_says_what_it_is(path):
    text, chapter = read(path), int(path.split("/")[1][:2])
    assert "The website shows a still." in text
    assert f'id="fig-{chapter}-0"' in text[text.index("@") :]


def test_there_is_one_search_field_and_no_bar_above_the_page(visit):
    page = visit(CHAPTERS[0])
    assert page.locator(".search-button-field:visible").count() == 1
    assert page.locator("#pst-header").bounding_box() is None


def test_the_pdf_has_contents_numbers_bookmarks_and_links_within(browser, tmp_path):
    target = tmp_path / "book.pdf"
    pdf.write(
        browser.new_page(), target, ["notebooks/index", "notebooks/glossary", "notebooks/notation"]
    )
    book = PdfReader(target)
    words = [sheet.extract_text() for sheet in book.pages]
    place = next(i for i, text in enumerate(words) if text.startswith("Contents"))
    start = int(re.search(r"Notation\s*(\d+)", words[place])[1])
    assert "Notation" in words[start - 1] and words[start - 1].rstrip().endswith(str(start))
    titles = [item.title for item in book.outline if not isinstance(item, list)]
    assert titles == ["Multimodal learning, by doing", "Contents", "Glossary", "Notation"]
    found = [link.get_object() for sheet in book.pages for link in sheet.get("/Annots", ())]
    assert any("/Dest" in link for link in found)
    assert not any("file:" in str(link.get("/A", "")) for link in found)
