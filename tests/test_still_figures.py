"""The small PNG beside a figure: what a PDF by nbconvert, Word and GitHub show of it."""

import io

import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from nbclient import NotebookClient
from nbconvert import LatexExporter
from PIL import Image

from mmbook import figures
from mmbook.figures import COLORS, VIOLET, Event, svg
from mmbook.figures.still import LIGHT, still

WORDS = {"number": "4.3", "caption": "What to see in this picture.", "alt": "What there is to see."}
CELL = """
from mmbook import figures
words = dict(caption="What to see in this picture.", alt="What there is to see.")
fig, ax = figures.subplots(width=3)
ax.plot([0, 1])
"""
CELLS = [
    CELL + 'figures.show(fig, number="4.1", **words)',
    'figures.show(fig, number="4.2", format="png", **words)',
    'figures.show(figures.draw_opinions([], {"image": [0.2, 0.8]}), number="4.3", **words)',
    'figures.timeline([figures.Event(1950 + k, "e", ("text",), "") for k in range(2)],\n'
    '                 start=1950, end=1960, number="4.4", **words)',
]


def seen(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def has(picture: np.ndarray, color: str) -> bool:
    """Whether some pixels have nearly this colour."""
    wanted = 255 * np.array(to_rgb(color))
    return bool((np.abs(picture - wanted).max(-1) < 24).sum() > 20)


def timeline() -> figures.Shown:
    events = [Event(1950 + k, f"event {k}", (m,), "A note.") for k, m in enumerate(COLORS)]
    return figures.timeline(events, start=1950, end=1960, held=1, **WORDS)


def curve() -> figures.Shown:
    fig, ax = figures.subplots(width=6, height=2.5)
    for k, (name, color) in enumerate(COLORS.items()):
        ax.plot([0, 1], [k, k + 1], color=color, label=name)
    ax.legend()
    return figures.show(fig, **WORDS)


@pytest.mark.parametrize("make", [timeline, curve])
def test_a_still_is_small_on_white_paper_and_keeps_the_colours_of_modalities(make):
    png = make()._repr_png_()
    picture = seen(png)
    assert len(png) <= LIGHT and picture.shape[1] == 640
    assert (picture[:3, -3:] == 255).all()
    assert all(has(picture, color) for color in COLORS.values())
    assert has(picture, "black") and make()._repr_png_() == png


def test_words_are_drawn_in_ink_whatever_fonts_the_system_has(monkeypatch):
    monkeypatch.setenv("FONTCONFIG_FILE", "/nowhere")
    words = svg.words(10, 30, "mmmm", 20, anchor="start")
    dark = (seen(still(svg.sheet(100, 40, [words]))) < 80).all(-1)
    height, width = dark.shape
    assert width == 640 and dark.mean() > 0.02
    left, right = np.flatnonzero(dark.any(0))[[0, -1]] / 6.4
    wide = svg.text_width("mmmm", 20)  # the book measures by the letters that are drawn here
    assert 10 <= left < 13 and abs(right - 10 - wide) < 3


def test_violet_tints_the_paper_of_a_picture_and_leaves_its_ink():
    half = np.zeros((4, 4), np.uint8)
    half[:, :2] = 255
    scene = figures.Scene("s", ["q"], half, [[1.0]], ["a"], [""], None, (1, 1))
    picture = seen(figures.attention_explorer([scene], **WORDS)._repr_png_())
    wide = picture[len(picture) // 3 : len(picture) // 2]  # rows of the picture only
    assert has(wide, "black") and has(wide, VIOLET)


def test_a_heavy_picture_gets_narrower():
    rng = np.random.default_rng(0)
    fig, ax = figures.subplots(width=7, height=4)
    ax.imshow(rng.normal(size=(112, 224)))
    picture = seen(figures.show(fig, format="png", **WORDS)._repr_png_())
    assert picture.shape[1] == 480


@pytest.fixture(scope="module")
def notebook():
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    made = nbformat.v4.new_notebook(cells=cells)
    return NotebookClient(made, timeout=120, kernel_name="python3").execute()


def test_a_stored_figure_has_html_png_and_words(notebook):
    for cell in notebook.cells:
        [output] = cell.outputs
        assert set(output.data) == {"text/html", "image/png", "text/plain"}


def test_a_pdf_shows_every_figure(notebook):
    tex, resources = LatexExporter().from_notebook_node(notebook)
    assert tex.count(r"\adjustimage{") == len(CELLS)
    pictures = [name for name in resources["outputs"] if name.endswith(".png")]
    assert len(pictures) == len(CELLS) and all(name in tex for name in pictures)
