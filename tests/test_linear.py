"""PCA and CCA against scikit-learn, the eigenvalue problem, and numbers by hand."""

import re

import numpy as np
import pytest
import torch
from scipy.linalg import eigh
from sklearn.cross_decomposition import CCA as SklearnCCA
from sklearn.decomposition import PCA as SklearnPCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from mmbook.linear import CCA, PCA, cca, class_plane, pca

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
    with pytest.raises(ValueError, match="k is 8; expected a whole number from 1 to 7"):
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
    with pytest.raises(ValueError, match=r"x is \(116, 7\), label is \(115,\); expected"):
        class_plane(x, label[1:], (7, 2))
    for wrong in ((7,), (7, 4), (7, 7)):
        with pytest.raises(ValueError, match=rf"classes are \({wrong[0]}.*; expected two or more"):
            class_plane(x, label, wrong)


# ---- beyond the rank, and what is refused ---------------------------------------------------


def test_cca_refuses_codes_beyond_the_rank_of_a_modality(views):
    x, y = views
    flat = x[:, :1] @ np.ones((1, D2))  # one direction, five columns
    for ridge in (0.0, 1.0):
        message = "k is 2, x has rank 7, y has rank 1; expected k from 1 to the smaller rank"
        with pytest.raises(ValueError, match=message):
            cca(x, flat, 2, ridge)
        assert cca(x, flat, 1, ridge).correlations.shape == (1,)
    with pytest.raises(ValueError, match="k is 5, x has rank 4, y has rank 4"):
        cca(x[:5], y[:5], 5)
    with pytest.raises(ValueError, match="k is 1, x has rank 0, y has rank 5"):
        cca(np.full((N, D1), 0.1), y, 1)


def test_all_codes_up_to_the_rank_have_unit_variance_also_without_correlation():
    """Four modes that correlate nothing: the directions must not stray where no data are."""
    a = np.array([[1.0, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1]]).T
    b = np.array([[1.0, -1, 1, -1, 1, -1, 1, -1], [1, -1, -1, 1, 1, -1, -1, 1]]).T
    wide = np.hstack([a, a @ [[1.0, 2], [3, 5]], np.ones((8, 1))])  # five columns of rank 2
    model = cca(wide, b, 2)
    np.testing.assert_allclose(model.correlations, 0, atol=1e-12)
    for codes in (model.encode(wide, 0), model.encode(b, 1)):
        np.testing.assert_allclose(codes.T @ codes / 8, np.eye(2), atol=1e-12)


def test_cca_solves_the_eigenvalue_problem_with_its_ridge(views):
    x, y = (v - v.mean(0) for v in views)
    r = 0.7
    cxx, cyy, cxy = x.T @ x / N + r * np.eye(D1), y.T @ y / N + r * np.eye(D2), x.T @ y / N
    squares = eigh(cxy @ np.linalg.solve(cyy, cxy.T), cxx, eigvals_only=True)[::-1]
    np.testing.assert_allclose(cca(x, y, K, r).correlations, np.sqrt(squares[:K]))


def test_float32_is_as_good_as_float64_for_cca(views):
    x, y = views
    copies = np.hstack([x, 3 * x[:, :2]])  # two columns more, no direction more
    model = cca(copies.astype(np.float32), y.astype(np.float32), K)
    np.testing.assert_allclose(model.correlations, cca(x, y, K).correlations, atol=1e-5)
    with pytest.raises(ValueError, match="x has rank 7"):
        cca(copies.astype(np.float32), copies.astype(np.float32), 8)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.uint8])
def test_tensors_of_every_dtype_and_lists_are_projected(dtype):
    rng = np.random.default_rng(3)
    x = torch.tensor(rng.integers(0, 9, (13, 5))).to(dtype)
    y = torch.tensor(rng.integers(0, 9, (13, 3))).to(dtype)
    label = torch.arange(13) % 3
    exact = x.double().numpy()
    for given in (x, x.tolist()):
        model = pca(given, 2)
        codes = model.encode(given)
        assert isinstance(codes, np.ndarray)
        np.testing.assert_allclose(codes, pca(exact, 2).encode(exact), atol=1e-4)
        assert model.decode(codes.tolist()).shape == (13, 5)
        np.testing.assert_allclose(
            cca(given, y, 2).encode(given, 0), cca(exact, y.tolist(), 2).encode(exact, 0), atol=1e-6
        )
        np.testing.assert_allclose(
            class_plane(given, label, (0, 1, 2)), class_plane(exact, label, (0, 1, 2)), atol=1e-4
        )


def test_pca_keeps_float32_and_its_numbers_do_not_wrap_around():
    pictures = np.array([[0, 255], [255, 0], [3, 250]], np.uint8)
    np.testing.assert_allclose(pca(pictures, 1).mean, pictures.astype(float).mean(0))
    single = pca(pictures.astype(np.float32), 1)
    assert single.encode(pictures.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_no_projection_takes_nan_or_infinity(views, classes, bad):
    (x, y), (z, label) = views, classes

    def spoilt(a):
        a = a.copy()
        a[1, 2] = bad
        return a

    message = "holds 1 NaN or infinite of"
    for name, call in {
        "x": lambda: pca(spoilt(x), 2),
        " x": lambda: pca(x, 2).encode(spoilt(x)),
        "code": lambda: pca(x, 3).decode(spoilt(pca(x, 3).encode(x))),
        "  x": lambda: cca(spoilt(x), y, 2),
        "y": lambda: cca(x, spoilt(y), 2),
        "   x": lambda: cca(x, y, 2).encode(spoilt(x), 0),
        "    x": lambda: class_plane(spoilt(z), label, (7, 2)),
        "components": lambda: PCA(x.mean(0), spoilt(x)),
    }.items():
        with pytest.raises(ValueError, match=f"{name.strip()} {message}"):
            call()


WIDE = np.random.default_rng(9).normal(size=(13, 5))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: pca(WIDE, 0), "k is 0; expected a whole number from 1 to 5"),
        (lambda: pca(WIDE[None], 1), "x has shape (1, 13, 5); expected (n, D) with"),
        (lambda: pca(WIDE[:1], 1), "x has shape (1, 5); expected (n, D) with n >= 2, D >= 1"),
        (lambda: pca(WIDE, 2).encode(WIDE[:, :1]), "x has shape (13, 1); expected (n, 5)"),
        (lambda: pca(WIDE, 2).encode(WIDE[0]), "x has shape (5,); expected (n, 5)"),
        (lambda: pca(WIDE, 2).decode(WIDE), "code has shape (13, 5); expected (n, 2)"),
        (lambda: PCA(WIDE[0], WIDE[:, :3]), "mean is (5,), components is (13, 3); expected (D,)"),
        (lambda: cca(WIDE, WIDE, 2, ridge=-1), "ridge is -1; expected 0 or more"),
        (lambda: cca(WIDE, WIDE, 2, ridge=np.nan), "ridge is nan; expected 0 or more"),
        (lambda: cca(WIDE[:1], WIDE[:1], 1), "x has shape (1, 5); expected (n, D) with n >= 2"),
        (lambda: cca(WIDE, WIDE[:, 0], 1), "y has shape (13,); expected (n, D)"),
        (lambda: cca(WIDE, WIDE, 2).encode(WIDE, 2), "side is 2; expected a whole number from 0"),
        (lambda: cca(WIDE, WIDE, 2).encode(WIDE[:, :1], 0), "x has shape (13, 1); expected (n, 5)"),
        (
            lambda: CCA((WIDE[0], WIDE[0]), (WIDE.T, WIDE.T), WIDE[0]),
            "mean_x is (5,), mean_y is (5,), directions_x is (5, 13), directions_y is (5, 13), "
            "correlations is (5,); expected (D1,) and (D2,) and (D1, K) and (D2, K) and (K,)",
        ),
        (lambda: CCA(([1.0], [1.0]), ([[1.0]], [[1.0]]), [7.0]), "correlations run from 7 to 7;"),
        (lambda: cca(1e200 * WIDE, WIDE, 1), "the covariance holds 25 NaN or infinite of 25"),
        (lambda: class_plane(1e200 * WIDE, [0, 1] * 6 + [1], (0, 1)), "the covariance holds"),
        (lambda: class_plane(WIDE[:, :1], [0, 1] * 6 + [1], (0, 1)), "with n >= 2, D >= 2"),
        (lambda: class_plane(WIDE, [0.0, 1] * 6 + [1], (0, 1)), "(list); expected whole numbers"),
        (lambda: class_plane(WIDE, [0, 1] * 6 + [1], (0, 1), -0.1), "ridge is -0.1; expected 0"),
        (
            lambda: class_plane(WIDE[:, [0, 1, 1]], [0, 1] * 6 + [1], (0, 1), ridge=0),
            "ridge is 0 and the classes vary in 2 of 3 directions; expected a ridge above 0",
        ),
        (
            lambda: class_plane(WIDE[:, [0, 1, 1]], [0, 1] * 6 + [1], (0, 1), ridge=1e-20),
            "ridge is 1e-20 and the classes vary in 2 of 3 directions; expected a ridge above 0",
        ),
        (
            lambda: class_plane(np.repeat(np.eye(2) + 0.1, 3, axis=0), [0] * 3 + [1] * 3, (0, 1)),
            "ridge is 0.3 and the classes vary in 0 of 2 directions; expected a ridge above 0, and",
        ),
    ],
)
def test_what_cannot_be_projected_is_refused(call, message):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_what_is_no_number_is_a_type_error():
    for call in (
        lambda: pca("ab", 1),
        lambda: pca(WIDE, 2.0),
        lambda: pca(WIDE, 2).encode(None),
        lambda: PCA(None, WIDE),
        lambda: cca(WIDE, "ab", 1),
        lambda: cca(WIDE, WIDE, 1, ridge="0"),
        lambda: cca(WIDE, WIDE, 2).encode(WIDE, "0"),
        lambda: CCA(None, (WIDE, WIDE), WIDE[0]),
        lambda: class_plane(WIDE, ["a"] * 13, (0, 1)),
        lambda: class_plane(WIDE, [0, 1] * 6 + [1], 2),
        lambda: class_plane(WIDE, [0, 1] * 6 + [1], (0, "1")),
    ):
        with pytest.raises(TypeError, match="expected"):
            call()
