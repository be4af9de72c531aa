"""One convention for pictures in every figure: uint8 or floats from 0 to 1, told apart by dtype."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from mmbook import figures
from mmbook.data import load_digits
from mmbook.figures.pixels import on_paper, pixels, shades

WORDS = {
    "number": "4.3",
    "caption": "What to see in this picture.",
    "alt": "What the data show, in words.",
}
DRAWING = np.array([[0, 51, 102], [153, 204, 255]], np.uint8)
COLOUR = np.arange(0, 90, 5, np.uint8).reshape(2, 3, 3)


def drawn(draw) -> list[np.ndarray]:
    """What a plotting function gives matplotlib to show."""
    _, ax = figures.subplots()
    draw(ax)
    return [np.asarray(image.make_image(_renderer(ax), unsampled=True)[0]) for image in ax.images]


def _renderer(ax):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    return FigureCanvasAgg(ax.figure).get_renderer()


def explorer(picture):
    several = picture[None] if hasattr(picture, "ndim") else [picture]
    return figures.latent_explorer(
        {"a": {"image": [[0.0, 1.0]]}}, thumbnails=several, names=["x"], **WORDS
    ).markup


def scene(picture):
    one = figures.Scene("a", picture, ["k"], [[1.0]], ["q"], [""], ask_grid=(1, 1))
    return figures.attention_explorer([one], **WORDS).markup


def answers(picture):
    several = picture[None] if hasattr(picture, "ndim") else [picture]
    return figures.result_sheet([figures.Results("a", picture, several, ["x"], [True])])


TAKERS = {
    "plot_images": lambda p: drawn(
        lambda ax: figures.plot_images(ax, p[None] if hasattr(p, "ndim") else [p], 1)
    )[0],
    "plot_attended": lambda p: drawn(lambda ax: figures.plot_attended(ax, p, [[0.5]]))[0],
    "latent_explorer": explorer,
    "Scene": scene,
    "Results": answers,
    "Weighed": lambda p: figures.draw_levels(
        [figures.Weighed("a", [p], [p], ["fine"], [1.0], "says a")]
    ),
    "draw_opinions": lambda p: figures.draw_opinions([p], {"image": [1.0]}),
}
EVERY = pytest.mark.parametrize("draw", TAKERS.values(), ids=list(TAKERS))


@EVERY
@pytest.mark.parametrize("picture", [DRAWING, COLOUR], ids=["drawing", "colour"])
def test_bytes_floats_and_tensors_give_one_picture(draw, picture):
    first = draw(picture)
    same = [picture / 255, (picture / 255).astype(np.float32)]
    same += [torch.tensor(picture), torch.tensor(picture / 255, requires_grad=True)]
    for other in same:
        np.testing.assert_array_equal(draw(other), first)


@EVERY
@pytest.mark.parametrize(
    "bad, message",
    [
        (DRAWING.astype(int), "holds int64; expected uint8 from 0 to 255, or floats from 0 to 1"),
        (DRAWING > 50, "holds bool; expected uint8"),
        (DRAWING / 100, "holds floats from 0 to 2.55; expected floats from 0 to 1"),
        (DRAWING / 255 - 0.01, "holds floats from -0.01 to 0.99"),
        (np.where(DRAWING == 51, np.nan, 0.5), "NaN or infinite"),
        (np.zeros((2, 3, 4), np.uint8), r"has shape \((1, )?2, 3, 4\); expected \("),
        (np.zeros(3, np.uint8), r"has shape \((1, )?3,?\); expected \("),
        (np.zeros((0, 3), np.uint8), "expected at least one pixel"),
    ],
    ids=["whole", "bool", "above 1", "below 0", "NaN", "channels", "flat", "empty"],
)
def test_what_is_no_picture_is_refused_by_name(draw, bad, message):
    with pytest.raises(ValueError, match=message) as error:
        draw(bad)
    names = ("image", "answers", "drawing", "thumbnails", "inputs", "asks")
    assert str(error.value).startswith(names)


@EVERY
def test_what_holds_no_numbers_is_a_type_error(draw):
    with pytest.raises(TypeError):
        draw(np.array([["a", "b"]], dtype=object) if draw is not scene else {"a": 1})


def test_the_digits_are_drawn_as_they_are_and_not_all_black():
    digits = load_digits("val")
    for draw in (
        lambda ax: figures.plot_images(ax, digits.image[:1], columns=1),
        lambda ax: figures.plot_attended(ax, digits.image[0], np.zeros((4, 4))),
    ):
        grey = drawn(draw)[0][..., 0]
        np.testing.assert_allclose(grey, 255 - digits.image[0].astype(int), atol=2)


def test_paper_is_white_in_a_png_and_ink_black():
    svg = figures.draw_opinions([DRAWING], {"image": [1.0]})
    png = base64.b64decode(re.search(r"png;base64,([^\"]+)", svg)[1])
    seen = np.array(Image.open(io.BytesIO(png)).convert("L"))
    np.testing.assert_array_equal(seen, 255 - DRAWING)
    assert on_paper(COLOUR) is COLOUR


def test_floats_that_miss_the_ends_by_rounding_are_taken():
    almost = np.array([[-1e-7, 1 + 1e-7]])
    np.testing.assert_array_equal(shades("x", almost), [[0, 1]])
    np.testing.assert_array_equal(pixels("x", almost), [[0, 255]])
    np.testing.assert_array_equal(pixels("x", DRAWING), DRAWING)
    half = torch.tensor([[0.2, 1.0]], dtype=torch.bfloat16)
    assert pixels("x", half).tolist() == [[51, 255]]
