"""Places to draw at: the codes of several modalities on two axes that they share."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.linear import pca


def latent_map(
    codes: Mapping[str, ArrayLike], fit_on: Mapping[str, ArrayLike] | None = None
) -> dict[str, np.ndarray]:
    """Codes of several modalities on the two main directions of all of them together.

    Codes are given length 1 first, so that what is near on the map is near by cosine, as retrieval
    has it. A flat picture of K dimensions loses most of them: what looks apart may be near.

    Shapes: {modality: (n_m, K)} -> {modality: (n_m, 2)}.

    Args:
        fit_on: codes that fix the two axes in place of those that are drawn.
    Raises: TypeError; ValueError for widths that differ, fewer than two codes in all, a code of
        zeros, NaN or infinity.

    >>> places = latent_map({"image": [[2.0, 0.0], [0.0, 1.0]], "speech": [[0.5, 0.0]]})
    >>> {m: xy.shape for m, xy in places.items()}
    {'image': (2, 2), 'speech': (1, 2)}
    """
    directions = _directions("codes", codes)
    basis = directions if fit_on is None else _directions("fit_on", fit_on)
    axes = pca(np.concatenate(list(basis.values())), 2)
    return {m: axes.encode(rows) for m, rows in directions.items()}


def _directions(name: str, codes: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    checks.mapping(name, codes)
    rows = {m: checks.array(f"{name}[{m!r}]", x, "n K>=2") for m, x in codes.items()}
    widths = {m: x.shape[1] for m, x in rows.items()}
    if len(set(widths.values())) != 1 or sum(map(len, rows.values())) < 2:
        raise ValueError(f"{name} has shapes {widths}; expected one width, two rows or more")
    lengths = {m: np.linalg.norm(x, axis=1, keepdims=True) for m, x in rows.items()}
    if any((length == 0).any() for length in lengths.values()):
        raise ValueError(f"{name} holds a code of zeros; expected codes with a direction")
    return {m: x / lengths[m] for m, x in rows.items()}
