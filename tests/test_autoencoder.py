"""The multimodal autoencoder against numbers by hand, PCA, and its own symmetries."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
import torch
from torch.func import functional_call
from torch.testing import assert_close

from mmbook.autoencoder import (
    MultimodalAutoencoder,
    code_matching_loss,
    cross_reconstruction_loss,
    joint_code,
    linear_autoencoder,
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
    assert list(model.encoders) == list(model.decoders) == ["1", "2"]
    assert model.modalities == ("1", "2")
    codes, reconstructions = model([inputs["image"], inputs["speech"]])
    assert codes["2"].shape == (B, K) and reconstructions["2"].shape == (B, D2)


def test_each_encoder_mirrors_its_decoder(model):
    encoder, decoder = model.encoders["speech"], model.decoders["speech"]
    assert [m.weight.shape for m in encoder if hasattr(m, "weight")] == [(13, D2), (K, 13)]
    assert [m.weight.shape for m in decoder if hasattr(m, "weight")] == [(13, K), (D2, 13)]


def test_codes_and_outputs_are_free_to_be_negative(model, inputs):
    codes, reconstructions = model(inputs)
    assert (codes["image"] < 0).any() and (reconstructions["image"] < 0).any()


def test_linear_model_with_hand_set_weights_gives_the_numbers_by_hand():
    model = MultimodalAutoencoder([2, 3], 1, widths=())
    with torch.no_grad():
        model.encoders["1"][0].weight.copy_(torch.tensor([[3.0, 4.0]]))
        model.encoders["1"][0].bias.fill_(1.0)
        model.decoders["2"][0].weight.copy_(torch.tensor([[1.0], [0.0], [-2.0]]))
        model.decoders["2"][0].bias.copy_(torch.tensor([0.0, 5.0, 0.0]))
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


def test_joint_code_refuses_names_without_a_code_and_masks_that_would_broadcast():
    codes = {"image": torch.ones(2, K), "text": torch.zeros(2, K)}
    absent = torch.zeros(2, dtype=torch.bool)
    with pytest.raises(KeyError, match="present has \\['imgae'\\].*'image', 'text'"):
        joint_code(codes, {"imgae": absent})
    for mask in (absent[:1], absent[:, None], torch.zeros(2), torch.zeros(2, 2).bool()):
        with pytest.raises(
            ValueError, match=r"present\['image'\] is .*; expected torch.bool \(2,\)"
        ):
            joint_code(codes, {"image": mask})
    with pytest.raises(ValueError, match=r"codes has \[\]; expected at least 1"):
        joint_code({})
    with pytest.raises(ValueError, match=r"codes\['text'\] has shape \(1, 3\); expected \(2, 3\)"):
        joint_code(codes | {"text": torch.ones(1, K)})


def test_joint_codes_of_several_models_at_once_and_nan_where_nothing_is_present():
    codes = {m: torch.randn(B, 2, K) for m in "ab"}  # B models side by side, two samples each
    present = torch.ones(B, 2, dtype=torch.bool)
    present[1, 0] = False
    both = torch.vmap(lambda c, p: joint_code(c, {"a": p}))(codes, present)
    assert_close(both[1], joint_code({m: c[1] for m, c in codes.items()}, {"a": present[1]}))
    neither = torch.vmap(lambda c, p: joint_code(c, {"a": p, "b": p}))(codes, present)
    assert neither[1, 0].isnan().all() and neither[1, 1].isfinite().all()


# ---- weights have the modality's name -------------------------------------------------------


def test_weights_do_not_load_into_another_modality():
    here = MultimodalAutoencoder({"image": D1, "speech": D1}, K)
    there = MultimodalAutoencoder({"speech": D1, "image": D1}, K)
    there.load_state_dict(here.state_dict())
    x = torch.randn(B, D1)
    assert_close(there.encode("image", x), here.encode("image", x))
    with pytest.raises(RuntimeError, match="encoders.text"):
        MultimodalAutoencoder({"image": D1, "text": D1}, K).load_state_dict(here.state_dict())


def test_one_seed_draws_all_encoders_in_order_and_then_all_decoders():
    set_seed(0)
    model = MultimodalAutoencoder({"speech": D2, "image": D1}, K, widths=())
    set_seed(0)
    layers = [torch.nn.Linear(a, b) for a, b in ((D2, K), (D1, K), (K, D2), (K, D1))]
    by_hand = [p for layer in layers for p in layer.parameters()]
    for ours, theirs in zip(model.parameters(), by_hand, strict=True):
        assert torch.equal(ours, theirs)


def test_a_name_that_would_not_travel_is_refused():
    for name in ("left.eye", "keys", ""):
        with pytest.raises(KeyError, match="input_dims has the name"):
            MultimodalAutoencoder({name: D1}, K)


def test_a_copy_gives_the_same_and_is_free(model, inputs):
    twin = pickle.loads(pickle.dumps(deepcopy(model)))
    assert_close(twin(inputs).codes, model(inputs).codes)
    with torch.no_grad():
        twin.encoders["image"][0].weight.zero_()
    assert not torch.allclose(twin(inputs).codes["image"], model(inputs).codes["image"])
    assert "input_dims={'image': 5, 'speech': 11}, hidden_dim=3" in repr(model)


def test_models_train_side_by_side_and_compiled(model, inputs):
    def loss(weights, x):
        return reconstruction_loss(x, functional_call(model, weights, (x,)).reconstructions)

    stacked = {name: torch.stack([p, 2 * p]) for name, p in model.state_dict().items()}
    losses = torch.vmap(loss, in_dims=(0, None))(stacked, inputs)
    assert_close(losses[0], reconstruction_loss(inputs, model(inputs).reconstructions))
    assert losses[1] != losses[0]
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    assert_close(compiled(inputs).codes, model(inputs).codes)
    with torch.autocast(inputs["image"].device.type, dtype=torch.bfloat16):
        assert model(inputs).codes["image"].dtype == torch.bfloat16


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
        encoder, decoder = model.encoders["2"][0], model.decoders["2"][0]
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


def test_pictures_are_summed_over_all_their_axes():
    x, y = torch.randn(2, B, 2, 3, 5).double()
    squares = (x - y).square()
    loss = reconstruction_loss({"a": x}, {"a": y}, "sample")
    assert_close(loss, squares.sum() / B)


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
    with pytest.raises(ValueError, match=r"is torch.float64 on .*; expected torch.float32"):
        model.encode("image", inputs["image"].double())
    with pytest.raises(ValueError, match=r"inputs\['speech'\] has shape \(6, 11\); expected \(7"):
        model(inputs | {"speech": inputs["speech"][1:]})
    with pytest.raises(TypeError, match="input 'image' is a list; expected a tensor"):
        model.encode("image", inputs["image"].tolist())
    with pytest.raises(ValueError, match=r"inputs has \[\]; expected at least 1"):
        model({})
    with pytest.raises(ValueError, match="got 1 inputs; expected 2"):
        model([inputs["image"]])


@pytest.mark.parametrize(
    "dims, hidden, word",
    [([], 3, "empty"), ([5, 0], 3, r"'2'\] is 0"), ([5], 0, "hidden_dim is 0")],
)
def test_impossible_widths_are_refused(dims, hidden, word):
    with pytest.raises(ValueError, match=word):
        MultimodalAutoencoder(dims, hidden)


def test_losses_refuse_what_does_not_fit(inputs):
    with pytest.raises(KeyError, match=r"\('image',\); expected \('image', 'speech'\)"):
        reconstruction_loss(inputs, {"image": inputs["image"]})
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(2, 3\)"):
        reconstruction_loss({"a": X1}, {"a": X2})
    with pytest.raises(ValueError, match="targets have shapes {}; expected .* at least once"):
        reconstruction_loss({}, {})
    with pytest.raises(KeyError, match=r"crossed has \['c'\]"):
        cross_reconstruction_loss({"a": X1, "b": X1}, {("c", "a"): Y1})
    for wrong in (X1[:1], X1[:, :1], X1[0], X1[None]):
        with pytest.raises(ValueError, match=r"codes\['b'\] has shape .*; expected \(2, 2\)"):
            code_matching_loss({"a": X1, "b": wrong})
    with pytest.raises(ValueError, match="'mean'"):
        reconstruction_loss({"a": X1}, {"a": Y1}, "mean")
    with pytest.raises(ValueError, match=r"\['a'\]; expected at least 2"):
        code_matching_loss({"a": X1})


def matrices(seed=0):
    generator = torch.Generator().manual_seed(seed)
    dims = {"image": D1, "speech": D2}
    encoders = {m: torch.randn(K, d, generator=generator) for m, d in dims.items()}
    decoders = {m: torch.randn(d, K, generator=generator) for m, d in dims.items()}
    return encoders, decoders


def test_a_linear_autoencoder_multiplies_by_the_given_matrices(inputs):
    E, D = matrices()
    model = linear_autoencoder(E, D)
    codes, reconstructions = model(inputs)
    for m, x in inputs.items():
        assert_close(codes[m], x @ E[m].T)
        assert_close(reconstructions[m], x @ E[m].T @ D[m].T)
    crossed = model.reconstruct(inputs["image"], "image", "speech")
    assert_close(crossed, inputs["image"] @ E["image"].T @ D["speech"].T)


def test_a_linear_autoencoder_is_frozen_and_a_zero_stays_zero():
    model = linear_autoencoder(*matrices())
    assert not any(weight.requires_grad for weight in model.parameters())
    zeros = {"image": torch.zeros(B, D1), "speech": torch.zeros(B, D2)}
    assert all((r == 0).all() for r in model(zeros).reconstructions.values())


def test_no_linear_autoencoder_loses_less_than_the_one_of_pca(inputs):
    x = {"image": inputs["image"] - inputs["image"].mean(0)}
    axes = pca(x["image"], 2).components
    best = linear_autoencoder({"image": axes}, {"image": axes.T})
    lost = reconstruction_loss(x, best(x).reconstructions)
    assert_close(lost, (torch.linalg.svdvals(x["image"])[2:] ** 2).sum())
    E, D = matrices()
    other = linear_autoencoder({"image": E["image"][:2]}, {"image": D["image"][:, :2]})
    assert reconstruction_loss(x, other(x).reconstructions) > lost


def test_matrices_that_do_not_fit_are_refused():
    E, D = matrices()
    with pytest.raises(KeyError, match="speech"):
        linear_autoencoder(E, {"image": D["image"]})
    with pytest.raises(ValueError, match=r"\(5, 3\)"):
        linear_autoencoder({"image": E["image"]}, {"image": D["speech"]})
    with pytest.raises(ValueError, match=r"encoders\['speech'\]"):
        linear_autoencoder({"image": E["image"], "speech": E["speech"][:2]}, D)
    with pytest.raises(ValueError, match="at least one"):
        linear_autoencoder({}, {})
    with pytest.raises(ValueError, match="NaN"):
        linear_autoencoder({"image": E["image"] * torch.nan}, {"image": D["image"]})
