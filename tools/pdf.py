"""``make pdf``: the built website as one PDF, with bookmarks, contents and page numbers.

Each page is printed by the Chromium of the browser tests, so that paper looks like the site.
"""

import html
import io
import os
import shutil
from itertools import accumulate
from pathlib import Path

import yaml
from playwright.sync_api import Page, PdfMargins, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, NumberObject, TextStringObject

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
MARGIN: PdfMargins = {"top": "18mm", "bottom": "20mm", "left": "20mm", "right": "20mm"}
NUMBER = '<p style="font:9px sans-serif;width:100%;text-align:center" class="pageNumber"></p>'
PLACE = NameObject("/Place")  # ours: where a link leads, until its sheet is known
TOP = 842  # of a sheet of A4, in points
HEADINGS = "all => all.map((h) => [h.parentElement.id, h.textContent.replace(/#$/, '')])"


def names() -> list[str]:
    """The pages of the site, as the table of contents orders them."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    pages = [page for part in toc["parts"] for page in part["chapters"]]
    below = [[page, *page.get("sections", ())] for page in pages]
    return [toc["root"], *(page["file"] for family in below for page in family)]


def paper(page: Page, **options) -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(format="A4", margin=MARGIN, **options)))


def links(book: PdfReader | PdfWriter) -> list:
    return [part.get_object() for sheet in book.pages for part in sheet.get("/Annots", ())]


def print_page(page: Page, name: str) -> tuple[str, list, PdfReader]:
    """Title, sections and paper of a page; a link within it now names the page, too."""
    page.goto((SITE / f"{name}.html").as_uri(), wait_until="load")
    page.evaluate("window.MathJax?.startup?.promise")
    page.wait_for_timeout(300)  # for the figures that become interactive
    reader = paper(page, print_background=True, tagged=True)
    for link in links(reader):
        if "/Dest" in link:
            link[PLACE] = TextStringObject(f"{page.url}#{str(link.pop('/Dest'))[1:]}")
    sections = page.locator("article h2").evaluate_all(HEADINGS)
    return page.title().partition(" \u2014 ")[0], sections, reader


def print_contents(page: Page, titles: list[str], starts: list[int]) -> PdfReader:
    row = '<p style="display:flex;margin:.4em 0"><span style="flex:1">{}</span>{}</p>'
    lines = zip(map(html.escape, titles), starts, strict=True)
    rows = "".join(row.format(title, start + 1) for title, start in lines)
    page.set_content(f'<body style="font:14px sans-serif"><h1>Contents</h1>{rows}')
    return paper(page)


def join(page: Page, names: list[str]) -> PdfWriter:
    """The first page, the contents, all other pages; numbered, and linked within."""
    titles, sections, readers = zip(*(print_page(page, name) for name in names), strict=True)
    lengths = [len(reader.pages) for reader in readers]
    lengths[0] += len(print_contents(page, list(titles), lengths).pages)
    starts = [0, *accumulate(lengths)][:-1]
    writer, places = PdfWriter(), {}
    for name, title, parts, reader, start in zip(
        names, titles, sections, readers, starts, strict=True
    ):
        writer.append(reader, import_outline=False)
        url = (SITE / f"{name}.html").as_uri()
        places[url] = start, TOP
        for anchor, goal in reader.named_destinations.items():
            sheet = start + (reader.get_destination_page_number(goal) or 0)
            places[f"{url}#{anchor[1:]}"] = sheet, int(goal.top or TOP)
        chapter = writer.add_outline_item(title=title, page_number=start)
        for anchor, words in parts:
            sheet, _ = places.get(f"{url}#{anchor}", places[url])
            writer.add_outline_item(title=words, page_number=sheet, parent=chapter)
        if start == 0:
            writer.append(print_contents(page, list(titles), starts), outline_item="Contents")
    number_sheets(page, writer)
    for link in links(writer):
        place = str(link.pop(PLACE, link.get("/A", {}).get("/URI", "")))
        if place.startswith("file:"):
            link.pop("/A", None)
            found = places.get(place) or places.get(place.partition("#")[0])
            if found is None:  # to a page that is not printed
                continue
            sheet, top = found
            edge = [NameObject("/XYZ"), NumberObject(0), NumberObject(top), NumberObject(0)]
            link[NameObject("/Dest")] = ArrayObject([writer.pages[sheet].indirect_reference, *edge])
    return writer


def number_sheets(page: Page, writer: PdfWriter) -> None:
    page.set_content('<div style="break-after:page">&nbsp;</div>' * len(writer.pages))
    numbers = paper(page, display_header_footer=True, header_template="<p>", footer_template=NUMBER)
    for sheet, number in zip(writer.pages, numbers.pages, strict=False):
        sheet.merge_page(number)
        sheet.compress_content_streams()


def write(page: Page, target: Path, pages: list[str]) -> None:
    writer = join(page, pages)
    writer.write(target)
    print(f"{len(writer.pages)} pages in {target}")


if __name__ == "__main__":
    found = [os.environ.get("MMBOOK_BROWSER"), *map(shutil.which, ("chromium", "google-chrome"))]
    with sync_playwright() as playwright:
        path = next(filter(None, found), None)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        write(browser.new_page(), ROOT / "_build" / "mmbook.pdf", names())
