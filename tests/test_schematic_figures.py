"""Schematics: nothing overlaps, all is read, and the sentences say what the arrows say."""

import html
import inspect
import re
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pytest

from mmbook import figures
from mmbook.figures import COLORS, Arrow, Box, Group, per_modality, schematic, show
from mmbook.figures.schematic.layout import Place, cells_of, layers_of, place
from mmbook.figures.schematic.parts import checked_arrows, checked_boxes
from mmbook.figures.schematic.whole import WIDEST
from mmbook.figures.schematic.wording import is_symbol, runs
from tests.schematics import METHODS
from tests.svg_frame import outside, words_of

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
LINES = [Box("a"), Box("f", "network"), Box("b", "code"), Box("L", "loss")]
CHAIN = [("a", "f", "b", "L")]
DRAWN = {
    **METHODS,
    "turned": lambda: schematic(LINES, CHAIN, down=True),
    "groups that run down": lambda: schematic(
        [*LINES, Box("c"), Box("g", "network")],
        [*CHAIN, ("c", "g", "L")],
        groups=[Group("one", ["f", "b"]), Group("a longer title", ["g"])],
        down=True,
    ),
    "labels": lambda: schematic(
        LINES, [Arrow("a", "f", "a long label"), Arrow("f", "b", "é", gradient=False), ("b", "L")]
    ),
    "a way back": lambda: schematic(
        [Box("world", "network"), Box("state"), Box("actor", "network"), Box("act", "code")],
        [("world", "state", "actor", "act"), Arrow("act", "world", "next", gradient=False)],
        grid="world state actor act",
    ),
    "a leap over two rows": lambda: schematic(
        [*LINES, Box("x"), Box("y")],
        [*CHAIN, ("a", "x"), ("x", "L")],
        grid="a f b L\n. . y .\n. x . .",
    ),
}
EVERY = pytest.mark.parametrize("draw", DRAWN.values(), ids=list(DRAWN))


def shapes(svg: str) -> tuple[list[Place], list[np.ndarray]]:
    """Boxes, and points along each arrow, as the markup has them; without the legend."""
    drawing = ET.fromstring(svg)[0]
    boxes, ways = [], []
    for node in drawing:
        numbers = [float(n) for n in NUMBER.findall(node.get("d", ""))]
        if node.get("stroke-width") in ("2.2", "1.3", "1.7") and node.get("rx"):
            x, y, w, h = (float(node.get(name)) for name in ("x", "y", "width", "height"))
            boxes.append(Place(x + w / 2, y + h / 2, w, h))
        elif node.get("d", "").endswith("z") and node.get("stroke-width"):
            x, y = numbers[::2], numbers[1::2]
            boxes.append(
                Place(
                    (min(x) + max(x)) / 2, (min(y) + max(y)) / 2, max(x) - min(x), max(y) - min(y)
                )
            )
        elif node.get("stroke-width") == "1.5":
            ways.append(along(node.get("d")))
    return boxes, ways


def along(path: str) -> np.ndarray:
    """Points on a path of M, L, Q and C."""
    at, out = np.zeros(2), []
    for letter, rest in re.findall(r"([MLQC])([^MLQC]*)", path):
        p = np.array([float(n) for n in NUMBER.findall(rest)]).reshape(-1, 2)
        t = np.linspace(0, 1, 50)[:, None]
        if letter == "L":
            out.append(at + t * (p[0] - at))
        elif letter == "Q":
            out.append((1 - t) ** 2 * at + 2 * t * (1 - t) * p[0] + t**2 * p[1])
        elif letter == "C":
            out.append(
                (1 - t) ** 3 * at
                + 3 * t * (1 - t) ** 2 * p[0]
                + 3 * t**2 * (1 - t) * p[1]
                + t**3 * p[2]
            )
        at = p[-1]
    return np.concatenate(out)


def moved(svg: str) -> list:
    """Words of the drawing, without the legend, in the coordinates of its boxes."""
    x, y = (float(n) for n in NUMBER.findall(ET.fromstring(svg)[0].get("transform")))
    found = words_of(ET.tostring(_only_drawing(svg), encoding="unicode"))
    return [(w.text, w.left - x, w.top - y, w.right - x, w.bottom - y) for w in found]


def _only_drawing(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    for child in list(root)[1:]:
        root.remove(child)
    return root


@EVERY
def test_no_two_boxes_touch_and_no_arrow_runs_through_one(draw):
    boxes, ways = shapes(draw().svg)
    assert len(boxes) > 3 and len(ways) >= len(boxes) - 2
    for a, b in combinations(boxes, 2):
        apart = max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom)
        assert apart >= 15
    for way in ways:
        for p in boxes:
            inside = (np.abs(way - (p.x, p.y)) < (p.width / 2 - 1, p.height / 2 - 1)).all(1)
            assert not inside.any()


@pytest.mark.parametrize("name", ["teacher", "groups that run down"])
def test_frames_hold_their_boxes_and_do_not_touch_each_other(name):
    svg = DRAWN[name]().svg
    frames = []
    for node in ET.fromstring(svg)[0]:
        if node.get("stroke-dasharray") == "1.5 3":
            x, y, w, h = (float(node.get(n)) for n in ("x", "y", "width", "height"))
            frames.append(Place(x + w / 2, y + h / 2, w, h))
    assert len(frames) == 2
    a, b = frames
    assert max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom) >= 4
    for box in shapes(svg)[0]:
        inside = [f for f in frames if f.left < box.x < f.right and f.top < box.y < f.bottom]
        for f in inside:
            assert f.left < box.left and box.right < f.right
            assert f.top < box.top and box.bottom < f.bottom
    assert sum(
        f.left < box.x < f.right and f.top < box.y < f.bottom
        for box in shapes(svg)[0]
        for f in frames
    ) in (3, 4)


@EVERY
def test_words_stand_inside_their_box_and_nothing_is_written_over_anything(draw):
    svg = draw().svg
    boxes, ways = shapes(svg)
    words = moved(svg)
    assert outside(svg) == []
    for a, b in combinations(words, 2):
        assert max(a[1] - b[3], b[1] - a[3], a[2] - b[4], b[2] - a[4]) >= -0.5, (a, b)
    for text, left, top, right, bottom in words:
        for p in boxes:
            middle = abs((left + right) / 2 - p.x) < p.width / 2
            if middle and abs((top + bottom) / 2 - p.y) < p.height / 2:
                assert p.left < left and right < p.right and p.top < top and bottom < p.bottom
        for way in ways:
            hit = ((way > (left, top)) & (way < (right, bottom))).all(1)
            assert not hit.any(), text


@EVERY
def test_letters_are_large_enough_on_a_printed_page_and_on_a_phone(draw):
    svg = draw().svg
    width = float(re.search(r'viewBox="0 0 (\S+)', svg)[1])
    assert width <= WIDEST
    for page in (560, 605):  # a phone scrolls to 560 pixels; 160 mm are 605
        assert min(w.size for w in words_of(svg)) * min(1, page / width) >= 10.9
    with pytest.raises(ValueError, match="letters would be too small"):
        schematic(
            [Box(f"a rather wide box {i}") for i in range(5)],
            [tuple(f"a rather wide box {i}" for i in range(5))],
        )


@EVERY
def test_ink_follows_the_page_and_colour_means_a_modality(draw):
    svg = draw().svg
    assert set(re.findall(r"#\w{6}", svg)) <= set(COLORS.values())
    assert "currentColor" in svg and " id=" not in svg and "url(" not in svg
    assert draw() == draw()


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_drawn_by_at_most_fifteen_short_lines(name):
    lines = inspect.getsource(METHODS[name]).splitlines()
    assert len(lines) <= 15 and max(len(line) - 4 for line in lines) <= 79


@pytest.mark.parametrize("name", METHODS)
def test_the_sentences_name_every_box_and_fit_a_figure(name):
    drawn = METHODS[name]()
    names = {
        re.sub(r"<[^>]*>", "", text)
        for text in re.findall(r"font-size:17px[^>]*>(.*?)</text>", drawn.svg)
    }
    assert len(names) >= 7 and 40 <= len(drawn.alt) <= 800
    spoken = drawn.alt.replace("_", "")
    assert all(re.search(rf"\b{re.escape(html.unescape(n))}", spoken) for n in names)


def test_the_sentences_say_who_goes_where_and_what_is_stopped():
    assert METHODS["teacher"]().alt == (
        "The image of shape (B, 784) and the speech of shape (B, 416) go to the frozen teacher "
        "f_T, which gives the opinion p_T of shape (B, C). The speech goes to the speech student "
        "f_S, which gives the opinion p_S of shape (B, C). KL (S ‖ T) compares p_S and p_T. The "
        "frame “sees and hears” holds f_T and p_T. The frame “only hears” holds f_S and p_S. No "
        "gradient flows from KL to p_T."
    )
    assert METHODS["cross_attention"]().alt.endswith(
        "Q and K go to the softmax (of QKᵀ/√d). The output Y of shape (B, Nq, D) comes from V "
        "and what the softmax gives (A)."
    )
    h = schematic([Box("h", "code"), Box("g", "network")], [("h", "g")])
    assert h.alt == "The code h goes to the network g."
    twice = schematic(
        [Box("x"), Box("f", "network"), Box("g", "network")], [("x", "f"), ("x", "g")]
    )
    assert twice.alt == "x goes to the network f. x goes to the network g."  # x is not X


def test_what_no_word_says_stands_in_the_legend():
    plain = schematic([Box("image", modality="image"), Box("f", "network")], [("image", "f")]).svg
    assert len(ET.fromstring(plain)) == 1
    mute = schematic([Box("x", modality="image"), Box("f", "network")], [("x", "f")])
    assert ET.fromstring(mute.svg)[1][-1].text == "image"
    frozen = schematic([Box("image"), Box("f", "network", frozen=True)], [("image", "f")])
    assert [w.text for w in words_of(frozen.svg)][
        -1
    ] == "frozen" and "frozen network f" in frozen.alt
    stopped = schematic([Box("a"), Box("b")], [Arrow("a", "b", gradient=False)])
    assert [w.text for w in words_of(stopped.svg)][-1] == "no gradient flows back"
    assert stopped.svg.count("stroke-dasharray") == 2  # the arrow and its likeness


def test_a_grid_is_a_picture_of_the_picture():
    boxes = checked_boxes(LINES)
    cells = cells_of("a . L\n\n . f .\n b . .", boxes)
    assert cells == {"a": (0, 0), "L": (2, 0), "f": (1, 1), "b": (0, 2)}
    places = place(boxes, cells, [Arrow("a", "f")], [], False)
    assert places["a"].x == places["b"].x and places["a"].y == places["L"].y
    assert places["a"].right < places["f"].left and places["f"].right < places["L"].left
    assert places["f"].y == pytest.approx((places["a"].y + places["b"].y) / 2)


def test_without_a_grid_a_box_stands_one_step_after_what_it_depends_on():
    boxes = checked_boxes([Box(n) for n in ("a", "b", "c", "late", "d")])
    arrows = checked_arrows([("a", "b", "c", "d"), ("a", "c"), ("late", "d")], boxes)
    columns = {name: cell[0] for name, cell in layers_of(boxes, arrows).items()}
    assert columns == {"a": 0, "b": 1, "c": 2, "late": 2, "d": 3}
    rows = {name: cell[1] for name, cell in layers_of(boxes, arrows).items()}
    assert rows["a"] == rows["b"] == rows["c"] and rows["late"] == rows["c"] + 1


def test_the_same_description_runs_down():
    across, down = (shapes(schematic(LINES, CHAIN, down=d).svg)[0] for d in (False, True))
    assert len({p.y for p in across}) == 1 == len({p.x for p in down})
    assert [p.x for p in across] == sorted(p.x for p in across)
    assert [p.y for p in down] == sorted(p.y for p in down)


def test_a_dashed_arrow_is_not_crossed_and_is_said():
    drawn = schematic(LINES, [*CHAIN, Arrow("a", "L", "later", dashed=True)])
    assert drawn.svg.count("stroke-dasharray") == 1 and "no gradient" not in drawn.svg
    assert drawn.alt.endswith("The loss L compares b and a (later, dashed).")


def test_a_chain_is_its_arrows():
    one_by_one = [Arrow("a", "f"), Arrow("f", "b"), Arrow("b", "L")]
    assert schematic(LINES, CHAIN) == schematic(LINES, one_by_one)


def test_indices_stand_lower_and_exponents_higher():
    assert runs("x_i^(t)") == [("x", 0), ("i", -1), ("(t)", 1)]
    assert runs("h_{1,2}") == [("h", 0), ("1,2", -1)] and runs("a b") == [("a b", 0)]
    assert is_symbol("x̂_1") and is_symbol("W_Q") and not is_symbol("KL") and not is_symbol("trunk")
    drawn = schematic([Box("h_1", "code"), Box("b")], [("h_1", "b")]).svg
    assert '<tspan dy="4.8" style="font-size:13px' in drawn and "font-style:italic" in drawn


def test_show_takes_a_schematic_with_its_own_sentences():
    drawn = schematic(LINES, CHAIN)
    words = {"number": "4.2", "caption": "How a and L hang together."}
    assert f'alt="{html.escape(drawn.alt)}"' in show(drawn, **words).markup
    other = show(drawn, alt="Four boxes in a row, joined by arrows.", **words)
    assert 'alt="Four boxes in a row, joined by arrows."' in other.markup
    with pytest.raises(TypeError, match="alt is None"):
        show(drawn.svg, **words)


def test_a_box_for_each_modality():
    boxes = per_modality("network", "encoder", "(B, K)", image="f_1", text="f_2")
    assert boxes == [
        Box("f_1", "network", "encoder", "(B, K)", "image"),
        Box("f_2", "network", "encoder", "(B, K)", "text"),
    ]
    with pytest.raises(KeyError, match="imgae"):
        per_modality("network", imgae="f_1")
    with pytest.raises(ValueError, match="no names"):
        per_modality("network")


@pytest.mark.parametrize(
    "error, message, make",
    [
        (ValueError, "role of 'a' is 'net'", lambda: Box("a", "net")),
        (KeyError, "modality of 'a' has .*imgae", lambda: Box("a", modality="imgae")),
        (ValueError, "'a' is frozen data; expected a network", lambda: Box("a", frozen=True)),
        (TypeError, "frozen of 'a' is 1", lambda: Box("a", "network", frozen=1)),
        (ValueError, "name is '.'", lambda: Box(".")),
        (TypeError, "shape of 'a' is \\(2, 3\\)", lambda: Box("a", shape=(2, 3))),
        (ValueError, "both 'a'", lambda: Arrow("a", "a")),
        (TypeError, "dashed is 'no'", lambda: Arrow("a", "b", dashed="no")),
        (TypeError, "gradient is 0", lambda: Arrow("a", "b", gradient=0)),
        (TypeError, "boxes of 'g' is 'ab'", lambda: Group("g", "ab")),
        (ValueError, "boxes of 'g' is empty", lambda: Group("g", [])),
        (ValueError, "boxes has 0 entries", lambda: schematic([], [])),
        (ValueError, "expected each name once", lambda: schematic([Box("a"), Box("a")], CHAIN)),
        (TypeError, "boxes holds 'a'", lambda: schematic(["a"], CHAIN)),
        (ValueError, "arrows has 0 entries", lambda: schematic(LINES, [])),
        (KeyError, "arrows has \\['z'\\]", lambda: schematic(LINES, [("a", "z")])),
        (TypeError, "a chain of arrows is 'ab'", lambda: schematic(LINES, ["ab"])),
        (ValueError, "two names or more", lambda: schematic(LINES, [("a",)])),
        (ValueError, "twice", lambda: schematic(LINES, [("a", "f"), ("a", "f")])),
        (ValueError, "in a circle", lambda: schematic(LINES, [("a", "f", "a")])),
        (ValueError, "grid holds", lambda: schematic(LINES, CHAIN, grid="a f b")),
        (KeyError, "grid has \\['z'\\]", lambda: schematic(LINES, CHAIN, grid="a f b L z")),
        (TypeError, "grid is 3", lambda: schematic(LINES, CHAIN, grid=3)),
        (KeyError, "boxes of 'g'", lambda: schematic(LINES, CHAIN, groups=[Group("g", ["z"])])),
        (TypeError, "down is 1", lambda: schematic(LINES, CHAIN, down=1)),
    ],
)
def test_a_description_that_does_not_hold_is_named(error, message, make):
    with pytest.raises(error, match=message):
        make()


def test_the_book_offers_what_a_chapter_needs():
    assert {"Box", "Arrow", "Group", "schematic", "per_modality"} <= set(figures.__all__)
