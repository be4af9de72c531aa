"""Graph convolutions against numbers by hand, PyTorch Geometric, and the spectrum."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close
from torch_geometric.nn import GCNConv

from mmbook.graph import (
    GraphConvolution,
    MultimodalGCN,
    adjacency,
    dirichlet_energy,
    nearest_neighbours,
    normalize_adjacency,
    propagate,
    smoothing_limit,
)
from mmbook.training import set_seed

V, D_IN, D_OUT = 11, 5, 7  # different primes: a swapped axis cannot pass
PATH = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])


def random_edges(num_nodes=V, count=13, seed=0):
    """Irregular: some nodes have many neighbours, the last one has none."""
    generator = torch.Generator().manual_seed(seed)
    edges = torch.randint(num_nodes - 1, (2, 4 * count), generator=generator)
    edges = edges[:, edges[0] < edges[1]].unique(dim=1)
    return edges[:, torch.randperm(edges.shape[1], generator=generator)[:count]]


def features(dtype=torch.float32):
    return torch.randn(V, D_IN, generator=torch.Generator().manual_seed(1)).to(dtype)


def both_directions(A):
    """edge_index and weights of a symmetric matrix, as PyTorch Geometric reads them."""
    index = A.to_dense().nonzero().T
    return index, A.to_dense()[index[0], index[1]]


def graphs():
    edges = random_edges()
    weights = torch.rand(edges.shape[1], generator=torch.Generator().manual_seed(2)) + 0.1
    loops = torch.tensor([[0, 3], [0, 3]])
    return {
        "irregular, with an isolated node": adjacency(edges, V),
        "weighted": adjacency(edges, V, weights),
        "with self-loops": adjacency(torch.cat([edges, loops], 1), V),
        "weighted, with self-loops": adjacency(
            torch.cat([edges, loops], 1), V, torch.cat([weights, torch.tensor([2.0, 0.5])])
        ),
        "without edges": adjacency(edges[:, :0], V),
    }


def test_a_layer_maps_every_node():
    layer = GraphConvolution(D_IN, D_OUT)
    assert layer(features(), normalize_adjacency(graphs()["weighted"])).shape == (V, D_OUT)


def test_a_path_of_three_by_hand():
    # degrees with self-loops 2, 3, 2
    a, b, c = 1 / 2, 1 / 6**0.5, 1 / 3
    by_hand = torch.tensor([[a, b, 0], [b, c, b], [0, b, a]])
    assert_close(normalize_adjacency(PATH), by_hand)
    layer = GraphConvolution(1, 1)
    with torch.no_grad():
        layer.weight.fill_(2.0)
        layer.bias.fill_(1.0)
    x = torch.tensor([[6.0], [0.0], [0.0]])
    assert_close(layer(x, by_hand), torch.tensor([[7.0], [1 + 12 * b], [1.0]]))


def test_a_weighted_self_loop_is_kept_and_not_joined_by_a_second_one():
    A = torch.tensor([[3.0, 1.0], [1.0, 0.0]])  # degrees 4 and 2
    by_hand = torch.tensor([[3 / 4, 1 / 8**0.5], [1 / 8**0.5, 1 / 2]])
    assert_close(normalize_adjacency(A), by_hand)


@pytest.mark.parametrize("name", graphs())
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-10)])
@pytest.mark.parametrize("widths", [(D_IN, D_OUT), (D_IN, 3)])
def test_the_layer_is_pytorch_geometrics(name, dtype, tolerance, widths):
    A = graphs()[name].to(dtype)
    set_seed(0)
    theirs = GCNConv(*widths).to(dtype)
    ours = GraphConvolution(*widths).to(dtype)
    with torch.no_grad():
        theirs.bias.normal_()
        ours.weight.copy_(theirs.lin.weight.T)
        ours.bias.copy_(theirs.bias)
    x, y = (features(dtype).requires_grad_() for _ in range(2))
    index, weight = both_directions(A)
    expected, got = theirs(x, index, weight), ours(y, normalize_adjacency(A))
    assert_close(got, expected, atol=tolerance, rtol=0)
    for out in (expected, got):
        out.square().sum().backward()
    # gradients of a sum of squares: a few times larger, so the same relative precision
    scale = x.grad.abs().max().item()
    assert_close(y.grad, x.grad, atol=10 * tolerance * scale, rtol=0)
    assert_close(ours.weight.grad, theirs.lin.weight.grad.T, atol=100 * tolerance * scale, rtol=0)


@pytest.mark.parametrize("name", graphs())
def test_dense_and_both_sparse_layouts_agree(name):
    A = graphs()[name]
    x, layer = features(), GraphConvolution(D_IN, D_OUT)
    results = [normalize_adjacency(B) for B in (A, A.to_sparse_coo(), A.to_dense())]
    layouts = [torch.sparse_csr, torch.sparse_coo, torch.strided]
    assert [B.layout for B in results] == layouts
    for B in results[:2]:
        assert_close(B.to_dense(), results[2])
        assert_close(layer(x, B), layer(x, results[2]))


def test_the_backward_pass_is_checked_by_finite_differences():
    A_hat = normalize_adjacency(graphs()["weighted"].double())
    x = features(torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: propagate(x, A_hat), x)


def test_the_initialisation_is_glorots():
    set_seed(0)
    ours = GraphConvolution(53, 101)
    bound = (6 / (53 + 101)) ** 0.5
    assert ours.weight.abs().max() <= bound
    assert_close(ours.weight.std().item(), bound / 3**0.5, rtol=0.05, atol=0)
    assert not ours.bias.any()


def test_renaming_the_nodes_renames_the_output():
    A = graphs()["weighted, with self-loops"].to_dense()
    order = torch.randperm(V, generator=torch.Generator().manual_seed(3))
    layer, x = GraphConvolution(D_IN, D_OUT), features()
    renamed = layer(x[order], normalize_adjacency(A[order][:, order]))
    assert_close(renamed, layer(x, normalize_adjacency(A))[order])


def test_the_spectrum_lies_in_minus_one_to_one_and_the_degree_leads():
    A = graphs()["weighted"].to_dense().double()
    A_hat = normalize_adjacency(A)
    values = torch.linalg.eigvalsh(A_hat)
    assert -1 < values.min() and values.max() <= 1 + 1e-12
    root = (A + torch.eye(V)).sum(1).sqrt()
    assert_close(A_hat @ root, root)


@pytest.mark.parametrize("name", graphs())
def test_the_limit_is_a_high_power(name):
    A = graphs()[name].double()
    x = features(torch.float64)
    power = torch.linalg.matrix_power(normalize_adjacency(A.to_dense()), 3000)
    assert_close(smoothing_limit(x, A), power @ x, atol=1e-6, rtol=0)
    assert_close(smoothing_limit(x, A.to_dense()), smoothing_limit(x, A))


def test_the_energy_counts_differences_along_edges():
    A = graphs()["weighted"].to_dense()
    A_hat, x = normalize_adjacency(A), features()
    tilde = A + torch.eye(V)
    y = x / tilde.sum(1, keepdim=True).sqrt()
    by_pairs = (tilde * (y[:, None] - y[None]).square().sum(-1)).sum() / 2
    assert_close(dirichlet_energy(x, A_hat), by_pairs)
    assert_close(dirichlet_energy(x, A_hat, relative=True), by_pairs / x.square().sum())
    assert dirichlet_energy(A_hat @ x, A_hat) < dirichlet_energy(x, A_hat)


def test_an_adjacency_lists_each_pair_in_both_directions_once():
    edges = torch.tensor([[0, 1, 2, 2, 4], [1, 0, 1, 2, 2]])  # 0-1 twice, a self-loop at 2
    by_hand = torch.zeros(5, 5)
    for i, j in ((0, 1), (1, 2), (2, 4)):
        by_hand[i, j] = by_hand[j, i] = 1
    by_hand[2, 2] = 1
    A = adjacency(edges, 5)
    assert A.layout == torch.sparse_csr
    assert_close(A.to_dense(), by_hand)


def test_nearest_neighbours_by_hand_and_in_blocks():
    angles = torch.tensor([0.0, 0.1, 0.3, 2.0])
    x = torch.stack([angles.cos(), angles.sin()], 1) * torch.tensor([1.0, 5.0, 2.0, 3.0])[:, None]
    # 0 and 1 choose each other, 2 chooses 1, 3 chooses 2
    assert nearest_neighbours(x, 1).T.tolist() == [[0, 1], [1, 2], [2, 3]]
    many = torch.randn(101, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(nearest_neighbours(many, 5), nearest_neighbours(many, 5, block=17))
    scores = torch.nn.functional.normalize(many, dim=1)
    scores = (scores @ scores.T).fill_diagonal_(-2).numpy()
    pairs = {tuple(sorted((i, int(j)))) for i in range(101) for j in np.argsort(-scores[i])[:5]}
    assert set(map(tuple, nearest_neighbours(many, 5).T.tolist())) == pairs


def test_neighbours_of_half_precision_are_those_of_the_same_numbers_in_float():
    x = torch.randn(101, 3, generator=torch.Generator().manual_seed(0)).bfloat16()
    assert torch.equal(nearest_neighbours(x, 5), nearest_neighbours(x.float(), 5))


def test_a_stored_zero_is_no_self_loop():
    A = torch.sparse_coo_tensor(torch.tensor([[0], [0]]), torch.zeros(1), (2, 2))
    assert_close(normalize_adjacency(A).to_dense(), torch.eye(2))


@pytest.fixture
def model():
    set_seed(0)
    return MultimodalGCN({"image": 5, "text": 3}, 13, 7, num_layers=3).eval()


def parts(count=6):
    x = features()
    return {"image": x[:count], "text": torch.ones(V - count, 3)}


def test_nodes_of_all_modalities_share_one_graph(model):
    A_hat = normalize_adjacency(graphs()["weighted"])
    states = model.states(parts(), A_hat)
    assert [s.shape for s in states] == [(V, 13), (V, 13), (V, 13), (V, 7)]
    assert_close(model(parts(), A_hat), states[-1])


def test_the_model_is_the_formula(model):
    A_hat = normalize_adjacency(graphs()["weighted"]).to_dense()
    image, text = model.projections["image"], model.projections["text"]
    H = torch.cat([image(parts()["image"]), text(parts()["text"])]).relu()
    for layer in model.convolutions[:-1]:
        H = (A_hat @ H @ layer.weight + layer.bias).relu()
    H = A_hat @ H @ model.convolutions[-1].weight + model.convolutions[-1].bias
    assert_close(model(parts(), A_hat), H)


def test_a_message_goes_one_edge_a_layer(model):
    chain = adjacency(torch.stack([torch.arange(V - 1), torch.arange(1, V)]), V)
    A_hat, nudged = normalize_adjacency(chain), parts()
    nudged["image"] = nudged["image"].clone()
    nudged["image"][0] += 1.0
    changed = (model(parts(), A_hat) != model(nudged, A_hat)).any(1)
    assert changed.tolist() == [True] * 4 + [False] * (V - 4)


def test_an_isolated_node_hears_nobody(model):
    A_hat = normalize_adjacency(graphs()["irregular, with an isolated node"])
    other = parts()
    other["image"] = other["image"] + 1.0
    assert_close(model(parts(), A_hat)[-1], model(other, A_hat)[-1])
    assert torch.isfinite(model(parts(), A_hat)).all()


def test_whole_numbers_and_truth_values_become_floats():
    for kind in (torch.bool, torch.int64):
        assert_close(normalize_adjacency(PATH.to(kind)), normalize_adjacency(PATH))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: adjacency(torch.zeros(3, 2).long(), 5),
            ValueError,
            r"\(3, 2\); expected \(2, E\)",
        ),
        (lambda: adjacency(torch.zeros(2, 2), 5), ValueError, "float32"),
        (lambda: adjacency(torch.tensor([[0], [5]]), 5), ValueError, "there are 5"),
        (lambda: adjacency(torch.tensor([[0], [1]]), 5, torch.ones(2)), ValueError, r"\(2,\)"),
        (
            lambda: adjacency(torch.tensor([[0], [1]]), 5, torch.tensor([-1.0])),
            ValueError,
            "weight is -1.0",
        ),
        (
            lambda: adjacency(torch.tensor([[0, 1], [1, 0]]), 5, torch.tensor([1.0, 2.0])),
            ValueError,
            "two different weights",
        ),
        (lambda: normalize_adjacency(torch.ones(2, 3)), ValueError, r"\(2, 3\)"),
        (lambda: normalize_adjacency(PATH.triu()), ValueError, "directed: the weights of 0 -> 1"),
        (lambda: normalize_adjacency(PATH * torch.nan), ValueError, "weight is nan"),
        (lambda: GraphConvolution(0, 3), ValueError, "in_dim is 0"),
        (lambda: GraphConvolution(5, 3)(torch.ones(3, 4), PATH), ValueError, r"\(V, 5\)"),
        (lambda: GraphConvolution(5, 3)(torch.ones(4, 5), PATH), ValueError, r"\(4, 4\)"),
        (lambda: propagate(PATH, PATH.clone().requires_grad_()), ValueError, "detach"),
        (lambda: MultimodalGCN({"image": 5}, 3, 2, num_layers=0), ValueError, "num_layers is 0"),
        (lambda: MultimodalGCN({"a": 5}, 3, 2)({"b": PATH}, PATH), KeyError, "expected"),
        (lambda: MultimodalGCN({"a": 5}, 3, 2)({"a": PATH}, PATH), ValueError, r"\(V, 5\)"),
        (lambda: nearest_neighbours(PATH, 3), ValueError, "k is 3"),
        (lambda: nearest_neighbours(PATH + 1, 1.0), TypeError, "k is 1.0"),
        (lambda: nearest_neighbours(PATH[:1], 1), ValueError, "V >= 2"),
        (lambda: nearest_neighbours(PATH * torch.nan, 1), ValueError, "x holds 9 NaN"),
        (lambda: nearest_neighbours(PATH * 0, 1), ValueError, "row 0 of x has length 0"),
        (lambda: nearest_neighbours(PATH + 1, 1, block=0), ValueError, "block is 0"),
        (lambda: adjacency(torch.zeros(2, 0).long(), 2.0), TypeError, "num_nodes is 2.0"),
        (lambda: adjacency(torch.zeros(2, 1).bool(), 2), ValueError, "whole numbers"),
        (lambda: adjacency(torch.zeros(2, 1).int(), 2, torch.ones(1).half()), ValueError, "32"),
        (lambda: normalize_adjacency(PATH.half()), ValueError, "A is torch.float16; expected"),
        (lambda: normalize_adjacency(PATH.cfloat()), ValueError, "A is torch.complex64"),
        (lambda: normalize_adjacency(PATH.to_sparse_csc()), ValueError, "dense, CSR or COO"),
        (lambda: normalize_adjacency([[0.0]]), TypeError, "A is a list"),
        (lambda: propagate(PATH, PATH.bool()), ValueError, "propagation is torch.bool"),
        (
            lambda: propagate(PATH.double(), PATH),
            ValueError,
            "expected torch.float32 .*, as propagation",
        ),
        (lambda: propagate(PATH.half(), PATH.to_sparse_coo().half()), ValueError, "sparse torch.f"),
        (lambda: propagate(PATH[0], PATH), ValueError, r"\(V, D\)"),
        (lambda: smoothing_limit(PATH[:2], PATH), ValueError, r"A has shape \(3, 3\)"),
        (lambda: smoothing_limit(PATH * torch.nan, PATH), ValueError, "x holds 9 NaN"),
        (lambda: dirichlet_energy(PATH, PATH, relative=1), TypeError, "relative is 1"),
        (lambda: MultimodalGCN({"a": 5}, 0, 2), ValueError, "width is 0"),
        (lambda: MultimodalGCN({"a": 5}, 3, 2, dropout=1.5), ValueError, "dropout is 1.5"),
        (lambda: MultimodalGCN({}, 3, 2), ValueError, "input_dims is empty"),
        (
            lambda: MultimodalGCN({"a": 3, "b": 3}, 3, 2)({"b": PATH, "a": PATH[:2]}, PATH),
            ValueError,
            r"\(5, 5\) for 5 nodes: \{'a': 2, 'b': 3\}",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
