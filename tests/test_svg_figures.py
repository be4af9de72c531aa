"""The pen of the SVG figures: widths, lines, marks; and no words outside a frame, in any figure."""

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from mmbook import figures
from mmbook.data import load_digits, load_emoji
from mmbook.figures import svg
from tests.schematics import METHODS
from tests.svg_frame import outside, words_of

WORDS = {
    "number": "4.3",
    "caption": "What to see in this picture.",
    "alt": "What the data show, in words.",
}
LONG = "Wide Words Without Mercy"
DOT = np.full((11, 13), 200, np.uint8)


def picture(shown) -> str:
    return base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", shown.markup)[1]).decode()


def contact():
    digits = load_digits("train")
    longest = int(np.argmax(np.char.str_len(digits.text)))
    return figures.contact_sheet(digits, [longest, 3])


def emoji():
    data = load_emoji("train")
    rows = [int(np.argmax(np.char.str_len(w))) for w in (data.english, data.chinese)]
    return figures.contact_sheet(data, rows)


def explorer(panels: int, marks=None):
    rng = np.random.default_rng(0)
    codes = {m: rng.normal(size=(7, 2)) for m in (*figures.COLORS, LONG)}
    return picture(
        figures.latent_explorer(
            {f"{LONG} and more of them {p}": codes for p in range(panels)},
            thumbnails=np.zeros((7, 5, 3), np.uint8),
            names=list("abcdefg"),
            marks=marks,
            **WORDS,
        )
    )


def attention():
    few = np.array([[0.2, 0.8]])
    scenes = [
        figures.Scene(LONG, ["q"], ["k", "l"], few, ["q"], [""]),
        figures.Scene("words", ["asking"], ["wonderful", "world"], few, ["q"], [""]),
        figures.Scene("picture", DOT, ["k", "l"], few, ["q"], [""], (1, 1)),
    ]
    return picture(figures.attention_explorer(scenes, columns=3, **WORDS))


def one_scene():
    scene = figures.Scene(LONG * 2, ["q"], ["k"], np.ones((1, 1)), ["q"], [""])
    return picture(figures.attention_explorer([scene], **WORDS))


def levels():
    names = [LONG, "b"]
    sample = figures.Weighed(f"{LONG} {LONG}", [DOT] * 3, [DOT, DOT.T], names, [1, 0], LONG * 2)
    return figures.draw_levels([sample])


def opinions():
    inputs = [f"{LONG} {LONG}", DOT]
    return figures.draw_opinions(inputs, {f"{LONG} {LONG}": [0.5, 0.5], "image": [0.1] * 10})


def results():
    row = figures.Results(
        f"{LONG} " * 9, DOT, [DOT / 255] * 2, ["W" * 40, "旺" * 40], [True, False]
    )
    return figures.result_sheet([row, row])


def timeline():
    events = [
        figures.Event(1936, f"{LONG} {LONG} {LONG}", ("text", "image", "a", "b", "c"), ""),
        figures.Event(1990, "short", ("graph", LONG), ""),
    ]
    return picture(figures.timeline(events, start=1930, end=2000, **WORDS))


KINDS = {
    "contact sheet of digits": contact,
    "contact sheet of emoji": emoji,
    "one panel with five names": lambda: explorer(1),
    "four panels with marks": lambda: explorer(4, marks=list("ABCDEFG")),
    "attention": attention,
    "attention of one letter": one_scene,
    "levels": levels,
    "opinions": opinions,
    "results": results,
    "timeline": timeline,
} | {name: lambda draw=draw: draw().svg for name, draw in METHODS.items()}


@pytest.mark.parametrize("draw", KINDS.values(), ids=list(KINDS))
def test_no_words_leave_their_frame_however_long_they_are(draw):
    drawn = draw()
    assert len(words_of(drawn)) > 1 and outside(drawn) == []


def test_words_outside_a_frame_are_found_wherever_they_stand():
    def sheet(inside: str) -> list[str]:
        return [w.split(" from")[0] for w in outside(svg.sheet(100, 50, [inside], size=10))]

    assert sheet('<text x="50" y="20">four</text>') == []
    assert sheet('<text x="90" y="20">four</text>') == ["'four'"]
    assert sheet('<text x="5" y="20" text-anchor="middle">four</text>') == ["'four'"]
    assert sheet('<text x="5" y="20" text-anchor="end">four</text>') == ["'four'"]
    assert sheet('<text x="5" y="4">four</text>') == ["'four'"]
    assert sheet('<text x="5" y="49">four</text>') == ["'four'"]
    assert sheet('<g transform="translate(90 0)"><text x="0" y="20">four</text></g>') == ["'four'"]
    assert sheet('<g style="font-size:60px"><text x="0" y="40">four</text></g>') == ["'four'"]
    assert sheet('<text y="20"><tspan x="5">a</tspan><tspan x="95">bc</tspan></text>') == ["'bc'"]
    turned = '<g transform="translate(8 25) rotate(-90)"><text text-anchor="middle">{}</text></g>'
    assert sheet(turned.format("four")) == [] and sheet(turned.format("f" * 20)) == [
        f"'{'f' * 20}'"
    ]


def test_a_width_is_that_of_the_letters():
    assert svg.text_width("", 13) == 0
    assert svg.text_width("一七", 13) == 26  # signs that the font lacks are as wide as high
    assert svg.text_width("x̂", 10) == svg.text_width("x", 10)  # an accent takes no room
    assert svg.text_width("mm", 10) == pytest.approx(2 * 9.74, abs=0.01)  # DejaVu Sans: 0.974
    assert svg.text_width("mm", 10, bold=True) > svg.text_width("mm", 10)


def test_lines_keep_every_letter_and_their_room():
    text = "A rather long name, unbreakableasitis, 面向右边的人 and an end"
    for room in (11, 40, 97, 1000):
        lines = svg.lines(text, room, 10)
        assert max(svg.text_width(line, 10) for line in lines) <= room
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert svg.lines(text, 1000, 10) == [text] and svg.lines("", 10, 10) == [""]
    cut = svg.lines(text, 97, 10, most=2)
    assert len(cut) == 2 and cut[1].endswith("…") and svg.text_width(cut[1], 10) <= 97


def test_letters_shrink_into_their_room_and_no_further():
    plain, small = svg.words(0, 0, "seven", 20), svg.words(0, 0, "seven", 20, room=31)
    assert "font-size:20px" in plain and svg.words(0, 0, "seven", 20, room=99) == plain
    size = float(re.search(r"font-size:([\d.]+)px", small)[1])
    assert 30 < svg.text_width("seven", size) <= 31


@pytest.mark.parametrize("name", [*figures.COLORS, "touch"])
def test_a_mark_stands_around_its_place(name):
    mark = ET.fromstring(svg.marker(name, 17, 23, 5))
    if mark.tag == "circle":
        assert (mark.get("cx"), mark.get("cy"), mark.get("r")) == ("17", "23", "5")
        return
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", mark.get("d"))]
    assert abs(numbers[0] - 17) <= 6 and abs(numbers[1] - 23) <= 6
    assert (mark.get("data-x"), mark.get("data-y")) == ("17", "23")


def test_marks_of_the_four_modalities_differ_in_form():
    marks = {re.sub(r"[\d. -]", "", svg.marker(m, 0, 0, 5)) for m in figures.COLORS}
    assert len(marks) == 4


def test_words_and_names_cannot_break_the_markup():
    hostile = "</svg><&\"'>"
    for drawn in (
        svg.sheet(9, 9, [svg.words(0, 0, hostile, 9)]),
        figures.draw_opinions([hostile], {hostile: [1.0, 0.0]}),
        figures.schematic(
            [figures.Box(hostile, text=hostile, shape=hostile), figures.Box("b")],
            [figures.Arrow(hostile, "b", hostile)],
            groups=[figures.Group(hostile, ["b"])],
        ).svg,
    ):
        assert "".join(ET.fromstring(drawn).itertext()).count("</svg>") >= 1
