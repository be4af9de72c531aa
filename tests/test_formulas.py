"""The index of formulas is made from the sources, complete and fresh."""

import importlib

import pytest

from tools import formulas


def test_the_page_is_fresh():
    assert formulas.PAGE.read_text(encoding="utf-8") == formulas.page(), "run `make formulas`"


@pytest.mark.parametrize("section", formulas.SECTIONS, ids=lambda s: s[0])
def test_each_section_of_the_document_has_code_and_tests(section):
    names = formulas.functions(section[0])
    assert names
    for name in names:
        module, attribute = name.rsplit(".", 1)
        assert getattr(importlib.import_module(module), attribute).__name__ == attribute
    assert all(formulas.users(name.rsplit(".", 1)[1], formulas.ROOT) for name in names)


def test_formulas_are_read_by_their_labels(tmp_path):
    (tmp_path / "notebooks/_src").mkdir(parents=True)
    text = (
        '# One\n\n<a id="one-a"></a>\n\n$$\na = b\n\\tag{1.1}\n$$\n\nwords\n\n$$\nno = number\n$$\n'
        '\n<a id="one-c"></a>\n\n$$\nc\n= d\n\\tag{1.2}\n$$\n'
    )
    (tmp_path / "notebooks/_src/01_one.md").write_text(text, encoding="utf-8")
    found = formulas.equations(tmp_path)
    assert {label: e.math for label, e in found.items()} == {"one-a": "a = b", "one-c": "c\n= d"}
    assert [e.number for e in found.values()] == ["1.1", "1.2"]
    assert found["one-a"].chapter == "01_one" and found["one-a"].title == "One"


def test_functions_are_found_by_the_section_that_they_name(tmp_path):
    (tmp_path / "mmbook").mkdir()
    (tmp_path / "mmbook/a.py").write_text(
        'def one():\n    """Source: document\n    section 4.1.1."""\n'
        'def other():\n    """Document section 4.1.12; document section 4.1."""\n'
        'def _hidden():\n    """document section 4.1.1"""\n',
        encoding="utf-8",
    )
    assert formulas.functions("4.1.1", tmp_path) == ["mmbook.a.one"]


def test_functions_are_named_as_chapters_import_them(tmp_path):
    (tmp_path / "mmbook/inner").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "inner/__init__.py": "from mmbook.inner.deep import offered\n",
        "inner/deep.py": 'def offered():\n    """document section 4.1.1"""\n'
        'def other():\n    """document section 4.1.1"""\n',
    }
    for name, text in files.items():
        (tmp_path / "mmbook" / name).write_text(text, encoding="utf-8")
    found = formulas.functions("4.1.1", tmp_path)
    assert found == ["mmbook.inner.offered", "mmbook.inner.deep.other"]


def test_a_chapter_without_a_title_is_named(tmp_path):
    (tmp_path / "notebooks/_src").mkdir(parents=True)
    (tmp_path / "notebooks/_src/01_one.md").write_text("Words.\n", encoding="utf-8")
    with pytest.raises(ValueError, match="01_one: expected a heading '# Title'"):
        formulas.equations(tmp_path)


def test_a_label_that_is_gone_is_an_error():
    with pytest.raises(KeyError, match=r"no chapter labels an equation \['no-such'\]"):
        formulas.entry("4.1.1", "A", "B", ("ae-document", "no-such"), formulas.ROOT)
