"""Information in bits: counted from tables, freed from bias, bounded by a classifier (chapter 2).

A table of counts has one axis a variable: entry (a, b) says how often A = a and B = b occurred
together. Shares do as well where nothing is corrected: a correction asks how many samples there
were, and refuses them. Tables, columns and probabilities may be arrays, tensors or lists.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks


def count(*columns: ArrayLike, sizes: Sequence[int]) -> np.ndarray:
    """How often each combination of values occurs: whole numbers (n,) each -> ``sizes``.

    >>> count([0, 1, 1, 1], [2, 0, 0, 1], sizes=(2, 3))
    array([[0, 0, 1],
           [2, 1, 0]])

    Args:
        sizes: how many values each column may take, from 0 on.
    Raises: TypeError for what holds no numbers; ValueError for no column, columns of unequal
        length, not one size a column, or a value that is no whole number in 0 ... size - 1.
    """
    shape = [checks.whole("a size", size) for size in checks.listed("sizes", sizes)]
    if len(columns) != len(shape):
        raise ValueError(f"{len(columns)} columns, sizes are {shape}; expected a size for each")
    found = {
        f"column {i}": checks.integers(f"column {i}", column, "...", below=size)
        for i, (column, size) in enumerate(zip(columns, shape, strict=True))
    }
    checks.shapes(",".join(["n"] * len(found)), **found)
    table = np.zeros(shape, dtype=np.int64)
    np.add.at(table, tuple(found.values()), 1)
    return table


def entropy(counts: ArrayLike, miller_madow: bool = False) -> float:
    r"""Entropy of the shares of a table of any shape, in bits.

    .. math:: H = -\sum_x p(x) \log_2 p(x), \qquad p(x) = n(x) / N

    From N samples it comes out too small, by about :math:`(K - 1) / (2 N \ln 2)` for K values;
    ``miller_madow`` adds that, with the values that occurred for K.

    Source: Shannon (1948); the correction Miller (1955).

    >>> entropy([4, 2, 1, 1])
    1.75
    >>> round(entropy([4, 2, 1, 1], miller_madow=True), 3)
    2.021

    Raises: TypeError for what holds no numbers; ValueError for a table that is empty, has negative
        entries, NaN or infinity, or adds up to 0; with ``miller_madow`` for shares.
    """
    n = _table(counts, miller_madow, "...")
    p = n[n > 0] / n.sum()
    bits = float(-(p * np.log2(p)).sum()) + 0.0  # one value: 0 and not -0
    return bits + float((len(p) - 1) / (2 * n.sum() * np.log(2))) if miller_madow else bits


def mutual_information(counts: ArrayLike, miller_madow: bool = False) -> float:
    r"""What A tells of B, in bits, from a table (A, B).

    .. math:: I(A; B) = H(A) + H(B) - H(A, B)

    Source: Shannon (1948).

    >>> mutual_information([[4, 0, 0, 0], [0, 2, 1, 1]])
    1.0

    Raises: as :func:`entropy`; ValueError if the table has not two axes.
    """
    n = _table(counts, miller_madow, "A B")
    a, b, both = (entropy(t, miller_madow) for t in (n.sum(1), n.sum(0), n))
    return a + b - both


def conditional_mutual_information(counts: ArrayLike, miller_madow: bool = False) -> float:
    r"""What A tells of B when Y is known, in bits, from a table (A, B, Y).

    .. math:: I(A; B \mid Y) = \sum_y p(y) \, I(A; B \mid Y = y)
              = H(A, Y) + H(B, Y) - H(A, B, Y) - H(Y)

    The corrections of the four entropies add up to those of the classes, each with its own samples.
    Source: Cover and Thomas (2006), section 2.5.

    >>> conditional_mutual_information([[[1, 0], [0, 1]], [[0, 1], [1, 0]]])  # Y = A xor B
    1.0

    Raises: as :func:`entropy`; ValueError if the table has not three axes.
    """
    n = _table(counts, miller_madow, "A B Y")
    a_y, b_y, all_three, y = (
        entropy(table, miller_madow) for table in (n.sum(1), n.sum(0), n, n.sum((0, 1)))
    )
    return a_y + b_y - all_three - y


def shuffle_bias(counts: ArrayLike, draws: int = 20, seed: int = 0) -> float:
    """What :func:`conditional_mutual_information` finds where there is nothing, in bits.

    A table (A, B, Y) of whole numbers: for each y the pairing of A and B is drawn anew, as often as
    ``draws`` says, with how often each value occurs left as it is; the mean over the draws. Take it
    off the estimate.

    >>> round(shuffle_bias([[[1], [0]], [[0], [1]]]), 3)  # two samples agree or disagree wholly
    1.0

    Raises: as :func:`entropy`; ValueError for shares, or more samples than can be drawn; TypeError
        or ValueError for draws that are no whole number from 1 to 1,000,000, or a seed that is none
        from 0.
    """
    n = _table(counts, True, "A B Y")
    draws = checks.whole("draws", draws, 1, 1_000_000)
    seed = checks.whole("seed", seed, least=0)
    if n.sum() > 2**31:  # each sample is drawn on its own
        raise ValueError(f"counts sum to {n.sum():g}; expected {2**31} at most")
    rng = np.random.default_rng(seed)
    bits = 0.0
    for table in np.moveaxis(n, 2, 0).astype(np.int64):
        a, b = (np.repeat(np.arange(len(t)), t) for t in (table.sum(1), table.sum(0)))
        for _ in range(draws if len(a) else 0):
            drawn = count(a, rng.permutation(b), sizes=table.shape)
            bits += len(a) / n.sum() * mutual_information(drawn) / draws
    return float(bits)


def classifier_bound(log_probabilities: ArrayLike, labels: ArrayLike) -> float:
    r"""Bits of the class that an input surely holds, by what a classifier makes of it.

    .. math:: I(X; Y) \ge H(Y) - \mathbb{E}[-\log_2 q(y \mid x)]

    It holds on samples that q was not trained on, and is negative if q is worse than to say how
    frequent each class is. Source: Barber and Agakov (2003).

    >>> round(classifier_bound(np.log([[0.5, 0.5], [0.25, 0.75]]), [0, 1]), 3)
    0.292

    Shapes: natural logarithms (n, C), whole numbers (n,).
    Raises: TypeError for what holds no numbers; ValueError for no sample, shapes that do not fit,
        rows that are no log-probabilities (the logarithm of 0 is none: it would cost infinitely
        many bits), or labels that are no whole numbers from 0 to C - 1.
    """
    log_q = checks.array("log_probabilities", log_probabilities, "n>=1 C>=1").astype(np.float64)
    with np.errstate(over="ignore"):  # of what is no logarithm: refused right here
        checks.distribution("exp(log_probabilities)", np.exp(log_q))
    y = checks.integers("labels", labels, "...", below=log_q.shape[1])
    checks.shapes("n C, n", log_probabilities=log_q, labels=y)
    classes = entropy(count(y, sizes=log_q.shape[1:]))
    return float(classes + log_q[np.arange(len(y)), y].mean() / np.log(2))


def _table(counts: ArrayLike, corrected: bool, axes: str) -> np.ndarray:
    """Entries of 0 or more with some above; whole ones where a correction asks how many."""
    checks.flag("miller_madow", corrected)
    n = checks.array("counts", counts, axes).astype(np.float64)
    if n.size == 0 or n.min() < 0 or n.sum() <= 0:
        came = f"{n.shape}, " + (f"least {n.min():g}, sum {n.sum():g}" if n.size else "empty")
        raise ValueError(f"counts are {came}; expected entries of 0 or more, some above")
    shares = n[n != np.round(n)]
    if corrected and shares.size:
        raise ValueError(f"counts hold {shares[0]:g}; expected whole counts, no shares")
    return n
