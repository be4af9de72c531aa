"""One Chromium, one server and one way of opening a page for all tests of the website."""

import functools
import http.server
import os
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright

from tests.site.pages import PAGES, SITE

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
VIEWS = {"desktop": (1280, 900), "phone": (390, 844)}
SETTLED = """Promise.resolve(window.MathJax?.startup?.promise)
    .then(() => document.fonts.ready).then(() => new Promise((done) => setTimeout(done, 50)))"""


@pytest.fixture(scope="session")
def browser():
    found = [os.environ.get("MMBOOK_BROWSER")]
    found += [shutil.which(n) for n in ("chromium", "google-chrome", "chromium-browser")]
    path = next(filter(None, found), None)
    if path is None:
        pytest.fail("no Chromium here; install it, or set MMBOOK_BROWSER to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


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
    """Open a page; what went wrong is in ``page.trouble``, what it fetched in ``page.fetched``."""
    yield from visits(browser, address)


@pytest.fixture(scope="session")
def visit_once(browser, address):
    """The same for what all tests share."""
    yield from visits(browser, address)


def visits(browser, address):
    contexts = []

    def open_page(path: str, view: str = "desktop", theme: str = "light"):
        width, height = VIEWS[view]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.trouble, page.fetched = [], set()
        page.on("console", lambda m: page.trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.trouble.append(str(e)))
        page.on("requestfailed", lambda r: page.trouble.append(f"failed {r.url}"))
        page.on("request", lambda r: _foreign(page, r.url, address))
        page.on("response", lambda r: _answer(page, r, address))
        page.goto(f"{address}/{path}", wait_until="load")
        page.evaluate(SETTLED)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _foreign(page, url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:")):
        page.trouble.append(f"foreign {url}")


def _answer(page, response, address: str) -> None:
    if response.status >= 400:
        page.trouble.append(f"{response.status} {response.url}")
    elif response.url.startswith(address):
        page.fetched.add(response.url.removeprefix(address + "/").partition("?")[0])
