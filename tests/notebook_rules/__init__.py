"""The rules of a chapter, as functions: a notebook goes in, a list of complaints comes out.

``RULES`` look at one chapter; the rules of ``links`` look at all pages together. Each complaint
says where and what, so that a failing test can be mended without reading these files.
"""

from collections.abc import Callable

from nbformat import NotebookNode

from tests.notebook_rules.cells import KINDS, markdown
from tests.notebook_rules.code import (
    files_have_an_encoding,
    installs_mmbook,
    nothing_important_folded,
    one_imports_cell,
    readable_code,
    short_cells,
)
from tests.notebook_rules.links import (
    anchors_are_single,
    citations_are_right,
    links_resolve,
    plain_markdown,
)
from tests.notebook_rules.outputs import (
    checked_cells_print,
    executed,
    light,
    no_absolute_path,
    no_network,
)
from tests.notebook_rules.pictures import (
    all_figures,
    figures_are_complete,
    figures_are_numbered,
    starts_with_a_picture,
    words_stay_in_frames,
)
from tests.notebook_rules.prose import numbers_are_printed
from tests.notebook_rules.structure import description, exercises, opening, order

RULES: tuple[Callable[[NotebookNode], list[str]], ...] = (
    executed,
    light,
    checked_cells_print,
    figures_are_complete,
    words_stay_in_frames,
    no_network,
    no_absolute_path,
    readable_code,
    short_cells,
    nothing_important_folded,
    installs_mmbook,
    one_imports_cell,
    files_have_an_encoding,
    opening,
    order,
    starts_with_a_picture,
    exercises,
    numbers_are_printed,
    description,
)

__all__ = [
    "KINDS",
    "RULES",
    "all_figures",
    "anchors_are_single",
    "citations_are_right",
    "figures_are_numbered",
    "links_resolve",
    "markdown",
    "plain_markdown",
    *(rule.__name__ for rule in RULES),
]
