"""Opinions, the simplex, reliability and trade-offs: each mark where its numbers are."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from mmbook import figures
from mmbook.calibration import reliability
from mmbook.figures import COLORS, INK


def axes():
    return figures.subplots()[1]


def heights(bars) -> dict[float, float]:
    """Heights of bars by the middle of their foot."""
    return {round(b.get_x() + b.get_width() / 2, 6): b.get_height() for b in bars}


def test_opinions_are_full_then_an_outline_then_narrow():
    ax = axes()
    first, second, third = [0.5, 0.2, 0.3], torch.tensor([0.1, 0.7, 0.2]), np.array([0.0, 0.0, 1.0])
    figures.plot_opinions(
        ax, {"speech": first, "all": second, "held": third}, colors={"held": "#ff0000"}
    )
    full, outline, narrow = ax.containers
    assert heights(full) == pytest.approx({0: 0.5, 1: 0.2, 2: 0.3})
    assert heights(outline) == pytest.approx({0: 0.1, 1: 0.7, 2: 0.2})
    assert heights(narrow) == {2: 1.0}  # a bar of nothing would be a line
    assert to_hex(full[0].get_facecolor()).upper() == COLORS["speech"]
    assert not outline[0].get_fill() and to_hex(outline[0].get_edgecolor()) == INK
    assert to_hex(narrow[0].get_facecolor()) == "#ff0000"
    assert narrow[0].get_width() < full[0].get_width() == outline[0].get_width()
    assert [t.get_text() for t in ax.legend().get_texts()] == ["speech", "all", "held"]


def test_a_corner_of_the_simplex_is_a_class_and_its_middle_no_idea():
    np.testing.assert_allclose(figures.simplex_points([1, 0, 0]), [0, 0], atol=1e-12)
    np.testing.assert_allclose(figures.simplex_points([0, 1, 0]), [1, 0], atol=1e-12)
    corners = figures.simplex_points(np.eye(3))
    assert corners[2, 1] > 0.8  # the third stands on top
    middle = figures.simplex_points(torch.full((5, 3), 1 / 3))
    assert middle.shape == (5, 2)
    distances = np.linalg.norm(corners - middle[0], axis=1)
    np.testing.assert_allclose(distances, np.full(3, 3**-0.5), atol=1e-6)
    ax = axes()
    figures.plot_simplex(ax, ["1", "4", "9"])
    np.testing.assert_allclose(ax.lines[0].get_xydata(), corners[[0, 1, 2, 0]])
    for text, (x, y) in zip(ax.texts, corners, strict=True):
        assert np.hypot(text.get_position()[0] - x, text.get_position()[1] - y) < 0.2
    assert [t.get_text() for t in ax.texts] == ["1", "4", "9"]


def test_a_reliability_curve_runs_through_its_bins():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 211)
    curve = reliability(p, p.argmax(1), bins=7)
    ax = axes()
    figures.plot_reliability(ax, {"sure": curve, "speech": curve})
    diagonal, sure, speech = ax.lines
    np.testing.assert_array_equal(diagonal.get_xydata(), [[0, 0], [1, 1]])
    np.testing.assert_allclose(sure.get_xydata(), np.stack([curve.confidence, curve.accuracy], 1))
    assert sure.get_linestyle() != speech.get_linestyle()
    assert speech.get_color() == COLORS["speech"] and sure.get_color() == INK
    for bars, shift in zip(ax.collections, (-0.01, 0.01), strict=True):
        feet, tops = np.array(bars.get_segments()).swapaxes(0, 1)
        np.testing.assert_allclose(tops[:, 1] - feet[:, 1], curve.share)
        np.testing.assert_allclose(tops[:, 0], curve.confidence + shift)


def test_methods_stand_at_their_means_and_arrows_lead_from_each_to_the_next():
    ax = axes()
    points = {
        "0": ([0.2, 0.4], [0.7, 0.9]),
        "1": (torch.tensor([0.5, 0.7]), [0.4, 0.4]),
        "2": (1, 0),
    }
    figures.plot_tradeoff(ax, points, joined=True, marker="D", offsets={"1": (-10, 8)})
    found = [tuple(line.get_xydata()[0]) for line in ax.lines]
    np.testing.assert_allclose(found, [(0.3, 0.8), (0.6, 0.4), (1, 0)], atol=1e-6)
    arrows = [t for t in ax.texts if t.get_text() == ""]
    ends = [(a.xyann, a.xy) for a in arrows]  # an arrow leads from its text to its point
    np.testing.assert_allclose(ends, [[(0.3, 0.8), (0.6, 0.4)], [(0.6, 0.4), (1, 0)]], atol=1e-6)
    names = {t.get_text(): t.xyann for t in ax.texts if t.get_text()}
    assert names == {"0": (7.0, 2.0), "1": (-10.0, 8.0), "2": (7.0, 2.0)}


def test_crosses_are_the_intervals_of_either_measure():
    ax = axes()
    figures.plot_tradeoff(ax, {"a": ([1, 2, 3], [5, 5, 5]), "b": (1, 2)}, intervals=True)
    (cross,) = ax.containers
    (level, upright) = cross[2]
    np.testing.assert_allclose(level.get_segments()[0], [(2 - 2.484, 5), (2 + 2.484, 5)], atol=1e-3)
    np.testing.assert_allclose(upright.get_segments()[0], [(2, 5), (2, 5)])


ROWS = {"a": ([0.1], [0.2])}


@pytest.mark.parametrize(
    "error, message, draw",
    [
        (ValueError, "expected one to three", lambda ax: figures.plot_opinions(ax, {})),
        (
            ValueError,
            r"opinions on \{'a': 2, 'b': 3\} classes",
            lambda ax: figures.plot_opinions(ax, {"a": [0.5, 0.5], "b": [0.1, 0.1, 0.8]}),
        ),
        (ValueError, "opinion 'a'", lambda ax: figures.plot_opinions(ax, {"a": [5.0, -4.0]})),
        (
            KeyError,
            "colors has .*'b'",
            lambda ax: figures.plot_opinions(ax, {"a": [1.0]}, colors={"b": "red"}),
        ),
        (ValueError, "corners has 2 names", lambda ax: figures.plot_simplex(ax, ["a", "b"])),
        (ValueError, "opinions", lambda ax: figures.simplex_points([0.5, 0.5])),
        (ValueError, "opinions", lambda ax: figures.simplex_points([0.5, 0.4, 0.3])),
        (ValueError, "curves is empty", lambda ax: figures.plot_reliability(ax, {})),
        (ValueError, "has 2 parts", lambda ax: figures.plot_reliability(ax, ROWS)),
        (
            ValueError,
            "share of 'a'",
            lambda ax: figures.plot_reliability(ax, {"a": ([0.5], [0.5], [0.5, 0.5])}),
        ),
        (
            ValueError,
            "curve 'a' is",
            lambda ax: figures.plot_reliability(ax, {"a": ([50.0], [50.0], [1.0])}),
        ),
        (ValueError, "points is empty", lambda ax: figures.plot_tradeoff(ax, {})),
        (ValueError, "1 and 2 runs", lambda ax: figures.plot_tradeoff(ax, {"a": ([1], [1, 2])})),
        (ValueError, "marker is '@'", lambda ax: figures.plot_tradeoff(ax, ROWS, marker="@")),
        (
            KeyError,
            "offsets has .*'b'",
            lambda ax: figures.plot_tradeoff(ax, ROWS, offsets={"b": (1, 1)}),
        ),
        (TypeError, "ax is a NoneType", lambda ax: figures.plot_tradeoff(None, ROWS)),
    ],
)
def test_what_is_no_belief_is_named(error, message, draw):
    with pytest.raises(error, match=message):
        draw(axes())
