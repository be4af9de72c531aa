"""Every rule lets a good chapter pass and names the fault that is planted in it."""

import re
from copy import deepcopy
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests import notebook_rules as rules

FIGURE = (
    '<figure class="mmbook-figure" id="fig-7-{n}"><img alt="Three falling curves, one for each of '
    'the losses, against steps." src="data:image/png;base64,iVBORw0="><figcaption><b>Figure 7.{n}.'
    "</b> The loss falls to 0.25 and stays there; look at its end.</figcaption></figure>"
)
EXERCISES = "\n\n".join(
    f"```{{exercise}}\n:label: ex-{n}\n\n*{kind}.* Why?\n```\n\n"
    f"````{{solution-start}} ex-{n}\n:class: dropdown\n````\n\nSo.\n\n````{{solution-end}}\n````"
    for n, kind in enumerate((*rules.KINDS, "Code", "Derive"))
)


def text(source: str, **metadata) -> NotebookNode:
    return new_markdown_cell(source, metadata=metadata)


def code(source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def printed(words: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=words)


def html(markup: str) -> NotebookNode:
    return new_output("display_data", data={"text/html": markup, "text/plain": "Figure"})


@pytest.fixture
def good() -> NotebookNode:
    says = "A chapter made for the tests of the rules, with all that a chapter needs."
    cells = [
        text(
            "# Title\n\n**Why?** You will be able to see. You need nothing. 5 minutes; 1 to run.",
        ),
        text("## The idea in one picture"),
        code("import torch\n\nset_seed(0)\ndevice = pick_device()"),
        code("show(1)", html(FIGURE.format(n=1)), tags=("hide-input",)),
        text("(here)=\n## Own section\n\nSee Figure 7.1 and {eq}`sum`.\n\n$$\na = 1.75\n$$ (sum)"),
        text("## Reading notes\n\n## On real data\n\nIt falls to 0.3, that is 25 %, {ref}`here`."),
        code("print(x)", printed("loss 0.254 ± 0.001"), tags=("nbval-check-output",)),
        text("## What we can claim"),
        code("print(y)", printed("holds"), tags=("nbval-check-output", "tolerance=0.05")),
        text("## Where it breaks"),
        code("show(2)", html(FIGURE.format(n=2))),
        text(
            "## In the field\n\nOthers reach 76.2 % {cite}`one2020`.", mmbook={"numbers": ["76.2"]}
        ),
        text("## Summary\n\n## Exercises\n\n" + EXERCISES + "\n\n## References\n"),
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
    (rules.nothing_important_folded, swap("show(1)", "loss.backward()\nshow(1)"), "backward"),
    (rules.nothing_important_folded, swap("show(1)", "class Net:\n    pass"), "class N"),
    (rules.nothing_important_folded, swap("show(1)", "def my_loss(x): pass"), "my_loss|loss"),
    (rules.nothing_important_folded, swap("show(1)", "fit(model)"), r"fit\("),
    (rules.nothing_important_folded, on_code("print(x)", tags=["remove-cell"]), "removed"),
    (rules.one_imports_cell, swap("print(x)", "import os"), "first code cell"),
    (rules.one_imports_cell, swap("print(x)", "def f():\n    from os import path"), "first code"),
    (rules.one_imports_cell, swap("import torch", "x = 1"), "not the imports cell"),
    (rules.one_imports_cell, swap("set_seed(0)", "set_seed(1)"), r"set_seed\(0\)"),
    (rules.one_imports_cell, on_code("pick_device", tags=["hide-input"]), "pick_device"),
    (rules.one_imports_cell, swap("print(x)", "x.cuda()"), "cuda"),
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
    (rules.exercises, swap(":label: ex-3\n", ""), "no :label:"),
    (rules.exercises, swap("{solution-start} ex-3", "{solution-start} ex-9"), "'ex-3' has not"),
    (rules.exercises, swap(":class: dropdown", ""), "not folded"),
    (rules.exercises, swap("{exercise}", "{note}"), "0 exercises"),
    (rules.numbers_are_printed, swap("to 0.3,", "to 0.4,"), r"0\.4 is printed by no cell"),
    (rules.numbers_are_printed, swap("25 %", "26 %"), "26% is printed by no cell"),
    (rules.numbers_are_printed, swap("falls to 0.25", "falls to 0.35"), "caption of figure 7.1"),
    (rules.numbers_are_printed, swap("76.2 %", "77.2 %"), r"77\.2"),
    (rules.numbers_are_printed, swap("{cite}`one2020`", "."), "cites nobody"),
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
    "old, new", [("<b>Figure 7.2.", "<b>Figure 7.3."), ("See Figure 7.1", "See Figure 7.4")]
)
def test_a_gap_in_the_numbers_of_figures_is_named(old, new, good):
    swap(old, new)(good)
    assert rules.figures_are_numbered(good, 7)


def test_a_solution_may_import(good):
    place = next(n for n, c in enumerate(good.cells) if "{solution-start}" in c.source)
    before, after = good.cells[place].source.split("So.", 1)
    good.cells[place : place + 1] = [text(before), code("import os"), text(after)]
    assert rules.one_imports_cell(good) == []


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


def test_a_reference_to_no_label_is_named():
    pages = {"a.md": "(here)=\n# A b\n{ref}`see <here>` [b](#a-b)", "b.md": "{eq}`there`"}
    assert rules.references_resolve(pages) == ["b.md: 'there' is nowhere"]
    assert rules.references_resolve(pages | {"c.md": "$$\nx\n$$ (there)"}) == []


def test_a_label_on_two_pages_is_named():
    pages = {"a.md": "(here)=\n", "b.md": ":label: here\n"}
    assert "more than one page" in rules.references_resolve(pages)[0]


def test_a_link_to_no_file_is_named(tmp_path: Path):
    (tmp_path / "a.md").touch()
    pages = {"a.md": "[a](a.md#x) [b](b.md) [a](a) [web](https://x.org) `[c](c.md)`"}
    assert rules.links_resolve(pages, tmp_path) == ["a.md: link 'b.md' leads nowhere"]
    assert rules.links_resolve({"a.md": "{doc}`me <b>` {doc}`a`"}, tmp_path) == [
        "a.md: document 'b' is nowhere"
    ]


@pytest.mark.parametrize(
    "text, entries, names",
    [
        ("{cite:t}`one,two`", {"one": {"doi"}}, "no entry 'two'"),
        ("{cite}`one`", {"one": {"title"}}, "no doi"),
        ("", {"one": {"url"}}, "cited nowhere"),
    ],
)
def test_a_faulty_citation_is_named(text, entries, names):
    assert names in rules.citations_resolve({"a.md": text}, entries)[0]
    assert (
        rules.citations_resolve({"a.md": "{cite:t}`one`, `x` {footcite}`one`"}, {"one": {"DOI"}})
        == []
    )
