"""The search of chapter 13, in NumPy and, on a page, in the browser without a kernel.

:class:`Finder` holds the small student: one linear map per sense, one code per entry, in eight
bits.
:func:`search_page` puts it into a figure with a text box and paper to scribble on.
"""

from mmbook.search.eight import EightBit, eight_bit
from mmbook.search.finder import Answer, Finder, Question
from mmbook.search.page import our_scribbles, page_sizes, search_page
from mmbook.search.scribble import cells, draw, fit, smudged
from mmbook.search.words import by_language

__all__ = [
    "Answer",
    "EightBit",
    "Finder",
    "Question",
    "by_language",
    "cells",
    "draw",
    "eight_bit",
    "fit",
    "our_scribbles",
    "page_sizes",
    "search_page",
    "smudged",
]
