"""The multimodal autoencoder against numbers by hand, PCA, and its own symmetries."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from mmbook.autoencoder import (
    MultimodalAutoencoder,
    code_matching_loss,
    cross_reconstruction_loss,
    joint_code,
    reconstruction_loss,
)
from mmbook.linear import pca
from mmbook.training import set_seed

B, D1, D2, K = 7, 5, 11, 3  # different primes: a swapped axis cannot pass


@pytest.fixture
def model():
    set_seed(0)
    return MultimodalAutoencoder({"image": D1, "speech": D2}, K, widths=(13,))


@pytest.fixture
def inputs():
    generator = torch.Generator().manual_seed(1)
    return {
        "image": torch.randn(B, D1, generator=generator),
        "speech": torch.randn(B, D2, generator=generator),
    }


def test_codes_share_one_width_and_reconstructions_keep_their_own(model, inputs):
    codes, reconstructions = model(inputs)
    assert {m: c.shape for m, c in codes.items()} == {"image": (B, K), "speech": (B, K)}
    assert {m: r.shape for m, r in reconstructions.items()} == {
        "image": (B, D1),
        "speech": (B, D2),
    }


def test_the_documents_signature_takes_a_list_of_widths(inputs):
    model = MultimodalAutoencoder([D1, D2], K)
    assert isinstance(model.encoders, torch.nn.ModuleList)
    assert model.modalities == ("1", "2")
    codes, reconstructions = model([inputs["image"], inputs["speech"]])
    assert codes["2"].shape == (B, K) and reconstructions["2"].shape == (B, D2)


def test_each_encoder_mirrors_its_decoder(model):
    encoder, decoder = model.encoders[1], model.decoders[1]
    assert [m.weight.shape for m in encoder if hasattr(m, "weight")] == [(13, D2), (K, 13)]
    assert [m.weight.shape for m in decoder if hasattr(m, "weight")] == [(13, K), (D2, 13)]


def test_codes_and_outputs_are_free_to_be_negative(model, inputs):
    codes, reconstructions = model(inputs)
    assert (codes["image"] < 0).any() and (reconstructions["image"] < 0).any()


def test_linear_model_with_hand_set_weights_gives_the_numbers_by_hand():
    model = MultimodalAutoencoder([2, 3], 1, widths=())
    with torch.no_grad():
        model.encoders[0][0].weight.copy_(torch.tensor([[3.0, 4.0]]))
        model.encoders[0][0].bias.fill_(1.0)
        model.decoders[1][0].weight.copy_(torch.tensor([[1.0], [0.0], [-2.0]]))
        model.decoders[1][0].bias.copy_(torch.tensor([0.0, 5.0, 0.0]))
    x = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
    assert_close(model.encode("1", x), torch.tensor([[12.0], [-3.0]]))
    expected = torch.tensor([[12.0, 5.0, -24.0], [-3.0, 5.0, 6.0]])
    assert_close(model.reconstruct(x, source="1", target="2"), expected)


def test_reconstruct_reads_the_source_and_writes_the_target(model, inputs):
    code = model.encode("speech", inputs["speech"])
    expected = model.decode("image", code)
    assert_close(model.reconstruct(inputs["speech"], "speech", "image"), expected)


def test_cross_reconstruct_decodes_each_code_into_each_modality(model, inputs):
    codes, reconstructions = model(inputs)
    crossed = model.cross_reconstruct(codes)
    assert set(crossed) == {(s, t) for s in inputs for t in inputs}
    assert_close(crossed["image", "image"], reconstructions["image"])
    assert_close(crossed["image", "speech"], model.decode("speech", codes["image"]))


def test_a_missing_modality_is_left_out_and_the_other_unchanged(model, inputs):
    codes, reconstructions = model({"speech": inputs["speech"]})
    assert list(codes) == list(reconstructions) == ["speech"]
    assert_close(codes["speech"], model(inputs).codes["speech"])
    crossed = model.cross_reconstruct(codes)
    assert set(crossed) == {("speech", "image"), ("speech", "speech")}


def test_samples_do_not_see_each_other(model, inputs):
    order = torch.tensor([3, 1, 6, 0, 5, 2, 4])
    shuffled = model({m: x[order] for m, x in inputs.items()})
    assert_close(shuffled.codes["image"], model(inputs).codes["image"][order])


def test_joint_code_averages_what_is_present():
    codes = {"a": torch.tensor([[2.0, 0.0], [4.0, 8.0]]), "b": torch.tensor([[4.0, 2.0], [9.0, 9]])}
    present = {"b": torch.tensor([True, False])}
    assert_close(joint_code(codes), torch.tensor([[3.0, 1.0], [6.5, 8.5]]))
    assert_close(joint_code(codes, present), torch.tensor([[3.0, 1.0], [4.0, 8.0]]))


def test_joint_code_ignores_what_stands_in_an_absent_row():
    codes = {"a": torch.ones(2, K), "b": torch.full((2, K), float("nan"))}
    present = {"b": torch.tensor([False, False])}
    assert_close(joint_code(codes, present), torch.ones(2, K))


def test_joint_code_refuses_a_sample_with_nothing_present():
    codes = {"a": torch.ones(2, K), "b": torch.ones(2, K)}
    absent = torch.tensor([True, False])
    with pytest.raises(ValueError, match=r"samples \[1\] have no modality"):
        joint_code(codes, {"a": absent, "b": absent})


# ---- the document's loss ------------------------------------------------------------------

X1, Y1 = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 0.0], [0.0, 4.0]])  # 4 + 9
X2, Y2 = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]), torch.zeros(2, 3)  # 3


@pytest.mark.parametrize(
    "reduction, expected", [("sum", 16.0), ("sample", 8.0), ("feature", 13 / 4 + 3 / 6)]
)
def test_reconstruction_loss_in_its_three_scales_by_hand(reduction, expected):
    loss = reconstruction_loss({"a": X1, "b": X2}, {"a": Y1, "b": Y2}, reduction)
    assert_close(loss, torch.tensor(expected))


def test_reconstruction_loss_is_the_squared_frobenius_norm_and_ignores_transposition(inputs):
    estimates = {m: torch.zeros_like(x) for m, x in inputs.items()}
    by_norm = sum(torch.linalg.matrix_norm(x, "fro") ** 2 for x in inputs.values())
    columns = sum(torch.linalg.matrix_norm(x.T, "fro") ** 2 for x in inputs.values())
    assert_close(reconstruction_loss(inputs, estimates), by_norm)
    assert_close(by_norm, columns)


def test_an_invertible_map_between_encoder_and_decoder_leaves_the_loss_alone(inputs):
    set_seed(2)
    model = MultimodalAutoencoder([D1, D2], K, widths=()).double()
    x = {"1": inputs["image"].double(), "2": inputs["speech"].double()}
    before = reconstruction_loss(x, model(x).reconstructions)
    codes = model(x).codes["2"]
    R = torch.randn(K, K, dtype=torch.float64) + 2 * torch.eye(K)
    with torch.no_grad():
        encoder, decoder = model.encoders[1][0], model.decoders[1][0]
        encoder.weight.copy_(R @ encoder.weight)
        encoder.bias.copy_(R @ encoder.bias)
        decoder.weight.copy_(decoder.weight @ torch.linalg.inv(R))
    assert_close(reconstruction_loss(x, model(x).reconstructions), before)
    assert_close(model(x).codes["2"], codes @ R.T)
    assert not torch.allclose(model(x).codes["2"], codes)


def test_no_linear_autoencoder_does_better_than_pca_and_training_reaches_it():
    generator = np.random.default_rng(3)
    x = generator.normal(size=(53, 11)) @ generator.normal(size=(11, 11))
    x = torch.tensor(x - x.mean(0))
    best = pca(x.numpy(), K)
    left_out = np.linalg.svd(x.numpy(), compute_uv=False)[K:]
    floor = np.square(left_out).sum()
    assert np.square(best.decode(best.encode(x.numpy())) - x.numpy()).sum() == pytest.approx(floor)
    set_seed(0)
    model = MultimodalAutoencoder([11], K, widths=()).double()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=500, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = reconstruction_loss({"1": x}, model([x]).reconstructions)
        loss.backward()
        return loss

    reached = optimizer.step(closure)
    for _ in range(5):
        reached = optimizer.step(closure)
    assert floor * (1 - 1e-9) <= reached.item() <= floor * 1.001


def test_cross_reconstruction_counts_only_pairs_of_different_modalities():
    crossed = {
        ("a", "a"): torch.full_like(X1, 99.0),
        ("b", "b"): torch.full_like(X2, 99.0),
        ("b", "a"): Y1,
        ("a", "b"): Y2,
    }
    targets = {"a": X1, "b": X2}
    assert_close(cross_reconstruction_loss(targets, crossed), torch.tensor(16.0))
    assert_close(cross_reconstruction_loss(targets, crossed, "sample"), torch.tensor(8.0))


def test_cross_reconstruction_needs_two_modalities():
    with pytest.raises(ValueError, match=r"\('a', 'a'\)"):
        cross_reconstruction_loss({"a": X1}, {("a", "a"): Y1})


def test_code_matching_by_hand_for_three_modalities():
    codes = {"a": torch.zeros(2, 2), "b": torch.ones(2, 2), "c": torch.full((2, 2), 3.0)}
    # pairs: ab 2, ac 18, bc 8, each the same in both rows
    assert_close(code_matching_loss(codes), torch.tensor(28 / 3))


# ---- errors name what came and what was expected --------------------------------------------


def test_errors_name_what_came(model, inputs):
    with pytest.raises(ValueError, match=r"shape \(7, 11\); expected \(B, 5\)"):
        model.encode("image", inputs["speech"])
    with pytest.raises(ValueError, match=r"code has shape \(7, 5\); expected \(B, 3\)"):
        model.decode("image", inputs["image"])
    with pytest.raises(KeyError, match="'sound'.*'image', 'speech'"):
        model({"sound": inputs["speech"]})
    with pytest.raises(KeyError, match="'taste'"):
        model.reconstruct(inputs["image"], "image", "taste")
    with pytest.raises(ValueError, match="got 1 inputs; expected 2"):
        model([inputs["image"]])


@pytest.mark.parametrize(
    "dims, hidden, word", [([], 3, "empty"), ([5, 0], 3, "2 is 0"), ([5], 0, "hidden_dim is 0")]
)
def test_impossible_widths_are_refused(dims, hidden, word):
    with pytest.raises(ValueError, match=word):
        MultimodalAutoencoder(dims, hidden)


def test_losses_refuse_what_does_not_fit(inputs):
    with pytest.raises(ValueError, match=r"\['image', 'speech'\].*\['image'\]"):
        reconstruction_loss(inputs, {"image": inputs["image"]})
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(2, 3\)"):
        reconstruction_loss({"a": X1}, {"a": X2})
    with pytest.raises(ValueError, match="'mean'"):
        reconstruction_loss({"a": X1}, {"a": Y1}, "mean")
    with pytest.raises(ValueError, match=r"\['a'\]; expected at least two"):
        code_matching_loss({"a": X1})
