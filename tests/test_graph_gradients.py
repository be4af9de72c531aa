"""Gradients of graph convolutions for every matrix, under torch.func and in mixed precision."""

import gc
import weakref

import pytest
import torch
import torch.nn.functional as F
from torch.func import functional_call, grad, hessian, vmap
from torch.testing import assert_close

from mmbook.graph import (
    GraphConvolution,
    MultimodalGCN,
    adjacency,
    dirichlet_energy,
    normalize_adjacency,
    propagate,
)
from mmbook.graph.product import transpose
from mmbook.training import TrainingConfig, fit, fit_seeds, set_seed

V, D_IN, D_OUT, MODELS = 19, 5, 7, 3
LAYOUTS = {
    "dense": lambda A: A,
    "CSR": lambda A: A.to_sparse_csr(),
    "COO": lambda A: A.to_sparse_coo(),
    "COO, uncoalesced": lambda A: A.T.to_sparse_coo().T,
}
layouts = pytest.mark.parametrize("layout", LAYOUTS)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def directed():
    """A random matrix that is not symmetric, as sparse as a graph."""
    generator = torch.Generator().manual_seed(1)
    weights = torch.rand(V, V, generator=generator)
    return weights * (torch.rand(V, V, generator=generator) < 0.2)


def ring(layout="CSR"):
    node = torch.arange(V)
    A = normalize_adjacency(adjacency(torch.stack([node, (node + 1) % V]), V))
    return LAYOUTS[layout](A.to_dense())


@layouts
def test_a_one_way_street_of_two_nodes_by_hand(layout):
    # y_0 = x_1 and y_1 = 0: only x_1 is heard, and only by node 0
    x = draw(2, 1).requires_grad_()
    propagate(x, LAYOUTS[layout](torch.tensor([[0.0, 1.0], [0.0, 0.0]])))[0].sum().backward()
    assert x.grad.flatten().tolist() == [0, 1]


@layouts
@pytest.mark.parametrize("widths", [(D_IN, D_OUT), (D_OUT, D_IN)])
def test_gradients_of_a_directed_graph_are_those_of_the_dense_formula(layout, widths):
    A, x = directed(), draw(V, widths[0]).requires_grad_()
    layer = GraphConvolution(*widths)
    leaves = [x, layer.weight, layer.bias]
    expected = torch.autograd.grad(((A @ x @ layer.weight + layer.bias) ** 3).sum(), leaves)
    got = torch.autograd.grad((layer(x, LAYOUTS[layout](A)) ** 3).sum(), leaves)
    for ours, theirs in zip(got, expected, strict=True):
        assert_close(ours, theirs, rtol=1e-4, atol=1e-3)


@layouts
def test_the_mean_rule_has_the_gradient_of_finite_differences(layout):
    tilde = directed().double() + torch.eye(V)
    mean_rule = LAYOUTS[layout](tilde / tilde.sum(1, keepdim=True))
    x = draw(V, 2).double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x: propagate(x, mean_rule), x, check_forward_ad=True, check_batched_grad=True
    )
    assert torch.autograd.gradgradcheck(lambda x: propagate(x, mean_rule) ** 2, x)


@pytest.mark.parametrize("change", ["mul_", "values"])
def test_a_matrix_changed_in_place_has_the_gradient_of_the_new_one(change):
    A, x = directed().to_sparse_csr(), draw(V, 2).requires_grad_()
    for factor in (1.0, 2.0):
        if factor != 1:
            (A if change == "mul_" else A.values()).mul_(factor)
        (got,) = torch.autograd.grad(propagate(x, A).sum(), x)
        assert_close(got, factor * directed().sum(0)[:, None].expand(V, 2))


def test_what_is_kept_for_a_matrix_goes_with_it():
    for make in (lambda: directed().to_sparse_csr(), ring):
        A = make()
        propagate(draw(V, 2).requires_grad_(), A).sum().backward()
        seen = weakref.ref(A)
        del A
        gc.collect()
        assert seen() is None


@pytest.mark.parametrize("size", [torch.int32, torch.int64])
def test_a_symmetric_matrix_is_its_own_transpose_whatever_the_size_of_its_indices(size):
    A = ring()
    parts = A.crow_indices().to(size), A.col_indices().to(size), A.values()
    A = torch.sparse_csr_tensor(*parts, A.shape, check_invariants=True)
    assert transpose(A) is A


def test_indices_are_as_the_product_wants_them():
    A = adjacency(torch.tensor([[0, 1], [1, 2]]), 3)
    for made in (A, normalize_adjacency(A), transpose(directed().to_sparse_csr())):
        assert made.crow_indices().dtype == made.col_indices().dtype == torch.int32


@pytest.mark.parametrize("tracked", [True, False])
def test_a_product_that_fails_is_not_tried_again(monkeypatch, tracked):
    calls = []

    def fails(*args, **kwargs):
        calls.append(args)
        raise RuntimeError("not enough memory")

    monkeypatch.setattr(torch, "addmm", fails)
    with pytest.raises(RuntimeError, match="not enough memory"), torch.set_grad_enabled(tracked):
        propagate(draw(V, 2).requires_grad_(), ring())
    assert len(calls) == 1


def test_a_normalised_matrix_is_its_own_transpose_to_the_last_bit():
    edges = torch.randint(V, (2, 53), generator=torch.Generator().manual_seed(0)).unique(dim=1)
    edges = edges.sort(dim=0).values.unique(dim=1)
    weights = torch.rand(edges.shape[1], generator=torch.Generator().manual_seed(1))
    A_hat = normalize_adjacency(adjacency(edges, V, weights)).to_dense()
    assert torch.equal(A_hat, A_hat.T)


@layouts
@pytest.mark.parametrize("widths", [(D_IN, D_OUT), (D_OUT, D_IN)])
def test_a_stack_of_models_shares_one_matrix_under_vmap(layout, widths):
    A, x, weights = directed(), draw(V, widths[0]), draw(MODELS, *widths, seed=2)
    layer, given = GraphConvolution(*widths), LAYOUTS[layout](directed())

    def ours(weight):
        return functional_call(layer, {"weight": weight}, (x, given)).tanh().sum()

    def formula(weight):
        return (A @ x @ weight + layer.bias).tanh().sum()

    close = {"rtol": 1e-4, "atol": 1e-4}
    assert_close(vmap(ours)(weights), vmap(formula)(weights), **close)
    assert_close(vmap(grad(ours))(weights), vmap(grad(formula))(weights), **close)
    assert_close(hessian(ours)(weights[0]), hessian(formula)(weights[0]), **close)


@layouts
def test_features_may_differ_from_model_to_model(layout):
    x, A = draw(V, MODELS, D_IN), LAYOUTS[layout](directed())  # the models in the middle
    got = vmap(lambda x: propagate(x, A), in_dims=1)(x)
    assert_close(got, directed() @ x.movedim(1, 0))


@layouts
def test_seeds_trained_side_by_side_are_those_trained_alone(layout):
    features = {"image": draw(11, 5), "text": draw(V - 11, 3)}
    label = torch.arange(V) % D_OUT
    A_hat = ring(layout)

    def make():
        return MultimodalGCN({"image": 5, "text": 3}, 13, D_OUT)

    def loss(model, batch):
        return F.cross_entropy(model(features, A_hat)[batch["node"]], label[batch["node"]])

    data = {"node": torch.arange(V)}
    settings = {"steps": 17, "batch_size": 11, "learning_rate": 1e-2, "progress": False}
    together, history = fit_seeds(make, loss, data, TrainingConfig(**settings), seeds=(2, 3))
    assert (history.loss[:, -1] < history.loss[:, 0] - 0.05).all()  # there was something to learn
    for seed, model in zip((2, 3), together, strict=True):
        set_seed(seed)
        alone = make()
        fit(alone, loss, data, TrainingConfig(**settings, seed=seed))
        for ours, theirs in zip(model.parameters(), alone.parameters(), strict=True):
            assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@layouts
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_under_autocast_the_layer_agrees_within_half_precision(layout, dtype):
    A, x = LAYOUTS[layout](directed()), draw(V, D_IN)
    for layer in (GraphConvolution(D_IN, D_OUT), GraphConvolution(D_IN, 3)):
        expected = layer(x, A)
        expected.sum().backward()
        gradient, layer.weight.grad = layer.weight.grad, None
        with torch.autocast(x.device.type, dtype=dtype):
            got = layer(x, A)
            got.sum().backward()  # inside, where a product would be cast again
        assert_close(got.float(), expected, rtol=0.05, atol=0.1)
        assert layer.weight.grad.dtype == torch.float32
        assert_close(layer.weight.grad, gradient, rtol=0.05, atol=0.1)


def test_a_sparse_product_keeps_the_precision_of_its_matrix_under_autocast():
    with torch.autocast(draw(1).device.type, dtype=torch.bfloat16):
        got = propagate(draw(V, 2), directed().to_sparse_csr())
    assert_close(got, directed() @ draw(V, 2))


def test_the_energy_of_a_stack_of_features_may_stand_in_a_loss():
    A_hat, x = ring(), draw(MODELS, V, 2)
    energies = vmap(lambda x: dirichlet_energy(x, A_hat))(x)
    assert_close(energies, torch.stack([dirichlet_energy(y, A_hat) for y in x]))


def test_the_order_of_the_features_says_nothing():
    set_seed(0)
    model = MultimodalGCN({"image": 5, "text": 3}, 13, 7)
    image, text = draw(11, 5), draw(V - 11, 3)
    one = model({"image": image, "text": text}, ring())
    assert torch.equal(one, model({"text": text, "image": image}, ring()))


def test_the_weights_of_one_modality_do_not_load_into_another():
    weights = MultimodalGCN({"image": 5, "speech": 5}, 13, 7).state_dict()
    with pytest.raises(RuntimeError, match="projections.text"):
        MultimodalGCN({"image": 5, "text": 5}, 13, 7).load_state_dict(weights)


def test_a_layer_says_its_widths():
    assert repr(GraphConvolution(D_IN, D_OUT)) == "GraphConvolution(5, 7, bias=True)"
