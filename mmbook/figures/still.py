"""A figure as a small PNG, for what shows no HTML: a PDF by nbconvert, Word, GitHub.

Stored notebooks hold it beside the figure itself, so it may weigh little.
"""

import io
from collections.abc import Callable

import resvg_py
from matplotlib.figure import Figure
from PIL import Image

from mmbook.figures import svg
from mmbook.figures.canvas import book_style

# Widths and colours, the best first; the first with which a picture is light enough is taken, else
# the last. Violet over grey needs the many colours.
LADDER = ((640, 48), (560, 48), (480, 48), (480, 24))
LIGHT = 9_000  # bytes
RARE = Image.Quantize.MAXCOVERAGE  # the colour of a few marks is kept, where others lose it


def still(picture: Figure | str) -> bytes:
    """A matplotlib figure, or SVG markup, as PNG on white paper."""
    draw = _of_svg(picture) if isinstance(picture, str) else _of_figure(picture)
    out = b""
    for width, colors in LADDER:
        file = io.BytesIO()
        few = draw(width).convert("RGB").quantize(colors, RARE, kmeans=3, dither=Image.Dither.NONE)
        few.save(file, "PNG", optimize=True)
        out = file.getvalue()
        if len(out) <= LIGHT:
            break
    return out


def _of_figure(figure: Figure) -> Callable[[int], Image.Image]:
    def draw(width: int) -> Image.Image:
        file = io.BytesIO()
        with book_style(**{"savefig.facecolor": "white"}):
            figure.savefig(file, format="png", dpi=width / figure.get_figwidth())
        return Image.open(file)

    return draw


def _of_svg(markup: str) -> Callable[[int], Image.Image]:
    # The same letters on every machine; the system's only for scripts that these lack.
    letters = markup.replace(svg.FONT, "font-family:'DejaVu Sans'")

    def draw(width: int) -> Image.Image:
        png = resvg_py.svg_to_bytes(
            svg_string=letters,
            width=width,
            dpi=96.0,  # matplotlib gives sizes in points
            background="#ffffff",
            font_files=[str(svg.font_file(bold)) for bold in (False, True)],
            font_family="DejaVu Sans",
        )
        return Image.open(io.BytesIO(bytes(png)))

    return draw
