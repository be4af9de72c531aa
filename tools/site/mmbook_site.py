"""What the website needs beyond Jupyter Book and its theme.

- Formulas are set by MathJax from a pinned package, so that no request leaves the site.
- A chapter opens with its question, its minutes, what it needs, and where to get and run it.
- The first page shows figures out of the stored notebooks, so that they cannot go stale.
- An inline SVG stands in the place of each figure's image: its ink then follows the theme.
"""

import base64
import html
import json
import re
from importlib.resources import files
from pathlib import Path
from shutil import copy2

from docutils import nodes
from front import show_figures
from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)
CHAPTER = re.compile(r"notebooks/(\d\d)_\w+")


def formula_numbers(app: Sphinx, doctree: nodes.document) -> None:
    r"""Take ``\tag{7.3}`` out of a formula, so that its number stays in sight when that scrolls."""
    for node in doctree.findall(nodes.math_block):
        tag = re.search(r"\s*\\tag\{([^}]+)\}", node.astext())
        if tag and not node.get("nowrap"):
            node["number"] = tag[1]
            node.children = [nodes.Text(node.astext().replace(tag[0], ""))]


def chapter_head(app: Sphinx, doctree: nodes.document) -> None:
    """The question, then minutes and buttons, then what the reader needs; all from the text."""
    chapter = app.env.docname
    if not CHAPTER.fullmatch(chapter):
        return
    section = next(iter(doctree.findall(nodes.section)))
    question, *texts = section.findall(nodes.paragraph)
    needs = next((text for text in texts if text.astext().startswith("You need ")), None)
    times = r"\s*The\s+text\s+takes\s+(.+?)\s+to\s+read;\s+its\s+cells\s+take\s+(.+?)\s+to\s+run\."
    found = re.search(times, needs.astext(), re.DOTALL) if needs else None
    if needs is None or found is None:
        log.warning("%s does not say what it needs and how long it takes", chapter)
        return
    needs.parent.remove(needs)
    tail = ""  # of plain text, a node for each line
    while "The text takes" not in " ".join(tail.split()):
        tail = needs.pop().astext() + tail
    needs += nodes.Text(re.sub(times, "", tail, flags=re.DOTALL))
    needs["classes"].append("mmbook-needs")
    question["classes"].append("mmbook-question")
    row = (
        f'<div class="mmbook-chips"><span>{found[1]} to read</span>'
        f"<span>{found[2]} to run</span>"
        f'<a href="../_sources/{chapter}.ipynb" download>Download .ipynb</a>'
        '<a href="index.html#how-to-run">How to run</a></div>'
    )
    section.insert(2, [nodes.raw("", row, format="html"), needs])


def page_context(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """What the search needs; a chapter's number small above its title; what the page is about."""
    if pagename == "search":
        glossary = Path(app.srcdir, "notebooks", "glossary.md").read_text("utf-8")
        app.add_js_file(None, body=f"const chapterOf = {json.dumps(explained(glossary))}")
        app.add_js_file("search.js", loading_method="defer")
    # Jupyter Book sets up live code twice, which is an error, and no page has any.
    told = {s: f"{s} {getattr(s, 'attributes', '')}" for s in context.get("script_files", [])}
    context["script_files"] = [s for s, words in told.items() if "thebe" not in words.lower()]
    context["body"] = re.sub(
        r"<h1>(Chapter \d+)( · )",
        r'<h1><span class="mmbook-number">\1<span class="visually-hidden">\2</span></span>',
        context.get("body", ""),
    )
    tags = context.get("metatags", "")
    first = re.search(r"<p>(.*?)</p>", context["body"], re.DOTALL)
    if first and 'name="description"' not in tags:
        words = " ".join(re.sub("<[^>]+>", "", first[1]).split())
        tags += f'<meta content="{html.escape(words)}" name="description">'
    context["metatags"] = f'{tags}<meta name="page" content="{pagename}">'


def explained(glossary: str) -> dict[str, str]:
    """Which page explains a word, English or Chinese, in small letters: the glossary's rows."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|.*\]\((\w+)\.ipynb\)", glossary, re.MULTILINE)
    return {
        word.lower(): f"notebooks/{page}"
        for english, chinese, page in rows
        for word in (*english.split(", "), *chinese.split("、"))
    }


FIGURE = re.compile(
    r'(<figure class="mmbook-figure" [^>]*>)<img alt="([^"]*)" '
    r'src="data:image/svg\+xml;base64,([^"]+)"[^>]*>'
)
# A script of 1.5 MB that draws the icons; the theme's style sheet draws them as well, from a font.
ICONS = re.compile(r"<script[^>]*fontawesome[^>]*></script>")
SEARCH = re.compile(r"<script[^>]*(searchtools|language_data|searchindex)[^>]*></script>")
# The theme's own title and contents for paper; a chapter has its head there, too.
PAPER = re.compile(r'<div id="jb-print-docs-body".*?(?=<div id="searchbox")', re.DOTALL)
# What unfolds when it is pressed can hold no link.
SUMMARY = re.compile(r"<summary>.*?</summary>", re.DOTALL)
# No line may begin with the comma after a formula.
UNIT = re.compile(r'(<span class="math [^>]*>[^<]*</span>)([,.;:?!)’]+)')


def inline_svg(found: re.Match) -> str:
    figure, alt, source = found.groups()
    svg = base64.b64decode(source).decode()
    return f'{figure}<svg role="img" aria-label="{alt}"{svg.removeprefix("<svg")}'


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Pages without what they do not use, and the files that set formulas."""
    if exception is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = UNIT.sub(r'<span class="mmbook-unit">\1\2</span>', page.read_text("utf-8"))
        text = FIGURE.sub(inline_svg, ICONS.sub("", PAPER.sub("", text)))
        text = SUMMARY.sub(lambda found: re.sub(r"</?a\b[^>]*>", "", found[0]), text)
        text = text.replace(' aria-label="Toggle hidden content"', "")
        page.write_text(text if page.stem == "search" else SEARCH.sub("", text), "utf-8")
    source = Path(str(files("sphinx-mathjax-offline"))) / "static" / "mathjax"
    for file in [source / "tex-chtml.js", *source.glob("output/chtml/fonts/woff-v2/*.woff")]:
        place = Path(app.outdir) / "_static" / "mathjax" / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        copy2(file, place)


def setup(app: Sphinx) -> dict:
    for change in (formula_numbers, chapter_head, show_figures):
        app.connect("doctree-read", change)
    app.connect("html-page-context", page_context, priority=900)
    app.connect("build-finished", finish)
    app.add_css_file("book.css")
    app.add_js_file("book.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
