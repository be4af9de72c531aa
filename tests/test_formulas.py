"""The index of formulas is made from the sources, complete and fresh."""

import importlib
import sys

import pytest

from tools import formulas
from tools.book import Chapter

DOCS = formulas.offered()


def test_the_page_is_fresh():
    assert formulas.PAGE.read_text(encoding="utf-8") == formulas.page(), "run `make links`"


@pytest.mark.parametrize("section", formulas.SECTIONS, ids=lambda s: s[0])
def test_each_section_of_the_document_has_code(section):
    names = formulas.functions(section[0], DOCS)
    assert names
    for name in names:
        module, attribute = name.rsplit(".", 1)
        assert getattr(importlib.import_module(module), attribute).__name__ == attribute


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


def test_functions_are_found_by_the_section_that_they_name():
    docs = {"m.one": "Source: document\nsection 4.1.1.", "m.other": "document section 4.1.12"}
    docs |= {"m.none": "document section 4.1", "m.a": "document section 4.1.1, 4.1.2"}
    assert formulas.functions("4.1.1", docs) == ["m.a", "m.one"]


def test_functions_are_named_as_chapters_import_them(tmp_path, monkeypatch):
    package = tmp_path / "toy_of_formulas"
    (package / "inner").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "alone.py": f"from {package.name}.inner.deep import offered\ndef _hidden(): pass\n",
        "inner/__init__.py": f"from {package.name}.inner.deep import offered\n",
        "inner/deep.py": 'def offered():\n    """Docs."""\ndef other(): pass\n',
    }
    for name, text in files.items():
        (package / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = formulas.offered(importlib.import_module(package.name))
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        monkeypatch.delitem(sys.modules, name)
    assert found == {f"{package.name}.inner.offered": "Docs."}  # and not as alone.offered


def test_a_label_that_is_gone_is_an_error():
    with pytest.raises(KeyError, match=r"no chapter labels an equation \['no-such'\]"):
        formulas.page([("4.1.1", "A", "B", ("ae-document", "no-such"))])
