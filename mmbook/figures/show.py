"""Put a picture on the page as a numbered figure with a caption and an alternative text.

The same markup serves JupyterLab and the website: an image inside ``<figure>``. On the website a
small script puts the SVG itself in the image's place, so that its ink follows the theme. What shows
no HTML finds a small PNG beside it.
"""

import html
import io
import re
from dataclasses import dataclass

from matplotlib.figure import Figure
from PIL import Image

from mmbook import checks
from mmbook.figures.canvas import book_style
from mmbook.figures.lean import lean
from mmbook.figures.pixels import data_uri, png_bytes
from mmbook.figures.schematic import Schematic
from mmbook.figures.still import still
from mmbook.figures.style import INK

CARD = "background:#fff;border-radius:6px;max-width:100%;height:auto"


@dataclass(frozen=True, repr=False)
class Shown:
    """A finished figure. A notebook draws it when it is the last line of a cell."""

    number: str
    caption: str
    markup: str
    picture: Figure | str

    def _repr_png_(self) -> bytes:
        return still(self.picture)

    def _repr_html_(self) -> str:
        return self.markup

    def __repr__(self) -> str:
        return f"Figure {self.number}. {self.caption}"


def show(
    picture: Figure | Schematic | str,
    *,
    number: str,
    caption: str,
    alt: str | None = None,
    format: str = "svg",
    dpi: int = 150,
) -> Shown:
    """A matplotlib figure, a schematic, or SVG markup, as Figure ``number`` of the book.

    >>> from mmbook.figures import subplots
    >>> fig, ax = subplots()
    >>> show(fig, number="4.3", caption="Two empty axes.", alt="Nothing is drawn on the axes.")
    Traceback (most recent call last):
    ValueError: caption is 'Two empty axes.'; expected a sentence

    Args:
        number: chapter and place, as ``"4.3"``; the figure's anchor is then ``#fig-4-3``.
        caption: one or two sentences on what to see. `` `code` `` is set as code.
        alt: what the data show, for whoever cannot see the picture; a schematic has its own.
        format: ``"svg"``, or ``"png"`` for pictures of many pixels, with ``dpi`` pixels an inch.
    Raises: ValueError for a number, caption or alternative text that is missing or too short;
        TypeError for what is no picture.
    """
    if isinstance(picture, Schematic):
        alt = picture.alt if alt is None else alt
        picture = picture.svg
    check_words(number, caption, alt)
    checks.choice("format", format, ("svg", "png"))
    checks.whole("dpi", dpi)
    if format == "png":
        if isinstance(picture, str):
            raise ValueError("picture is SVG markup; expected format 'svg' for it, not 'png'")
        source = data_uri(_png(picture, dpi), "image/png")
    else:
        source = data_uri(svg_of(picture, number).encode(), "image/svg+xml")
    image = f'<img alt="{html.escape(alt or "")}" src="{source}" style="{CARD}">'
    return Shown(number, caption, wrap(image, number, caption), picture)


def check_words(number: str, caption: str, alt: str | None) -> None:
    """Raises: ValueError for a number, caption or alternative text that will not do."""
    if not (isinstance(number, str) and re.fullmatch(r"\d+\.\d+", number)):
        raise ValueError(f"number is {number!r}; expected chapter and place, such as '4.3'")
    for name, text in (("caption", caption), ("alt", alt)):
        if len(checks.text(name, text, 0)) < 20:
            raise ValueError(f"{name} is {text!r}; expected a sentence")
    if caption == alt:
        raise ValueError("alt repeats the caption; expected a description of the data")


def wrap(inside: str, number: str, caption: str, kind: str = "") -> str:
    """``<figure>`` with its caption; ``kind`` is one more class."""
    words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(caption, quote=False))
    return (
        f'<figure class="mmbook-figure{kind}" id="fig-{number.replace(".", "-")}">{inside}'
        f"<figcaption><b>Figure {number}.</b> {words}</figcaption></figure>"
    )


def svg_of(figure: Figure | str, number: str) -> str:
    """A matplotlib figure as SVG, its ids those of Figure ``number``; markup stays as it is."""
    if isinstance(figure, str):
        if not figure.startswith("<svg"):
            raise ValueError(f"picture is {figure[:40]!r}; expected SVG markup, '<svg ...'")
        return figure
    _check_figure(figure)
    _unframe_legends(figure)
    file = io.StringIO()
    with book_style(**{"svg.hashsalt": number}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    # matplotlib leaves black out where it is the default, hence the fill on the root.
    svg = "<svg fill='currentColor'" + svg[svg.index("<svg") + 4 :].replace(INK, "currentColor")
    return lean(svg, f"f{number.replace('.', '-')}-")


def _check_figure(figure: Figure) -> None:
    if not isinstance(figure, Figure):
        raise TypeError(
            f"picture is a {type(figure).__name__}; expected a Figure, a Schematic or SVG markup"
        )


def _unframe_legends(figure: Figure) -> None:
    for legend in filter(None, (ax.get_legend() for ax in figure.axes)):
        legend.set_frame_on(False)


def _png(figure: Figure, dpi: int) -> bytes:
    _check_figure(figure)
    _unframe_legends(figure)
    file = io.BytesIO()
    with book_style(**{"savefig.facecolor": "white"}):
        figure.savefig(file, format="png", dpi=dpi)
    return png_bytes(Image.open(file).convert("RGB"))
