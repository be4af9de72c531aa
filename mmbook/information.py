"""Information in bits: counted from tables, freed from bias, bounded by a classifier (chapter 2).

A table of counts has one axis a variable: entry (a, b) says how often A = a and B = b occurred
together. Shares do as well where nothing is corrected: a correction asks how many samples there
were.
"""

import numpy as np


def count(*columns, sizes) -> np.ndarray:
    """How often each combination of values occurs: whole numbers (n,) each -> (*sizes).

    Raises: ValueError for columns of unequal length, or a value that is not in 0 ... size - 1.
    """
    columns = [_array(c) for c in columns]
    if len(columns) != len(sizes) or len({c.shape for c in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError(
            f"columns are {[c.shape for c in columns]}, sizes {tuple(sizes)}; "
            "expected (n,) with one n, and a size for each"
        )
    for i, (column, size) in enumerate(zip(columns, sizes, strict=True)):
        if column.dtype.kind not in "iu" or (
            column.size and not 0 <= column.min() <= column.max() < size
        ):
            raise ValueError(f"column {i} is {column}; expected whole numbers from 0 to {size - 1}")
    table = np.zeros(tuple(sizes), dtype=np.int64)
    np.add.at(table, tuple(columns), 1)
    return table


def entropy(counts, miller_madow: bool = False) -> float:
    r"""Entropy of the shares of a table of any shape, in bits.

    .. math:: H = -\sum_x p(x) \log_2 p(x), \qquad p(x) = n(x) / N

    From N samples it comes out too small, by about :math:`(K - 1) / (2 N \ln 2)` for K values;
    ``miller_madow`` adds that, with the values that occurred for K (Miller, 1955).

    Raises: ValueError for a table that is empty, has negative entries or adds up to 0.
    """
    n = _checked(counts)
    p = n[n > 0] / n.sum()
    bits = float(-(p * np.log2(p)).sum())
    return bits + (len(p) - 1) / (2 * n.sum() * np.log(2)) if miller_madow else bits


def mutual_information(counts, miller_madow: bool = False) -> float:
    r"""What A tells of B, in bits, from a table (A, B).

    .. math:: I(A; B) = H(A) + H(B) - H(A, B)

    Raises: ValueError as :func:`entropy`, and if the table has not two axes.
    """
    n = _checked(counts, axes=2)
    parts = (entropy(t, miller_madow) for t in (n.sum(1), n.sum(0), n))
    a, b, both = parts
    return a + b - both


def conditional_mutual_information(counts, miller_madow: bool = False) -> float:
    r"""What A tells of B when Y is known, in bits, from a table (A, B, Y).

    .. math:: I(A; B \mid Y) = \sum_y p(y) \, I(A; B \mid Y = y)

    Values of Y that never occur are left out. Raises: as above, for three axes.
    """
    n = _checked(counts, axes=3)
    return float(
        sum(
            n[..., y].sum() / n.sum() * mutual_information(n[..., y], miller_madow)
            for y in range(n.shape[2])
            if n[..., y].sum() > 0
        )
    )


def shuffle_bias(counts, draws: int = 20, seed: int = 0) -> float:
    """What :func:`conditional_mutual_information` finds where there is nothing, in bits.

    A table (A, B, Y) of whole numbers: for each y the pairing of A and B is drawn anew, as often as
    ``draws`` says, with how often each value occurs left as it is; the mean over the draws. Take it
    off the estimate.

    Raises: ValueError for counts that are not whole, draws below 1, or as above.
    """
    n = _checked(counts, axes=3)
    if not (n == np.round(n)).all() or draws < 1:
        raise ValueError(
            f"draws is {draws}, counts are {n.dtype}; expected 1 or more, whole counts"
        )
    rng = np.random.default_rng(seed)
    bits = 0.0
    for table in np.moveaxis(n, 2, 0).astype(np.int64):
        a, b = (np.repeat(np.arange(len(t)), t) for t in (table.sum(1), table.sum(0)))
        for _ in range(draws if len(a) else 0):
            drawn = count(a, rng.permutation(b), sizes=table.shape)
            bits += len(a) / n.sum() * mutual_information(drawn) / draws
    return float(bits)


def classifier_bound(log_probabilities, labels) -> float:
    r"""Bits of the class that an input surely holds, by what a classifier makes of it.

    .. math:: I(X; Y) \ge H(Y) - \mathbb{E}[-\log_2 q(y \mid x)]

    It holds on samples that q was not trained on, and is negative if q is worse than to say how
    frequent each class is.

    Shapes: natural logarithms (n, C), whole numbers (n,).
    Raises: ValueError for shapes that do not fit, or rows that are no log-probabilities.
    """
    log_q, y = _array(log_probabilities), _array(labels)
    if log_q.ndim != 2 or y.shape != log_q.shape[:1]:
        raise ValueError(
            f"log_probabilities are {log_q.shape}, labels {y.shape}; expected (n, C), (n,)"
        )
    if not np.allclose(np.exp(log_q).sum(1), 1, atol=1e-3):
        raise ValueError("rows of exp(log_probabilities) do not add up to 1; expected logarithms")
    classes = entropy(count(y, sizes=log_q.shape[1:]))
    return float(classes + log_q[np.arange(len(y)), y].mean() / np.log(2))


def _array(x) -> np.ndarray:
    if hasattr(x, "detach"):
        x = x.detach().cpu().numpy()
    return np.asarray(x)


def _checked(counts, axes: int | None = None) -> np.ndarray:
    n = _array(counts)
    if axes is not None and n.ndim != axes:
        raise ValueError(f"counts have shape {n.shape}; expected {axes} axes")
    if n.size == 0 or not np.isfinite(n).all() or n.min() < 0 or n.sum() <= 0:
        raise ValueError(
            f"counts are {n.shape}, sum {n.sum()}; expected entries of 0 or more, some above"
        )
    return n
