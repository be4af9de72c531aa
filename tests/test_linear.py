"""PCA and CCA against scikit-learn, the eigenvalue problem, and numbers by hand."""

import numpy as np
import pytest
from scipy.linalg import eigh
from sklearn.cross_decomposition import CCA as SklearnCCA
from sklearn.decomposition import PCA as SklearnPCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from mmbook.linear import cca, class_plane, pca

N, D1, D2, K = 101, 7, 5, 3


@pytest.fixture
def views():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(N, 2))
    x = shared @ rng.normal(size=(2, D1)) + rng.normal(size=(N, D1)) + 4
    y = shared @ rng.normal(size=(2, D2)) + rng.normal(size=(N, D2)) - 9
    return x, y


def test_pca_loses_what_the_small_singular_values_hold(views):
    x, _ = views
    model = pca(x, K)
    lost = np.square(x - model.decode(model.encode(x))).sum()
    assert lost == pytest.approx(np.square(np.linalg.svd(x - x.mean(0))[1][K:]).sum())


def test_pca_spans_the_same_plane_as_scikit_learn(views):
    x, _ = views
    ours, theirs = pca(x, K).components, SklearnPCA(K).fit(x).components_
    np.testing.assert_allclose(ours.T @ ours, theirs.T @ theirs, atol=1e-10)


def test_pca_by_hand():
    x = np.array([[3.0, 4.0], [-3.0, -4.0], [0.0, 0.0]])
    model = pca(x, 1)
    np.testing.assert_allclose(np.abs(model.components), [[0.6, 0.8]])
    np.testing.assert_allclose(np.abs(model.encode(x)), [[5], [5], [0]], atol=1e-12)


def test_cca_codes_are_white_and_correlate_as_said(views):
    x, y = views
    model = cca(x, y, K)
    a, b = model.encode(x, 0), model.encode(y, 1)
    np.testing.assert_allclose(a.T @ a / N, np.eye(K), atol=1e-10)
    np.testing.assert_allclose(b.T @ b / N, np.eye(K), atol=1e-10)
    np.testing.assert_allclose(a.T @ b / N, np.diag(model.correlations), atol=1e-10)
    assert np.all(np.diff(model.correlations) < 0)


def test_cca_agrees_with_scikit_learn(views):
    x, y = views
    a, b = SklearnCCA(K, max_iter=5000, tol=1e-12).fit_transform(x, y)
    theirs = [np.corrcoef(a[:, k], b[:, k])[0, 1] for k in range(K)]
    np.testing.assert_allclose(cca(x, y, K).correlations, theirs, atol=1e-6)


def test_cca_does_not_care_for_the_units_of_a_modality(views):
    x, y = views
    rescaled = x @ np.diag([1.0, 10, 0.1, 3, 7, 0.5, 2])
    np.testing.assert_allclose(
        cca(x, y, K).correlations, cca(rescaled, y, K).correlations, atol=1e-9
    )


def test_cca_finds_a_copy_and_nothing_in_noise():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(5003, 3))
    np.testing.assert_allclose(cca(x, x[:, ::-1], 3).correlations, 1.0)
    assert cca(x, rng.normal(size=(5003, 2)), 1).correlations[0] < 0.06


def test_ridge_lowers_the_correlations_and_copes_with_a_constant_column(views):
    x, y = views
    assert np.all(cca(x, y, K, ridge=1.0).correlations < cca(x, y, K).correlations)
    constant = np.hstack([x, np.ones((N, 1))])
    np.testing.assert_allclose(cca(constant, y, K).correlations, cca(x, y, K).correlations)


def test_errors_name_what_came(views):
    x, y = views
    with pytest.raises(ValueError, match="k is 8; expected a number from 1 to 7"):
        pca(x, 8)
    with pytest.raises(ValueError, match="x has 101 rows, y has 100"):
        cca(x, y[:-1], 2)
    with pytest.raises(ValueError, match="k is 0"):
        cca(x, y, 0)


@pytest.fixture
def classes():
    rng = np.random.default_rng(1)
    label = np.repeat([7, 2, 5, 3], 29)
    mixed = rng.normal(size=(D1, D1))
    return (rng.normal(size=(4, D1))[np.arange(116) // 29] * 3 + rng.normal(size=(116, D1))) @ (
        mixed
    ), label


def one_scale(ours, theirs):
    """Columns that differ by a sign and where they start; ours is ``scale`` times theirs."""
    ours, theirs = ours - ours[0], theirs - theirs[0]
    scales = (ours * theirs).sum(0) / np.square(theirs).sum(0)
    np.testing.assert_allclose(ours, scales * theirs, rtol=1e-6, atol=1e-9)
    return np.abs(scales)


def test_class_plane_is_scikit_learns_discriminant_analysis(classes):
    x, label = classes
    kept = label != 3
    theirs = LinearDiscriminantAnalysis(solver="eigen", n_components=2).fit(x[kept], label[kept])
    scales = one_scale(class_plane(x, label, (7, 2, 5), ridge=0.0), theirs.transform(x))
    np.testing.assert_allclose(scales, np.sqrt(86 / 87))  # ours divides by n - 1


def test_class_plane_solves_the_eigenvalue_problem_with_its_ridge(classes):
    x, label = classes
    of = [x[label == c] for c in (7, 2, 5)]
    within = np.cov(np.concatenate([rows - rows.mean(0) for rows in of]).T)
    between = np.cov(np.stack([rows.mean(0) for rows in of]).T)
    _, axes = eigh(between, within + 0.3 * np.trace(within) / D1 * np.eye(D1))
    scales = one_scale(class_plane(x, label, (7, 2, 5)), x @ axes[:, :-3:-1])
    np.testing.assert_allclose(scales, 1)


def test_class_plane_by_hand():
    """Unit variances, no ridge: two centres 6 apart stay 6 apart, and the noise does not show."""
    noise = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]]) * np.sqrt(7 / 4)
    x = np.concatenate([noise, noise + [6, 0]])
    codes = class_plane(x, np.repeat([0, 1], 4), (0, 1), ridge=0.0)
    np.testing.assert_allclose(np.abs(codes[:, 0].reshape(2, 4).mean(1)), [3, 3])
    np.testing.assert_allclose(np.ptp(codes[:, 0].reshape(2, 4), axis=1), np.sqrt(7))


def test_class_plane_does_not_see_the_other_classes(classes):
    x, label = classes
    moved = x + 100 * (label == 3)[:, None]
    kept = label != 3
    np.testing.assert_allclose(
        class_plane(moved, label, (7, 2, 5))[kept], class_plane(x, label, (7, 2, 5))[kept]
    )


def test_class_plane_errors(classes):
    x, label = classes
    with pytest.raises(ValueError, match=r"label is \(115,\); expected \(116,\)"):
        class_plane(x, label[1:], (7, 2))
    for wrong in ((7,), (7, 4)):
        with pytest.raises(ValueError, match=rf"classes are \({wrong[0]}.*; expected two or more"):
            class_plane(x, label, wrong)
