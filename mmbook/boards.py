"""The pointing game: somebody names a digit, and one of the drawings on a board is that digit.

Every cell of a board has another digit and another colour; who asks (a recording, a word) knows
the digit, and the answer is the colour, which nobody can know without finding the cell. What
attention points at can so be held against what is true. A game is a dict of row numbers into a
split; all draws are made on the CPU by the seed, so that they are the same on every device.
"""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmbook import checks

Games = dict[str, Tensor]
COLOURS = {
    "black": (34, 34, 34),
    "grey": (154, 154, 154),
    "brown": (139, 90, 43),
    "red": (214, 39, 40),
    "orange": (255, 140, 26),
    "gold": (212, 177, 6),
    "green": (44, 160, 44),
    "teal": (18, 163, 163),
    "blue": (31, 95, 208),
}


def rows_by_class(labels: ArrayLike) -> Tensor:
    """The rows of each class in their order: labels (n,) -> (C, n / C).

    Raises: ValueError if the classes have not equally many rows.

    >>> rows_by_class([1, 0, 1, 0]).tolist()
    [[1, 3], [0, 2]]
    """
    known = torch.tensor(checks.integers("labels", labels, "n>=1"))
    counts = known.bincount()
    if (counts != counts[0]).any():
        raise ValueError(f"labels have {counts.tolist()} rows a class; expected equally many")
    rows = known.argsort(stable=True).view(len(counts), -1)
    return rows.to(_device(labels))


def pointing_games(labels: ArrayLike, count: int, seed: int, cells: int = 9) -> Games:
    """``count`` games on the rows of a split whose classes are ``labels``.

    They lie on the device of ``labels``, on the CPU if those are no tensor.

    Shapes: labels (n,), the same number of rows for each of the C classes ->
        ask (count,): the row that asks; it is a row of the class of the target.
        board (count, cells): the row that lies in each cell, of cells different classes.
        colour (count, cells): another of nine colours for each cell, 0 to 8.
        target (count,): the cell that is meant; answer (count,): its colour.
    The row that asks and the row in the target share their class and nothing else, unless chance
    draws one row twice.

    Raises: TypeError, ValueError for unequal classes, or cells that are not from 2 to the smaller
        of 9 and C.

    >>> game = pointing_games([0, 0, 1, 1, 2, 2], count=3, seed=0, cells=2)
    >>> {name: tuple(x.shape) for name, x in game.items()}
    {'ask': (3,), 'board': (3, 2), 'colour': (3, 2), 'target': (3,), 'answer': (3,)}
    """
    of = rows_by_class(labels).cpu()
    checks.whole("count", count)
    checks.whole("cells", cells, least=2, most=min(9, len(of)))
    g = torch.Generator().manual_seed(checks.whole("seed", seed, least=0))
    lying = torch.rand(count, len(of), generator=g).argsort(1)[:, :cells]  # classes
    colour = torch.rand(count, 9, generator=g).argsort(1)[:, :cells]
    target = torch.randint(cells, (count,), generator=g)
    row = torch.arange(count)
    pick = torch.randint(of.shape[1], (count, cells + 1), generator=g)
    games = {
        "ask": of[lying[row, target], pick[:, -1]],
        "board": of[lying, pick[:, :-1]],
        "colour": colour,
        "target": target,
        "answer": colour[row, target],
    }
    return {name: x.to(_device(labels)) for name, x in games.items()}


def with_twin(games: Games, labels: ArrayLike, seed: int) -> tuple[Games, Tensor]:
    """The digit that is asked for lies twice: another cell gets one more of its class.

    Returns the games and the cell (count,) of the twin, which chance may make the same drawing.
    ``target`` and ``answer`` stay.
    Raises: KeyError, ValueError for games that are not those of :func:`pointing_games`.

    >>> labels = torch.tensor([0, 0, 1, 1, 2, 2])
    >>> games, twin = with_twin(pointing_games(labels, 4, seed=0, cells=3), labels, seed=1)
    >>> lying = labels[games["board"]]
    >>> bool((lying.gather(1, twin[:, None]) == lying.gather(1, games["target"][:, None])).all())
    True
    """
    return _replaced(games, labels, seed, twin=True)


def without_target(games: Games, labels: ArrayLike, seed: int) -> tuple[Games, Tensor]:
    """The digit that is asked for lies nowhere: the target gets one more of another cell's class.

    Returns the games and that other cell (count,). ``target`` is where the digit was.
    Raises: KeyError, ValueError for games that are not those of :func:`pointing_games`.

    >>> labels = torch.tensor([0, 0, 1, 1, 2, 2])
    >>> games, _ = without_target(pointing_games(labels, 4, seed=0, cells=3), labels, seed=1)
    >>> bool((labels[games["board"]] == labels[games["ask"]][:, None]).any())
    False
    """
    return _replaced(games, labels, seed, twin=False)


def dealt(games: Games, asks: Tensor, there: Tensor, drawings: Tensor) -> Games:
    """The games with what their rows stand for, so that a batch of games is all a network needs.

    Shapes: n rows of a split: asks (n, N, ...), there (n, N) bool, drawings (n, D) -> the games,
    and ``asks`` (count, N, ...), ``there`` (count, N), ``drawings`` (count, cells, D).
    Raises: KeyError for games without rows; ValueError for rows that the split does not have, and
        shapes that do not fit; TypeError for what are no tensors.

    >>> game = pointing_games([0, 0, 1, 1, 2, 2], count=3, seed=0, cells=2)
    >>> given = torch.zeros(6, 4, 5), torch.ones(6, 4, dtype=torch.bool), torch.zeros(6, 7)
    >>> {name: tuple(x.shape) for name, x in dealt(game, *given).items() if name not in game}
    {'asks': (3, 4, 5), 'there': (3, 4), 'drawings': (3, 2, 7)}
    """
    checks.mapping("games", games)
    checks.known_keys("games", ("ask", "board"), games)
    checks.tensor("asks", asks, "n N ...", kind=None)
    n, N = asks.shape[:2]
    checks.mask("there", there, "n N", n=n, N=N)
    checks.tensor("drawings", drawings, "n D", n=n)
    ask = games["ask"]
    count = checks.tensor("ask", ask, "count", "int")["count"]
    checks.tensor("board", games["board"], "count cells", "int", count=count)
    checks.integers("ask", ask, below=n)
    checks.integers("board", games["board"], "count cells", below=n)
    return {
        **games,
        "asks": asks[ask],
        "there": there[ask],
        "drawings": drawings[games["board"]],
    }


def at_the_end(tokens: Tensor, there: Tensor) -> Tensor:
    """What stands at the last token that is there: (n, N, K), (n, N) bool -> (n, K).

    Raises: TypeError for what is no tensor; ValueError for other shapes, or a row without tokens.

    >>> there = torch.tensor([[True, True, False]])
    >>> at_the_end(torch.tensor([[[1.0], [2.0], [3.0]]]), there)
    tensor([[2.]])
    """
    sizes = checks.tensor("tokens", tokens, "n N K")
    checks.mask("there", there, "n N", n=sizes["n"], N=sizes["N"])
    if not there.any(1).all():
        raise ValueError(f"there has {int((~there.any(1)).sum())} rows without a token; expected 0")
    last = sizes["N"] - 1 - there.flip(1).int().argmax(1)
    return tokens[torch.arange(len(tokens), device=tokens.device), last]


def board_picture(drawings: ArrayLike, colours: ArrayLike, gap: int = 0) -> np.ndarray:
    """Square drawings in their colours on paper, three beside each other: uint8 (h, w, 3).

    Shapes: drawings (cells, s, s) with 0 = paper and 255 = full ink, cells 3, 6 or 9; colours
    (cells,), numbers of ``COLOURS`` -> (cells / 3 * wide, 3 * wide, 3), where each drawing has
    a margin of ``gap`` pixels of paper, so that wide = s + 2 gap.
    Raises: TypeError, ValueError for other shapes, ink or colours.

    >>> board_picture(np.full((3, 1, 1), 255), [0, 3, 8])[0].tolist()
    [[34, 34, 34], [214, 39, 40], [31, 95, 208]]
    """
    ink = checks.integers("drawings", drawings, "cells side side", below=256)
    cells, side = ink.shape[:2]
    if cells not in (3, 6, 9):
        raise ValueError(f"drawings has {cells} cells; expected 3, 6 or 9")
    number = checks.integers("colours", colours, "cells", below=len(COLOURS), cells=cells)
    away = 255 - np.array(list(COLOURS.values()))[number]  # what full ink takes from the paper
    checks.whole("gap", gap, least=0)
    ink = np.pad(ink, ((0, 0), (gap, gap), (gap, gap)))
    wide = side + 2 * gap
    tiles = 255 - ink[..., None] / 255 * away[:, None, None]
    rows = tiles.reshape(cells // 3, 3, wide, wide, 3).swapaxes(1, 2)
    return rows.reshape(cells // 3 * wide, 3 * wide, 3).round().astype(np.uint8)


def _replaced(games: Games, labels: ArrayLike, seed: int, twin: bool) -> tuple[Games, Tensor]:
    """One cell gets one more drawing of the class of another; the other of the two cells too."""
    checks.mapping("games", games)
    checks.keys("games", games, ("ask", "board", "colour", "target", "answer"))
    of = rows_by_class(labels).cpu()
    known = torch.tensor(checks.integers("labels", labels))
    sizes = checks.tensor("board", games["board"], "n cells>=2", "int")
    checks.tensor("target", games["target"], "n", "int", n=sizes["n"])
    checks.integers("board", games["board"], "n cells", below=len(known))
    checks.integers("target", games["target"], below=sizes["cells"])
    board, target = games["board"].cpu().clone(), games["target"].cpu()
    n, cells = board.shape
    g = torch.Generator().manual_seed(checks.whole("seed", seed, least=0))
    other = (target + torch.randint(1, cells, (n,), generator=g)) % cells
    source, goal = (target, other) if twin else (other, target)
    row = torch.arange(n)
    pick = torch.randint(of.shape[1], (n,), generator=g)
    board[row, goal] = of[known[board[row, source]], pick]
    device = games["board"].device
    return {**games, "board": board.to(device)}, other.to(device)


def _device(labels: ArrayLike) -> torch.device:
    return labels.device if isinstance(labels, Tensor) else torch.device("cpu")
