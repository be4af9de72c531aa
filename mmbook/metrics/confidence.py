"""Who is right, how sure the model was of it, and the bins of surety."""

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks


def is_right(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Is the label's score above all others? A tie is wrong: (n, C), (n,) -> booleans (n,)."""
    own = np.take_along_axis(scores, labels[:, None], axis=1)
    return (scores >= own).sum(1) == 1


def confidences(probabilities: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Winning probabilities, and who is right: (n, C), (n,) -> floats (n,), booleans (n,).

    Raises: TypeError for what holds no numbers; ValueError for no sample, rows that are no
        probabilities (logits, per cent, NaN), labels that are no whole numbers from 0 to C - 1.
    """
    p = checks.array("probabilities", probabilities, "n>=1 C>=2")
    checks.distribution("probabilities", p)
    y = checks.integers("labels", labels, "...", below=p.shape[1])
    checks.shapes("n C, n", probabilities=p, labels=y)
    return p.max(1), is_right(p, y)


def bin_numbers(confidence: np.ndarray, bins: int) -> np.ndarray:
    """In which of M equal bins, ((m - 1) / M, m / M], each lies, from 0: (n,) -> (n,).

    Raises: TypeError, ValueError unless ``bins``, M, is a whole number from 1 to 10,000.
    """
    inner = np.arange(1, checks.whole("bins", bins, 1, 10_000)) / bins
    # In the precision of the confidence: .6 of float32 lies on the edge 3/5 too.
    return np.searchsorted(inner.astype(confidence.dtype), confidence, side="left")
