"""The package's pages on the built website: ``make book`` first, then ``make site-test``."""

import ast
import importlib
import json
import re
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

from tests.site.pages import CHAPTERS, SITE, read
from tests.test_api import MODULES, constants
from tests.test_api import NAMES as FUNCTIONS

ROOT = Path(__file__).parents[2]
NAMES = [f"mmbook.{name}" for name in FUNCTIONS] + [
    f"{module}.{name}" for module in MODULES for name in constants(importlib.import_module(module))
]


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    """Each of the package's names: page.html#anchor, as ``objects.inv`` tells other sites."""
    with (SITE / "objects.inv").open("rb") as file:
        kinds = InventoryFile.load(file, "", lambda base, address: address)
    return {
        name: entry[2].replace("$", name)
        for kind, entries in kinds.items()
        for name, entry in entries.items()
        if kind.startswith("py:")
    }


def test_every_public_name_has_an_anchor_on_the_page_of_its_module(places):
    missing = [n for n in [*MODULES, *NAMES] if n not in places]
    assert not missing
    pages = {module: read(module.replace("mmbook.", "api/") + ".html") for module in MODULES}
    for name in NAMES:
        path, _, anchor = places[name].partition("#")
        module = ".".join(name.split(".")[:2])
        assert path == module.replace("mmbook.", "api/") + ".html"
        assert f'id="{anchor}"' in pages[module], name


def imported(chapter: str) -> set[str]:
    """Full names that a chapter's cells import from the package, or take from its modules."""
    notebook = json.loads((ROOT / chapter.replace(".html", ".ipynb")).read_text("utf-8"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    modules = {
        alias.asname or alias.name: f"mmbook.{alias.name}"
        for node in froms
        if node.module == "mmbook"
        for alias in node.names
    }
    return {
        f"{node.module}.{alias.name}"
        for node in froms
        if node.module.startswith("mmbook.")
        for alias in node.names
    } | {
        f"{modules[node.value.id]}.{node.attr}"
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id in modules and not node.attr.isupper()  # constants are linked by import
    }


def links_in_code(text: str) -> set[str]:
    return set(re.findall(r'sphinx-codeautolink-a" href="\.\./([^"]+)"', text))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapters_code_links_to_every_public_name_that_it_imports(places, chapter):
    names = imported(chapter) & set(NAMES)
    assert names
    assert {places[name] for name in names} <= links_in_code(read(chapter))


def test_a_name_says_which_chapters_use_it_and_where():
    text = read("api/attention.html")
    own = text[text.index('id="mmbook.attention.CrossAttention"') :]
    found = re.findall(r'href="\.\./(notebooks/08_\w+\.html)#([\w-]+)"', own)
    assert found
    assert f'id="{found[0][1]}"' in read(found[0][0])
