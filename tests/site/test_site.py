"""The built website in a real browser: ``make book`` first, then ``make site-test``."""

import functools
import http.server
import re
import threading
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "_build" / "html"
PAGES = sorted(
    p.relative_to(SITE).as_posix()
    for p in SITE.rglob("*.html")
    if p.name not in ("genindex.html", "search.html") and "_static" not in p.parts
)
CONTENT = [p for p in PAGES if p != "index.html"]  # index.html only leads to the home page
CHAPTERS = [p for p in PAGES if re.match(r"notebooks/\d\d_", p)]


def read(path: str) -> str:
    return (SITE / path).read_text("utf-8")


VIEWS = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="session")
def address():
    if not PAGES:
        pytest.fail(f"no pages in {SITE}; run `make book` first")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def visit(browser, address):
    """Open a page; what went wrong is in ``page.trouble``, what it weighs in ``page.weight``."""
    contexts = []

    def open_page(path: str, view: str = "desktop", theme: str = "light"):
        width, height = VIEWS[view]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme
        )
        contexts.append(context)
        page = context.new_page()
        page.trouble, page.weight = [], 0
        page.on("console", lambda m: page.trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.trouble.append(str(e)))
        page.on("requestfailed", lambda r: page.trouble.append(f"failed {r.url}"))
        page.on("request", lambda r: _foreign(page, r.url, address))
        page.on("response", lambda r: _answer(page, r))
        page.goto(f"{address}/{path}", wait_until="load")
        page.wait_for_timeout(150)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _foreign(page, url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:")):
        page.trouble.append(f"foreign {url}")


def _answer(page, response) -> None:
    if response.status >= 400:
        page.trouble.append(f"{response.status} {response.url}")
    # The search index is the book's, fetched once; each chapter added would weigh on all others.
    elif not response.url.startswith("data:") and not response.url.endswith("searchindex.js"):
        page.weight += int(response.headers.get("content-length", 0))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("path", CONTENT)
def test_a_page_opens_without_errors_and_fits_its_window(visit, path, view, theme):
    page = visit(path, view, theme)
    assert page.trouble == []
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0


@pytest.mark.parametrize("path", CONTENT)
def test_a_page_says_what_it_is(visit, path):
    page = visit(path)
    assert len(page.title()) > 10
    assert len(page.locator('meta[name="description"]').get_attribute("content")) > 40
    assert page.locator("article h1").count() == 1


@pytest.mark.parametrize("path", CONTENT)
def test_a_page_weighs_less_than_one_and_a_half_megabytes(visit, path):
    page = visit(path)
    assert 50_000 < page.weight < 1_500_000


def test_the_search_index_weighs_less_than_a_quarter_of_a_megabyte():
    assert 1_000 < (SITE / "searchindex.js").stat().st_size < 250_000


@pytest.mark.parametrize("path", CONTENT)
def test_every_formula_is_set(visit, path):
    page = visit(path)
    assert page.locator(".katex-error").count() == 0
    assert page.locator(".math").count() == page.locator(".math .katex-html").count()


@pytest.mark.parametrize("path", CONTENT)
def test_every_link_inside_the_book_leads_somewhere(path):
    text = read(path)
    for link in re.findall(r'<a[^>]+href="([^"]+)"', text):
        if re.match(r"(https?|mailto|javascript):", link):
            continue
        target, _, anchor = link.partition("#")
        file = (SITE / path).parent / target if target else SITE / path
        assert file.is_file(), f"{path} links to {link}"
        if anchor and file.suffix == ".html":
            assert f'id="{anchor}"' in file.read_text("utf-8"), f"{path} links to {link}"


@pytest.mark.parametrize("path", CONTENT)
def test_every_picture_has_words(visit, path):
    page = visit(path)
    missing = page.eval_on_selector_all(
        "article img, article svg[role=img]",
        "all => all.filter(e => !(e.alt || e.getAttribute('aria-label'))).length",
    )
    assert missing == 0


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_numbers_its_equations_by_chapter(visit, path):
    chapter = int(re.search(r"(\d\d)_", path)[1])
    page = visit(path)
    numbers = [re.search(r"\(([\d.]+)\)", t)[1] for t in page.locator(".eqno").all_inner_texts()]
    assert numbers == [f"{chapter}.{n}" for n in range(1, len(numbers) + 1)] and numbers
    references = page.locator("a[href^='#equation-']:not(.headerlink)").all_text_contents()
    assert references
    for reference in references:
        assert reference.strip("()") in numbers


@pytest.mark.parametrize("path", CHAPTERS)
def test_ink_of_figures_follows_the_theme(visit, path):
    shades = {}
    for theme in ("light", "dark"):
        page = visit(path, theme=theme)
        ink = page.eval_on_selector(
            "figure.mmbook-figure svg[role=img]", "e => getComputedStyle(e).fill"
        )
        shades[theme] = sum(map(int, re.findall(r"\d+", ink)[:3])) / 3
    assert shades["light"] < 90 and shades["dark"] > 160


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", CHAPTERS)
def test_the_interactive_figure_answers_to_pointer_and_keyboard(visit, path, theme):
    page = visit(path, theme=theme)
    figure = page.locator("figure.mmbook-interactive:not(.mmbook-slider)").first
    stage, words = figure.locator("[tabindex='0']"), figure.locator("[aria-live]")
    stage.scroll_into_view_if_needed()
    start = words.inner_text()
    stage.focus()
    page.keyboard.press("ArrowRight")
    first = words.inner_text()
    page.keyboard.press("ArrowRight")
    second = words.inner_text()
    assert len({start, first, second}) == 3
    figure.locator("[data-i='12']").first.hover(force=True)
    assert words.inner_text() not in (start, first, second)
    page.keyboard.press("Escape")
    assert words.inner_text().strip() == ""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("path", CHAPTERS)
def test_every_formula_shows_its_beginning_and_its_number(visit, path, view):
    hidden = """formulas => formulas.filter((formula) => {
        const left = (e) => e.getBoundingClientRect().left;
        const number = formula.querySelector(".eqno");
        const first = Math.min(...[...formula.querySelectorAll(".base")].map(left));
        const cut = number && number.getBoundingClientRect().right > innerWidth;
        return first < left(formula) - 1 || cut;
    }).map((formula) => formula.id || formula.textContent.slice(0, 40))"""
    assert visit(path, view=view).locator("div.math").evaluate_all(hidden) == []


@pytest.mark.parametrize("path", [p for p in CHAPTERS if "mmbook-slider" in read(p)])
def test_a_slider_changes_its_picture_and_goes_back(visit, path):
    figure = visit(path).locator("figure.mmbook-slider").first
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


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_numbers_its_exercises_from_one_and_puts_no_missing_icon_there(visit, path):
    titles = visit(path).locator("div.exercise > p.admonition-title")
    chapter = int(path.split("/")[1][:2])
    places = range(1, titles.count() + 1)
    assert [t.strip() for t in titles.all_inner_texts()] == [
        f"Exercise {chapter}.{place}" for place in places
    ]
    icon = "t => getComputedStyle(t, '::before').content + getComputedStyle(t, '::after').content"
    assert titles.first.evaluate(icon) == "nonenone"


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_solution_opens(visit, path):
    page = visit(path)
    solution = page.locator("div.solution.dropdown, details.solution").first
    hidden = solution.locator("p").nth(-1)
    assert not hidden.is_visible()
    solution.locator("summary, .toggle-button, p.admonition-title").first.click()
    page.wait_for_timeout(300)
    assert hidden.is_visible()


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_can_be_downloaded_and_launched(visit, path):
    page = visit(path)
    assert page.locator("a[href$='.ipynb']").count() >= 1
    download = page.locator("a[href$='.ipynb'][download], .dropdown-download-buttons a").first
    target = (SITE / path).parent / download.get_attribute("href")
    assert target.is_file() and target.stat().st_size > 10_000
    assert page.locator(".mmbook-launch a").count() == 2


def test_chapters_are_joined_by_previous_and_next(visit):
    page = visit(CHAPTERS[0])
    assert page.locator("a.left-prev").count() == 1 and page.locator("a.right-next").count() == 1


def test_search_finds_a_word(visit):
    page = visit("search.html?q=autoencoder")
    page.wait_for_selector("#search-results li", timeout=5000)
    assert "Multimodal autoencoder" in page.locator("#search-results").inner_text()
    assert page.trouble == []


def test_the_theme_button_changes_the_theme(visit):
    page = visit(CONTENT[0])
    before = page.evaluate("document.documentElement.dataset.theme")
    for _ in range(3):
        page.locator("button.theme-switch-button").first.click()
        if page.evaluate("document.documentElement.dataset.theme") != before:
            return
    pytest.fail("three clicks on the theme button changed nothing")
