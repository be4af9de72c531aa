"""The adversarial parts against numbers by hand, closed forms and PyTorch's own."""

import math
import pickle
from copy import deepcopy
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call
from torch.testing import assert_close

from mmbook.adversarial import (
    MultimodalDiscriminator,
    MultimodalGenerator,
    SpectralNorm,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    jensen_shannon,
    mismatched,
)
from mmbook.training import set_seed

B, Z, D1, D2, WIDTH = 7, 3, 5, 11, 13  # different primes: a swapped axis cannot pass
DIMS = {"image": D1, "speech": D2}


@pytest.fixture
def pair():
    generator = torch.Generator().manual_seed(1)
    return {m: torch.randn(B, width, generator=generator) for m, width in DIMS.items()}


def discriminator(**options):
    set_seed(0)
    return MultimodalDiscriminator(DIMS, width=WIDTH, **options)


def test_one_noise_vector_makes_one_row_of_every_modality():
    set_seed(0)
    made = MultimodalGenerator(Z, DIMS, width=WIDTH)(torch.randn(B, Z))
    assert {m: x.shape for m, x in made.items()} == {"image": (B, D1), "speech": (B, D2)}


def test_a_pair_gets_one_logit(pair):
    assert discriminator()(pair).shape == (B,)


def test_the_logit_depends_on_both_halves_and_not_on_the_order_of_the_mapping(pair):
    D = discriminator()
    logits = D(pair)
    for name in DIMS:
        assert not torch.allclose(D({**pair, name: pair[name] + 1}), logits)
    assert_close(D(dict(reversed(pair.items()))), logits)


def test_every_modality_of_the_generator_follows_the_noise():
    set_seed(0)
    G = MultimodalGenerator(Z, DIMS, width=WIDTH)
    first, second = G(torch.zeros(1, Z)), G(torch.ones(1, Z))
    assert all(not torch.allclose(first[m], second[m]) for m in DIMS)


def test_samples_follow_their_seed_and_leave_the_global_dice_alone():
    set_seed(0)
    G = MultimodalGenerator(Z, DIMS)
    state = torch.get_rng_state()
    assert_close(G.sample(B, seed=2), G.sample(B, seed=2))
    assert not torch.equal(G.sample(B, seed=2)["image"], G.sample(B, seed=3)["image"])
    assert torch.equal(torch.get_rng_state(), state)


def test_losses_by_hand():
    real = torch.tensor([math.log(3.0), 0.0])  # D = 3/4, 1/2
    fake = torch.tensor([-math.log(3.0)])  # D = 1/4
    by_hand = -(math.log(3 / 4) + math.log(1 / 2)) / 2 - math.log(3 / 4)
    assert_close(discriminator_loss(real, fake).item(), by_hand)
    assert_close(generator_loss(fake).item(), -math.log(1 / 4))
    assert_close(generator_loss(fake, saturating=True).item(), math.log(3 / 4))


def test_the_sure_discriminator_leaves_a_gradient_only_to_the_non_saturating_loss():
    logit = torch.tensor([-8.0], dtype=torch.double, requires_grad=True)
    D = torch.sigmoid(logit).item()
    (minimax,) = torch.autograd.grad(generator_loss(logit, saturating=True), logit)
    (other,) = torch.autograd.grad(generator_loss(logit), logit)
    assert_close(minimax.item(), -D)
    assert_close(other.item(), -(1 - D))


def test_the_best_discriminator_leaves_twice_the_divergence_minus_log_four():
    generator = torch.Generator().manual_seed(0)
    p, q = (torch.rand(D1, D2, generator=generator, dtype=torch.double) for _ in range(2))
    p, q = p / p.sum(), q / q.sum()
    logit = (p / q).log()  # sigmoid(log(p/q)) = p / (p + q)
    value = (p * F.logsigmoid(logit)).sum() + (q * F.logsigmoid(-logit)).sum()
    assert_close(value, 2 * jensen_shannon(p, q) - math.log(4))
    nudged = logit + 0.1 * torch.randn(D1, D2, generator=generator, dtype=torch.double)
    assert (p * F.logsigmoid(nudged)).sum() + (q * F.logsigmoid(-nudged)).sum() < value


def test_the_divergence_by_hand_and_against_kl_div():
    p, q = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    assert_close(jensen_shannon(p, q).item(), math.log(2))
    assert jensen_shannon(p, p).item() == 0.0
    p, q = torch.tensor([0.2, 0.3, 0.5]), torch.tensor([0.6, 0.3, 0.1])
    m = ((p + q) / 2).log()
    oracle = (F.kl_div(m, p, reduction="sum") + F.kl_div(m, q, reduction="sum")) / 2
    assert_close(jensen_shannon(p, q), oracle)


def test_the_penalty_of_a_plane_is_its_squared_slope():
    class Plane(nn.Module):
        def forward(self, pair):
            return 3 * pair["a"][:, 0] - 4 * pair["b"][:, 1] + 5

    pair = {"a": torch.randn(B, 2), "b": torch.randn(B, 3)}
    assert_close(gradient_penalty(Plane(), pair).item(), 25.0)


def test_the_penalty_is_the_mean_over_rows_of_autograds_slope(pair):
    D = discriminator()
    inputs = {m: x.clone().requires_grad_() for m, x in pair.items()}
    slopes = torch.autograd.grad(D(inputs).sum(), list(inputs.values()))
    oracle = torch.cat(slopes, dim=1).norm(dim=1).square().mean()
    assert_close(gradient_penalty(D, pair), oracle)
    gradient_penalty(D, pair).backward()
    assert D.head[0][0].weight.grad.abs().max() > 0  # it can be trained


def test_the_penalty_of_pictures_sums_over_all_their_axes():
    """Summing one axis only gave .0219 for .351."""

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.read = nn.Linear(3 * 4 * 4, 1)

        def forward(self, pair):
            return self.read(pair["picture"].flatten(1)).squeeze(1)

    torch.manual_seed(0)
    D, pictures = Reader(), torch.randn(B, 3, 4, 4)
    expected = D.read.weight.square().sum()
    assert_close(gradient_penalty(D, {"picture": pictures}), expected)
    assert_close(gradient_penalty(D, {"picture": pictures[0:1]}), expected)


def test_the_penalty_where_a_logit_is_nan_is_nan(pair):
    spoilt = pair["image"].clone()
    spoilt[2, 3] = math.nan
    assert gradient_penalty(discriminator(), pair | {"image": spoilt}).isnan()


def test_the_penalty_of_spectral_normalisation_is_for_evaluation(pair):
    D = discriminator(spectral=True)
    with pytest.raises(ValueError, match="spectral=True; expected one without"):
        gradient_penalty(D, pair)
    assert gradient_penalty(D.eval(), pair) > 0


def test_mismatched_pairs_keep_their_halves_and_lose_their_partners():
    rows = torch.arange(B)
    wrong = mismatched({"image": rows, "speech": rows, "text": rows})
    assert all(torch.equal(x.sort().values, rows) for x in wrong.values())
    for a, b in (("image", "speech"), ("speech", "text"), ("image", "text")):
        assert not (wrong[a] == wrong[b]).any()
    with pytest.raises(ValueError, match="2 rows; expected at least 3"):
        mismatched({name: rows[:2] for name in "abc"})


def test_spectral_normalisation_leaves_no_layer_that_stretches(pair):
    D = discriminator(spectral=True)
    for _ in range(60):
        D(pair)  # each forward pass in training mode is one more round
    layers = [m for m in D.modules() if isinstance(m, nn.Linear)]
    assert len(layers) == 6
    for layer in layers:
        assert_close(torch.linalg.matrix_norm(layer.weight, 2).item(), 1.0, rtol=1e-2, atol=0)
    other = {m: x + torch.randn_like(x) for m, x in pair.items()}
    moved = torch.cat([other[m] - pair[m] for m in DIMS], dim=1).norm(dim=1)
    assert ((D(other) - D(pair)).abs() <= 1.02 * moved).all()


def test_spectral_normalisation_agrees_with_pytorchs():
    set_seed(0)
    weight = torch.randn(D2, D1)
    theirs = nn.Linear(D1, D2)
    theirs.weight.data = weight
    theirs = nn.utils.parametrizations.spectral_norm(theirs, n_power_iterations=200)
    ours = SpectralNorm(weight, rounds=200)(weight)
    assert_close(ours, theirs.weight, rtol=1e-4, atol=1e-5)


def test_the_power_iteration_rests_in_evaluation():
    set_seed(0)
    norm = SpectralNorm(torch.randn(D2, D1), rounds=1)
    before = norm.u.clone()
    norm.eval()(torch.randn(D2, D1))
    assert torch.equal(norm.u, before)
    norm.train()(torch.randn(D2, D1))
    assert not torch.equal(norm.u, before)


def test_a_generator_of_doubles_draws_the_same_noise():
    torch.manual_seed(0)
    G = MultimodalGenerator(Z, DIMS, width=WIDTH)
    single = G.sample(B, seed=2)
    double = deepcopy(G).double().sample(B, seed=2)
    assert double["image"].dtype == torch.float64
    assert_close(double["speech"].float(), single["speech"])


@pytest.mark.parametrize("make", [partial(MultimodalGenerator, Z), MultimodalDiscriminator])
def test_weights_do_not_load_into_another_modality(make):
    dims = {"image": D1, "speech": D1}
    here, there = make(dims, width=WIDTH), make(dict(reversed(dims.items())), width=WIDTH)
    there.load_state_dict(here.state_dict(), strict=True)
    parts = "heads" if hasattr(here, "heads") else "branches"
    for name in dims:
        ours, theirs = getattr(here, parts)[name], getattr(there, parts)[name]
        assert all(map(torch.equal, ours.parameters(), theirs.parameters()))
    with pytest.raises(RuntimeError, match=f"{parts}.text"):
        make({"image": D1, "text": D1}, width=WIDTH).load_state_dict(here.state_dict())


def test_weights_are_drawn_from_trunk_to_heads_and_from_branches_to_head():
    for make, widths in (
        (
            partial(MultimodalGenerator, Z),
            [(Z, 13), (13, 13), (13, 13), (13, 5), (13, 13), (13, 11)],
        ),
        (MultimodalDiscriminator, [(5, 13), (13, 13), (11, 13), (13, 13), (26, 13), (13, 1)]),
    ):
        torch.manual_seed(0)
        weights = [p for p in make(DIMS, width=13).parameters() if p.ndim == 2]
        torch.manual_seed(0)
        layers = [nn.Linear(a, b) for a, b in widths]
        for layer, weight in zip(layers, weights, strict=True):
            assert torch.equal(nn.init.kaiming_normal_(layer.weight, a=0.2), weight)


def test_players_are_copied_side_by_side_and_compiled(pair):
    G, D = MultimodalGenerator(Z, DIMS, width=WIDTH), discriminator()
    z = torch.randn(B, Z)
    twins = [pickle.loads(pickle.dumps(deepcopy(player))) for player in (G, D)]
    assert_close(twins[1](twins[0](z)), D(G(z)))
    stacked = {name: torch.stack([p, 2 * p]) for name, p in D.state_dict().items()}
    logits = torch.vmap(lambda w: functional_call(D, w, (pair,)))(stacked)
    assert_close(logits[0], D(pair))
    penalties = torch.vmap(lambda w: gradient_penalty(lambda x: functional_call(D, w, (x,)), pair))(
        stacked
    )
    assert_close(penalties[0], gradient_penalty(D, pair))
    assert_close(torch.compile(G, backend="eager", fullgraph=True)(z), G(z))
    assert_close(torch.compile(D, backend="eager", fullgraph=True)(pair), D(pair))
    assert "noise_dim=3, output_dims={'image': 5, 'speech': 11}, width=13" in repr(G)
    assert "input_dims={'image': 5, 'speech': 11}, width=13" in repr(D)


def test_signals_keep_their_size_on_the_way_through():
    set_seed(0)
    made = MultimodalGenerator(31, {"image": 37}, width=251)(torch.randn(503, 31))
    assert 0.5 < made["image"].std() < 2.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: MultimodalGenerator(0, DIMS), ValueError, "noise_dim is 0"),
        (lambda: MultimodalDiscriminator({"image": 0}), ValueError, r"image'\] is 0"),
        (
            lambda: MultimodalGenerator(Z, DIMS)(torch.zeros(B, Z + 1)),
            ValueError,
            r"\(7, 4\); expected \(B, 3\)",
        ),
        (lambda: discriminator()({"image": torch.zeros(B, D1)}), KeyError, "expected .*speech"),
        (
            lambda: discriminator()({"image": torch.zeros(B, 2), "speech": torch.zeros(B, D2)}),
            ValueError,
            r"'image'\] has shape \(7, 2\); expected \(B, 5\)",
        ),
        (
            lambda: jensen_shannon(torch.tensor([1.0]), torch.tensor([0.5, 0.5])),
            ValueError,
            "expected one shape",
        ),
        (
            lambda: jensen_shannon(torch.tensor([1.5, -0.5]), torch.tensor([0.5, 0.5])),
            ValueError,
            "p has sums of 1 to 1 and a least entry of -0.5",
        ),
        (
            lambda: jensen_shannon(torch.tensor([0.5, 0.5]), torch.tensor([math.nan, 1.0])),
            ValueError,
            "q holds 1 NaN",
        ),
        (lambda: MultimodalGenerator(Z, {}), ValueError, "output_dims is empty"),
        (lambda: MultimodalGenerator(Z, DIMS, width=0), ValueError, "width is 0"),
        (lambda: MultimodalGenerator(Z, {"a.b": 3}), KeyError, "'a.b'"),
        (lambda: MultimodalGenerator(Z, DIMS).sample(0, seed=1), ValueError, "count is 0"),
        (lambda: MultimodalGenerator(Z, DIMS).sample(2, seed=0.5), TypeError, "seed is 0.5"),
        (
            lambda: MultimodalGenerator(Z, DIMS)(torch.zeros(B, Z).double()),
            ValueError,
            "noise is torch.float64 on .*; expected torch.float32",
        ),
        (lambda: MultimodalDiscriminator(DIMS, spectral="no"), TypeError, "spectral is 'no'"),
        (
            lambda: discriminator()({"image": torch.zeros(B, D1), "speech": torch.zeros(1, D2)}),
            ValueError,
            r"'speech'\] has shape \(1, 11\); expected \(7, D_m\)",
        ),
        (lambda: discriminator_loss(torch.zeros(0), torch.zeros(2)), ValueError, "real_logits is"),
        (lambda: generator_loss(torch.zeros(2, 1)), ValueError, r"\(2, 1\); expected \(B,\)"),
        (
            lambda: gradient_penalty(3, {"a": torch.zeros(2, 1)}),
            TypeError,
            "discriminator is a int; expected",
        ),
        (lambda: gradient_penalty(discriminator(), {}), ValueError, "at least once"),
        (lambda: mismatched({"a": torch.zeros(3)}), ValueError, "expected at least 2 modalities"),
        (
            lambda: mismatched({"a": torch.zeros(3, 2), "b": torch.zeros(4, 2)}),
            ValueError,
            r"'a': \(3, 2\), 'b': \(4, 2\)",
        ),
        (lambda: SpectralNorm(torch.zeros(3, 2)), ValueError, "weight is 0"),
        (lambda: SpectralNorm(torch.ones(3, 2), rounds=0), ValueError, "rounds is 0"),
        (
            lambda: SpectralNorm(torch.ones(3, 2))(torch.ones(2, 3)),
            ValueError,
            r"weight has shape \(2, 3\); expected \(3, 2\)",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
