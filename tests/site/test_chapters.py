"""What every chapter of the built website has and does: ``make book`` first."""

import re

import pytest

from tests.site.pages import CHAPTERS, SITE, read

EXPLORER = "figure.mmbook-interactive:not(.mmbook-slider)"
PAPER = 642  # pixels between the margins of A4
TOO_WIDE = """right => [...document.querySelectorAll("article *:not(svg *)")].filter((box) => {
    const place = box.getBoundingClientRect();
    if (!place.width || !box.checkVisibility()) return false;
    if (box.closest(".visually-hidden, mjx-assistive-mml")) return false;
    const frame = box.parentElement.closest("mjx-container")?.getBoundingClientRect();
    const scrolls = !box.closest(".math") && getComputedStyle(box).overflowX !== "visible";
    return place.right > (frame?.right ?? right) + 1
        || scrolls && box.scrollWidth > box.clientWidth + 1;
}).map((box) => `${box.tagName} ${box.className} ${box.textContent.slice(0, 40)}`).slice(0, 5)"""


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_opens_with_its_question_its_minutes_and_what_it_needs(path):
    text = read(path).partition("<article")[2]
    head = text[: text.index("<h2")]
    assert re.search(r'class="mmbook-question[^>]*><strong>.{20,}\?', head, re.DOTALL)
    chips = re.search(r'<div class="mmbook-chips">(.*?)</div>', head, re.DOTALL)
    assert chips and re.search(r"\d+ minutes to read.*minutes?( and a half)? to run", chips[1])
    assert 'class="mmbook-needs' in head and head.count("to read") == 1
    assert "localhost" not in text
    (download,) = re.findall(r'<a download[^>]* href="([^"]*\.ipynb)"', chips[1])
    target = (SITE / path).parent / download
    assert target.is_file() and target.stat().st_size > 10_000


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_numbers_its_equations_and_exercises_from_one(path):
    chapter, text = int(path.split("/")[1][:2]), read(path)
    for kind in (r'class="eqno">\(([\d.]+)\)', r"<h3>Exercise ([\d.]+)<"):
        found = re.findall(kind, text)
        assert found == [f"{chapter}.{place}" for place in range(1, len(found) + 1)] and found


def test_most_chapters_have_a_figure_that_answers():
    assert sum("mmbook-stage" in read(path) for path in CHAPTERS) > len(CHAPTERS) / 2


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_answers_to_pointer_and_keyboard_and_prints(visit, path):
    page = visit(path)
    if page.locator(EXPLORER).count():
        the_interactive_figure_answers(page)
    if page.locator("figure.mmbook-slider").count():
        a_slider_changes_its_picture_and_goes_back(page)
    a_solution_opens_and_closes(page)
    on_a4_nothing_is_cut_or_dark_and_solutions_are_open(page)
    assert page.trouble == []


def the_interactive_figure_answers(page) -> None:
    figure = page.locator(EXPLORER).first
    stage, words = figure.locator(".mmbook-stage"), figure.locator("[aria-live]")
    stage.scroll_into_view_if_needed()
    start = words.inner_text()
    stage.focus()
    page.keyboard.press("ArrowRight")
    first = words.inner_text()
    page.keyboard.press("ArrowRight")
    second = words.inner_text()
    assert len({start, first, second}) == 3
    page.emulate_media(color_scheme="dark")
    seen = []
    for place in (3, 15):  # one of them may be where the arrow keys have led
        figure.locator(f"[data-i='{place}']").first.hover(force=True)
        seen.append(words.inner_text())
    assert set(seen) - {start, first, second} and seen[0] != seen[1]
    page.keyboard.press("Escape")
    assert words.inner_text() == start


def a_slider_changes_its_picture_and_goes_back(page) -> None:
    figure = page.locator("figure.mmbook-slider").first
    slider, words = figure.locator("input[type=range]"), figure.locator("[aria-live]")
    picture, stage = figure.locator("svg"), figure.locator(".mmbook-stage")
    start = slider.input_value(), words.inner_text(), picture.inner_html()
    slider.fill("1")
    moved = slider.input_value(), words.inner_text(), picture.inner_html()
    assert all(a != b for a, b in zip(start, moved, strict=True))
    stage.press("ArrowRight")  # the arrow keys go on from where the slider is
    assert slider.input_value() == "2" and words.inner_text() != moved[1]
    stage.press("Escape")
    assert (slider.input_value(), words.inner_text(), picture.inner_html()) == start


def a_solution_opens_and_closes(page) -> None:
    solution = page.locator("details.solution").first
    inside = solution.locator("p").last
    assert not inside.is_visible()
    solution.locator("summary").first.click()
    assert inside.is_visible()
    solution.locator("summary").first.click()
    assert not inside.is_visible()


def on_a4_nothing_is_cut_or_dark_and_solutions_are_open(page) -> None:
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert page.evaluate(TOO_WIDE, PAPER) == []
    assert page.locator("details.solution:not([open])").count() == 0
    assert (
        page.locator(".toggle-button:visible, .copybtn:visible, .mmbook-card:visible").count() == 0
    )
    page.emulate_media(media="screen", color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.locator("details.solution[open]").count() == 0
