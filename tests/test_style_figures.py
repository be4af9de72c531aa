"""The book's figures do not depend on the style that a reader has set for matplotlib."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from mmbook import figures
from mmbook.figures.still import still

WORDS = {
    "number": "4.3",
    "caption": "What to see in this picture.",
    "alt": "What the data show, in words.",
}
LOUD = {
    "axes.facecolor": "red",
    "axes.prop_cycle": mpl.cycler(color=["y"]),
    "figure.dpi": 44,
    "font.family": "serif",
    "font.size": 21,
    "hatch.color": "g",
    "image.cmap": "hot",
    "image.interpolation": "bilinear",
    "legend.fontsize": 30,
    "lines.linewidth": 7,
    "savefig.bbox": "tight",
    "savefig.dpi": 33,
    "svg.fonttype": "none",
    "text.color": "blue",
    "xtick.minor.visible": True,
}


def picture() -> Figure:
    """All kinds of drawing that chapters do, on axes made in all their ways."""
    fig, axes = figures.subplots(2, 2, width=6, height=5)
    curves, bars, grid, extra = axes.flat
    figures.plot_curve(curves, np.arange(12.0).reshape(3, 4), "loss")
    curves.plot([1, 2], [3, 1], label="line")
    curves.axhline(1)
    curves.text(1, 2, "words")
    curves.annotate("there", (1, 2), (0.5, 3), arrowprops={"arrowstyle": "->"})
    curves.legend()
    bars.bar([0, 1], [1, 2], hatch="//")
    bars.errorbar([0, 1], [1, 2], [0.1, 0.2])
    bars.fill_between([0, 1], [0, 0], [1, 1])
    bars.scatter([0, 1], [1, 2])
    bars.set(xlabel="x", ylabel="y", title="bars")
    figures.plot_attention(grid, [[0.2, 0.8]], ["a"], ["x", "y"], bar=True)
    place = extra.get_gridspec()[1, 1]
    extra.remove()
    fig.add_subplot(place).imshow(np.arange(6).reshape(2, 3))
    fig.suptitle("all of it")
    return fig


def drawn() -> tuple[str, str, bytes, str]:
    frames = [picture(), picture()]
    return (
        figures.show(picture(), **WORDS).markup,
        figures.show(picture(), format="png", dpi=80, **WORDS).markup,
        still(picture()),
        figures.slider(frames, ["a", "b"], name="knob", **WORDS).markup,
    )


@pytest.fixture(scope="module")
def plain():
    with mpl.rc_context():
        mpl.rcdefaults()
        return drawn()


@pytest.mark.parametrize("look", ["dark_background", "ggplot", "grayscale", LOUD], ids=str)
def test_a_readers_style_changes_no_byte(look, plain):
    with mpl.style.context(look):
        before = dict(mpl.rcParams)
        assert drawn() == plain
        assert dict(mpl.rcParams) == before  # and nothing is changed for the reader


def test_a_style_reaches_a_figure_that_the_reader_made():
    def own() -> str:
        fig = Figure(figsize=(2, 2))
        fig.subplots().plot([0, 1])
        return figures.show(fig, **WORDS).markup

    with mpl.style.context("dark_background"):
        dark = own()
    assert dark != own()
