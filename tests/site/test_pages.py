"""Every page of the built website, in two windows and two themes: ``make book`` first.

A page is opened once for a window; all that can be seen in it is then checked in both themes.
"""

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import VIEWS
from tests.site.pages import CHAPTERS, CONTENT, SITE, read

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WORDLESS = "all => all.filter(e => !(e.alt || e.getAttribute('aria-label'))).length"
HIDDEN = """formulas => formulas.filter((formula) => {
    const left = (e) => e.getBoundingClientRect().left;
    const set = formula.querySelector("mjx-math"), number = formula.querySelector(".eqno");
    if (!formula.checkVisibility()) return false;
    return left(set) < left(formula) - 1 || number?.getBoundingClientRect().right > innerWidth;
}).map((formula) => formula.id || formula.textContent.slice(0, 40))"""
INK = """figures => figures.map((e) => getComputedStyle(e).fill.match(/\\d+/g).slice(0, 3)
    .reduce((sum, part) => sum + part / 3, 0))"""


# Code is coloured alike everywhere, and formulas and drawings have the ink of the text: a tenth of
# the code is enough for axe-core, which takes half a minute for the contrast of a whole chapter.
THIN = """document.querySelectorAll("mjx-container > *, article svg, article pre")
    .forEach((e, i) => { if (e.tagName !== "PRE" || i % 10) e.remove(); })"""


# The many pages of the package are alike: the smaller window is the harder one, and the colours of
# three are those of all.
SEEN = [
    (path, view)
    for path in (*CONTENT, "search.html")
    for view in VIEWS
    if view == "phone" or not path.startswith("api/")
]
WIDTHS = "all => all.map((e) => e.clientWidth)"
COLOURS = {(path, "desktop") for path, _ in SEEN if not path.startswith("api/")}
COLOURS |= {(f"api/{name}.html", "phone") for name in ("index", "attention", "figures")}


@pytest.fixture(scope="session")
def shared(visit_once) -> set[str]:
    """What a reader has already who has seen one chapter."""
    return visit_once(CHAPTERS[0]).fetched - {CHAPTERS[0]}


@pytest.mark.parametrize("path, view", SEEN)
def test_a_page_opens_fits_sets_its_formulas_and_shuts_nobody_out(visit, path, view, shared):
    page = visit(path, view)
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert page.locator(".math").count() == page.locator(".math mjx-container").count()
    pictures = "article img:not(.mmbook-thumb), article svg[role=img]"
    assert page.eval_on_selector_all(pictures, WORDLESS) == 0
    assert page.locator("div.math").evaluate_all(HIDDEN) == []
    assert barriers(page, {"rules": {"color-contrast": {"enabled": False}}}) == []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        assert page.evaluate(OVERFLOW) <= 0
        ink = page.locator("figure.mmbook-figure svg[role=img]").evaluate_all(INK)
        assert all(shade < 90 if theme == "light" else shade > 160 for shade in ink)
    if view == "phone" and path in CHAPTERS:
        small = page.locator("figure.mmbook-figure > :is(svg, img)").evaluate_all(WIDTHS)
        assert all(width >= 550 for width in small), "a wide picture scrolls, it does not shrink"
        what_is_wide_says_so_and_takes_the_keyboard(page)
    if path != "search.html":
        assert 10 < len(page.fetched) and sum(map(sent, page.fetched)) < 1_500_000
        assert sum(map(sent, page.fetched - shared)) < 400_000
    page.evaluate(THIN)
    for theme in ("dark", "light") if (path, view) in COLOURS else ():
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        assert barriers(page, {"runOnly": ["color-contrast"]}) == [], theme
    assert page.trouble == []


def what_is_wide_says_so_and_takes_the_keyboard(page) -> None:
    wide = page.locator(".mmbook-more:visible").element_handles()
    assert len(wide) > 3
    for box in wide:
        assert box.get_attribute("tabindex") == "0" and box.get_attribute("aria-label")
    box.evaluate("box => { box.scrollLeft = box.scrollWidth }")
    page.wait_for_function("box => !box.matches('.mmbook-more')", arg=box)


@cache
def sent(path: str) -> int:
    """The bytes of a file as a server sends it."""
    body = (SITE / path).read_bytes()
    return len(body if path.endswith(("png", "woff", "woff2")) else gzip.compress(body))


SERIOUS = """options => axe.run(options).then(({violations}) => violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map(({id, nodes}) => `${id} x${nodes.length}: ${nodes[0].html.slice(0, 200)}`))"""


def barriers(page, options: dict) -> list[str]:
    """What axe-core calls serious or critical, with the first place of each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate(SERIOUS, options | {"resultTypes": ["violations"], "preload": False})


@pytest.mark.parametrize("path", CONTENT)
def test_a_page_says_what_it_is(path):
    text = read(path)
    described = re.search(r'<meta content="([^"]*)" name="description"', text)
    assert described and len(described[1]) > 40, f"{path} has no description"
    assert len(re.findall("<h1", text.partition("<article")[2])) == 1


@pytest.mark.parametrize("path", CONTENT)
def test_every_link_inside_the_book_leads_somewhere(path):
    for link in re.findall(r'<a[^>]+href="([^"]+)"', read(path)):
        if re.match(r"(https?|mailto|javascript):", link):
            continue
        target, _, anchor = link.partition("#")
        file = ((SITE / path).parent / target if target else SITE / path).resolve()
        assert file.is_file(), f"{path} links to {link}"
        if anchor and file.suffix == ".html":
            assert anchor in places(file), f"{path} links to {link}"


@cache
def places(file: Path) -> set[str]:
    """What a link into a page can name."""
    return set(re.findall(r'id="([^"]*)"', file.read_text("utf-8")))
