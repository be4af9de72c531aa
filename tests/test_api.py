"""The package's pages: every public name has a place there, and each docstring can be set.

Whether the built pages show it is asked in ``tests/site/test_api.py``.
"""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import mmbook
from tests.walk import engine
from tools.site.docstrings import with_fields

ROOT = Path(__file__).parents[1]
MODULES = sorted(info.name for info in pkgutil.iter_modules(mmbook.__path__, "mmbook."))
NAMES = engine.public_names()


def page(module: str) -> str:
    return (ROOT / "api" / f"{module.removeprefix('mmbook.')}.md").read_text("utf-8")


def constants(module: ModuleType) -> list[str]:
    """What ``__all__`` names that is neither a function nor a class."""
    return [n for n in getattr(module, "__all__", ()) if not callable(getattr(module, n))]


def test_each_module_has_a_page_in_the_contents_and_a_row_in_the_table():
    back = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"][-1]["chapters"]
    (pages,) = [entry["sections"] for entry in back if entry["file"] == "api/index"]
    assert sorted(p["file"] for p in pages) == [m.replace("mmbook.", "api/") for m in MODULES]
    rows = re.findall(r"^   (mmbook\.\w+)$", page("index"), re.M)
    assert sorted(rows) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_page_shows_its_module_and_each_of_its_constants(module):
    assert page(module).startswith(f"# {module}\n")
    assert re.findall(r"^\.\. automodule:: (\S+)$", page(module), re.M) == [module]
    shown = re.findall(r"^\.\. autodata:: (\S+)$", page(module), re.M)
    named = [f"{module}.{name}" for name in constants(importlib.import_module(module))]
    assert set(named) <= set(shown)


def test_every_public_name_has_a_docstring_which_is_what_makes_autodoc_show_it():
    assert [name for name, thing in NAMES.items() if not inspect.getdoc(thing)] == []


def test_no_section_of_a_docstring_stays_raw():
    head = re.compile(
        r"^\s*(?:Args|Shapes|Raises|Source|Unit)(?: of .*| \(.*)?:(?: |$)|# doctest", re.M
    )
    texts = {name: with_fields(inspect.getdoc(thing) or "") for name, thing in NAMES.items()}
    assert [name for name, text in texts.items() if head.search(text)] == []


def test_sections_become_fields_with_lists():
    text = with_fields(
        "Words.\n\nSource: somebody (2020), eq. 1. Shapes: x (B, D)\n-> (B,).\n"
        "Args:\n    x: data.\n    a, b: two rates,\n        both small.\n"
        "Raises: as :func:`f`; ValueError for\n    no row.\n\n>>> 1  # doctest: +SKIP\n1"
    )
    assert [line.rstrip() for line in text.split("\n") if line.strip()] == [
        "Words.",
        ":Source:",
        "    somebody (2020), eq. 1.",
        ":Shapes:",
        "    x (B, D)",
        "    -> (B,).",
        ":Args:",
        "    * **x**: data.",
        "    * **a, b**: two rates,",
        "      both small.",
        ":Raises:",
        "    as :func:`f`; ``ValueError`` for",
        "    no row.",
        ">>> 1",
        "1",
    ]


def test_shapes_of_several_columns_become_a_list_and_what_follows_stays_outside():
    text = with_fields(
        "Shapes (n rows):\n    image (n, 2): ink,\n    or none.\n    label (n,).\nThen."
    )
    assert [line.rstrip() for line in text.split("\n") if line.strip()] == [
        ":Shapes:",
        "    (n rows):",
        "    * **image** (n, 2): ink,",
        "      or none.",
        "    * **label** (n,).",
        "Then.",
    ]
