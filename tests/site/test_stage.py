"""Interactive figures in a real browser, each on a page of its own."""

import base64
import re

import numpy as np
import pytest

from mmbook import figures
from mmbook.figures import Event

WORDS = dict(number="7.1", caption="What to see in this picture.", alt="What the data show. " * 3)


def attention() -> figures.Shown:
    weights = np.array([[0.25, 0.75], [0.5, 0.5]])
    scene = figures.Scene("who looks", ["a", "b"], ["c", "d"], weights, ["a", "b"], ["1", "2"])
    other = figures.Scene("who else", ["e", "f"], ["g"], [[1], [0]], ["e", "f"], ["3", ""], held=0)
    return figures.attention_explorer([scene, other], **WORDS)


def latent(marks: list[str] | None) -> figures.Shown:
    codes = {m: np.random.default_rng(k).normal(size=(5, 2)) for k, m in enumerate(figures.COLORS)}
    return figures.latent_explorer(
        {"one": codes, "two": {"image": codes["text"]}},
        thumbnails=np.zeros((5, 9, 7), np.uint8),
        names=["a<b>", "b", "c & d", "d", "e"],
        marks=marks,
        notes={"It says": list("vwxyz"), "": ["", "", "no head", "", ""]},
        held=2,
        **WORDS,
    )


def timeline() -> figures.Shown:
    events = [Event(1950 + k, f"event {k}", ("image",), f"note {k}") for k in range(4)]
    return figures.timeline(events, start=1950, end=1960, held=1, **WORDS)


def slider() -> figures.Shown:
    frames = [figures.draw_opinions([], {"image": [p, 1 - p]}) for p in (0.1, 0.2, 0.5)]
    return figures.slider(frames, ["low", "some", "high"], name="noise", start=1, **WORDS)


def drawn() -> figures.Shown:
    def frame(x: float):
        fig, ax = figures.subplots(width=3, height=1)
        ax.plot([0, x])
        ax.set(ylim=(0, 3))
        return fig

    return figures.slider([frame(1), frame(2)], ["one", "two"], name="end", **WORDS)


KINDS = {
    "attention": attention,
    "dots": lambda: latent(None),
    "letters": lambda: latent(list("ABCDE")),
    "timeline": timeline,
    "slider": slider,
    "slider of matplotlib": drawn,
}
each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))


@pytest.fixture
def page(browser):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def put(page, shown: figures.Shown, size: int = 16) -> None:
    page.set_content(
        f'<body style="font:{size}px serif">{shown._repr_html_()}</body>', wait_until="load"
    )
    page.wait_for_selector(".mmbook-stage svg")


def state(page) -> tuple[str, str]:
    """The picture as markup, without what only the page needs, and the words of the card."""
    picture = page.locator(".mmbook-stage svg").evaluate(
        """svg => { const copy = svg.cloneNode(true);
        for (const name of ["aria-hidden"]) copy.removeAttribute(name);
        for (const name of ["max-width", "height", "display", "touch-action"])
            copy.style.removeProperty(name);
        for (const part of [copy, ...copy.querySelectorAll("[style]")])
            part.getAttribute("style") ? part.style.cssText += "" : part.removeAttribute("style");
        return copy.outerHTML; }"""
    )
    return picture, page.locator(".mmbook-card [aria-live]").inner_text()


def static(page, shown: figures.Shown) -> tuple[str, str]:
    """The same of the picture that stands where no script runs."""
    svg = base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", shown.markup)[1]).decode()
    return page.evaluate(
        """source => { const box = document.createElement("div"); box.innerHTML = source;
        const svg = box.firstElementChild, words = svg.querySelector("[data-words]");
        svg.setAttribute("viewBox", words.dataset.words);
        svg.setAttribute("height", words.dataset.height);
        words.remove();
        for (const part of [svg, ...svg.querySelectorAll("[style]")])
            part.getAttribute("style") ? part.style.cssText += "" : part.removeAttribute("style");
        return [svg.outerHTML,
                [...words.querySelectorAll("text")].map(t => t.textContent).join("\\n")]; }""",
        svg,
    )


@each_kind
def test_the_live_picture_starts_as_the_printed_one_and_says_the_same(page, make):
    shown = make()
    put(page, shown)
    picture, words = static(page, shown)
    assert state(page) == (picture, words) and len(words) > 5


@each_kind
def test_keys_walk_over_the_parts_and_escape_leads_back(page, make):
    put(page, make())
    first = state(page)
    page.focus(".mmbook-stage")
    page.keyboard.press("End")
    last = state(page)
    page.keyboard.press("ArrowRight")  # round to the first part
    start = state(page)
    page.keyboard.press("Home")
    assert state(page) == start
    page.keyboard.press("ArrowLeft")
    assert state(page) == last != start
    page.keyboard.press("Escape")
    assert state(page) == first
    assert re.match("Point at|Drag", page.locator(".mmbook-hint").inner_text())


def test_a_pointer_shows_a_part_and_a_click_holds_it(page):
    put(page, timeline())
    rows = page.locator(".mmbook-stage [data-i] rect")
    rows.nth(2).hover()
    assert state(page)[1] == "1952: event 2\nnote 2"
    rows.nth(2).click()
    rows.nth(0).hover()
    assert state(page)[1] == "1952: event 2\nnote 2"


def test_a_slider_answers_to_arrow_keys_and_keeps_them_from_jupyterlab(page):
    put(page, slider())
    page.focus("input[type=range]")
    page.keyboard.press("ArrowRight")
    assert state(page)[1] == "noise: high"
    page.keyboard.press("ArrowDown")
    assert state(page)[1] == "noise: some"
    shortcuts = page.locator("input[type=range]").get_attribute("data-lm-suppress-shortcuts")
    assert shortcuts == "true"


@pytest.mark.parametrize("size", [11, 26])
def test_words_of_a_figure_keep_their_size_and_letters_whatever_the_page_has(page, size):
    put(page, attention(), size)
    style = "t => { const s = getComputedStyle(t); return [s.fontSize, s.fontFamily]; }"
    found = [text.evaluate(style) for text in page.locator(".mmbook-stage text").all()]
    assert len(found) == 11 and all(
        own == "13px" and letters.startswith("system-ui") for own, letters in found
    )
    width = page.locator(".mmbook-stage svg").evaluate("s => getComputedStyle(s).maxWidth")
    assert width == "100%"
