"""The index of formulas is made from the sources, complete and fresh."""

import importlib
import inspect
import pkgutil
import re

import pytest

import mmbook
from tools import formulas
from tools.book import Chapter


def test_the_page_is_fresh():
    assert formulas.PAGE.read_text(encoding="utf-8") == formulas.page(), "run `make links`"


def test_the_list_names_all_code_whose_docstring_names_a_section():
    listed = {section: set(code.split()) for section, *_, code in formulas.SECTIONS}
    found: dict[str, set[str]] = {section: set() for section in listed}
    for module in pkgutil.iter_modules(mmbook.__path__):
        for name, value in vars(importlib.import_module(f"mmbook.{module.name}")).items():
            own = f"{getattr(value, '__module__', '')}.".startswith(f"mmbook.{module.name}.")
            words = " ".join((inspect.getdoc(value) or "").split())
            named = re.findall(r"document section (\d\.\d\.\d)", words)
            if own and not name.startswith("_") and named:
                found[named[0]].add(f"{module.name}.{name}")
    assert found == listed


def test_formulas_are_read_by_their_labels(tmp_path):
    (tmp_path / "notebooks/_src").mkdir(parents=True)
    text = (
        '# One\n\n<a id="one-a"></a>\n\n$$\na = b\n\\tag{1.1}\n$$\n\nwords\n\n$$\nno = number\n$$\n'
        '\n<a id="one-c"></a>\n\n$$\nc\n= d\n\\tag{1.2}\n$$\n'
    )
    chapter = Chapter("01_one", tmp_path)
    chapter.text.write_text(text, encoding="utf-8")
    assert formulas.equations([chapter]) == {
        "one-a": (chapter, "a = b", "1.1"),
        "one-c": (chapter, "c\n= d", "1.2"),
    }


def test_a_label_that_is_gone_is_an_error():
    with pytest.raises(KeyError, match="no-such"):
        formulas.page([("4.1.1", "A", "B", "ae-document no-such", "data.load_digits")])
