"""``make links``: numbers follow the order, links the numbers, and lists the citations."""

import pytest

from tools import links

CHAPTER = """# Chapter 3 · Toys

By [(3.9)](#b) and [exercise 9.9](#ex-b) and [Figure 3.1](#fig-3-1), see [One, 1936](https://doi.org/1%282%29).

<a id="a"></a>

$$
x
\\tag{3.2}
$$

$$
unnumbered
$$

<a id="b"></a>

$$
\\text{money in \\$}
\\tag{?}
$$

<a id="ex-b"></a>

### Exercise 1.1

*Code.* Why?

#### Solution 8.8

By [(?.?)](#a).

## References

- old

## After
"""  # noqa: E501
BIB = """
@article{one, author={One, Adam}, title={A {BIG} title}, journal={J}, year={1936}, doi={1(2)}}
@misc{two, author={Two, B. and Three, C. and others}, title={T}, year={2000}, url={https://x.org}}
@misc{four, author={F{\\"o}ur, D. and van den Five, E.}, title={T}, year={2001}, eprint={1.2},
  archiveprefix={arXiv}}
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "notebooks/_src").mkdir(parents=True)
    (tmp_path / "notebooks/references.bib").write_text(BIB, encoding="utf-8")
    page = tmp_path / "notebooks/_src/03_toys.md"
    page.write_text(CHAPTER, encoding="utf-8")
    (tmp_path / "notebooks/_src/02_other.md").write_text(
        '<a id="o"></a>\n\n$$\n1\n\\tag{}\n$$\n\n[(1.1)](03_toys.ipynb#b)\n', encoding="utf-8"
    )
    return tmp_path


def test_formulas_and_exercises_are_counted_apart_and_in_order(book):
    assert links.book_numbers(book) == {"o": "2.1", "a": "3.1", "b": "3.2", "ex-b": "3.1"}
    text = links.written(book / "notebooks/_src/03_toys.md", book)
    for expected in (
        "$$\nx\n\\tag{3.1}\n$$",
        "\\tag{3.2}\n$$",
        "$$\nunnumbered\n$$",
        '<a id="ex-b"></a>\n\n### Exercise 3.1\n',
        "#### Solution 3.1\n",
        "[(3.2)](#b) and [exercise 3.1](#ex-b) and [Figure 3.1](#fig-3-1)",
        "By [(3.1)](#a).",
    ):
        assert expected in text, expected
    assert "[(3.2)](03_toys.ipynb#b)" in links.written(book / "notebooks/_src/02_other.md", book)


def test_what_is_written_once_is_left_alone(book):
    page = book / "notebooks/_src/03_toys.md"
    once = links.written(page, book)
    page.write_text(once, encoding="utf-8")
    assert links.written(page, book) == once != CHAPTER


def test_a_chapter_lists_the_works_that_it_cites(book):
    text = links.written(book / "notebooks/_src/03_toys.md", book)
    listed = "- Adam One. A BIG title. *J*, 1936. [doi:1(2)](https://doi.org/1(2)).\n"
    assert f"## References\n\n{listed}## After" in text and "- old" not in text


def test_the_bibliography_says_who_cites_a_work(book):
    page = links.bibliography(book)
    assert page.count("\n- ") == 3 and page.count("Chapter") == 1
    assert "(https://doi.org/1(2)). Chapter [3](03_toys.ipynb).\n" in page


def test_works_are_named_as_the_text_names_them(book):
    known = links.works(book)
    named = {target: links.cited_as(entry) for target, entry in known.items()}
    assert named == {
        "https://doi.org/1%282%29": "One, 1936",
        "https://x.org": "Two et al., 2000",
        "https://arxiv.org/abs/1.2": "Föur and van den Five, 2001",
    }


def test_a_formula_with_an_anchor_and_no_tag_is_an_error(book):
    page = book / "notebooks/_src/03_toys.md"
    page.write_text(CHAPTER.replace("\\tag{3.2}", ""), encoding="utf-8")
    with pytest.raises(ValueError, match="formula a has 0 tags"):
        links.written(page, book)
