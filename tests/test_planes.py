"""Places to draw at: near by cosine is near on the map."""

import numpy as np
import pytest

from mmbook.planes import latent_map


@pytest.fixture
def codes():
    rng = np.random.default_rng(0)
    return {m: rng.normal(size=(n, 7)) for m, n in (("image", 31), ("speech", 23))}


def test_codes_in_a_plane_keep_their_distances(codes):
    angle = {m: np.linspace(0, 3, len(x)) for m, x in codes.items()}
    basis = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5)))[0][:2]
    flat = {
        m: np.stack([np.cos(a), np.sin(a)], 1) @ basis * np.exp(a)[:, None]
        for m, a in angle.items()
    }
    places = np.concatenate(list(latent_map(flat).values()))
    true = np.concatenate([np.stack([np.cos(a), np.sin(a)], 1) for a in angle.values()])
    far = [np.linalg.norm(x[:, None] - x, axis=-1) for x in (places, true)]
    np.testing.assert_allclose(*far, atol=1e-10)


def test_the_length_of_a_code_does_not_move_it(codes):
    longer = {m: x * np.arange(1, len(x) + 1)[:, None] for m, x in codes.items()}
    for m, places in latent_map(longer).items():
        np.testing.assert_allclose(places, latent_map(codes)[m], atol=1e-9)
        assert places.shape == (len(codes[m]), 2)


def test_other_codes_may_fix_the_axes(codes):
    few = {"image": codes["image"][:3]}
    np.testing.assert_allclose(
        latent_map(few, fit_on=codes)["image"], latent_map(codes)["image"][:3], atol=1e-9
    )


def test_errors(codes):
    with pytest.raises(ValueError, match="expected one width"):
        latent_map({"image": codes["image"], "speech": codes["speech"][:, :5]})
    with pytest.raises(ValueError, match="code of zeros"):
        latent_map({"image": np.zeros((3, 5))})
    with pytest.raises(ValueError, match="NaN"):
        latent_map({"image": np.full((3, 5), np.nan)})
