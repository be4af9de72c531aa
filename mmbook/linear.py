"""Closed forms: PCA and CCA, which a multimodal autoencoder is measured against (chapter 4), and
the plane that tells classes apart, on which we look at a last layer.

Data may be arrays, tensors or lists; the results are NumPy arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks


@dataclass(frozen=True, eq=False)
class PCA:
    """The best linear autoencoder of width K: ``mean`` (D,), ``components`` (K, D).

    >>> PCA(mean=[1.0, 1.0], components=[[0.0, 1.0]]).encode([[7.0, 3.0]])
    array([[2.]])

    Raises: TypeError for what holds no numbers; ValueError for shapes that do not fit, NaN or
        infinity.
    """

    mean: np.ndarray
    components: np.ndarray

    def __post_init__(self) -> None:
        mean, components = checks.arrays("D, K D", mean=self.mean, components=self.components)
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "components", components)

    def encode(self, x: ArrayLike) -> np.ndarray:
        """(n, D) -> (n, K). Raises: as the class."""
        return (checks.array("x", x, "n D", D=len(self.mean)) - self.mean) @ self.components.T

    def decode(self, code: ArrayLike) -> np.ndarray:
        """(n, K) -> (n, D). Raises: as the class."""
        h = checks.array("code", code, "n K", K=len(self.components))
        return h @ self.components + self.mean


def pca(x: ArrayLike, k: int) -> PCA:
    """Principal components by the singular value decomposition of the centred data.

    Beyond the rank of the centred data axes are arbitrary, and all codes on them 0.

    Source: Eckart and Young (1936): no projection on K axes loses less. Shapes: x (n, D).

    >>> model = pca([[3.0, 4.0], [-3.0, -4.0], [0.0, 0.0]], 1)
    >>> abs(model.components).round(3)
    array([[0.6, 0.8]])

    Raises: TypeError for what holds no numbers; ValueError for another shape, fewer than two rows,
        NaN or infinity, or if k is not between 1 and min(n, D).
    """
    rows = checks.array("x", x, "n>=2 D>=1")
    checks.whole("k", k, 1, min(rows.shape))
    mean = rows.mean(0)
    _, _, vt = np.linalg.svd(rows - mean, full_matrices=False)
    return PCA(mean, vt[:k])


@dataclass(frozen=True, eq=False)
class CCA:
    """Canonical directions of two modalities, strongest first.

    ``means`` (D1,) and (D2,), ``directions`` (D1, K) and (D2, K), ``correlations`` (K,).

    >>> CCA(([1.0], [0.0, 0.0]), ([[2.0]], [[1.0], [1.0]]), [0.5]).encode([[3.0, 4.0]], side=1)
    array([[7.]])

    Raises: TypeError for what holds no numbers; ValueError for shapes that do not fit, NaN or
        infinity.
    """

    means: tuple[np.ndarray, np.ndarray]
    directions: tuple[np.ndarray, np.ndarray]
    correlations: np.ndarray

    def __post_init__(self) -> None:
        (mean_x, mean_y) = checks.listed("means", self.means, least=2)
        (axes_x, axes_y) = checks.listed("directions", self.directions, least=2)
        *found, correlations = checks.arrays(
            "D1, D2, D1 K, D2 K, K",
            mean_x=mean_x,
            mean_y=mean_y,
            directions_x=axes_x,
            directions_y=axes_y,
            correlations=self.correlations,
        )
        if correlations.size and not -1e-3 <= correlations.min() <= correlations.max() <= 1.001:
            came = f"run from {correlations.min():g} to {correlations.max():g}"
            raise ValueError(f"correlations {came}; expected numbers from 0 to 1")
        object.__setattr__(self, "means", tuple(found[:2]))
        object.__setattr__(self, "directions", tuple(found[2:]))
        object.__setattr__(self, "correlations", correlations)

    def encode(self, x: ArrayLike, side: int) -> np.ndarray:
        """Codes (n, K) of modality ``side`` (0 or 1), x (n, D1) or (n, D2).

        Raises: as the class; for another side a TypeError or ValueError.
        """
        checks.whole("side", side, 0, 1)
        mean = self.means[side]
        return (checks.array("x", x, "n D", D=len(mean)) - mean) @ self.directions[side]


def cca(x: ArrayLike, y: ArrayLike, k: int, ridge: float = 0.0) -> CCA:
    r"""Canonical correlation analysis: the linear codes of unit variance that agree best.

    .. math:: \max_{A, B} \operatorname{tr}(A^\top \Sigma_{xy} B) \quad \text{with} \quad
              A^\top (\Sigma_{xx} + rI) A = B^\top (\Sigma_{yy} + rI) B = I

    Source: Hotelling (1936); the ridge r as in Vinod (1976). Solved by whitening both sides and
    one singular value decomposition.

    Shapes: x (n, D1), y (n, D2), row i of both is one pair. ``ridge`` is in units of variance.

    >>> x = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0], [3.0, 1.0]])
    >>> cca(x, 7 * x[:, :1], k=1).correlations.round(3)
    array([1.])

    Raises: TypeError for what holds no numbers; ValueError for other shapes, fewer than two pairs,
        NaN or infinity, a negative ridge, or if k is not between 1 and the smaller rank of the two
        (beyond it no code varies).
    """
    left, right = checks.array("x", x, "n>=2 D>=1"), checks.array("y", y, "n>=2 D>=1")
    if len(left) != len(right):
        raise ValueError(f"x has {len(left)} rows, y has {len(right)}; expected pairs")
    checks.whole("k", k)
    r = checks.number("ridge", ridge, least=0)
    (mean_x, xc, white_x), (mean_y, yc, white_y) = _whitened(left, r), _whitened(right, r)
    ranks = white_x.shape[1], white_y.shape[1]
    if k > min(ranks):
        raise ValueError(
            f"k is {k}, x has rank {ranks[0]}, y has rank {ranks[1]}; expected k from 1 to the "
            "smaller rank"
        )
    u, s, vt = np.linalg.svd(white_x.T @ (xc.T @ yc / len(xc)) @ white_y, full_matrices=False)
    return CCA((mean_x, mean_y), (white_x @ u[:, :k], white_y @ vt[:k].T), s[:k])


def class_plane(
    x: ArrayLike, label: ArrayLike, classes: Sequence[int], ridge: float = 0.3
) -> np.ndarray:
    """Codes on the two axes that tell some classes apart best, in units of the spread within them.

    The covariance within the classes is whitened, then the classes' centres are given their two
    principal components: discriminant analysis. ``ridge``, in units of the mean variance, keeps
    directions that hardly vary from counting too much. Of two classes the first axis tells all,
    and the second is any axis across it.

    Source: Fisher (1936); Hastie et al. (2009), section 4.3.3.
    Shapes: x (n, D), label (n,) -> (n, 2); rows of other classes are placed, but do not count.

    >>> x = [[0.0, 0.0], [0.0, 2.0], [6.0, 0.0], [6.0, 2.0]]
    >>> abs(class_plane(x, [3, 3, 5, 5], classes=(3, 5)))[:, 0].round(1)
    array([6.7, 6.7, 6.7, 6.7])

    Raises: TypeError for what holds no numbers; ValueError for labels that are no whole numbers
        from 0 or not one a row, fewer than two classes, one twice or one that no row has, a single
        feature, NaN or infinity, a negative ridge, or no ridge where the rows of the classes do
        not vary in all directions.
    """
    rows, y = checks.array("x", x, "n>=2 D>=2"), checks.integers("label", label, "...")
    checks.shapes("n D, n", x=rows, label=y)
    chosen = [checks.whole("a class", c, least=0) for c in checks.listed("classes", classes)]
    if len(set(chosen)) < max(2, len(chosen)) or not set(chosen) <= set(y.tolist()):
        raise ValueError(f"classes are {tuple(chosen)}; expected two or more that label holds")
    r = checks.number("ridge", ridge, least=0)
    of = [rows[y == c].astype(np.float64) for c in chosen]
    centres = np.stack([members.mean(0) for members in of])
    within = np.cov(np.concatenate([members - members.mean(0) for members in of]).T)
    values, vectors = _eigen(within)
    rank = _rank(values, rows)
    if rank == 0 or values[0] + r * values.mean() <= 1e-10 * values[-1]:
        raise ValueError(
            f"ridge is {r:g} and the classes vary in {rank} of {len(values)} directions; "
            "expected a ridge above 0, and rows that vary"
        )
    white = vectors / np.sqrt(values + r * values.mean())
    return pca(centres @ white, 2).encode(rows @ white)


def _whitened(x: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, centred rows, and what makes them white: (D, rank), only directions that vary."""
    mean = x.mean(0, dtype=np.float64)
    centred = x - mean
    values, vectors = _eigen(centred.T @ centred / len(x))
    keep = slice(len(values) - _rank(values, x), None)
    return mean, centred, vectors[:, keep] / np.sqrt(values[keep] + ridge)


def _eigen(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, ascending, and vectors. Raises: ValueError for numbers as large as 1e200."""
    checks.finite("the covariance", covariance)
    return np.linalg.eigh(covariance)


def _rank(values: np.ndarray, x: np.ndarray) -> int:
    """How many eigenvalues (ascending) of a covariance are above the rounding of the rows ``x``."""
    rounding = np.square(1e-14 * np.abs(x).max())  # a column of .1 has a mean that is not quite .1
    return int((values > max(rounding, values[-1] * 1e-10)).sum())
