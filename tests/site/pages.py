"""Which pages the built website has."""

import re
from pathlib import Path

SITE = Path(__file__).parents[2] / "_build" / "html"
PAGES = sorted(
    p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if "_static" not in p.parts
)
# index.html only leads to the home page, genindex.html is not linked from anywhere
CONTENT = [p for p in PAGES if p not in ("index.html", "genindex.html", "search.html")]
CHAPTERS = [p for p in CONTENT if re.match(r"notebooks/\d\d_", p)]


def read(path: str) -> str:
    return (SITE / path).read_text("utf-8")
