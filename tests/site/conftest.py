"""One Chromium for all tests of pages."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


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
