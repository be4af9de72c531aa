"""The slide shows in a real browser, from the disk, as a lecturer opens them."""

import json
import re

import pytest

from tools import slides

DECKS = [deck.name for deck in slides.decks([])]
SIZE = {"width": 1280, "height": 720}
# What is wrong with the slide that is shown.
FAULTS = """() => {
  const slide = Reveal.getCurrentSlide(), own = slide.getBoundingClientRect(), faults = [];
  slide.querySelectorAll(".fragment").forEach((part) => part.classList.add("visible"));
  const skip = "aside, mjx-assistive-mml, script, svg *";
  for (const part of slide.querySelectorAll("*")) {
    const box = part.getBoundingClientRect();
    if (part.closest(skip) || !box.width || !box.height) continue;
    if (box.left < own.left - 1 || box.right > own.right - 51 || box.top < own.top - 1
        || box.bottom > own.bottom + 1)
      faults.push(`${part.tagName} leaves the slide: ${part.textContent.slice(0, 60)}`);
    const style = getComputedStyle(part);
    const words = [...part.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (part.tagName !== "FIGCAPTION" && words && !part.closest("mjx-container")
        && parseFloat(style.fontSize) < 20 - 1e-6)
      faults.push(`${style.fontSize}: ${part.textContent.slice(0, 60)}`);
  }
  const isBox = (part) => !part.closest(skip) && !part.parentElement.closest("figure")
    && !part.querySelector("mjx-container[display]");
  [...slide.querySelectorAll("h2, p, pre, figure, mjx-container[display]")]
    .filter(isBox).map((part) => part.getBoundingClientRect()).sort((a, b) => a.top - b.top)
    .forEach((box, k, all) => {
      if (k && box.top < all[k - 1].bottom - 1) faults.push("parts overlap");
    });
  for (const img of slide.querySelectorAll("img"))
    if (!img.naturalWidth || !img.alt) faults.push("a picture is missing, or has no words");
  for (const svg of slide.querySelectorAll(".mmbook-stage > svg"))
    if (svg.getBoundingClientRect().height < 250) faults.push("a small figure");
  for (const formula of slide.querySelectorAll("mjx-container[display]"))
    if (parseFloat(getComputedStyle(formula).fontSize) < 24) faults.push("a small formula");
  if (slide.matches(".wrapped") && slide.querySelector("pre .k, pre .kn, pre .o"))
    faults.push("code too long for its slide");
  if (slide.querySelector("mjx-merror")) faults.push("a formula that MathJax does not know");
  if (/\\$\\$|\\{\\{/.test(slide.innerText)) faults.push("something was left as it is written");
  return faults;
}"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shows")


@pytest.fixture
def show(browser, folder):
    """Open a show; what went wrong is in ``page.trouble``."""
    contexts = []

    def opened(name: str, query: str = "", ready: str = "window.Reveal?.isReady()"):
        if not (folder / f"{name}.slides.html").exists():
            slides.main(["--to", str(folder), name])
        contexts.append(browser.new_context(viewport=SIZE))
        page = contexts[-1].new_page()
        page.set_default_timeout(120_000)
        page.trouble = []
        page.on("console", lambda m: page.trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on("requestfailed", lambda r: page.trouble.append(f"failed {r.url}"))
        page.on("request", lambda r: _local(page, r.url))
        page.goto((folder / f"{name}.slides.html").as_uri() + query)
        page.wait_for_function(ready, timeout=120_000)
        return page

    yield opened
    for context in contexts:
        context.close()


def _local(page, url: str) -> None:
    if not url.startswith(("file:", "data:", "blob:", "about:")):
        page.trouble.append(f"foreign {url}")


def go_to(page, holds: str) -> None:
    """Show the first slide that has an element."""
    page.evaluate(
        """what => Reveal.slide(Reveal.getHorizontalSlides().findIndex(
            (slide) => slide.querySelector(what)))""",
        holds,
    )


@pytest.mark.parametrize("name", DECKS)
def test_no_slide_overflows_its_letters_are_large_and_nothing_leaves_the_machine(show, name):
    page = show(name)
    total = page.evaluate("Reveal.getTotalSlides()")
    assert total == len(slides.slides(slides.source(slides.decks([name])[0]))) <= 35
    faults = {}
    for number in range(total):
        page.evaluate("number => Reveal.slide(number)", number)
        faults[number + 1] = page.evaluate(FAULTS)
    assert {number: found for number, found in faults.items() if found} == {}
    assert page.trouble == []


def test_a_figure_answers_to_the_pointer_where_it_is_enlarged(show):
    page = show("07_self_attention")
    go_to(page, ".mmbook-attention")
    figure = page.locator("section.present .mmbook-attention:visible")
    card = figure.locator("[aria-live]")
    said = set()
    for patch in (0, 5, 9):
        figure.locator("[data-scene]").nth(1).locator("[data-i]").nth(patch).hover()
        said.add(card.inner_text())
    assert len(said) == 3 and all("patch" in words for words in said)


def test_a_point_of_a_map_is_found_where_it_stands_on_a_larger_screen(show):
    page = show("04_autoencoder")
    page.set_viewport_size({"width": 1920, "height": 1080})
    go_to(page, ".mmbook-latent")
    figure = page.locator("section.present .mmbook-latent:visible")
    script = figure.locator('script[type="application/json"]').text_content()
    titles = json.loads(script or "")["titles"]
    assert figure.locator("svg").bounding_box()["width"] > 1000
    for sample in (3, 40, 90):
        figure.locator(f'[data-panel] [data-cloud] [data-i="{sample}"]').first.hover(force=True)
        assert figure.locator("[aria-live] b").inner_text() == titles[sample]


def test_a_slider_keeps_its_keys_and_gives_them_back(show):
    page = show("02_data")
    go_to(page, ".mmbook-slider")
    here = page.evaluate("Reveal.getIndices().h")
    words = page.locator("section.present .mmbook-card:visible [aria-live]")
    before = words.inner_text()
    page.locator("section.present .mmbook-card:visible input").focus()
    page.keyboard.press("ArrowRight")
    assert words.inner_text() != before and page.evaluate("Reveal.getIndices().h") == here
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here + 1


def test_keys_within_a_figure_walk_over_it_and_a_remote_goes_on(show):
    page = show("07_self_attention")
    go_to(page, ".mmbook-attention")
    here = page.evaluate("Reveal.getIndices().h")
    stage = page.locator("section.present .mmbook-stage:visible")
    card = page.locator("section.present .mmbook-card:visible [aria-live]")
    before = card.inner_text()
    stage.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here and card.inner_text() != before
    page.keyboard.press("PageDown")
    assert page.evaluate("Reveal.getIndices().h") == here + 1
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == here + 2


def test_the_speaker_sees_notes_in_a_second_window(show):
    page = show("07_self_attention")
    go_to(page, "#fig-7-8")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    popup.value.wait_for_function("document.body.innerText.includes('Take the vote now')")
    assert "a vote on what it explains" in popup.value.inner_text("body")


def test_the_show_prints_a_page_a_slide(show):
    page = show("07_self_attention", "?print-pdf", "document.querySelector('.pdf-page')")
    page.wait_for_function("window.Reveal?.isReady()")
    pages = page.locator(".pdf-page").count()
    assert pages == page.evaluate("Reveal.getTotalSlides()")
    page.emulate_media(media="print")
    top, left = page.evaluate(
        """() => { const page = document.querySelectorAll(".pdf-page")[3];
        const [box, words] = [page, page.querySelector("h2")].map((p) => p.getBoundingClientRect());
        return [words.top - box.top, words.left - box.left]; }"""
    )
    assert top > 30 and left > 50  # reveal.js would print without margins
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == pages
