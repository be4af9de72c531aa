"""The slide shows in a real browser, from files, as a lecturer opens them."""

import pytest

from tools import slides
from tools.notebooks import chapters

OVERFULL = """() => [...document.querySelectorAll('.slides > section')].flatMap((outer, h) =>
  [...outer.querySelectorAll(':scope > section')].map((slide, v) => {
    Reveal.slide(h, v, 99);
    const box = [slide.scrollHeight - slide.clientHeight, slide.scrollWidth - slide.clientWidth];
    return [`${h + 1}.${v + 1}`, ...box];
  })).filter(([, down, across]) => down > 1 || across > 1)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    slides.write(chapters(), folder)
    return folder


@pytest.mark.parametrize("chapter", chapters(), ids=lambda c: c.name)
def test_in_a_browser_nothing_overflows_and_nothing_is_fetched(chapter, folder, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    trouble = []
    page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "request", lambda r: trouble.append(r.url) if r.url[:5] not in ("file:", "data:") else 0
    )
    page.goto((folder / f"{chapter.name}.slides.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    formulas = chapter.text.read_text(encoding="utf-8").count("\n$$") // 2
    assert page.evaluate("document.querySelectorAll('.katex-display').length") >= formulas
    assert page.evaluate("document.querySelectorAll('.katex-error').length") == 0
    assert page.evaluate(OVERFULL) == []
    live = page.evaluate("document.querySelectorAll('.mmbook-stage').length")
    assert live == page.evaluate("document.querySelectorAll('figure:has(script)').length")
    assert page.locator("section.present").last.is_visible()
    page.close()
    assert trouble == []
