"""The general index is made from the chapters, complete and fresh, and its links lead somewhere."""

import re

import pytest

from tests.test_project import glossary
from tools import index

TERMS = [term for listed in index.terms().values() for term in listed]

CHAPTER = """---
title: x
---

# Chapter 1 · One

The *gizmo* of the opening does not count.

## A gizmo is made

Gizmos here. A *gizmo* is a thing.

```{code-cell}
:tags: [hide-input]

from mmbook.toys import gizmo_loss
gizmo_loss(3)  # gizmo
```

## Twice

### 1. What $D(x)$ means

The gizmo `gizmo_loss`, gizmologists.

### Twice

A gizmo.

## Reading notes

Gizmo, gizmo, gizmo.

## Summary

Gizmo, gizmo, gizmo, gizmo.
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "notebooks/_src").mkdir(parents=True)
    for number in (1, 2, 3):
        (tmp_path / f"notebooks/_src/0{number}_toy.md").write_text(CHAPTER, encoding="utf-8")
    return tmp_path


def test_the_page_is_fresh():
    assert index.PAGE.read_text(encoding="utf-8") == index.page(), "run `make index`"


def test_the_terms_are_many_and_in_order():
    assert len(TERMS) > 120
    for listed in index.terms().values():
        names = [term.name.lower() for term in listed]
        assert names == sorted(set(names))


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_is_treated_somewhere_and_not_everywhere(term):
    main, found = index.places(term)
    assert main in found and 1 <= len(found) <= index.MOST
    assert len({section.chapter for section in found}) == len(found)


@pytest.mark.parametrize("word", [row[0] for row in glossary()])
def test_the_glossarys_words_are_in_the_index(word):
    first = word.split(",")[0]
    assert any(index.pattern(term.spellings).fullmatch(first) for term in TERMS)


def test_what_chapters_import_is_in_the_index():
    page = index.PAGE.read_text(encoding="utf-8")
    for name in ("MultimodalAutoencoder", "contrastive_loss", "fit_seeds", "GraphConvolution"):
        assert f"\n- `{name}` of `mmbook." in page


def test_every_link_names_a_section_of_its_chapter():
    links = re.findall(r"\]\((\w+)\.ipynb#([^)]+)\)", index.page())
    known = {(section.chapter, section.slug) for section in index.sections()}
    assert len(links) > 200 and set(links) <= known


def test_sections_are_read_with_the_websites_anchors(root):
    first = [s for s in index.sections(root) if s.chapter == "01_toy"]
    assert [s.slug for s in first] == [
        "a-gizmo-is-made",
        "twice",
        "1-what--means",
        "twice-1",
        "reading-notes",
    ]
    assert "gizmo_loss(3)" in first[0].code and "gizmo_loss" not in first[0].words
    assert first[2].link == "[1\u00a0· What $D(x)$ means](01_toy.ipynb#1-what--means)"


def test_the_main_place_introduces_the_term(root):
    main, found = index.places(index.Term("gizmo", ("gizmo",)), root)
    assert (main.chapter, main.slug) == ("01_toy", "a-gizmo-is-made")
    assert [s.chapter for s in found] == ["01_toy", "02_toy", "03_toy"]
    main, _ = index.places(index.Term("gizmo", ("gizmo",), "02#Twice"), root)
    assert (main.chapter, main.slug) == ("02_toy", "twice")


def test_words_are_found_whole_with_plural_and_star():
    found = index.pattern(("gizmo", "Kipf", "satur*")).findall
    assert found("Gizmos, a gizmo; gizmologist, anti-gizmo") == ["Gizmos", "gizmo"]
    assert found("kipf Kipf") == ["Kipf"] and found("it saturates") == ["saturates"]


def test_a_term_that_no_chapter_has_is_an_error(root):
    with pytest.raises(KeyError, match="no chapter has 'unicorn'"):
        index.places(index.Term("unicorn", ("unicorn",)), root)
    with pytest.raises(KeyError, match="no section '01#Nowhere'"):
        index.places(index.Term("gizmo", ("gizmo",), "01#Nowhere"), root)


def test_a_function_is_at_home_where_the_text_names_it(root):
    main, found = index.functions(root)["mmbook.toys.gizmo_loss"]
    assert main.slug == "1-what--means" and len(found) == 3
