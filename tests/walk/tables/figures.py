"""Pictures, drawn small."""

from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from mmbook import figures
from mmbook.figures.timeline import Event

from ..arguments import Each, Flag, Real, Several, Tensor, Text, Thing, Whole
from ..engine import call
from .data import digits

CAPTION = "A caption that is long enough."
ALT = "A text for whoever cannot see the picture."
WORDS = dict(number=Text("1.2", choice=True), caption=Text(CAPTION), alt=Text(ALT))
SVG = '<svg viewBox="0 0 3 4" width="3" height="4"><path d="M0 0"/></svg>'


@lru_cache  # as slow as all the rest, and nobody looks at what is drawn on it
def axes():
    return Figure(figsize=(1, 1)).subplots()


AX = Thing(axes)
VMAX = Real(1.0, wrong=(0.0, -1.0))
DIGITS = Thing(digits, also=(("a dict", lambda d: {}),))


def A(pattern, kind="float", legal="", **more):
    return Tensor(pattern, kind, numpy=True, legal=f"ints, {legal}", **more)


def texts(count, counted=True, legal=""):
    return Several([Text("word")] * count, counted=counted, legal=f"first: empty, {legal}")


def pixels(pattern, legal=""):
    return Tensor(pattern, "pixels", numpy=True, legal=legal)


def scene(**change):
    parts = dict(
        name="ab",
        asks=["a", "b"],
        answers=["x", "y", "z"],
        weights=np.full((2, 3), 1 / 3),
        labels=["letter a", "letter b"],
        notes=["x", "z"],
    )
    return figures.Scene(**(parts | change))


def weighed(**change):
    picture = np.zeros((3, 5), np.uint8)
    parts = dict(
        title="a seven",
        inputs=[picture],
        levels=[picture, picture.T],
        names=["fine", "coarse"],
        weights=[0.25, 0.75],
        verdict="says 7",
    )
    return figures.Weighed(**(parts | change))


def result(**change):
    parts = dict(
        asked="cat",
        drawing=np.zeros((6, 6, 3), np.uint8),
        answers=np.zeros((2, 6, 6, 3), np.uint8),
        names=["cat", "dog"],
        right=[True, False],
    )
    return figures.Results(**(parts | change))


def event(year=1980, **change):
    parts = dict(year=year, title="a title", modalities=("image",), note="a note")
    return Event(**(parts | change))


def group():
    return figures.Group("both", ("x", "y"))


def used(draw, **more):
    """Make the part, then draw it: what the part takes, the picture must take."""
    return lambda make, a: draw(make(**a), **more)


WORDED = dict(number="1.2", caption=CAPTION, alt=ALT)

CALLS = {
    "figures.plot_attention": call(
        ax=AX,
        weights=A("2 3", "positive", legal="per cent, one 2 more, one 3 more"),
        queries=texts(2),
        keys=texts(3),
        vmax=VMAX,
        bar=Flag(False),
    ),
    "figures.plot_attended": call(
        ax=AX,
        image=A("6 8", "unit", legal="one 6 more, one 8 more"),
        weights=A("2 3", "positive", legal="one 2 more, one 3 more"),
        vmax=VMAX,
    ),
    "figures.plot_letters": call(
        ax=AX,
        words=Several([Text("ab"), Text("abc")], counted=True),
        weights=Several([A("2", "positive"), A("3", "positive")], counted=True),
        vmax=VMAX,
    ),
    "figures.Scene": call(
        use=used(lambda s: figures.attention_explorer([s], **WORDED)),
        name=Text("ab"),
        asks=texts(2),
        answers=texts(3),
        weights=A("2 3", "positive"),
        labels=texts(2),
        notes=texts(2),
        held=Whole(1, least=0, most=1),
    ),
    "figures.attention_explorer": call(
        scenes=Several([Thing(scene), Thing(scene)]), **WORDS, columns=Whole(2), vmax=VMAX
    ),
    "figures.contact_sheet": call(
        data=DIGITS,
        rows=Several([Whole(0, least=None), Whole(3, least=None)]),
        guesses=Each({"image": texts(2), "speech": texts(2), "text": texts(2)}),
    ),
    "figures.recording_image": call(
        data=DIGITS, row=Whole(0, least=None, most=10), moment=Whole(2)
    ),
    "figures.latent_explorer": call(
        panels=Each(
            {
                "one": Each({"image": A("n 2"), "text": A("n 2")}, fixed=False),
                "two": Each({"image": A("n 2"), "text": A("n 2")}, fixed=False),
            },
            fixed=False,
        ),
        thumbnails=pixels("n 4 4", legal="one 4 more"),
        names=texts(11),
        marks=texts(11, legal="a string"),
        edges=Each({"image": Tensor("2 5", "int", numpy=True, legal="one 5 more")}, legal="empty"),
        notes=Each({"note": texts(11)}, fixed=False, legal="empty"),
        held=Whole(3, least=0, most=10),
        **WORDS,
    ),
    "figures.Weighed": call(
        use=used(lambda s: figures.draw_levels([s])),
        title=Text("a seven"),
        inputs=Several([pixels("3 5", legal="one 3 more, one 5 more")], legal="empty"),
        levels=Several([pixels("3 5", legal="one 3 more, one 5 more")] * 2, counted=True),
        names=texts(2),
        weights=Several([Real(0.25, wrong=(-0.1, 1.5)), Real(0.75)], counted=True),
        verdict=Text("says 7", legal="empty"),
    ),
    "figures.draw_levels": call(samples=Several([Thing(weighed)] * 2)),
    "figures.draw_opinions": call(
        inputs=Several(
            [pixels("3 5", legal="one 3 more, one 5 more"), Text("one")],
            legal="empty, first: a string",
        ),
        opinions=Each(
            {"image": A("7", "share", legal="one 7 more"), "text": A("7", "share")}, fixed=False
        ),
    ),
    "figures.plot_images": call(
        ax=AX,
        images=A("n 4 4", "unit", legal="one 4 more"),
        columns=Whole(3),
        gap=Whole(1, least=0),
    ),
    "figures.plot_sample": call(
        ax=AX, data=DIGITS, row=Whole(0, least=None, most=10), frames=Whole(32)
    ),
    "figures.plot_latent": call(
        ax=AX,
        codes=Each({"image": A("n 2", legal="one n more"), "text": A("n 2")}, fixed=False),
        pairs=Whole(2, least=0, most=11),
    ),
    "figures.plot_interval": call(
        ax=AX,
        values=Each(
            {"ours": A("S", legal="an axis less, one S more"), "theirs": A("S")}, fixed=False
        ),
        chance=Real(0.1),
        color=Text("#000000", choice=True),
    ),
    "figures.plot_opinions": call(
        ax=AX,
        opinions=Each({"image": A("7", "share"), "text": A("7", "share")}, fixed=False),
        colors=Each({"image": Text("#000000", choice=True)}, legal="empty"),
    ),
    "figures.plot_simplex": call(ax=AX, corners=texts(3)),
    "figures.simplex_points": call(opinions=A("n 3", "share", legal="an axis*, empty")),
    "figures.plot_reliability": call(
        ax=AX,
        curves=Each({"ours": Several([A("K", "unit")] * 3, counted=True)}, fixed=False),
        colors=Each({"ours": Text("#000000", choice=True)}, legal="empty"),
    ),
    "figures.plot_tradeoff": call(
        ax=AX,
        points=Each({"ours": Several([A("S"), A("S")], counted=True)}, fixed=False),
        marker=Text("o", choice=True),
        color=Text("#000000", choice=True),
        joined=Flag(True),
        intervals=Flag(True),
        offsets=Each({"ours": Several([Real(1.0), Real(2.0)], counted=True)}, legal="empty"),
    ),
    "figures.plot_curve": call(
        ax=AX, runs=A("S T"), label=Text("ours"), color=Text("#000000", choice=True), x=A("T")
    ),
    "figures.Results": call(
        use=used(lambda r: figures.result_sheet([r])),
        asked=Text("cat", legal="empty"),
        drawing=pixels("6 6 3", legal="one 6 more, an axis less, None"),
        answers=pixels("2 6 6 3", legal="one 6 more"),
        names=texts(2),
        right=Several([Flag(True), Flag(False)], counted=True),
    ),
    "figures.result_sheet": call(rows=Several([Thing(result)] * 2)),
    "figures.show": call(
        picture=Thing(lambda: Figure(figsize=(1, 1)), also=(("no svg", lambda _: "words"),)),
        **WORDS,
        format=Text("svg", choice=True),
        dpi=Whole(50),
    ),
    "figures.slider": call(
        frames=Several([Text(SVG, choice=False)] * 2, counted=True),
        labels=texts(2),
        name=Text("noise"),
        **WORDS,
        start=Whole(0, least=0, most=1),
    ),
    "figures.Box": call(
        name=Text("f_1"),
        role=Text("network", choice=True),
        text=Text("encoder", legal="empty"),
        shape=Text("(B, K)", legal="empty"),
        modality=Text("image", choice=True),
        frozen=Flag(True),
    ),
    "figures.Arrow": call(
        start=Text("x"),
        end=Text("f_1"),
        label=Text("codes", legal="empty"),
        gradient=Flag(True),
        dashed=Flag(False),
    ),
    "figures.Group": call(
        use=used(
            lambda g: figures.schematic(
                [figures.Box("x"), figures.Box("y")], [("x", "y")], groups=[g]
            )
        ),
        title=Text("teacher"),
        boxes=Several([Text("x")]),
    ),
    "figures.per_modality": call(
        use=lambda f, a: f(a["role"], a["text"], a["shape"], image=a["image"]),
        role=Text("network", choice=True),
        text=Text("encoder", legal="empty"),
        shape=Text("(B, K)", legal="empty"),
        image=Text("f_1"),
    ),
    "figures.schematic": call(
        boxes=Several([Thing(lambda: figures.Box("x")), Thing(lambda: figures.Box("y"))]),
        arrows=Several([Several([Text("x", choice=True), Text("y")], least=2)], legal="empty"),
        grid=Text("x y", choice=True),
        groups=Several([Thing(group)], legal="empty"),
        down=Flag(False),
    ),
    "figures.subplots": call(
        rows=Whole(1),
        cols=Whole(2),
        width=Real(2.0, wrong=(0.0, -1.0)),
        height=Real(1.0, wrong=(0.0, -1.0)),
    ),
    "figures.Event": call(
        use=used(lambda e: figures.timeline([e, event(1990)], start=1970, end=2000, **WORDED)),
        year=Whole(1980, least=1970, most=1990),
        title=Text("a title"),
        modalities=Several([Text("image"), Text("text")], legal="first: empty, empty"),
        note=Text("a note", legal="empty"),
        line=Text("a line", legal="empty"),
    ),
    "figures.timeline": call(
        events=Several([Thing(event), Thing(lambda: event(1990))], least=2),
        start=Whole(1970, least=None, most=1980),
        end=Whole(2000, least=1990),
        step=Whole(10),
        held=Whole(1, least=0, most=1),
        **WORDS,
    ),
}
