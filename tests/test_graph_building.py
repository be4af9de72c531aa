"""Graphs of several modalities: who is joined, who shares a tag, whose label is known."""

import pytest
import torch

from mmbook.graph import (
    NodeTask,
    multimodal_edges,
    nearest_neighbours,
    shared_tags,
)

N = 7
IMAGE, SPEECH, TEXT = 0, N, 2 * N  # the first node of each modality


def features():
    generator = torch.Generator().manual_seed(0)
    sizes = {"image": 5, "speech": 3, "text": 2}
    return {m: torch.randn(N, size, generator=generator) for m, size in sizes.items()}


def pairs_of(edges):
    return {tuple(sorted(edge)) for edge in edges.T.tolist()}


def test_every_modality_has_its_neighbours_at_its_own_place():
    edges = multimodal_edges(features(), k=2, pairs=())
    expected = set()
    for first, x in zip((IMAGE, SPEECH, TEXT), features().values(), strict=True):
        expected |= {(a + first, b + first) for a, b in nearest_neighbours(x, 2).T.tolist()}
    assert pairs_of(edges) == expected


def test_the_nodes_of_an_item_are_joined_two_by_two():
    edges = multimodal_edges(features(), k=2, similar=False)
    expected = {(a + i, b + i) for i in range(N) for a, b in ((0, N), (0, 2 * N), (N, 2 * N))}
    assert pairs_of(edges) == expected


def test_only_named_pairs_of_named_items_are_joined():
    items = torch.tensor([1, 5])
    edges = multimodal_edges(features(), 2, [("speech", "text")], items, similar=False)
    assert pairs_of(edges) == {(SPEECH + 1, TEXT + 1), (SPEECH + 5, TEXT + 5)}


def test_both_kinds_are_the_sum_of_each():
    both = pairs_of(multimodal_edges(features(), 2))
    similar = pairs_of(multimodal_edges(features(), 2, pairs=()))
    assert both == similar | pairs_of(multimodal_edges(features(), 2, similar=False))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"pairs": [("image", "smell")]}, KeyError),
        ({"pairs": [("image", "image")]}, ValueError),
        ({"pairs": [("image",)]}, ValueError),
        ({"items": torch.tensor([0, N])}, ValueError),
        ({"items": torch.tensor([-1])}, ValueError),
        ({"k": N}, ValueError),
        ({"features": features() | {"text": torch.ones(N + 1, 2)}}, ValueError),
        ({"features": {}}, ValueError),
    ],
)
def test_a_wrong_graph_is_refused(change, error):
    with pytest.raises(error):
        multimodal_edges(**({"features": features(), "k": 2} | change))


def test_a_tag_that_many_hold_joins_nobody():
    tags = [["a", "x"], ["a", "x"], ["x", "b"], ["b", "b"]]
    assert shared_tags(tags, most=2).T.tolist() == [[0, 1], [2, 3]]
    assert shared_tags(tags, most=3).T.tolist() == [[0, 1], [0, 2], [1, 2], [2, 3]]


def test_without_a_common_tag_there_are_no_edges():
    assert shared_tags([["a"], ["b"], []]).shape == (2, 0)
    with pytest.raises(TypeError, match="tags of item 1"):
        shared_tags([["a"], "ab"])


def task(**change):
    X = {"image": torch.ones(N, 5), "speech": torch.ones(N, 3)}
    given = {
        "X": X,
        "label": torch.tensor([0, 1, 2, 0, 1, 2, 0]),
        "part": ["train"] * 3 + ["test"] * 4,
        "known": torch.tensor([[N, N + 1, N + 2], [N + 2, N + 1, N]]),
    }
    return NodeTask(**(given | change))


def test_what_is_known_stands_on_the_labelled_nodes_alone():
    Y = task().Y
    assert Y.shape == (2, 2 * N, 3) and Y.sum().item() == 6
    assert torch.equal(Y[0], Y[1])  # the same three nodes in another order
    assert torch.equal(Y[0, N : N + 3], torch.eye(3))
    assert task().digit.tolist() == [[0, 1, 2], [2, 1, 0]]


def test_an_answer_is_right_where_it_names_the_label_of_the_item():
    predicted = torch.stack([task().label.repeat(2), torch.zeros(2 * N, dtype=torch.long)])
    found = task(names={"image": "drawings"}).correct(predicted)
    assert list(found) == ["drawings", "speech"]
    assert found["drawings"].tolist() == [[True] * 4, [True, False, False, True]]
    predicted[0, N + 4] = 0
    assert task().correct(predicted)["speech"][0].tolist() == [True, False, True, True]
    assert task().correct(predicted, "train")["image"].shape == (2, 3)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"label": torch.zeros(N + 1, dtype=torch.long)}, ValueError),
        ({"label": torch.full((N,), -1)}, ValueError),
        ({"part": ["train"]}, ValueError),
        ({"known": torch.tensor([[2 * N]])}, ValueError),
        ({"names": {"smell": "smells"}}, KeyError),
    ],
)
def test_a_wrong_task_is_refused(change, error):
    with pytest.raises(error):
        task(**change)


def test_a_part_that_is_not_there_cannot_be_asked_for():
    with pytest.raises(ValueError, match="where is 'val'"):
        task().correct(task().label.repeat(2), "val")
