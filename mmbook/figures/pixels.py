"""Pictures as numbers: one convention, told apart by dtype, for everything that is drawn.

uint8 from 0 to 255, or floats from 0 to 1. A drawing (h, w) has 0 = paper; a picture in colour
(h, w, 3) is drawn as it is. Arrays and tensors on any device.
"""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from mmbook import checks

ONE = "h w | h w 3"
SEVERAL = "n h w | n h w 3"
ROUNDING = 1e-6  # floats may miss 0 and 1 by so much


def shades(name: str, x: Any, pattern: str = ONE, **sizes: int) -> np.ndarray:
    """A picture, or several, as floats from 0 to 1.

    >>> shades("image", np.array([[0, 51]], np.uint8))
    array([[0. , 0.2]])
    >>> shades("image", [[0, 51]])
    Traceback (most recent call last):
    ValueError: image holds int64; expected uint8 from 0 to 255, or floats from 0 to 1

    Raises: TypeError for what holds no numbers; ValueError for another shape or dtype, a picture
        without pixels, floats outside [0, 1], NaN or infinity.
    """
    numbers = checks.array(name, x, pattern, **sizes)
    kind = str(x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype).removeprefix("torch.")
    if kind != "uint8" and "float" not in kind:
        raise ValueError(
            f"{name} holds {kind}; expected uint8 from 0 to 255, or floats from 0 to 1"
        )
    if numbers.size == 0:
        raise ValueError(f"{name} has shape {numbers.shape}; expected at least one pixel")
    if kind == "uint8":
        return numbers / 255
    low, high = numbers.min(), numbers.max()
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise ValueError(
            f"{name} holds floats from {low:.4g} to {high:.4g}; "
            "expected floats from 0 to 1, or uint8 from 0 to 255"
        )
    return numbers.clip(0, 1)


def pixels(name: str, x: Any, pattern: str = ONE, **sizes: int) -> np.ndarray:
    """The same as uint8, for a PNG; it refuses what :func:`shades` refuses.

    >>> pixels("image", [[0.0, 0.2, 1.0]])
    array([[  0,  51, 255]], dtype=uint8)
    """
    return (255 * shades(name, x, pattern, **sizes)).round().astype(np.uint8)


def on_paper(picture: np.ndarray, colour: bool | None = None) -> np.ndarray:
    """Pixels as they are seen: a drawing's 0 is white. Several are ``colour`` or not, say which."""
    colour = picture.ndim == 3 if colour is None else colour
    return picture if colour else 255 - picture


def png_bytes(image: Image.Image, colors: int = 32) -> bytes:
    """The smallest of several PNGs: as it is, with a palette, or in sixteen greys if it is grey."""
    image = image.convert("RGB")
    versions = [image, image.quantize(colors, dither=Image.Dither.NONE)]
    red, green, blue = image.split()
    if red.tobytes() == green.tobytes() == blue.tobytes():
        versions.append(red.point([round(level / 17) * 17 for level in range(256)]))
    sizes = []
    for version in versions:
        file = io.BytesIO()
        version.save(file, "PNG", optimize=True)
        sizes.append(file.getvalue())
    return min(sizes, key=len)


def data_uri(content: bytes, kind: str) -> str:
    """Bytes of a MIME ``kind``, to stand inside a page."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
