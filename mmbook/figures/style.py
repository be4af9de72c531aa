"""One look for the whole book: colours that mean modality, ink that follows the page's theme."""

import matplotlib as mpl
from matplotlib.figure import Figure

COLORS = {"image": "#0072B2", "speech": "#009E73", "text": "#D55E00", "graph": "#CC79A7"}
MARKERS = {"image": "o", "speech": "^", "text": "s", "graph": "D"}

# Pure black is the page's own ink: ``show`` writes it as ``currentColor``, so that axes and letters
# are dark on a light page and light on a dark one.
INK = "#000000"

RC = {
    "axes.facecolor": "none",
    "axes.grid": False,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "image.cmap": "viridis",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}


def subplots(
    rows: int = 1, cols: int = 1, *, width: float = 7.0, height: float | None = None, **kw
):
    """A figure in the book's style, and its axes: like ``plt.subplots``, without global state.

    ``width`` and ``height`` are inches; the text column is 7 wide. Keywords go to
    ``Figure.subplots``, ``width_ratios`` and ``height_ratios`` among them.
    """
    with mpl.rc_context(RC):
        figure = Figure(figsize=(width, height or 0.62 * width / cols * rows))
        return figure, figure.subplots(rows, cols, **kw)
