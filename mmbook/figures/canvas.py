"""Figures and axes that look the same whatever style a reader has set for matplotlib.

matplotlib reads the style whenever something is drawn, so it is the book's for just as long.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmbook import checks
from mmbook.figures.style import RC

ON_AXES = (
    "annotate arrow axhline axhspan axline axvline axvspan bar bar_label barh boxplot broken_barh "
    "cla contour contourf errorbar eventplot fill fill_between fill_betweenx grid hexbin hist "
    "hist2d hlines imshow inset_axes legend loglog matshow pcolormesh plot quiver scatter "
    "secondary_xaxis secondary_yaxis semilogx semilogy set_title set_xlabel set_ylabel set_xscale "
    "set_yscale set_xticks set_yticks specgram stackplot stairs stem step table text twinx twiny "
    "violinplot vlines"
).split()
ON_FIGURES = ("add_axes add_subplot colorbar legend supxlabel supylabel suptitle text").split()


def book_style(**more: Any) -> AbstractContextManager[None]:
    """matplotlib's own defaults and the book's changes to them, for a ``with``."""
    return style.context(RC | more, after_reset=True)


def _in_style(names: Sequence[str]) -> Callable[[type], type]:
    """For a class: these methods of it draw in the book's style."""

    def drawn(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def draw(*args: Any, **kwargs: Any) -> Any:
            with book_style():
                return method(*args, **kwargs)

        return draw

    def change(kind: type) -> type:
        for name in names:
            setattr(kind, name, drawn(getattr(kind, name)))
        return kind

    return change


@_in_style(ON_AXES)
class BookAxes(Axes):
    """Axes that keep the book's style."""


@_in_style(ON_FIGURES)
class BookFigure(Figure):
    """A figure that keeps the book's style, as do its axes, also those that are added later."""

    def add_subplot(self, *args: Any, **kwargs: Any) -> Any:
        if not {"projection", "polar", "axes_class"} & kwargs.keys():
            kwargs["axes_class"] = BookAxes
        return super().add_subplot(*args, **kwargs)


def subplots(
    rows: int = 1,
    cols: int = 1,
    *,
    width: float = 7.0,
    height: float | None = None,
    **kw: Any,
) -> tuple[Figure, Any]:
    """A figure in the book's style, and its axes: like ``plt.subplots``, without global state.

    A style that a reader has set for matplotlib does not reach it.

    ``width`` and ``height`` are inches; the text column is 7 wide. Keywords go to
    ``Figure.subplots``, ``width_ratios`` and ``height_ratios`` among them.

    >>> fig, (left, right) = subplots(1, 2, width=7.2, height=2.5)
    >>> fig.get_size_inches()
    array([7.2, 2.5])

    Raises: TypeError and ValueError for numbers of rows or columns, or sizes, not positive.
    """
    rows, cols = checks.whole("rows", rows), checks.whole("cols", cols)
    width = checks.positive("width", width)
    height = 0.62 * width / cols * rows if height is None else checks.positive("height", height)
    with book_style():
        figure = BookFigure(figsize=(width, height))
        return figure, figure.subplots(rows, cols, **kw)
