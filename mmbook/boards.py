"""The pointing game: somebody names a digit, and one of the drawings on a board is that digit.

Every cell of a board has another digit and another colour; who asks (a recording, a word) knows
the digit, and the answer is the colour, which nobody can know without finding the cell. What
attention points at can so be held against what is true. A game is a dict of row numbers into a
split; all draws are made on the CPU by the seed, so that they are the same on every device.
"""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmbook import checks

Games = dict[str, Tensor]


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
