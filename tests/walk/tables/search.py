"""The search of chapter 13 and its page."""

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from mmbook import search
from mmbook.features import Pieces

from ..arguments import Each, Real, Several, Tensor, Text, Thing, Whole
from ..engine import call
from .figures import WORDS

PICTURES = Tensor("B 4 4 3", "pixels", numpy=True, legal="one 4 more")
NAMES = [("ab", "七"), ("b", "八"), ("c", "九"), ("d", "一"), ("e", "二")]
KNOWN = {"english": Pieces(["ab", "c"], 2, 5), "chinese": Pieces(["七八"], 2, 3)}
WIDTHS = {"english": 4, "chinese": 3, "drawing": 192}
HALF = Text("left", choice=True)
EXTENT = Real(24.0, wrong=(0.0, -1.0, 33.0))
WIDTH = Real(1.3, wrong=(0.0, -1.0, 33.0))
STROKES = Several(
    [Tensor("s 2", "unit", numpy=True, legal="negative, per cent, ints, a list of numbers")],
    legal="empty, first: empty",
)
STROKE = [[[0.1, 0.2], [0.3, 0.9]]]


def layer(m):
    return Thing(lambda: nn.Linear(WIDTHS[m], 3), (("wider", lambda x: nn.Linear(7, 3)),))


def finder():
    torch.manual_seed(0)
    layers = {m: nn.Linear(D, 3) for m, D in WIDTHS.items()}
    entries = np.eye(5, 3) + 0.1
    return search.Finder(layers, entries, NAMES, pieces=KNOWN, usual=np.zeros(192))


def question():
    return search.Question("ab", STROKE, "left")


EMPTY = "empty"
CALLS = {
    "search.by_language": call(text=Text("ab", legal=EMPTY)),
    "search.eight_bit": call(
        weights=Tensor("5 3", numpy=True, legal="one 5 more, one 3 more, ints")
    ),
    "search.EightBit.facts": call(of=lambda: search.eight_bit(np.eye(2))),
    "search.draw": call(strokes=STROKES, extent=EXTENT, width=WIDTH),
    "search.smudged": call(
        picture=Tensor("32 32", "unit", numpy=True, legal="negative, per cent, ints"),
        half=replace(HALF, legal="None"),
    ),
    "search.fit": call(
        picture=Tensor("32 32", "unit", numpy=True, legal="negative, per cent, ints")
    ),
    "search.cells": call(
        picture=Tensor("32 32", "unit", numpy=True, legal="negative, per cent, ints")
    ),
    "search.our_scribbles": call(),
    "search.Question": call(
        text=Text("ab", legal=EMPTY), strokes=STROKES, half=replace(HALF, legal="None")
    ),
    "search.Finder": call(
        layers=Each({m: layer(m) for m in WIDTHS}),
        entries=Tensor("B 3", numpy=True, legal="ints"),
        names=Several(
            [Several([Text("ab", legal=EMPTY), Text("七")], counted=True)] * 5, counted=True
        ),
        pieces=Each({m: Thing(lambda m=m: KNOWN[m]) for m in KNOWN}),
        usual=Tensor("192", numpy=True, legal="ints"),
        extent=EXTENT,
        width=WIDTH,
    ),
    "search.Finder.picture": call(of=finder, question=Thing(question)),
    "search.Finder.senses": call(of=finder, question=Thing(question)),
    "search.Finder.search": call(
        of=finder, question=Thing(question), most=replace(Whole(2), legal="None")
    ),
    "search.page_sizes": call(finder=Thing(finder), thumbnails=PICTURES),
    "search.search_page": call(
        finder=Thing(finder),
        thumbnails=PICTURES,
        held=Thing(question, also=(("that asks nothing", lambda q: search.Question()),)),
        scribbles=Each({"a line": STROKES}, fixed=False, legal="None, empty"),
        **WORDS,
    ),
}
