"""Graphs of several modalities: which rows look alike, which belong to one item, who shares a tag.

Nodes stand one modality after the other, so node i + m * n is item i in modality number m.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor

from mmbook import checks
from mmbook.graph.matrix import nearest_neighbours


def multimodal_edges(
    features: Mapping[str, Tensor],
    k: int,
    pairs: Sequence[tuple[str, str]] | None = None,
    items: Tensor | None = None,
    similar: bool = True,
) -> Tensor:
    """Join each row to the k most similar rows of its modality, and the rows of an item.

    >>> features = {"image": torch.eye(3), "speech": torch.eye(3)}
    >>> multimodal_edges(features, 1, similar=False)
    tensor([[0, 1, 2],
            [3, 4, 5]])

    Shapes: features {modality: (n, D_m)}, row i of each is item i; items (I,) -> edges (2, E)
        between M * n nodes, one modality after the other.

    Args:
        k: as for :func:`nearest_neighbours`.
        pairs: which modalities are joined across; all if left out, none if empty.
        items: numbers of the items whose rows are joined across; all if left out.
        similar: False leaves the edges within modalities out.
    Raises: TypeError for what are no tensors; KeyError for a pair of unknown modalities;
        ValueError for unequal numbers of rows, an item out of range, a pair of one modality with
        itself, and as :func:`nearest_neighbours`.
    """
    n = rows_of("features", features)
    first = {m: i * n for i, m in enumerate(features)}
    joined = list(combinations(features, 2)) if pairs is None else _checked(pairs, first)
    device = next(iter(features.values())).device
    if items is None:
        items = torch.arange(n, device=device)
    checks.tensor("items", items, "I", kind="int")
    if len(items) and not 0 <= items.min() <= items.max() < n:
        raise ValueError(f"items run from {items.min()} to {items.max()}; expected 0 to {n - 1}")
    checks.whole("k", k, 1, n - 1)
    checks.flag("similar", similar)
    edges = [torch.zeros(2, 0, dtype=torch.long, device=device)]
    if similar:
        edges += [nearest_neighbours(features[m], k) + first[m] for m in features]
    edges += [torch.stack([items + first[a], items + first[b]]) for a, b in joined]
    return torch.cat(edges, dim=1)


def shared_tags(tags: Sequence[Sequence[str]], most: int = 12) -> Tensor:
    """Edges between items with a common tag, of those tags that at most ``most`` items have.

    >>> shared_tags([["lock", "door"], ["key", "lock"], ["door"], ["key", "lock"]], most=2)
    tensor([[0, 1],
            [2, 3]])

    Shapes: n collections of tags -> edges (2, E), each pair once, smaller number first.
    Raises: TypeError for a single string in place of several; ValueError for ``most`` below 1.
    """
    checks.whole("most", most)
    holders: dict[str, list[int]] = {}
    for i, own in enumerate(checks.listed("tags", tags, least=0)):
        for tag in set(checks.texts(f"tags of item {i}", own)):
            holders.setdefault(tag, []).append(i)
    few = (who for who in holders.values() if len(who) <= most)
    edges = sorted({pair for who in few for pair in combinations(who, 2)})
    return torch.tensor(edges, dtype=torch.long).reshape(-1, 2).T


def rows_of(name: str, features: Mapping[str, Tensor]) -> int:
    """The number of items, of which each modality has one row (n, D_m).

    Raises: as :func:`mmbook.checks.rows`; ValueError for a row that is no vector.
    """
    n = checks.rows(name, features)
    for m, x in features.items():
        checks.tensor(f"{name}[{m!r}]", x, "n D")
    return n


def _checked(pairs: Sequence[tuple[str, str]], known: Iterable[str]) -> list[tuple[str, str]]:
    found = []
    for pair in checks.listed("pairs", pairs, least=0):
        both = checks.texts("a pair", pair)
        if len(both) != 2:
            raise ValueError(f"a pair is {both}; expected two modalities")
        a, b = both
        checks.known_keys("pairs", [a, b], known)
        if a == b:
            raise ValueError(f"a pair is {a!r} twice; expected two modalities")
        found.append((a, b))
    return found
