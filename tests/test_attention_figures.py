"""Pictures of attention: weights on the right tokens, scales from 0, errors that say why."""

import base64
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.colors import to_hex

from mmbook import figures
from mmbook.figures.attention import MAP, VIOLET

LABEL = {
    "number": "7.1",
    "caption": "Who looks where in two words.",
    "alt": "Two rows of tiles with letters.",
}


def scene(**change):
    arguments = {
        "name": "ab",
        "asks": ["a", "b"],
        "answers": ["x", "y", "z"],
        "weights": np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]),
        "labels": ["letter a", "letter b"],
        "notes": ["looks at x", "looks at z"],
    }
    return figures.Scene(**{**arguments, **change})


def parts_of(shown):
    """SVG and facts of an interactive figure."""
    svg = base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", shown.markup)[1]).decode()
    facts = json.loads(re.search(r"application/json\">(.*?)</script>", shown.markup)[1])
    return svg, facts


def test_zero_is_paper_and_one_is_violet():
    assert MAP(0.0)[3] == 0 and MAP(1.0)[3] == pytest.approx(0.9)
    assert to_hex(MAP(1.0)[:3]) == VIOLET


def test_a_matrix_starts_its_scale_at_zero_and_names_both_sides():
    fig, ax = figures.subplots()
    figures.plot_attention(ax, [[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]], list("abc"), list("xy"))
    assert ax.images[0].norm.vmin == 0 and ax.images[0].norm.vmax == 0.9
    assert [t.get_text() for t in ax.get_yticklabels()] == list("abc")
    assert [t.get_text() for t in ax.get_xticklabels()] == list("xy")
    figures.plot_attention(fig.add_subplot(), [[0.2, 0.8]], vmax=0.5, bar=True)
    assert fig.axes[1].images[0].norm.vmax == 0.5 and len(fig.axes) == 3
    assert fig.axes[2].get_facecolor()[3] == 0  # the scale's 0 is paper too


def test_weights_lie_over_the_patches_they_belong_to():
    _, ax = figures.subplots()
    figures.plot_attended(ax, np.zeros((28, 14)), np.ones((4, 2)))
    picture, weights = ax.images
    assert picture.get_extent() == weights.get_extent() == [0, 14, 28, 0]


def test_letters_stand_on_their_weights():
    _, ax = figures.subplots()
    figures.plot_letters(ax, ["one", "fünf"], [np.array([0.1, 0.2, 0.7]), np.full(4, 0.25)])
    assert [t.get_text() for t in ax.texts] == list("onefünf")
    np.testing.assert_allclose(ax.images[0].get_array()[0], [0.1, 0.2, 0.7, 0])
    with pytest.raises(ValueError, match="'one' has 3 letters and 2 weights"):
        figures.plot_letters(ax, ["one"], [np.ones(2)])


def test_the_explorer_holds_each_query_and_shows_one_of_each_scene_at_first():
    scenes = [scene(held=0), scene(name="cd")]
    svg, facts = parts_of(figures.attention_explorer(scenes, **LABEL))
    ET.fromstring(svg)
    assert re.findall(r'data-i="(\d+)"', svg) == list("0123")
    assert re.findall(r'data-k="(\d+)"', svg) == list("012012")
    # the largest weight, .8, is drawn at opacity .9
    assert facts["scenes"][0]["weights"] == [[56, 34, 22], [11, 11, 90]]
    opacities = re.findall(r'data-k[^>]*fill-opacity="([\d.]+)"', svg)
    assert opacities == ["0.56", "0.34", "0.22", "0.11", "0.11", "0.9"]  # first, last token
    asks = re.findall(r'data-i="(\d)"[^>]*stroke-opacity="1"', svg)
    assert asks == ["0", "3"] and [s["held"] for s in facts["scenes"]] == [0, 1]
    assert facts["held"] == 0 and ">ab: letter a<" in svg and ">looks at x<" in svg
    assert "0.80 of the attention" in svg


def test_a_board_lies_under_its_cells():
    board = np.zeros((60, 60, 3), np.uint8)
    shown = figures.attention_explorer(
        [scene(answers=board, answer_grid=(1, 3)), scene(asks=board, ask_grid=(2, 1))], **LABEL
    )
    svg, _ = parts_of(shown)
    assert svg.count("<image") == 2 and svg.index("<image") < svg.index("data-k")
    assert svg.count("mix-blend-mode:multiply") == 1  # only where violet lies over a picture
    assert 'class="mmbook-figure mmbook-interactive mmbook-attention"' in shown.markup
    assert shown.markup.count("</script>") == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"asks": ["a"]}, r"asks of .ab.: 1 tokens; the weights are \(2, 3\)"),
        ({"answers": np.zeros((4, 4), int), "answer_grid": (1, 3)}, "int64; expected uint8"),
        ({"answers": np.zeros((4, 4), np.uint8)}, "grid None"),
        ({"notes": ["one"]}, "notes of 'ab': 1 lines; expected 2"),
        ({"weights": np.full((2, 3), np.nan)}, "finite"),
        ({"weights": -np.ones((2, 3))}, "0 or more"),
        ({"held": 2}, "held of 'ab' is 2; expected"),
        ({"weights": np.ones(3)}, r"expected \(Nq, Nk\)"),
    ],
)
def test_pieces_that_do_not_fit_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        figures.attention_explorer([scene(**change)], **LABEL)


def test_nothing_to_show_is_an_error():
    with pytest.raises(ValueError, match="scenes is empty"):
        figures.attention_explorer([], **LABEL)


@pytest.mark.parametrize("vmax", [0, -1.0, np.nan])
def test_a_scale_without_an_end_is_refused_and_not_replaced(vmax):
    _, ax = figures.subplots()
    for draw in (
        lambda: figures.plot_attention(ax, [[0.2, 0.8]], vmax=vmax),
        lambda: figures.plot_attended(ax, np.zeros((4, 4)), [[0.5]], vmax=vmax),
        lambda: figures.plot_letters(ax, ["a"], [[0.5]], vmax=vmax),
        lambda: figures.attention_explorer([scene()], vmax=vmax, **LABEL),
    ):
        with pytest.raises(ValueError, match="vmax is .*; expected a finite number above 0"):
            draw()


def test_weights_of_nothing_but_zeros_are_paper():
    _, ax = figures.subplots()
    figures.plot_attention(ax, np.zeros((2, 3)))
    assert ax.images[0].norm.vmax == 1
    svg, _ = parts_of(figures.attention_explorer([scene(weights=np.zeros((2, 3)))], **LABEL))
    assert set(re.findall(r'data-k[^>]*fill-opacity="([\d.]+)"', svg)) == {"0"}


def test_names_that_do_not_fit_the_weights_are_named():
    _, ax = figures.subplots()
    with pytest.raises(ValueError, match="queries has 3 names; expected 2"):
        figures.plot_attention(ax, np.ones((2, 3)), list("abc"))
    with pytest.raises(ValueError, match="keys has 2 names; expected 3"):
        figures.plot_attention(ax, np.ones((2, 3)), keys=list("ab"))
    with pytest.raises(ValueError, match="words with grid"):
        figures.attention_explorer([scene(ask_grid=(1, 2))], **LABEL)
