"""The pointing game: its rules, one by one, on many games."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from mmbook.boards import (
    COLOURS,
    at_the_end,
    board_picture,
    dealt,
    pointing_games,
    rows_by_class,
    with_twin,
    without_target,
)

COUNT, CELLS = 997, 5
LABELS = torch.arange(7).repeat(11)  # 11 rows of each of 7 classes


@pytest.fixture
def games():
    return pointing_games(LABELS, COUNT, seed=0, cells=CELLS)


def at(x, cell):
    return x.gather(1, cell[:, None])[:, 0]


def test_rows_by_class_are_in_their_order():
    assert rows_by_class([2, 0, 1, 0, 2, 1]).tolist() == [[1, 3], [2, 5], [0, 4]]


def test_the_one_who_asks_names_the_digit_in_the_target(games):
    assert_close(LABELS[games["ask"]], LABELS[at(games["board"], games["target"])])
    assert_close(games["answer"], at(games["colour"], games["target"]))


def test_the_one_who_asks_lies_on_the_board_only_by_chance(games):
    for cell in range(CELLS):
        here = games["target"] == cell
        same = (at(games["board"], games["target"]) == games["ask"])[here].double().mean().item()
        assert abs(same - 1 / 11) < 4 * (1 / 11 / int(here.sum())) ** 0.5


def test_cells_differ_in_class_and_in_colour(games):
    for x, most in ((LABELS[games["board"]], 7), (games["colour"], 9)):
        assert x.shape == (COUNT, CELLS)
        assert all(len(set(row)) == CELLS for row in x.tolist())
        assert set(x.flatten().tolist()) == set(range(most))


def test_nothing_but_the_digit_gives_the_cell_away(games):
    """Targets, asked classes and colours are as often drawn as each other."""
    for x, most in (
        (games["target"], CELLS),
        (LABELS[games["ask"]], 7),
        (games["answer"], 9),
        (games["ask"], len(LABELS)),
    ):
        share = x.cpu().bincount(minlength=most).double() / COUNT
        assert (share - 1 / most).abs().max() < 4 * (1 / most / COUNT) ** 0.5


def test_games_follow_their_seed_alone(games):
    torch.manual_seed(1)
    again = pointing_games(LABELS, COUNT, seed=0, cells=CELLS)
    assert all(torch.equal(again[name], games[name]) for name in games)
    other = pointing_games(LABELS, COUNT, seed=1, cells=CELLS)
    assert not torch.equal(other["ask"], games["ask"])
    assert {x.device for x in games.values()} == {LABELS.device}
    listed = pointing_games(LABELS.tolist(), COUNT, seed=0, cells=CELLS)
    assert all(torch.equal(listed[name], games[name].cpu()) for name in games)


def test_a_twin_lies_in_another_cell_and_the_rest_stays(games):
    doubled, twin = with_twin(games, LABELS, seed=3)
    asked = LABELS[games["ask"]]
    assert (twin != games["target"]).all()
    assert_close(LABELS[at(doubled["board"], twin)], asked)
    assert_close((LABELS[doubled["board"]] == asked[:, None]).sum(1), torch.full((COUNT,), 2))
    changed = doubled["board"] != games["board"]
    assert changed.sum(1).max() <= 1 and (changed.int().argmax(1)[changed.any(1)] == twin).all()
    for name in ("ask", "colour", "target", "answer"):
        assert doubled[name] is games[name]


def test_without_the_target_the_digit_lies_nowhere(games):
    missing, other = without_target(games, LABELS, seed=3)
    assert not (LABELS[missing["board"]] == LABELS[games["ask"]][:, None]).any()
    where = games["target"]
    assert_close(LABELS[at(missing["board"], where)], LABELS[at(games["board"], other)])
    assert (missing["board"] != games["board"]).sum(1).max() == 1


def test_dealt_games_hold_what_their_rows_stand_for(games):
    asks, there = torch.randn(77, 3, 2), torch.rand(77, 3) < 0.5
    drawings = torch.randn(77, 13)
    given = dealt(games, asks, there, drawings)
    for i in (0, 5, COUNT - 1):
        assert_close(given["asks"][i], asks[games["ask"][i]])
        assert_close(given["there"][i], there[games["ask"][i]])
        for cell in range(CELLS):
            assert_close(given["drawings"][i, cell], drawings[games["board"][i, cell]])
    assert all(given[name] is games[name] for name in games)


def test_the_end_is_the_last_token_that_is_there():
    tokens = torch.arange(2 * 3 * 5).view(2, 3, 5).float()
    there = torch.tensor([[True, True, False], [True, False, True]])
    assert_close(at_the_end(tokens, there), torch.stack([tokens[0, 1], tokens[1, 2]]))
    with pytest.raises(ValueError, match="there has 1 rows without a token; expected 0"):
        at_the_end(tokens, there & torch.tensor([[True], [False]]))


def test_a_board_shows_each_drawing_in_its_colour_and_its_place():
    drawings = np.zeros((9, 2, 2), np.uint8)
    drawings[:, 0, 1] = 255
    drawings[4, 1, 0] = 51
    picture = board_picture(drawings, np.arange(9)[::-1].copy())
    assert picture.shape == (6, 6, 3) and picture.dtype == np.uint8
    colours = list(COLOURS.values())[::-1]
    for cell, colour in enumerate(colours):
        row, column = divmod(cell, 3)
        assert tuple(picture[2 * row, 2 * column + 1]) == colour
        assert (picture[2 * row, 2 * column] == 255).all()
    apart = board_picture(drawings, np.arange(9)[::-1].copy(), gap=1)
    assert apart.shape == (12, 12, 3) and tuple(apart[9, 10]) == colours[8]
    assert (apart[::4] == 255).all() and (apart[:, 3::4] == 255).all()
    faint = 255 - 0.2 * (255 - np.array(colours[4]))
    assert_close(picture[3, 2].astype(float), faint.round())


def test_six_drawings_lie_in_two_rows_of_three():
    drawings = np.zeros((6, 2, 2), np.uint8)
    drawings[[1, 3]] = 255
    inked = (board_picture(drawings, np.arange(6)) != 255).any(-1)
    for row, column in np.ndindex(4, 6):
        assert inked[row, column] == ((row // 2, column // 2) in ((0, 1), (1, 0)))


def test_a_board_rounds_its_colours():
    for ink in (62, 100):
        drawings = np.full((3, 1, 1), ink)
        exact = 255 - ink / 255 * (255 - np.array([COLOURS["black"], COLOURS["red"]]))
        assert ((exact % 1) > 0.5).any()  # else no rounding could be seen
        assert_close(board_picture(drawings, [0, 3, 3])[0, :2].astype(float), exact.round())


def test_errors(games):
    with pytest.raises(ValueError, match=r"labels have \[2, 1\] rows a class; expected equally"):
        pointing_games([0, 0, 1], 3, seed=0, cells=2)
    for cells in (1, 8, 10):
        with pytest.raises(ValueError, match=f"cells is {cells}; expected a whole number from 2"):
            pointing_games(LABELS, 3, seed=0, cells=cells)
    with pytest.raises(KeyError, match="games has"):
        with_twin({"board": games["board"]}, LABELS, seed=0)
    with pytest.raises(ValueError, match="board runs from .* expected numbers from 0 to 13"):
        without_target(games, LABELS[:14], seed=0)
    with pytest.raises(ValueError, match="seed is -2"):
        pointing_games(LABELS, 3, seed=-2, cells=2)
    x, there = torch.zeros(7, 3), torch.ones(7, 3, dtype=torch.bool)
    with pytest.raises(ValueError, match="ask runs from .* expected numbers from 0 to 6"):
        dealt(games, x, there, x)
    with pytest.raises(ValueError, match="drawings has 4 cells; expected 3, 6 or 9"):
        board_picture(np.zeros((4, 2, 2), int), [0, 1, 2, 3])
    with pytest.raises(ValueError, match="colours runs from .* expected numbers from 0 to 8"):
        board_picture(np.zeros((3, 2, 2), int), [0, 1, 9])
    with pytest.raises(ValueError, match="gap is -1; expected a whole number"):
        board_picture(np.zeros((3, 2, 2), int), [0, 1, 2], gap=-1)
    given = torch.zeros(77, 3, 2), torch.ones(77, 3, dtype=torch.bool), torch.zeros(77, 4)
    with pytest.raises(ValueError, match=r"there is torch.bool \(77, 2\); expected"):
        dealt(games, given[0], given[1][:, :2], given[2])
    with pytest.raises(ValueError, match=r"drawings has shape \(76, 4\); expected \(77, D\)"):
        dealt(games, *given[:2], given[2][:76])
    strange = games | {"board": games["board"] + 77}
    with pytest.raises(ValueError, match="board runs from .* expected numbers from 0 to 76"):
        dealt(strange, *given)
