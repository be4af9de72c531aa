"""Levels and their weights as a picture, and pictures behind a slider."""

import base64
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from mmbook import figures
from mmbook.data import load_digits

WORDS = {
    "number": "9.2",
    "caption": "What changes when the damage grows.",
    "alt": "Three bars beside three small pictures.",
}


def weighed(**change):
    picture = np.zeros((3, 5), np.uint8)
    arguments = {
        "title": "a seven",
        "inputs": [picture],
        "levels": [picture, picture.T],
        "names": ["fine", "coarse"],
        "weights": [0.25, 0.75],
        "verdict": "says 7",
    }
    return figures.Weighed(**{**arguments, **change})


def test_a_bar_is_as_long_as_its_weight():
    svg = figures.draw_levels([weighed(), weighed(weights=np.array([1.0, 0.0]))])
    ET.fromstring(svg)
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="20"', svg)]
    assert widths == pytest.approx([16.5, 49.5, 66, 0])
    assert svg.count("<image") == 6 and ">0.75<" in svg and ">says 7<" in svg


def test_levels_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"'a seven' has \(2, 2, 3\) levels"):
        figures.draw_levels([weighed(weights=[0.1, 0.2, 0.7])])
    with pytest.raises(ValueError, match="samples is empty"):
        figures.draw_levels([])


def slid(frames, labels=("0 %", "50 %", "100 %"), **change):
    return figures.slider(frames, labels, name="damage", **{**WORDS, **change})


def test_a_slider_holds_every_frame_and_prints_the_one_it_starts_with():
    frames = [figures.draw_levels([weighed(verdict=v)]) for v in ("one", "two", "three")]
    markup = slid(frames, start=1).markup
    shown = base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", markup)[1]).decode()
    facts = json.loads(re.search(r"application/json\">(.*?)</script>", markup)[1])
    start = frames[1].index(">") + 1
    assert shown.startswith("<svg") and frames[1][start:].removesuffix("</svg>") in shown
    assert ">damage: 50 %</text>" in shown and "<g data-words" in shown
    assert facts["held"] == 1 and facts["titles"][2] == "damage: 100 %"
    assert [f"{re.match('<svg[^>]*>', frames[0])[0]}{f}</svg>" for f in facts["frames"]] == frames
    assert 'class="mmbook-figure mmbook-interactive mmbook-slider"' in markup


def test_a_slider_takes_figures_too():
    drawn = []
    for value in (1, 2, 3):
        fig, ax = figures.subplots(width=2)
        ax.plot([0, value])
        drawn.append(fig)
    facts = json.loads(
        re.search(r"application/json\">(.*?)</script>", slid(drawn).markup, re.DOTALL)[1]
    )
    assert len(set(facts["frames"])) == 3 and "<svg" not in "".join(facts["frames"])


def test_frames_that_do_not_fit_are_named():
    frame, wide = figures.draw_levels([weighed()]), figures.draw_levels([weighed()] * 2)
    with pytest.raises(ValueError, match="pictures of one size"):
        slid([frame, frame, wide])
    with pytest.raises(ValueError, match="2 frames, 3 labels, start 0"):
        slid([frame, frame])
    with pytest.raises(ValueError, match="a frame begins with '<svg></svg>'; expected '<svg' and"):
        slid(["<svg></svg>"] * 3)
    with pytest.raises(ValueError, match="start 3"):
        slid([frame] * 3, start=3)


def test_a_recording_is_drawn_with_its_present_frames_and_low_coefficients_at_the_bottom():
    digits = load_digits("val")
    row = int(digits.speech_mask.sum(1).argmin())
    picture = figures.recording_image(digits, row)
    assert picture.dtype == np.uint8 and picture.shape == (13, digits.speech_mask[row].sum())
    assert picture.max() <= 191  # three quarters of full ink
    moment = picture.shape[1] - 1
    wide = figures.recording_image(digits, row, moment)
    assert wide.shape[1] == 2 * moment
    assert (wide[:, : picture.shape[1]] == picture).all()
    assert (wide[:, picture.shape[1] :] == 0).all()  # paper
    digits.speech[row][digits.speech_mask[row], 0] = 1e6  # the first coefficient
    loud = figures.recording_image(digits, row)
    assert (loud[-1] == 191).all() and (loud[:-1] == picture[:-1]).all()
    digits.speech_mask[row] = False
    with pytest.raises(ValueError, match=f"recording {row} is empty"):
        figures.recording_image(digits, row)
