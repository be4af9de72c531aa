"""One look for the whole book: colours that mean modality, ink that follows the page's theme."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import is_color_like

COLORS = {"image": "#0072B2", "speech": "#009E73", "text": "#D55E00", "graph": "#CC79A7"}
MARKERS = {"image": "o", "speech": "^", "text": "s", "graph": "D"}
VIOLET = "#8e4ec6"  # weights of attention, the stronger the larger; it stands for no modality

# Pure black is the page's own ink: ``show`` writes it as ``currentColor``, so that axes and letters
# are dark on a light page and light on a dark one.
INK = "#000000"

RC: dict[Any, Any] = {
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


def check_axes(ax: Any) -> None:
    """Raises: TypeError for what cannot be drawn on."""
    if not isinstance(ax, Axes):
        raise TypeError(f"ax is a {type(ax).__name__}; expected Axes, as subplots gives them")


def check_color(color: Any) -> None:
    """Raises: ValueError for what is no colour."""
    if not is_color_like(color):
        raise ValueError(f"color is {color!r}; expected a colour, such as figures.COLORS['image']")
