"""Two chapters as a reader meets them in JupyterLab, in a real browser: one has a control that asks
the kernel, the other a search that needs none.

Each is opened from a copy of the book, in a folder with an odd name that git watches.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.site.conftest import browser  # noqa: F401, a fixture
from tools.book import ROOT, chapters

# JupyterLab's own, once after Run All, when the last text cell is not drawn yet; nothing is seen.
KNOWN = ("reading 'node'", "did not appear within")


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the book in a folder with spaces and letters that are not English, under git."""
    folder = tmp_path_factory.mktemp("Mein Büch 书") / "the book"
    folder.mkdir()
    skip = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    for name in ("notebooks", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "As it was")
    return folder


@pytest.fixture(scope="module")
def address(book):
    """JupyterLab, as ``make lab`` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--config=tools/lab/config.py"]
    command += ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [
        "--ServerApp.token=",
        "--ServerApp.password=",
        "--LabApp.expose_app_in_browser=True",
    ]
    with open(book.parent / "lab.log", "wb") as log:
        server = subprocess.Popen(command, cwd=book, stdout=log, stderr=log)
    for _ in range(120):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.5)
    yield f"http://127.0.0.1:{port}/lab"
    server.terminate()
    server.wait(20)


@pytest.fixture(params=["02", "13"])
def page(request, browser, address):  # noqa: F811
    """A chapter, opened; ``page.chapter`` is it, what went wrong is in ``page.trouble``."""
    (chapter,) = chapters([request.param])
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.chapter, page.trouble = chapter, []
    page.on("console", lambda m: page.trouble.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.trouble.append(str(e)))
    page.goto(f"{address}/tree/notebooks/{chapter.name}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-MarkdownCell h1", timeout=120_000)
    page.wait_for_selector("[data-status=idle]", state="attached", timeout=120_000)
    yield page
    context.close()


def execute(page, name: str, **arguments):
    return page.evaluate(
        "([name, args]) => jupyterapp.commands.execute(name, args)", [name, arguments]
    )


def show(page, words: str, kind: str = "markdown") -> None:
    """Scroll to the first cell of a kind that holds these words."""
    cells = json.loads(page.chapter.ipynb.read_text("utf-8"))["cells"]
    place = next(
        n for n, c in enumerate(cells) if c["cell_type"] == kind and words in "".join(c["source"])
    )
    page.evaluate("n => jupyterapp.shell.currentWidget.content.scrollToItem(n, 'start')", place)
    page.wait_for_timeout(800)


def save(page) -> None:
    execute(page, "docmanager:save")
    page.wait_for_timeout(1500)


def lean(notebook: Path) -> str:
    """A stored notebook without its pictures and the digits that it prints.

    Another processor may round the last ones otherwise.
    """
    content = json.loads(notebook.read_text("utf-8"))
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            for kind, words in output.get("data", {"text": None}).items():
                if words is None:
                    output["text"] = re.sub(r"[\d.e±-]+", "0", "".join(output["text"])).split()
                else:
                    output["data"][kind] = ""
    return json.dumps(content, indent=1)


def test_a_chapter_is_read_run_and_saved(page, book):
    here = book / "notebooks" / page.chapter.ipynb.name
    save(page)
    assert git(book, "status", "--short") == "", "opening a chapter changed it"
    solutions_are_folded(page)
    run_all(page)
    if page.chapter.number != 13:
        a_control_answers(page)
    else:
        the_search_answers(page)
    a_figure_answers(page)
    save(page)
    assert lean(here).splitlines() == lean(page.chapter.ipynb).splitlines()
    assert git(book, "status", "--short").split() in ([], ["M", f"notebooks/{here.name}"])
    a_link_leads_on(page)
    assert [t for t in page.trouble if not any(k in t for k in KNOWN)] == []
    git(book, "checkout", "-q", ".")


def solutions_are_folded(page) -> None:
    show(page, "#### Solution")
    folded = page.evaluate("""() => {
        const cells = jupyterapp.shell.currentWidget.content.widgets;
        const heads = cells.filter((c) => c.model.sharedModel.source.startsWith("#### Solution"));
        return heads.map((c) => [c.headingCollapsed, cells[cells.indexOf(c) + 1].isHidden]);
    }""")
    assert len(folded) >= 6 and all(head and hidden for head, hidden in folded)


def run_all(page) -> None:
    """Run all cells and save in mid-run, as Lab does every two minutes; none fails, none warns."""
    page.evaluate("() => { window.ran = jupyterapp.commands.execute('notebook:run-all-cells') }")
    save(page)
    page.evaluate("() => window.ran")
    outputs = page.evaluate("""() => jupyterapp.shell.currentWidget.content.widgets
        .filter((c) => c.model.type === "code")
        .map((c) => [c.model.executionCount, c.model.outputs.toJSON().map(
            (o) => o.output_type === "error" ? o.evalue : o.name === "stderr" ? o.text : "")])""")
    assert [words for _, all in outputs for words in all if words] == []
    assert [count for count, _ in outputs] == list(range(1, len(outputs) + 1))


def a_control_answers(page) -> None:
    show(page, "@interact", "code")
    cell = page.locator(".jp-CodeCell", has_text="@interact").first
    picture = cell.locator("figure img").first
    before = picture.get_attribute("src")
    handle = cell.locator(".noUi-handle, input[type=text]").first
    handle.focus()
    if handle.evaluate("e => e.tagName") == "INPUT":
        handle.fill("red heart")
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([cell, old]) => ![old, undefined].includes(cell.querySelector('figure img')?.src)",
        arg=[cell.element_handle(), before],
        timeout=30_000,
    )


def the_search_answers(page) -> None:
    """Words and a scribble are answered in the browser, and no key of theirs reaches JupyterLab."""
    show(page, "search_page(", "code")
    figure = page.locator("figure.mmbook-search[data-ready]").first
    figure.scroll_into_view_if_needed()
    status, cells = figure.locator(".status"), page.locator(".jp-Cell").count()
    figure.locator("input").fill("")
    figure.get_by_role("button", name="clear", exact=True).click()
    expect(status).to_have_text(re.compile(r"^\s*Ask me something"), timeout=10_000)
    figure.locator("input").press_sequentially("add b fox")  # a, b, d, x are shortcuts on a cell
    expect(status).to_have_text(re.compile(r"^\s*Asked by English words\."), timeout=10_000)
    pad = figure.locator(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=8)
    page.mouse.up()
    expect(status).to_contain_text("and a scribble", timeout=10_000)
    expect(figure.locator(".answers li")).to_have_count(10)
    assert page.locator(".jp-Cell").count() == cells


def a_figure_answers(page) -> None:
    """An interactive figure follows the pointer, its slider the keys."""
    cells = json.loads(page.chapter.ipynb.read_text("utf-8"))["cells"]
    for kind in ("latent", "attention", "slider"):
        source = next(
            (
                "".join(c["source"])
                for c in cells
                if f"mmbook-{kind}" in json.dumps(c.get("outputs"))
            ),
            None,
        )
        if source is None:
            continue
        show(page, source, "code")
        figure = page.locator(f"figure.mmbook-{kind}[data-ready]").first
        figure.scroll_into_view_if_needed()
        words = figure.locator("[aria-live]")
        before = words.inner_text()
        if kind == "slider":
            figure.locator("input").focus()
            page.keyboard.press("ArrowLeft")
            page.keyboard.press("ArrowLeft")
        else:
            figure.locator("[data-i='3']").first.hover(force=True)
        expect(words, kind).not_to_have_text(before, use_inner_text=True, timeout=10_000)


def a_link_leads_on(page) -> None:
    """To another chapter if there is a link to one, else to a formula of this one."""
    text = page.chapter.text.read_text("utf-8").partition("\n## Exercises")[0]
    links = re.findall(r"(\[([^\[\]\n]+)\]\((\w+\.ipynb)?(#[\w-]+)?\))", text)
    whole, words, file, name = max(links, key=lambda link: link[2])
    show(page, whole)
    page.locator(".jp-MarkdownCell a:visible", has_text=words).first.click()
    if file:
        page.locator(".lm-TabBar-tab.lm-mod-current", has_text=file).wait_for(timeout=30_000)
    else:
        page.wait_for_timeout(1000)
        target = page.locator(f"[data-jupyter-id={name[1:]}]").first
        assert 0 <= target.bounding_box()["y"] <= page.viewport_size["height"]
