"""Every rule lets a good chapter pass and names the fault that is planted in it."""

import re
from base64 import b64encode
from copy import deepcopy
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pybtex.database import Entry, Person

from tests import notebook_rules as rules
from tools.first_cell import first_cell

FIGURE = (
    '<figure class="mmbook-figure" id="fig-7-{n}"><img alt="Three falling curves, one for each of '
    'the losses, against steps." src="data:image/png;base64,iVBORw0="><figcaption><b>Figure 7.{n}.'
    "</b> The loss falls to 0.25 and stays there; look at its end.</figcaption></figure>"
)
ASKED = [
    (
        f'<a id="ex-{n}"></a>\n\n### Exercise 7.{n}\n\n*{kind}.* Why?',
        f"#### Solution 7.{n}",
        "So.",
    )
    for n, kind in enumerate((*rules.KINDS, "Code", "Derive"), 1)
]


def text(source: str, **metadata) -> NotebookNode:
    return new_markdown_cell(source, metadata=metadata)


def code(source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    metadata: dict = {"tags": list(tags)}
    if "hide-input" in tags:
        metadata["jupyter"] = {"source_hidden": True}
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def exercise_cells() -> list[NotebookNode]:
    return [
        cell
        for question, solution, answer in ASKED
        for cell in (
            text(question),
            text(solution, **{"jp-MarkdownHeadingCollapsed": True}),
            text(answer),
        )
    ]


def printed(words: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=words)


def html(markup: str) -> NotebookNode:
    data = {"text/html": markup, "image/png": "iVBORw1=", "text/plain": "Figure"}
    return new_output("display_data", data=data)


@pytest.fixture
def good() -> NotebookNode:
    says = "A chapter made for the tests of the rules, with all that a chapter needs."
    cells = [
        text(
            "# Title\n\n**Why?** You will be able to see. You need nothing. 5 minutes; 1 to run.",
        ),
        first_cell(),
        text("## The idea in one picture"),
        code("import torch\n\nset_seed(0)\ndevice = pick_device()"),
        code("show(1)", html(FIGURE.format(n=1)), tags=("hide-input",)),
        text(
            '<a id="here"></a>\n\n## Own section\n\n'
            "See [Figure 7.1](#fig-7-1) and [(7.1)](#sum).\n\n"
            '<a id="sum"></a>\n\n$$\na = 1.75\n\\tag{7.1}\n$$'
        ),
        text("## Reading notes\n\n## On real data\n\nIt falls to 0.3, that is 25 %, [so](#here)."),
        code("print(x)", printed("loss 0.254 ± 0.001"), tags=("nbval-check-output",)),
        text("## What we can claim"),
        code("print(y)", printed("holds"), tags=("nbval-check-output", "tolerance=0.05")),
        text("## Where it breaks"),
        code("show(2)", html(FIGURE.format(n=2))),
        text(
            "## In the field\n\nOthers reach 76.2 % ([One, 2020](https://doi.org/1)).",
            mmbook={"numbers": ["76.2"]},
        ),
        text("## Summary\n\n## Exercises"),
        *exercise_cells(),
        text("## References\n\n- One. *Two*, 3.14:1-2, 2020."),
    ]
    front = {"myst": {"html_meta": {"description": says}}}
    notebook = new_notebook(cells=cells, metadata=front)
    for count, cell in enumerate((c for c in cells if c.cell_type == "code"), 1):
        cell.execution_count = count
    return notebook


def cell_with(notebook: NotebookNode, words: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if words in cell.source)


def swap(old: str, new: str):
    """A fault: every ``old`` in a source or an output becomes ``new``."""

    def plant(notebook: NotebookNode) -> None:
        before = deepcopy(notebook)
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)
            for output in cell.get("outputs", []):
                if "text" in output:
                    output.text = output.text.replace(old, new)
                for kind in output.get("data", {}):
                    output.data[kind] = output.data[kind].replace(old, new)
        assert notebook != before, f"{old!r} is not there to be replaced"

    return plant


def on_code(words: str, **changes):
    """A fault: the code cell that holds ``words`` gets other attributes."""

    def plant(notebook: NotebookNode) -> None:
        cell = cell_with(notebook, words)
        for name, value in changes.items():
            if name == "tags":
                cell.metadata.tags = value
            else:
                cell[name] = value

    return plant


def of_the_second_edition(old: str, new: str):
    """A fault of a chapter whose cells must be short."""

    def plant(notebook: NotebookNode) -> None:
        swap("# Title", "# Chapter 2 · Title")(notebook)
        swap(old, new)(notebook)

    return plant


CUT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" style="font-size:9px">'
CUT += "<text>wide</text></svg>"
CUT = f'<figure><img src="data:image/svg+xml;base64,{b64encode(CUT.encode()).decode()}">'
NO_PNG = new_output("display_data", data={"text/html": FIGURE.format(n=2)})
BARE_PNG = new_output("display_data", data={"image/png": "iVBORw0="})
ERROR = new_output("error", ename="KeyError", evalue="'x'", traceback=[])
SWAPPED = "## On real data\n\n## Reading notes"
FAULTS = [
    (rules.executed, on_code("print(x)", execution_count=9), "execution count 9"),
    (rules.executed, on_code("print(x)", execution_count=None), "execution count None"),
    (rules.executed, on_code("print(x)", outputs=[ERROR]), "KeyError"),
    (rules.executed, on_code("print(x)", outputs=[printed("oh", "stderr")]), "stderr: oh"),
    (rules.light, swap("iVBORw0=", "A" * 600_000), r"outputs weigh 1,\d+,\d+ bytes"),
    (rules.checked_cells_print, on_code("print(x)", outputs=[html("<p>")]), "expected print"),
    (rules.checked_cells_print, on_code("print(x)", outputs=[]), "expected print"),
    (rules.checked_cells_print, on_code("print(y)", tags=[]), "has no cell tagged"),
    (
        rules.checked_cells_print,
        on_code("print(x)", tags=["nbval-check-output", "tolerance: 1"]),
        "tolerance: 1",
    ),
    (rules.figures_are_complete, on_code("show(2)", outputs=[BARE_PNG]), "image/png"),
    (rules.figures_are_complete, on_code("show(2)", outputs=[html("<img>")]), "outside"),
    (rules.figures_are_complete, on_code("show(2)", outputs=[NO_PNG]), "without image/png"),
    (rules.words_stay_in_frames, on_code("show(2)", outputs=[html(CUT)]), "'wide' from"),
    (rules.figures_are_complete, swap('alt="Three', 'title="Three'), "text of 0 letters"),
    (rules.figures_are_complete, swap(" to 0.25 and stays there; look at its end", ""), "caption"),
    (rules.figures_are_complete, swap("<b>Figure 7.2.</b>", ""), "has no number"),
    (rules.figures_are_complete, swap('id="fig-7-2"', 'id="fig-2"'), "anchor"),
    (rules.figures_are_complete, swap("mmbook-figure", "figure"), "class"),
    (rules.figures_are_complete, swap("Own section", "S\n\n![a](b.png)"), "b.png"),
    (rules.figures_are_complete, swap("Own section", "S\n\n```{image} b.png\n```"), "no :alt:"),
    (rules.no_network, swap("print(x)", "requests.get(x)"), "'requests'"),
    (rules.no_network, swap("print(x)", "!pip install x"), "'!pip'"),
    (rules.no_network, swap("print(x)", "load('https://x.org')"), "https://"),
    (rules.no_absolute_path, swap("print(x)", "open('/home/me/x')"), "/home/"),
    (rules.no_absolute_path, swap("holds", "read /tmp/x"), "/tmp/"),
    (rules.no_absolute_path, swap("holds", "read C:\\Users\\me"), "Users"),
    (rules.no_absolute_path, swap("Own section", "see /Users/me"), "text: absolute"),
    (rules.readable_code, swap("print(x)", "x = '" + "x" * 75 + "'"), "81 characters"),
    (rules.readable_code, swap("print(x)", "x\n" * 41), "41 lines"),
    (rules.readable_code, swap("(", "\n" * 26 + "("), "should be rare"),
    (rules.short_cells, of_the_second_edition("print(x)", "x\n" * 21), "21 lines in sight"),
    (rules.short_cells, of_the_second_edition("print(x)", "class A:\n" + " a\n" * 25), "26 lines"),
    (rules.short_cells, of_the_second_edition("import torch", "import os\n" * 12), "at most 12"),
    (rules.short_cells, of_the_second_edition("(", "\n" * 2 + "(\n0\n" * 9), "median"),
    (rules.nothing_important_folded, swap("show(1)", "loss.backward()\nshow(1)"), "backward"),
    (rules.nothing_important_folded, swap("show(1)", "class Net:\n    pass"), "class N"),
    (rules.nothing_important_folded, swap("show(1)", "def my_loss(x): pass"), "my_loss|loss"),
    (rules.nothing_important_folded, swap("show(1)", "fit(model)"), r"fit\("),
    (rules.nothing_important_folded, on_code("print(x)", tags=["remove-cell"]), "removed"),
    (rules.installs_mmbook, on_code("install_mmbook", tags=[]), "0; expected one, the first"),
    (rules.installs_mmbook, on_code("print(x)", tags=["install"]), "2; expected one, the first"),
    (rules.installs_mmbook, lambda nb: nb.cells.insert(0, code("1")), "1; expected one, the first"),
    (rules.installs_mmbook, swap("pip", "conda"), "run `make links`"),
    (rules.installs_mmbook, on_code("install_mmbook", outputs=[printed("x")]), "has outputs"),
    (rules.installs_mmbook, on_code("install_mmbook", tags=["install"]), "its metadata are not"),
    (rules.one_imports_cell, swap("print(x)", "import os"), "first code cell"),
    (rules.one_imports_cell, swap("print(x)", "def f():\n    from os import path"), "first code"),
    (rules.one_imports_cell, swap("import torch", "x = 1"), "not the imports cell"),
    (rules.one_imports_cell, swap("set_seed(0)", "set_seed(1)"), r"set_seed\(0\)"),
    (rules.one_imports_cell, on_code("pick_device", tags=["hide-input"]), "pick_device"),
    (rules.one_imports_cell, swap("print(x)", "x.cuda()"), "cuda"),
    (rules.files_have_an_encoding, swap("print(x)", "open('a').read()"), r"open\(\) without"),
    (rules.files_have_an_encoding, swap("print(x)", "p.write_text(1)"), r"write_text\(\) w"),
    (rules.files_have_an_encoding, swap("print(x)", "run(a, text=True)"), "with text=True"),
    (rules.opening, swap("Why?", "So."), "question"),
    (rules.opening, swap("You need", "Take"), "needs to know"),
    (rules.opening, swap("5 minutes", "some time"), "to read"),
    (rules.opening, swap("Own section", "S\n\n# Another"), "expected one"),
    (rules.order, swap("## Where it breaks", "## Limits"), "'Where it breaks' occurs 0"),
    (rules.order, swap("## Reading notes\n\n## On real data", SWAPPED), "in the order"),
    (rules.order, swap("## Summary", "## Summary\n\n## More"), "'More' comes after"),
    (rules.order, swap("## The idea", "## Before\n\n## The idea"), "first section"),
    (rules.starts_with_a_picture, on_code("show(1)", outputs=[]), "no figure"),
    (rules.exercises, swap("*Explore.*", "*Code.*"), "kind 'Explore'"),
    (rules.exercises, swap('<a id="ex-3"></a>\n\n', ""), "Exercise 7.3 has no anchor"),
    (rules.exercises, swap("### Exercise 7.3", "text\n\n### Exercise 7.3"), "begin its cell"),
    (rules.exercises, swap("Solution 7.3", "Solution 7.9"), "7.9 does not follow its exercise"),
    (rules.exercises, swap("#### Solution 7.3", "So!"), "Exercise 7.3 has no solution"),
    (rules.exercises, swap("#### Solution 7.6", "So!"), "Exercise 7.6 has no solution"),
    (rules.exercises, swap("#### Solution 7.3", "#### Solution 7.3\n\nSo."), "not folded"),
    (rules.exercises, lambda nb: cell_with(nb, "Solution 7.3").metadata.clear(), "not folded"),
    (rules.exercises, swap("### Exercise", "### Question"), "0 exercises"),
    (rules.numbers_are_printed, swap("to 0.3,", "to 0.4,"), r"0\.4 is printed by no cell"),
    (rules.numbers_are_printed, swap("25 %", "26 %"), "26% is printed by no cell"),
    (rules.numbers_are_printed, swap("falls to 0.25", "falls to 0.35"), "caption of figure 7.1"),
    (rules.numbers_are_printed, swap("76.2 %", "77.2 %"), r"77\.2"),
    (rules.numbers_are_printed, swap("[One, 2020](https://doi.org/1)", "One"), "cites nobody"),
    (rules.description, lambda nb: nb.metadata.clear(), "0 letters"),
]  # fmt: skip


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_good_chapter_passes(rule, good):
    assert rule(good) == []


def test_a_good_chapter_has_its_figures_in_order(good):
    assert rules.figures_are_numbered(good, 7) == []


@pytest.mark.parametrize("rule, plant, names", FAULTS, ids=lambda x: getattr(x, "__name__", None))
def test_a_planted_fault_is_named(rule, plant, names, good):
    plant(good)
    complaints = rule(good)
    assert complaints
    assert re.search(names, " ".join(complaints)), complaints


def test_every_rule_has_a_planted_fault():
    assert {rule for rule, _, _ in FAULTS} == set(rules.RULES)


@pytest.mark.parametrize(
    "old, new", [("<b>Figure 7.2.", "<b>Figure 7.3."), ("See [Figure 7.1", "See [Figure 7.4")]
)
def test_a_gap_in_the_numbers_of_figures_is_named(old, new, good):
    swap(old, new)(good)
    assert rules.figures_are_numbered(good, 7)


def test_a_solution_may_import(good):
    place = good.cells.index(cell_with(good, "#### Solution 7.1"))
    good.cells.insert(place + 1, code("import os"))
    assert rules.one_imports_cell(good) == []
    good.cells.insert(place - 1, code("import os"))
    assert rules.one_imports_cell(good) != []


@pytest.mark.parametrize(
    "quoted, printed_as, agree",
    [("0.47", "0.468", True), ("0.47", "0.475001", False), ("47 %", "0.4698", True)],
)
def test_a_quoted_number_is_compared_as_it_is_rounded(quoted, printed_as, agree):
    chapter = new_notebook(
        cells=[text(f"It is {quoted}."), code("print(x)", printed(f"x {printed_as}"))]
    )
    assert (rules.numbers_are_printed(chapter) == []) == agree


@pytest.mark.parametrize(
    "harmless",
    ["Figure 0.99", "$0.99$", "`0.99`", "equation (0.99)", "1.0.99", "| 0.99 |", "[a](0.99)"],
)
def test_numbers_that_are_no_results_are_left_alone(harmless):
    assert rules.numbers_are_printed(new_notebook(cells=[text(harmless)])) == []


@pytest.mark.parametrize(
    "words", ["see {eq}`sum`", "```{note}\nx\n```", ":::{note}\nx\n:::", "(here)=\n# A"]
)
def test_what_only_some_viewers_know_is_named(words):
    (complaint,) = rules.plain_markdown({"a.md": words, "b.md": "(here) = `{a}` $\\text{a}$ {b}"})
    assert complaint.startswith("a.md: ") and "write plain Markdown" in complaint


def test_an_anchor_stands_once_and_before_what_it_names():
    good = '<a id="x"></a>\n\n$$\n1\n$$\n\n<a id="y"></a>\n\n## Two'
    assert rules.anchors_are_single({"a.md": good}) == []
    assert "'x' stands 2 times" in rules.anchors_are_single({"a.md": good, "b.md": good})[0]
    for wrong in ('<a id="x"></a>\n$$\n1\n$$', 'words <a id="x"></a>', '<a id="x"></a>\n\nwords'):
        assert "'x' is not followed" in rules.anchors_are_single({"a.md": wrong})[0]


@pytest.mark.parametrize(
    "link, complaint",
    [
        ("[a](a.md)", None),
        ("[here](#x)", None),
        ("[drawn](a.md#fig-1-2)", None),
        ("see [Figure 1.2](#fig-1-2)", None),
        ("see [Figure 1.3](#fig-1-2)", "'Figure 1.3' leads to '#fig-1-2'"),
        ("see Figure 1.2", "'Figure 1.2' is no link"),
        ("[b](sub/b.md#y)", None),
        ("[web](https://x.org/#z)", None),
        ("`[c](c.md)`", None),
        ("[a](a)", "link 'a' leads to no file"),
        ("[b](b.md)", "link 'b.md' leads to no file"),
        ("[x](#a-heading)", "link '#a-heading' leads to no anchor or figure"),
        ("[y](a.md#y)", "link 'a.md#y' leads to no anchor or figure"),
    ],
)
def test_a_link_to_nothing_is_named(tmp_path: Path, link, complaint):
    (tmp_path / "sub").mkdir()
    for name in ("a.md", "sub/b.md"):
        (tmp_path / name).touch()
    pages = {"a.md": f'<a id="x"></a>\n\n# A heading\n\n{link}', "sub/b.md": '<a id="y"></a>'}
    found = rules.links_resolve(pages, tmp_path, {"a.md": {"fig-1-2"}})
    assert found == ([] if complaint is None else [f"a.md: {complaint}"])


def work(authors: str, year: str) -> Entry:
    entry = Entry("book", fields={"year": year, "title": "T"})
    entry.persons["author"] = [Person(name) for name in authors.split(" and ")]
    return entry


WORKS = {
    "https://doi.org/1": work("One, A.", "1936"),
    "https://doi.org/2": work("Two, B. and van den Oord, C.", "2018"),
    "https://doi.org/3": work(r"M{\"u}ller, D. and Two, B. and One, A.", "2019"),
}
CITED = (
    "([One, 1936](https://doi.org/1); [Müller et al., 2019](https://doi.org/3)), "
    "[Two and van den Oord (2018)](https://doi.org/2), [a page](https://x.org)"
)


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        ("", "", None),
        ("One, 1936", "One, 1937", "'One, 1937' leads to One, 1936"),
        ("Müller et al.,", "Müller,", "'Müller, 2019' leads to Müller et al., 2019"),
        ("doi.org/2", "doi.org/9", "leads to https://doi.org/9, which is no entry"),
        ("doi.org/3", "doi.org/1", "Müller et al., 2019 is cited nowhere"),
    ],
)
def test_a_faulty_citation_is_named(old, new, complaint):
    page = CITED.replace(old, new) if old else CITED
    found = " ".join(rules.citations_are_right({"a.md": page}, WORKS))
    assert found == "" if complaint is None else complaint in found


def test_a_chapters_own_list_of_works_cites_nobody():
    listed = "## References\n\n- One. [doi:1](https://doi.org/1).\n"
    found = rules.citations_are_right({"a.md": listed}, WORKS)
    assert len(found) == 3 and all("cited nowhere" in complaint for complaint in found)
