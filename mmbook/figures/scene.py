"""Something that asks and something that is asked: what the attention explorer takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mmbook import checks
from mmbook.figures.attention import check_weights
from mmbook.figures.pixels import pixels


@dataclass(frozen=True, eq=False)
class Scene:
    """Something that asks and something that is asked, for :func:`attention_explorer`.

    Args:
        asks, answers: tokens. Either words, drawn as tiles, or a picture, (h, w) with 0 = paper or
            (h, w, 3), uint8 or floats from 0 to 1, cut into ``ask_grid`` or ``answer_grid`` (rows,
            columns) of tokens.
        weights: (Nq, Nk), token by token, row by row of the grid.
        labels, notes: Nq strings, what each token is called and what to say when it asks.
        held: the token that asks before anyone points, and in print; the last if left out.

    >>> Scene("who", ["a"], ["b", "c"], [[0.2, 0.8]], ["letter a"], ["looks at c"]).name
    'who'
    """

    name: str
    asks: Sequence[str] | ArrayLike
    answers: Sequence[str] | ArrayLike
    weights: ArrayLike
    labels: Sequence[str]
    notes: Sequence[str]
    ask_grid: tuple[int, int] | None = None
    answer_grid: tuple[int, int] | None = None
    held: int | None = None


def checked_scene(scene: Scene) -> Scene:
    """The scene with its weights and pictures as arrays, its words as lists.

    Raises: ValueError if its pieces do not fit together; TypeError for what are no words.
    """
    name = checks.text("name", scene.name)
    weights = check_weights(f"weights of {name!r}", scene.weights, "Nq Nk")
    lines = {}
    for what, given in (("labels", scene.labels), ("notes", scene.notes)):
        lines[what] = checks.texts(f"{what} of {name!r}", given)
        if len(lines[what]) != len(weights):
            raise ValueError(
                f"{what} of {name!r}: {len(lines[what])} lines; expected {len(weights)}"
            )
    asks, ask_grid = _checked_tokens(f"asks of {name!r}", scene.asks, scene.ask_grid, weights, 0)
    answers, answer_grid = _checked_tokens(
        f"answers of {name!r}", scene.answers, scene.answer_grid, weights, 1
    )
    held = len(weights) - 1 if scene.held is None else scene.held
    return replace(
        scene,
        name=name,
        held=checks.whole(f"held of {name!r}", held, 0, len(weights) - 1),
        weights=weights,
        asks=asks,
        ask_grid=ask_grid,
        answers=answers,
        answer_grid=answer_grid,
        **lines,
    )


def _checked_tokens(
    what: str, tokens: Any, grid: Any, weights: np.ndarray, axis: int
) -> tuple[list[str] | np.ndarray, tuple[int, int] | None]:
    """Words, or a picture and its grid."""
    kind = str(getattr(tokens, "dtype", "U"))
    if "U" in kind or "str" in kind or "object" in kind:  # an array of words is words
        tokens = checks.texts(what, tokens)
        count = len(tokens)
        if grid is not None:
            raise ValueError(f"{what}: words with grid {grid}; expected None, or a picture")
    else:
        tokens = pixels(what, tokens)
        if grid is None:
            raise ValueError(f"{what}: a picture with grid None; expected its (rows, columns)")
        rows, cols = checks.integers(f"grid of {what}", grid, "2")
        grid = checks.whole("rows", rows), checks.whole("columns", cols)
        count = grid[0] * grid[1]
    if count != weights.shape[axis]:
        raise ValueError(
            f"{what}: {count} tokens; the weights are {weights.shape}, expected equal numbers"
        )
    return tokens, grid
