"""``make slides``: every chapter becomes a show that a class can read and that needs no network."""

import re

import nbformat
import pytest
from pybtex.database import Entry

from tools import slides
from tools.notebooks import Chapter, chapters

EVERY = pytest.mark.parametrize("chapter", chapters(), ids=lambda c: c.name)
BOOK = slides.book()


def sources(text: str) -> list[str]:
    return [block.cell.source for block in slides.text_blocks(text, BOOK)]


def test_citations_and_numbers_are_put_into_words():
    text = "By {cite:t}`hotelling1936` and {cite}`eckart1936,baltrusaitis2019`, {eq}`fusion-late`."
    assert slides.plain(text, BOOK) == (
        "By Hotelling (1936) and (Eckart and Young, 1936; Baltrušaitis et al., 2019), (3.1)."
    )


def test_the_references_are_listed_where_their_directive_stands():
    line = slides.reference(BOOK.works.entries["baltrusaitis2019"])
    assert line.startswith("- Baltrušaitis et al. (2019). [Multimodal machine learning")
    text = "{cite:t}`hotelling1936`"
    (block,) = slides.text_blocks("```{bibliography}\n:filter: x\n```", BOOK)
    (found,) = slides.references(block, text, BOOK)
    assert re.fullmatch(
        r"- Hotelling \(1936\)\. \[.+\]\(https://doi\.org/.+\)\.", found.cell.source
    )


def test_a_labelled_formula_gets_its_number_and_a_plain_one_none():
    assert sources("Then\n$$\na = b\n$$ (fusion-late)\n\n$$\nc\n$$\n") == [
        "Then",
        "$$\na = b\n\\tag{3.1}\n$$",
        "$$\nc\n$$",
    ]


def test_links_lead_to_slides_or_become_words():
    text = "[A](04_autoencoder), [B](05_adversarial.ipynb#x), [C](notation), [D](https://d.org/x)"
    assert slides.plain(text, BOOK) == (
        "[A](04_autoencoder.slides.html), [B](05_adversarial.slides.html), C, [D](https://d.org/x)"
    )


def test_a_question_and_its_solution_stand_on_slides_of_their_own():
    text = (
        "````{exercise}\n:label: fusion-ex-prior\n\n*Code.* Do it:\n\n```\nx = 1\n```\n````\n\n"
        "````{solution-start} fusion-ex-prior\n:class: dropdown\n````\n\nIt is 7.\n\n"
        "````{solution-end}\n````"
    )
    found = list(slides.text_blocks(text, BOOK))
    assert [(b.begins, b.cell.source) for b in found] == [
        ("subslide", "### Exercise 3.1"),
        ("", "*Code.* Do it:"),
        ("", "```\nx = 1\n```"),
        ("subslide", "### Solution of 3.1"),
        ("", "It is 7."),
    ]


@pytest.mark.parametrize("text", ["```{mermaid}\nx\n```", ":::{grid} 2\nx\n:::"])
def test_an_unknown_directive_is_an_error(text):
    with pytest.raises(ValueError, match="directive '(mermaid|grid)' is unknown"):
        sources(text)


def test_an_unknown_role_or_label_is_an_error():
    with pytest.raises(ValueError, match="a role is left: '{abbr}`x`'"):
        sources("Here {abbr}`x`.")
    with pytest.raises(KeyError, match="no-such"):
        sources("See {eq}`no-such`.")


@pytest.mark.parametrize(
    "text, words",
    [
        ("See {eq}`no-such`.", "no-such"),
        ("#Heading without a blank", "'#', a blank and words"),
        ("```{exercise}\nDo it.\n```", "a line ':label: NAME'"),
    ],
)
def test_what_cannot_be_shown_is_named_with_its_chapter(tmp_path, text, words):
    (tmp_path / "notebooks").mkdir()
    chapter = Chapter("01_toy", tmp_path)
    chapter.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)]))
    with pytest.raises(ValueError, match=f"01_toy: .*{words}"):
        slides.blocks(chapter, BOOK)


def test_a_work_without_authors_or_facts_is_named():
    with pytest.raises(ValueError, match="no author"):
        slides.reference(Entry("book", fields={"title": "T", "year": "1936", "doi": "x"}))


def test_long_prose_is_cut_between_sentences_into_parts_of_like_size():
    sentence = "Here $a.\\ b$ is **not. Cut** et al. as one may think of it while one reads on. "
    text = sentence.strip() + " " + (sentence * 13).strip()
    parts = slides.shorter(text)
    assert " ".join(parts) == text
    assert len(parts) > 1 and all(slides.balanced(p) and p.endswith("on.") for p in parts)
    counts = [p.count("Here") for p in parts]
    assert max(counts) - min(counts) <= 2
    items = slides.shorter("\n".join(f"- item {n} " + "word " * 30 for n in range(7)))
    assert all(part.startswith("- item") for part in items) and len(items) > 1


def test_slides_begin_at_headings_and_where_the_room_ends():
    text = "## One\n\nShort.\n\n### Two\n\n" + "\n\n".join(["Words. " * 60] * 3)
    cells = slides.laid_out(list(slides.text_blocks(text, BOOK)))
    kinds = [(c.metadata.slideshow.slide_type, c.source[:22]) for c in cells]
    assert kinds[:4] == [
        ("slide", "## One"),
        ("-", "Short."),
        ("subslide", "### Two"),
        ("-", "Words. Words. Words. W"),
    ]
    assert kinds[4] == ("subslide", '<p class="running">One')
    assert cells[4].source == '<p class="running">One · Two</p>'


def test_folded_code_is_not_shown_and_an_answer_waits_for_a_key():
    written = nbformat.v4.new_output("stream", name="stdout", text="7\n" * 60)
    cell = nbformat.v4.new_code_cell("print(7)", outputs=[written])
    code, output = slides.code_blocks(cell)
    assert code.cell.source == "print(7)" and not code.cell.outputs and not code.fragment
    assert output.fragment and output.cell.metadata.tags == ["denser", "output"]
    assert output.cell.outputs[0].text.endswith("7\n... and 21 lines more")
    assert output.cell.outputs[0].text.count("\n") + 1 == slides.MOST
    cell.metadata["tags"] = ["hide-input"]
    (only,) = slides.code_blocks(cell)
    assert only.cell.outputs and not only.fragment
    assert cell.outputs[0].text == "7\n" * 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    before = [c.ipynb.read_bytes() for c in chapters()]
    assert slides.main(["--to", str(folder)]) == 0
    assert [c.ipynb.read_bytes() for c in chapters()] == before
    return folder


@EVERY
def test_a_chapter_is_shown_whole_and_without_raw_markup(chapter, folder):
    page = (folder / f"{chapter.name}.slides.html").read_text(encoding="utf-8")
    stored = chapter.read()
    figures = [
        output.data["text/html"]
        for cell in stored.cells
        for output in cell.get("outputs", [])
        if "<figure" in output.get("data", {}).get("text/html", "")
    ]
    pictures = [re.search(r'src="(data:[^"]+)"', figure)[1] for figure in figures]
    assert pictures and [p for p in pictures if p not in page] == []
    assert page.count("<figcaption>") == len(figures)
    bare = re.sub(r"<figure.*?</figure>|<style.*?</style>|<pre.*?</pre>", "", page, flags=re.DOTALL)
    assert not re.findall(r"`{3}|:{3}|\{[\w:-]+\}(?:`|<code)|^\s*:label:", bare, re.MULTILINE)
    assert bare.count("$$") % 2 == 0 and "$$ (" not in bare
    text = chapter.text.read_text(encoding="utf-8")
    labels = re.findall(r"^\$\$ \((\S+)\)$", text, re.MULTILINE)
    assert re.findall(r"\\tag\{([\d.]+)\}", bare) == [BOOK.equations[label] for label in labels]
    for level, title in re.findall(
        r"^(##+) (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M
    ):
        assert re.search(rf"<h{len(level)}[^>]*>{re.escape(title[:12])}", bare), title
    foreign = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="(?!data:)([^"]+)', bare)
    assert len(foreign) >= 7 and all((folder / file).is_file() for file in foreign)


def test_the_folder_carries_the_licences_of_what_it_copies(folder):
    for name in ("reveal", "katex"):
        assert "copyright" in (folder / "show" / name / "LICENSE").read_text("utf-8").lower()
