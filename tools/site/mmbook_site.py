"""What the website needs beyond Jupyter Book: light pages, local formulas, numbers by chapter.

- Formulas are set by KaTeX, which stands in ``static/katex`` (a third of MathJax's weight).
- Equations are numbered by chapter, (4.1), also while earlier chapters are still to come.
- The icon font's script (1.5 MB) gives way to a style sheet with the few icons that a page uses.
- Each chapter opens with a line that says how to run it.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)


def number_equations(app: Sphinx, doctree: nodes.document) -> None:
    """(1), (2) ... of notebooks/04_name become (4.1), (4.2) ..."""
    docname = app.env.docname
    chapter = re.fullmatch(r"notebooks/(\d\d)_\w+", docname)
    if chapter is None:
        return
    equations = app.env.get_domain("math").equations
    labelled = [n for n in doctree.findall(nodes.math_block) if n.get("label")]
    for place, node in enumerate(labelled, start=1):
        node["number"] = f"{int(chapter[1])}.{place}"
        equations[node["label"]] = (docname, node["number"])


def page_context(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Scripts that a page needs, once each."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        name = str(getattr(script, "filename", None) or script)
        body = (getattr(script, "attributes", None) or {}).get("body") or ""
        if "thebe" in (name + body).lower() or "mathjax" in (name + body).lower():
            continue
        if (name, body) not in seen:
            seen.add((name, body))
            kept.append(script)
    context["script_files"] = kept
    if re.fullmatch(r"notebooks/\d\d_\w+", pagename):
        context["body"] = launch_menu(pagename) + context["body"]


def launch_menu(pagename: str) -> str:
    """Where to run this chapter: a JupyterLab on the reader's own machine, and how to get one."""
    lab = f"http://localhost:8888/lab/tree/{pagename}.ipynb"
    return (
        '<p class="mmbook-launch">Run this chapter: '
        f'<a href="{lab}" title="make lab must be running">open it in your JupyterLab</a> '
        "(start it with <code>make lab</code>), or see "
        '<a href="index.html#how-to-run">how to set it up</a>.</p>'
    )


ICON = r'"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+",\[?"([^"]+)"'


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Take the icon script out of every page and write a style sheet with the icons in use."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = list(out.rglob("*.html"))
    texts = {page: page.read_text("utf-8") for page in pages}
    static = out / "_static"
    sources = [static / "scripts" / "fontawesome.js"]
    script = "\n".join(p.read_text("utf-8") for p in sources if p.is_file())
    used = set()
    for text in [
        *texts.values(),
        *(p.read_text("utf-8") for p in static.rglob("*.js") if p not in sources),
    ]:
        used.update(
            re.findall(r"\bfa-(?!solid|regular|brands|lg|fw|sm|xs|\d)([a-z][a-z0-9-]+)", text)
        )
    rules = []
    for name in sorted(used):
        found = re.search(ICON.format(name=re.escape(name)), script)
        if found is None:
            continue
        width, height, path = found.groups()
        svg = f"%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'%3E"
        svg += f"%3Cpath d='{path}'/%3E%3C/svg%3E"
        rules.append(f'.fa-{name}::before{{--icon:url("data:image/svg+xml,{svg}")}}')
    base = (
        "[class*='fa-']::before{content:'';display:inline-block;width:1em;height:1em;"
        "vertical-align:-.125em;background:currentColor;"
        "-webkit-mask:var(--icon) center/contain no-repeat;"
        "mask:var(--icon) center/contain no-repeat}"
    )
    (static / "icons.css").write_text(base + "".join(rules), "utf-8")
    for path in [*sources, *static.glob("scripts/fontawesome.js.*")]:
        path.unlink(missing_ok=True)
    for page, text in texts.items():
        text = re.sub(r"<script[^>]*fontawesome[^>]*></script>", "", text)
        text = re.sub(r"<link[^>]*(fontawesome|fa-(solid|brands|regular))[^>]*>", "", text)
        page.write_text(text, "utf-8")
    for folder in ("vendor/fontawesome", "webfonts"):
        for path in sorted((static / folder).rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()


def setup(app: Sphinx) -> dict:
    app.connect("doctree-read", number_equations)
    app.connect("html-page-context", page_context, priority=900)
    app.connect("build-finished", slim)
    app.add_css_file("katex/katex.min.css")
    app.add_css_file("icons.css")
    app.add_css_file("book.css")
    app.add_js_file("katex/katex.min.js", loading_method="defer")
    app.add_js_file("book.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
