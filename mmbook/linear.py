"""Closed forms: PCA and CCA, which a multimodal autoencoder is measured against (chapter 4), and
the plane that tells classes apart, on which we look at a last layer."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class PCA(NamedTuple):
    """The best linear autoencoder of width K: ``mean`` (D,), ``components`` (K, D)."""

    mean: np.ndarray
    components: np.ndarray

    def encode(self, x: np.ndarray) -> np.ndarray:
        """(n, D) -> (n, K)."""
        return (x - self.mean) @ self.components.T

    def decode(self, code: np.ndarray) -> np.ndarray:
        """(n, K) -> (n, D)."""
        return code @ self.components + self.mean


def pca(x: np.ndarray, k: int) -> PCA:
    """Principal components by the singular value decomposition of the centred data.

    Source: Eckart and Young (1936): no projection on K axes loses less. Shapes: x (n, D).
    Raises: ValueError if k is not between 1 and min(n, D).
    """
    _check_k(k, min(x.shape))
    mean = x.mean(0)
    _, _, vt = np.linalg.svd(x - mean, full_matrices=False)
    return PCA(mean, vt[:k])


class CCA(NamedTuple):
    """Canonical directions of two modalities, strongest first."""

    means: tuple[np.ndarray, np.ndarray]
    directions: tuple[np.ndarray, np.ndarray]  # (D1, K), (D2, K)
    correlations: np.ndarray  # (K,)

    def encode(self, x: np.ndarray, side: int) -> np.ndarray:
        """Codes (n, K) of modality ``side`` (0 or 1)."""
        return (x - self.means[side]) @ self.directions[side]


def cca(x: np.ndarray, y: np.ndarray, k: int, ridge: float = 0.0) -> CCA:
    r"""Canonical correlation analysis: the linear codes of unit variance that agree best.

    .. math:: \max_{A, B} \operatorname{tr}(A^\top \Sigma_{xy} B) \quad \text{with} \quad
              A^\top (\Sigma_{xx} + rI) A = B^\top (\Sigma_{yy} + rI) B = I

    Source: Hotelling (1936); the ridge r as in Vinod (1976). Solved by whitening both sides and
    one singular value decomposition.

    Shapes: x (n, D1), y (n, D2), row i of both is one pair. ``ridge`` is in units of variance.
    Raises: ValueError if the rows differ or k is not between 1 and min(D1, D2).
    """
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} rows, y has {len(y)}; expected pairs")
    _check_k(k, min(x.shape[1], y.shape[1]))
    mean_x, mean_y = x.mean(0), y.mean(0)
    xc, yc, n = x - mean_x, y - mean_y, len(x)
    white_x = _inverse_root(xc.T @ xc / n + ridge * np.eye(x.shape[1]))
    white_y = _inverse_root(yc.T @ yc / n + ridge * np.eye(y.shape[1]))
    u, s, vt = np.linalg.svd(white_x @ (xc.T @ yc / n) @ white_y)
    return CCA((mean_x, mean_y), (white_x @ u[:, :k], white_y @ vt[:k].T), s[:k])


def class_plane(
    x: np.ndarray, label: np.ndarray, classes: Sequence[int], ridge: float = 0.3
) -> np.ndarray:
    """Codes on the two axes that tell some classes apart best, in units of the spread within them.

    The covariance within the classes is whitened, then the classes' centres are given their two
    principal components: discriminant analysis. ``ridge``, in units of the mean variance, keeps
    directions that hardly vary from counting too much.

    Source: Fisher (1936); Hastie et al. (2009), section 4.3.3.
    Shapes: x (n, D), label (n,) -> (n, 2); rows of other classes are placed, but do not count.
    Raises: ValueError for labels that do not fit the rows, fewer than two classes, or a class that
        no row has.
    """
    if label.shape != x.shape[:1]:
        raise ValueError(f"label is {label.shape}; expected ({len(x)},), one a row")
    if len(classes) < 2 or not set(classes) <= set(np.unique(label).tolist()):
        raise ValueError(f"classes are {tuple(classes)}; expected two or more that label holds")
    of = [x[label == c] for c in classes]
    centres = np.stack([rows.mean(0) for rows in of])
    within = np.cov(np.concatenate([rows - rows.mean(0) for rows in of]).T)
    values, vectors = np.linalg.eigh(within)
    white = vectors / np.sqrt(values + ridge * values.mean())
    return pca(centres @ white, 2).encode(x @ white)


def _inverse_root(covariance: np.ndarray) -> np.ndarray:
    """Symmetric inverse square root; directions without variance are left out."""
    values, vectors = np.linalg.eigh(covariance)
    keep = values > values[-1] * 1e-10
    return (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T


def _check_k(k: int, most: int) -> None:
    if not 1 <= k <= most:
        raise ValueError(f"k is {k}; expected a number from 1 to {most}")
