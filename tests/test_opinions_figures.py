"""Samples and opinions side by side: bars as long as their share, and what is refused."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mmbook.figures import COLORS, slider
from mmbook.figures.opinions import FOOT, TALL, draw_opinions

PICTURE = np.arange(35, dtype=np.uint8).reshape(5, 7)


def bars(svg: str) -> list[list[float]]:
    """Heights of the bars, a list a column."""
    paths = re.findall(r'<path d="(M[^"]*z)"', svg)
    return [[float(h) for h in re.findall(r"v-?([\d.]+)h", path)] for path in paths]


def test_bars_are_as_tall_as_their_share():
    svg = draw_opinions([], {"image": [0.25, 0.75, 0.0], "all": [0.0, 0.0, 1.0]})
    assert bars(svg) == [[TALL / 4, 3 * TALL / 4, 0], [0, 0, TALL]]
    assert f"M8.0 {FOOT}v" in svg


def test_an_opinion_has_its_modalitys_colour_and_the_joint_one_the_pages_ink():
    svg = draw_opinions([], {"speech": [1.0, 0.0], "all": [0.0, 1.0]})
    fills = re.findall(r'z" fill="([^"]+)"', svg)
    assert fills == [COLORS["speech"], "currentColor"]
    assert "speech: 0" in svg and "all: 1" in svg


def test_inputs_stand_above_the_first_columns_and_are_safe():
    svg = draw_opinions([PICTURE, "a<b&"], {m: [0.5, 0.5] for m in ("image", "text", "all")})
    columns = ElementTree.fromstring(svg)
    kinds = [[part.tag.partition("}")[2] for part in column] for column in columns]
    assert [k[0] for k in kinds] == ["image", "text", "text"] and len(kinds[1]) > len(kinds[2])
    assert columns[1][0].text == "a<b&"
    assert float(columns[0][0].get("width")) / float(columns[0][0].get("height")) == 7 / 5


def test_pictures_of_growing_noise_fit_a_slider():
    frames = [draw_opinions([PICTURE], {"image": [1 - s, s]}) for s in (0.0, 0.5, 1.0)]
    words = dict(name="noise", number="2.6", caption="A sentence on what there is to see.")
    shown = slider(frames, ["none", "half", "all"], alt="Two bars of changing height.", **words)
    assert "mmbook-slider" in shown.markup


@pytest.mark.parametrize(
    "inputs, opinions, message",
    [
        ([], {}, "0 inputs, 0 opinions"),
        (["a", "b"], {"image": [1.0]}, "2 inputs, 1 opinions"),
        ([], {"image": [-0.1, 1.1]}, "opinion 'image'"),
        ([], {"image": [[0.5, 0.5]]}, "opinion 'image'"),
        ([], {"image": [float("nan")]}, "opinion 'image'"),
    ],
)
def test_what_is_no_opinion_is_refused(inputs, opinions, message):
    with pytest.raises(ValueError, match=message):
        draw_opinions(inputs, opinions)
