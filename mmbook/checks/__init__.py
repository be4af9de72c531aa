"""Every check of an argument, once: its messages say what came and what was expected.

A shape is written as in the docstrings, one letter an axis: ``"B N D"``. Letters are names of
sizes; a number is a size that must be met; ``n>=2`` is a size with a least value; ``...`` in front
stands for any axes; ``|`` is "or".

``tensor`` looks at type, dtype and shape and never at the numbers, so it may stand in a
``forward``: it works under ``torch.func`` and ``torch.compile`` and waits for no device. ``array``
is for measures: it gives a NumPy array of finite numbers or raises.

What is wrong decides the error: a wrong Python type is a TypeError, a wrong name (of a modality,
say) a KeyError, and a wrong shape, dtype or value a ValueError.
"""

from mmbook.checks.axes import shape, shapes
from mmbook.checks.forward import (
    alike,
    matches,
    readable,
    rows,
    sized,
    temperature,
    tensor,
    tensors,
)
from mmbook.checks.masks import mask, mask_over
from mmbook.checks.measured import array, arrays, column, distribution, finite, index, integers
from mmbook.checks.names import (
    function,
    instance,
    keys,
    known_keys,
    listed,
    mapping,
    text,
    texts,
    widths,
)
from mmbook.checks.values import choice, flag, number, positive, share, whole

__all__ = [
    "alike",
    "array",
    "arrays",
    "choice",
    "column",
    "distribution",
    "finite",
    "flag",
    "function",
    "index",
    "instance",
    "integers",
    "keys",
    "known_keys",
    "listed",
    "mapping",
    "mask",
    "mask_over",
    "matches",
    "number",
    "positive",
    "readable",
    "rows",
    "shape",
    "shapes",
    "share",
    "sized",
    "temperature",
    "tensor",
    "tensors",
    "text",
    "texts",
    "whole",
    "widths",
]
