"""What the website needs beyond Jupyter Book: light pages, local formulas, numbers by chapter.

- Formulas are set by KaTeX, which stands in ``static/katex`` (a third of MathJax's weight).
- Equations and exercises are numbered by chapter, (4.1), also while earlier ones are still to come.
- The icon font (1.5 MB) gives way to a style sheet with the few icons in use, and the theme's style
  sheets to the rules that some page or script can reach.
- Each chapter opens with a line that says how to run it.
"""

import base64
import re
from itertools import pairwise
from pathlib import Path

import tinycss2
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain
from sphinx.util import logging

log = logging.getLogger(__name__)


def number_equations(app: Sphinx, doctree: nodes.document) -> None:
    """(1), (2) ... of notebooks/04_name become (4.1), (4.2) ..."""
    docname = app.env.docname
    chapter = re.fullmatch(r"notebooks/(\d\d)_\w+", docname)
    if chapter is None:
        return
    domain = app.env.get_domain("math")
    if not isinstance(domain, MathDomain):
        raise TypeError(f"the domain of formulas is a {type(domain).__name__}, not Sphinx's own")
    equations = domain.equations
    labelled = [n for n in doctree.findall(nodes.math_block) if n.get("label")]
    for place, node in enumerate(labelled, start=1):
        node["number"] = f"{int(chapter[1])}.{place}"
        equations[node["label"]] = (docname, node["number"])


def number_exercises(app: Sphinx, env) -> list[str]:
    """Exercise 9 of the whole book becomes exercise 5.1, the first of chapter 5."""
    for docname, kinds in env.toc_fignumbers.items():
        chapter = re.fullmatch(r"notebooks/(\d\d)_\w+", docname)
        if chapter is None:
            continue
        exercises = kinds.get("exercise", {})
        for place, label in enumerate(sorted(exercises, key=exercises.get), start=1):
            exercises[label] = (int(chapter[1]), place)
    return []


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


ICON = r'(?<![\w-])"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+",\[?"([^"]+)"'
FIGURE = (
    r'(<figure class="mmbook-figure" [^>]*>)<img alt="([^"]*)" '
    r'src="data:image/svg\+xml;base64,([^"]+)"[^>]*>'
)


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Make the written pages light: no icon font, no rules and scripts that no page uses."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    icon_script = static / "scripts" / "fontawesome.js"
    pages = {p: p.read_text("utf-8") for p in Path(app.outdir).rglob("*.html")}
    scripts = [p.read_text("utf-8") for p in static.rglob("*.js") if p != icon_script]
    words = set(re.findall(r"[\w-]+", " ".join([*pages.values(), *scripts])))
    (static / "icons.css").write_text(icon_rules(icon_script.read_text("utf-8"), words), "utf-8")
    for path in (static / "styles" / "pydata-sphinx-theme.css", *static.glob("mystnb.*.css")):
        path.write_text(purge(path.read_text("utf-8"), words), "utf-8")
    for page, text in pages.items():
        text = re.sub(r"<script[^>]*(fontawesome|design-tabs)[^>]*></script>", "", text)
        text = re.sub(r"<link[^>]*(fontawesome|sphinx-design|sphinx-thebe)[^>]*>", "", text)
        page.write_text(re.sub(FIGURE, inline_svg, text), "utf-8")
    for path in [*(static / "vendor").rglob("*.*"), *static.rglob("*.map"), icon_script]:
        path.unlink(missing_ok=True)


def inline_svg(found: re.Match) -> str:
    """The SVG itself in its picture's place: its ink then follows the theme."""
    figure, alt, source = found.groups()
    svg = base64.b64decode(source).decode()
    return f'{figure}<svg role="img" aria-label="{alt}"{svg.removeprefix("<svg")}'


def icon_rules(script: str, words: set[str]) -> str:
    """A style sheet that masks each icon in use from its path in the icon script."""
    rules = [
        "[class*='fa-']::before{content:'';display:inline-block;width:1em;height:1em;"
        "vertical-align:-.125em;background:currentColor;"
        "-webkit-mask:var(--icon) center/contain no-repeat;"
        "mask:var(--icon) center/contain no-repeat}"
    ]
    for name in sorted(w[3:] for w in words if w.startswith("fa-")):
        found = re.search(ICON.format(name=re.escape(name)), script)
        if found:
            width, height, path = found.groups()
            svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
            svg = f"{svg}<path d='{path}'/></svg>".replace("<", "%3C").replace(">", "%3E")
            rules.append(f'.fa-{name}::before{{--icon:url("data:image/svg+xml,{svg}")}}')
    return "".join(rules)


def purge(css: str, words: set[str]) -> str:
    """Drop the rules whose classes no page and no script ever names, and the icon font."""
    kept = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            selectors = [s for s in split_at_commas(rule.prelude) if in_use(s, words)]
            glyph = "content" in tinycss2.serialize(rule.content) and ".fa" in str(
                tinycss2.serialize(rule.prelude)
            )
            if selectors and not glyph:
                names = ",".join(tinycss2.serialize(s) for s in selectors)
                kept.append(f"{names}{{{tinycss2.serialize(rule.content)}}}")
        elif (
            rule.type == "at-rule"
            and rule.content is not None
            and (rule.lower_at_keyword in ("media", "supports"))
        ):
            inner = purge(tinycss2.serialize(rule.content), words)
            if inner:
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}")
        elif "Font Awesome" not in tinycss2.serialize([rule]).replace("\\", ""):
            kept.append(tinycss2.serialize([rule]))
    # Icons that the theme sets from the font in admonition titles and outside links.
    return re.sub(r'(--pst-icon-[\w-]+):\s*"[^"]*"', r'\1:""', "".join(kept))


def split_at_commas(tokens: list) -> list[list]:
    parts: list[list] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def in_use(selector: list, words: set[str]) -> bool:
    """Whether every class at the selector's top level is a word of some page or script."""
    for dot, name in pairwise(selector):
        is_class = dot.type == "literal" and dot.value == "." and name.type == "ident"
        if is_class and name.value not in words:
            return False
    return True


def setup(app: Sphinx) -> dict:
    app.connect("doctree-read", number_equations)
    # after Sphinx's own count, which runs at the default priority of 500
    app.connect("env-get-updated", number_exercises, priority=900)
    app.connect("html-page-context", page_context, priority=900)
    app.connect("build-finished", slim)
    app.add_css_file("katex/katex.min.css")
    app.add_css_file("icons.css")
    app.add_css_file("book.css")
    app.add_js_file("katex/katex.min.js", loading_method="defer")
    app.add_js_file("book.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
