"""The search of chapter 13 on its built page, in a real browser: it answers as NumPy does."""

import base64
import json
import re
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from mmbook.features import Pieces
from mmbook.search import Finder, Question
from tests.site.pages import CHAPTERS, read

FIGURE = "figure.mmbook-search"
PAD, BOX, ANSWERS = f"{FIGURE} .pad", f"{FIGURE} input", f"{FIGURE} .answers button"
TRIANGLE = [(0.2, 0.8), (0.5, 0.15), (0.85, 0.75), (0.2, 0.8)]


@cache
def chapter() -> str:
    return next(p for p in CHAPTERS if "/13_" in p)


@cache
def facts() -> dict:
    figure = re.search(
        r'<figure class="[^"]*mmbook-search".*?</figure>', read(chapter()), re.DOTALL
    )
    return json.loads(re.search(r'application/json">(.*?)</script>', figure[0], re.DOTALL)[1])


@cache
def finder() -> Finder:
    """The page's own weights, in NumPy."""
    found, layers, pieces = facts(), {}, {}
    K = len(found["layers"]["drawing"]["bias"])

    def numbers(of):
        whole = np.frombuffer(base64.b64decode(of["bytes"]), np.int8).astype(float)
        return torch.tensor(whole * of["scale"])

    for m, of in found["layers"].items():
        weight = numbers(of).reshape(K, -1)
        layers[m] = nn.Linear(weight.shape[1], K, dtype=torch.float64)
        with torch.no_grad():
            layers[m].weight.copy_(weight)
            layers[m].bias.copy_(torch.tensor(of["bias"]))
        if "pieces" in of:
            pieces[m] = Pieces([], of["longest"])
            pieces[m].known = of["pieces"]
    return Finder(
        layers,
        numbers(found["entries"]).reshape(-1, K),
        found["names"],
        pieces=pieces,
        usual=found["usual"],
        extent=found["extent"],
        width=found["width"],
    )


@pytest.fixture(scope="module")
def opened(visit_once):
    """The chapter, opened once for each view and theme."""
    pages = {}

    def once(view, theme):
        if (view, theme) not in pages:
            pages[view, theme] = page = visit_once(chapter(), view, theme)
            page.wait_for_selector(PAD)
        return pages[view, theme]

    return once


@pytest.fixture
def page(opened):
    """A page on which nothing is asked yet."""

    def emptied(view="desktop", theme="light"):
        page = opened(view, theme)
        pages.append(page)
        page.locator(PAD).scroll_into_view_if_needed()
        empty(page)
        settle(page)
        return page

    pages = []
    yield emptied
    for page in pages:
        assert page.trouble == []


def settle(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def asked(page) -> dict:
    settle(page)
    return json.loads(page.locator(f"{FIGURE} .live").get_attribute("data-asked"))


def agrees(page) -> dict:
    """The ten answers and scores are NumPy's; gives what was asked."""
    question = asked(page)
    shown = page.locator(ANSWERS).evaluate_all(
        "all => all.map((b) => [+b.dataset.entry, +b.dataset.score])"
    )
    expected = finder().search(Question(**question))
    assert [e for e, _ in shown] == [a.entry for a in expected]
    assert [s for _, s in shown] == pytest.approx([a.score for a in expected], abs=1e-3)
    return question


def says(page) -> str:
    settle(page)
    return page.locator(f"{FIGURE} .status").inner_text()


def at(page, point):
    box = page.locator(PAD).bounding_box()
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


def scribble(page, points=TRIANGLE):
    page.mouse.move(*at(page, points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*at(page, point), steps=7)
    page.mouse.up()


def empty(page):
    page.fill(BOX, "")
    page.get_by_role("button", name="clear", exact=True).click()


def test_the_held_question_is_answered_at_once(visit):
    page = visit(chapter())
    page.wait_for_selector(PAD)
    question = agrees(page)
    assert question == facts()["held"] and page.locator(ANSWERS).count() == 10
    assert not page.locator(f"{FIGURE} .paper img").is_visible() and page.trouble == []


TYPED = ["umbrella", "one o'clock", "FOX", "伞", "蓝色 心", "red 苹果", "8 fox", "NG按钮"]


def test_typed_words_find_what_numpy_finds(page):
    page = page()
    for text in TYPED:
        empty(page)
        page.locator(BOX).press_sequentially(text)
        assert agrees(page) == {"text": text, "strokes": [], "half": None}
        assert page.locator(ANSWERS).count() == 10
        named = {"english": "English", "chinese": "Chinese"}
        told = [m for m, name in named.items() if f"{name} words" in says(page)]
        assert told == list(finder().senses(Question(text))), text


def test_an_emptied_page_asks_for_a_question_and_goes_on(page):
    page = page()
    assert says(page).startswith("Ask me something") and page.locator(ANSWERS).count() == 0
    page.fill(BOX, "\u2603")
    assert "No letter group" in says(page) and "Ask me something" in says(page)
    page.fill(BOX, "cat")
    assert agrees(page)["text"] == "cat" and says(page).startswith("Asked by English words.")


def test_a_mouse_draws_and_undo_takes_back(page):
    page = page()
    scribble(page)
    strokes = agrees(page)["strokes"]
    assert len(strokes) == 1 and len(strokes[0]) > 15
    assert strokes[0][0] == pytest.approx(TRIANGLE[0], abs=0.01)
    assert strokes[0][-1] == pytest.approx(TRIANGLE[-1], abs=0.01)
    assert page.locator(ANSWERS).count() == 10 and "a scribble" in says(page)
    scribble(page, [(0.4, 0.4), (0.6, 0.6)])
    assert len(agrees(page)["strokes"]) == 2
    page.get_by_role("button", name="undo").click()
    assert agrees(page)["strokes"] == strokes


@pytest.mark.parametrize("end", [(0.9, 0.5), (0.1, 0.1), (0.12, 0.9)], ids=["across", "up", "down"])
def test_one_straight_line_is_fitted_as_numpy_fits_it(page, end):
    page = page()
    scribble(page, [(0.1, 0.5), end])
    ink = finder().picture(Question(**agrees(page)))
    assert 0.05 < ink.mean() < 0.3, "no grey sheet"
    for _ in range(4):
        page.locator(f"{FIGURE} .tools button").last.click()
        assert agrees(page)["half"]


def test_clear_takes_the_words_the_scribble_and_the_smudge_away(page):
    page = page()
    page.fill(BOX, "cat")
    scribble(page)
    page.locator(f"{FIGURE} .tools button").last.click()
    assert agrees(page)["half"] == "top"
    page.get_by_role("button", name="clear", exact=True).click()
    assert asked(page) == {"text": "", "strokes": [], "half": None}
    assert page.input_value(BOX) == "" and says(page).startswith("Ask me something")
    assert page.locator(f"{FIGURE} .status .tile").count() == 0


def test_what_the_empty_box_proposes_is_found(page):
    proposed = page().locator(BOX).get_attribute("placeholder").removesuffix(" \u2026").split(", ")
    assert len(proposed) == 2
    for text in proposed:
        answers = finder().search(Question(text))
        assert any(text in facts()["names"][a.entry] for a in answers[:5]), text


def test_the_canvas_has_the_screens_pixels_and_shows_the_ink(page):
    page = page()
    scribble(page, [(0.1, 0.5), (0.9, 0.5)])
    settle(page)
    side, ratio, dark, light = page.locator(PAD).evaluate(
        """c => { const pen = c.getContext("2d");
        const at = (x, y) => pen.getImageData(x * c.width, y * c.width, 1, 1).data;
        return [c.width / c.clientWidth, devicePixelRatio, [...at(.5, .5)], [...at(.5, .3)]]; }"""
    )
    assert side == pytest.approx(ratio, abs=0.01)
    assert dark == [0, 0, 0, 255] and light[3] == 0


def test_a_finger_draws_on_a_phone_and_the_page_does_not_move(page):
    page = page("phone")
    before = page.evaluate("scrollY")
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def send(kind, *points):
        places = [dict(zip("xy", at(page, p), strict=True)) for p in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", TRIANGLE[0])
    for a, b in zip(TRIANGLE, TRIANGLE[1:], strict=False):
        for t in (0.25, 0.5, 0.75, 1):
            send("touchMove", (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    send("touchEnd")
    strokes = agrees(page)["strokes"]
    assert len(strokes) == 1 and len(strokes[0]) >= 10
    assert page.evaluate("scrollY") == before
    action = "e => getComputedStyle(e).touchAction"
    assert page.locator(PAD).evaluate(action) == "none"
    assert page.locator(f"{FIGURE} .live").evaluate(action) == "auto"


def test_a_keyboard_is_enough(page):
    page = page()
    page.locator(BOX).focus()
    page.keyboard.type("house")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "pad"
    for keys in ("ArrowUp*4 Space ArrowLeft*6 ArrowDown*6 Space Enter", "ArrowRight*12 Space"):
        for key in keys.split():
            name, _, times = key.partition("*")
            for _ in range(int(times or 1)):
                page.keyboard.press(name)
    corners = agrees(page)["strokes"]
    assert corners == [[[0.5, 0.3], [0.2, 0.6]], [[0.8, 0.6]]]
    page.keyboard.press("Backspace")
    assert agrees(page)["strokes"] == corners[:1]
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel")
        )
    assert reached[:3] == ["undo", "clear", "smudge"] and "our scribble" in reached[3]
    page.keyboard.press("Enter")
    assert agrees(page)["strokes"] == list(facts()["scribbles"].values())[1]


def test_all_of_ours_can_be_taken(page):
    page = page()
    for name, strokes in facts()["scribbles"].items():
        page.get_by_role("button", name=f"our scribble: {name}").click()
        assert agrees(page)["strokes"] == strokes


def test_a_smudge_goes_round_the_four_halves(page):
    page = page()
    scribble(page)
    smudge, found = page.locator(f"{FIGURE} .tools button").last, []
    for _ in range(5):
        smudge.click()
        found.append(agrees(page)["half"])
        assert smudge.get_attribute("aria-pressed") == str(found[-1] is not None).lower()
        grid = page.locator(f"{FIGURE} .seen")
        assert grid.is_visible()
    assert found == ["top", "bottom", "left", "right", None]


def test_words_and_a_scribble_ask_together_and_the_parts_add_up(page):
    page = page()
    page.fill(BOX, "red apple")
    scribble(page)
    question = Question(**agrees(page))
    assert says(page).startswith("Asked by English words and a scribble.")
    for n, answer in enumerate(finder().search(question)):
        said = page.locator(f"{FIGURE} .answers .why").nth(n).locator(".part").all_inner_texts()
        shares = [float(text.split()[-1].replace("\u2212", "-")) for text in said]
        assert sum(shares) == pytest.approx(answer.score, abs=0.035)  # seven numbers of two digits
        assert shares[0] == pytest.approx(answer.cells.sum(), abs=0.006)
        assert shares[-1] == pytest.approx(answer.bias, abs=0.006)
    assert "Why " in page.locator(f"{FIGURE} .reason").inner_text()


def test_an_answer_that_is_pressed_is_explained(page):
    page = page()
    scribble(page)
    agrees(page)
    third = page.locator(ANSWERS).nth(2)
    third.click()
    name = facts()["names"][int(third.get_attribute("data-entry"))][0]
    assert page.locator(f"{FIGURE} .reason").inner_text().startswith(f"Why {name}?")
    assert third.get_attribute("aria-pressed") == "true"


def test_everything_can_be_looked_for_and_its_place_is_the_true_one(page):
    page = page()
    page.fill(BOX, "fox")
    page.locator(f"{FIGURE} summary").click()
    everything = page.locator(f"{FIGURE} .everything button")
    everything.first.wait_for()
    assert everything.count() == len(facts()["names"])
    for e in (2, 101):
        everything.nth(e).click()
        settle(page)
        rank = next(a.rank for a in finder().search(Question("fox"), most=None) if a.entry == e)
        said = page.locator(f"{FIGURE} .place").inner_text()
        assert said.startswith(f"At place {rank} of {len(facts()['names'])}")
        assert facts()["names"][e][0] in said
    page.fill(BOX, "")
    settle(page)
    assert page.locator(f"{FIGURE} .place").inner_text() == "Ask me something first."
    page.locator(f"{FIGURE} summary").click()


@pytest.mark.parametrize("view", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ink_and_page_differ_in_both_themes_and_nothing_is_too_wide(page, view, theme, tmp_path):
    page = page(view, theme)
    page.fill(BOX, "cat")
    scribble(page)
    settle(page)
    ink = page.locator(f"{FIGURE} .name").first.evaluate("e => getComputedStyle(e).color")
    level = np.mean([int(v) for v in re.findall(r"\d+", ink)[:3]])
    assert (level > 150) == (theme == "dark")
    paper = page.locator(PAD).evaluate("e => getComputedStyle(e).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    wide, room = page.locator(FIGURE).evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert wide <= room + 1
    shot = page.locator(FIGURE).screenshot(path=tmp_path / f"{view}-{theme}.png")
    assert len(shot) > 20_000


@pytest.fixture
def touched(browser, address):
    """The chapter on a small phone."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{address}/{chapter()}")
    page.wait_for_selector(PAD)
    yield page
    context.close()


def test_on_a_phone_a_finger_finds_its_buttons_and_the_answer_stands_under_the_paper(touched):
    def box(part):
        return touched.locator(f"{FIGURE} {part}").first.bounding_box()

    order = ["summary", "input", ".pad", ".tools", ".status", ".ours", ".answers", ".engine"]
    boxes = [box(part) for part in order]
    ends = [b["y"] + b["height"] for b in boxes]
    assert all(end <= b["y"] + 1 for end, b in zip(ends, boxes[1:], strict=False))
    assert ends[4] - boxes[0]["y"] < 640, "from what is in here to the first answer: one screen"
    assert ends[4] - boxes[2]["y"] < 460, "under the book's bar, paper and first answer are seen"
    for part in ("summary", "input", ".tools button", ".ours button", ".answers button"):
        assert box(part)["height"] >= 44, part
    first = int(touched.locator(ANSWERS).first.get_attribute("data-entry"))
    assert facts()["names"][first][0] in says(touched)
    style = "e => e.style.backgroundImage + e.style.cssText"
    tiles = [touched.locator(f"{FIGURE} {p} .tile").first for p in (".status", ".answers")]
    assert tiles[0].evaluate(style) == tiles[1].evaluate(style) != ""


def test_the_smallest_phone_shows_it_whole(page):
    page = page("phone")
    page.fill(BOX, "cat")
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 640})
    settle(page)
    wide, room = page.locator(FIGURE).evaluate("e => [e.scrollWidth, e.clientWidth]")
    page.set_viewport_size(size)
    assert wide <= room + 1


def test_paper_shows_the_still_picture(page):
    page = page()
    page.emulate_media(media="print")
    assert page.locator(f"{FIGURE} .paper img").is_visible()
    assert not page.locator(f"{FIGURE} .live").is_visible()
    page.emulate_media(media="screen")


def test_without_scripts_there_is_the_still_picture(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{chapter()}")
    assert page.locator(f"{FIGURE} > img").is_visible() and page.locator(PAD).count() == 0
    context.close()


def test_no_name_of_its_scripts_is_left_on_the_page(page):
    page = page()
    names = ["makeSearch", "makePad", "el", "HALVES", "eightBit", "start", "tries"]
    assert page.evaluate(f"{json.dumps(names)}.filter((n) => n in window)") == []
