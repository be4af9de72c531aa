"""The search of chapter 13 in NumPy, and what its page holds. Browser: ``tests/site``."""

import base64
import io
import json
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from mmbook import search
from mmbook.data import damage, load_emoji
from mmbook.features import Pieces
from mmbook.search import Finder, Question
from tests.svg_frame import outside, words_of

WORDS = {
    "number": "13.6",
    "caption": "Ask by words or by a scribble.",
    "alt": "A text box, paper, and ten small pictures.",
}
LINE = [[(0.2, 0.5), (0.8, 0.5)]]
ANGLE = [[(0.1, 0.2), (0.1, 0.7), (0.45, 0.7)], [(0.3, 0.3)]]
ENGLISH = Pieces(["abc", "red cat"], longest=3, size=13)
CHINESE = Pieces(["七八", "八九"], longest=2, size=5)
NAMES = [(f"name {i}", f"名{i}") for i in range(7)]


def layers(K=3, biased=True):
    torch.manual_seed(0)
    widths = {"english": len(ENGLISH), "chinese": len(CHINESE), "drawing": 192}
    return {m: nn.Linear(D, K, bias=biased) for m, D in widths.items()}


def entries(K=3):
    return F.normalize(torch.randn(7, K, generator=torch.Generator().manual_seed(1)), dim=1)


def finder(of=None, **change):
    given = (
        dict(
            entries=entries(),
            names=NAMES,
            pieces={"english": ENGLISH, "chinese": CHINESE},
            usual=np.full(192, 0.1),
        )
        | change
    )
    return Finder(layers() if of is None else of, given.pop("entries"), given.pop("names"), **given)


def hand(english=((1.0, 0.0), (0.0, 1.0)), bias=(0.0, 0.0)):
    """Two letters and two entries, so that all can be counted by hand."""
    of = {"english": nn.Linear(2, 2), "chinese": nn.Linear(1, 2), "drawing": nn.Linear(192, 2)}
    with torch.no_grad():
        of["english"].weight.copy_(torch.tensor(english))
        of["english"].bias.copy_(torch.tensor(bias))
        of["chinese"].weight.copy_(torch.tensor([[0.0], [2.0]]))
        of["chinese"].bias.zero_()
    known = {"english": Pieces(["a", "b"], 1), "chinese": Pieces(["七"], 1)}
    names = [("first", "一"), ("second", "二")]
    return Finder(of, [[1.0, 0.0], [0.0, 1.0]], names, pieces=known, usual=np.zeros(192))


# The scribble.


def test_a_dot_lies_in_the_middle_and_its_ink_falls_within_a_pixel():
    ink = search.draw([[(0.9, 0.1)]], width=2)
    near, far = 1.5 - np.hypot(0.5, 0.5), 1.5 - np.hypot(0.5, 1.5)
    assert ink[14:18, 14:18] == pytest.approx(
        np.array([[0, 0, 0, 0], [0, near, near, 0], [0, near, near, 0], [0, 0, 0, 0]]), abs=1e-12
    )
    assert far < 0 < near < 1


def test_where_and_how_large_a_scribble_was_made_does_not_matter():
    once = search.draw(ANGLE)
    moved = [[(0.3 + 0.5 * x, 0.1 + 0.5 * y) for x, y in stroke] for stroke in ANGLE]
    assert search.draw(moved) == pytest.approx(once, abs=1e-9)


def test_a_tap_that_trembles_is_not_blown_up():
    rows, columns = np.nonzero(search.draw([[(0.5, 0.5), (0.51, 0.5)]]))
    assert np.ptp(columns) <= 5 and np.ptp(rows) <= 3


@pytest.mark.parametrize("extent", [11, 24, 31])
def test_the_longer_side_is_the_extent_and_the_middle_is_that_of_the_paper(extent):
    rows, columns = np.nonzero(search.draw(ANGLE, extent, width=1.3) > 0.5)
    assert np.ptp(rows) + 1 == pytest.approx(extent, abs=1) and np.ptp(columns) < np.ptp(rows)
    assert (rows.min() + rows.max() + 1) / 2 == pytest.approx(16, abs=0.5)
    assert (columns.min() + columns.max() + 1) / 2 == pytest.approx(16, abs=0.5)


def test_the_usual_extent_is_that_of_the_drawings():
    train = load_emoji("train")
    drawings = 255 - train.image[train.image_mask].min(-1) > 40
    rows, columns = drawings.any(2), drawings.any(1)
    longer = [
        max(np.ptp(np.flatnonzero(r)), np.ptp(np.flatnonzero(c))) + 1
        for r, c in zip(rows, columns, strict=True)
        if r.any()
    ]
    assert np.median(longer) == search.scribble.EXTENT


@pytest.mark.parametrize(
    "top, left, high, wide",
    [(3, 5, 7, 23), (0, 0, 32, 32), (19, 28, 13, 4), (15, 1, 2, 30), (2, 29, 29, 3), (7, 9, 1, 1)],
)
def test_to_fit_a_drawing_is_pytorchs_way_of_sampling(top, left, high, wide):
    ink = np.zeros((32, 32))
    ink[top : top + high, left : left + wide] = (
        np.random.default_rng(0).random((high, wide)) / 2 + 0.5
    )
    least = max(high, wide) / 4  # a thinner box is widened to both sides
    across = [max(wide, least), 0, 2 * left + wide - 32]
    theta = torch.tensor([[across, [0, max(high, least), 2 * top + high - 32]]]) / 32
    grid = F.affine_grid(theta.double(), [1, 1, 32, 32], align_corners=False)
    expected = F.grid_sample(torch.tensor(ink)[None, None], grid, align_corners=False)[0, 0]
    assert search.fit(ink) == pytest.approx(expected.numpy(), abs=1e-9)


@pytest.mark.parametrize("end", [(0.8, 0.5), (0.2, 0.1)], ids=["across", "up"])
def test_one_straight_line_does_not_fill_the_paper(end):
    ink = search.fit(search.draw([[(0.2, 0.5), end]]))
    assert 0.1 < ink.mean() < 0.25 and not ink[[0, 0, -1, -1], [0, -1, 0, -1]].any()


def test_next_to_none_of_the_chapters_drawings_is_too_thin_to_be_stretched():
    thin = {}
    for name in ("train", "val", "test"):
        e = load_emoji(name)
        inked = 255 - e.image.min(-1) > 0.05 * 255
        seen = np.stack([inked.any(3), inked.any(2)])  # the rows and the columns with ink
        boxes = 32 - seen.argmax(-1) - seen[..., ::-1].argmax(-1)
        slim = e.image_mask & (boxes.min(0) < search.scribble.SLIM * boxes.max(0))
        thin[name] = int(slim.any(1).sum())
    assert thin == {"train": 3, "val": 2, "test": 0}


def test_traces_of_ink_do_not_count_for_the_box_and_empty_paper_stays_empty():
    ink = np.zeros((32, 32))
    ink[8:24, 8:24] = 1.0
    traced = ink.copy()
    traced[0, 0] = 0.04
    assert search.fit(traced) == pytest.approx(search.fit(ink))
    assert not search.fit(np.zeros((32, 32))).any()


def test_the_cells_are_those_of_the_chapter():
    ink = search.draw(ANGLE)
    image = torch.tensor(1 - ink).expand(3, 32, 32)  # colours first, 1 = paper
    expected = F.avg_pool2d(1 - image, 4).flatten()
    assert search.cells(ink) == pytest.approx(expected.numpy(), abs=1e-9)


def test_a_smudge_tears_as_the_books_damage_does():
    e = load_emoji("val")[list(range(23))]
    torn = damage(e, "image", "tear", 0.5, seed=0)
    found = set()
    for one, other in zip(e.image[:, 0], torn.image[:, 0], strict=True):
        ink, left = (1 - picture[..., 0] / 255 for picture in (one, other))
        same = [h for h in search.scribble.HALVES if np.array_equal(search.smudged(ink, h), left)]
        assert same
        found.update(same)
    assert found == set(search.scribble.HALVES)
    assert np.array_equal(search.smudged(ink, None), ink)


def test_our_scribbles_are_of_test_concepts_and_lie_on_the_paper():
    ours = search.our_scribbles()
    assert len(ours) == 12 and set(ours) <= set(load_emoji("test").english.tolist())
    points = np.concatenate([stroke for strokes in ours.values() for stroke in strokes])
    assert 0 <= points.min() and points.max() <= 1


# The words.


@pytest.mark.parametrize(
    "text, english, chinese",
    [
        ("Red  cat", "Red cat", None),
        ("伞", None, "伞"),
        ("红\u3000伞 umbrella", "umbrella", "红 伞"),
        ("one o'clock", "one o\u2019clock", None),
        ("18禁", None, "18禁"),
        ("8 !", "8 !", None),
        ("八 8", None, "八 8"),
        ("ñ 𠀀", "ñ", "𠀀"),
        (" \n", None, None),
    ],
)
def test_signs_say_which_language_is_asked(text, english, chinese):
    expected = {"english": english, "chinese": chinese}
    assert search.by_language(text) == {m: t for m, t in expected.items() if t is not None}


# Eight bits.


def test_eight_bits_miss_by_half_a_step_at_most():
    x = np.random.default_rng(0).normal(size=(5, 11))
    whole = search.eight_bit(x)
    assert np.abs(whole.values - x).max() <= whole.scale / 2 + 1e-12
    assert np.abs(whole.numbers).max() == 127 and whole.numbers.dtype == np.int8
    again = search.eight_bit(whole.values)
    assert np.array_equal(again.numbers, whole.numbers)
    assert search.eight_bit(np.zeros((2, 3))).values.tolist() == [[0.0] * 3] * 2


# The search.


def test_words_by_hand():
    answers = hand().search(Question("a"))
    assert [(a.rank, a.entry) for a in answers] == [(1, 0), (2, 1)]
    assert [a.score for a in answers] == pytest.approx([1, 0])
    assert answers[0].words == pytest.approx({"a": 1}) and answers[0].cells is None
    mixed = hand().search(Question("a 七"))  # (1, 0) and (0, 1), each of length 1
    assert [a.score for a in mixed] == pytest.approx([0.5**0.5] * 2)
    assert [a.entry for a in mixed] == [0, 1], "of equal scores the first entry"


def test_the_bias_and_a_negative_share_by_hand():
    first, second = hand(english=((1.0, -1.0), (0.0, 1.0)), bias=(3.0, 0.0)).search(Question("ab"))
    assert first.entry == 0 and first.score == pytest.approx(3 / 10**0.5, abs=1e-6)
    assert first.words == pytest.approx({"a": 10**-0.5, "b": -(10**-0.5)}, abs=1e-6)
    assert first.bias == pytest.approx(3 * 10**-0.5, abs=1e-6)
    assert second.words == pytest.approx({"a": 0, "b": 10**-0.5}, abs=1e-6) and second.bias == 0


@pytest.mark.parametrize("text", ["", "red cat", "八", "cat 七八"])
@pytest.mark.parametrize("strokes", [(), ANGLE], ids=["", "scribble"])
def test_torch_agrees_and_the_shares_add_up(text, strokes):
    of, engine = {m: layer.cpu() for m, layer in layers().items()}, finder()
    words = search.by_language(text)
    x = {"english": ENGLISH, "chinese": CHINESE}
    x = {m: x[m].encode([words[m]]) for m in words}
    if strokes:
        x["drawing"] = (
            torch.tensor(search.cells(search.fit(search.draw(strokes))))[None].float().cpu() - 0.1
        )
    answers = engine.search(Question(text, strokes), most=None)
    if not x:
        assert answers == []
        return
    with torch.no_grad():
        q = F.normalize(sum(F.normalize(of[m](x[m]), dim=1) for m in x), dim=1)
        expected = (q @ entries().cpu().T)[0].numpy()
    scores = np.empty(7)
    scores[[a.entry for a in answers]] = [a.score for a in answers]
    assert scores == pytest.approx(expected, abs=0.02)  # eight bits
    assert [a.score for a in answers] == sorted(scores, reverse=True)
    for a in answers:
        cells = 0 if a.cells is None else a.cells.sum()
        assert sum(a.words.values()) + cells + a.bias == pytest.approx(a.score, abs=1e-9)
        assert (a.cells is None) == (not strokes)


def test_a_sense_with_nothing_to_say_is_left_out():
    engine = finder()
    assert list(engine.senses(Question("zzz"))) == [] == engine.search(Question("zzz"))
    assert list(engine.senses(Question("zzz 七", LINE))) == ["chinese", "drawing"]
    dot = [[(0.5, 0.0), (0.5, 0.3)], [(0.9, 0.9), (0.9, 0.9)]]
    assert list(engine.senses(Question("", dot, "left"))) == ["drawing"]
    half = Question("red", [[(0.2, 0.2), (0.8, 0.2)]], "top")  # the other half of the pen's width
    assert set(engine.senses(half)) == {"english", "drawing"}


def test_a_smudge_changes_the_answer_and_what_is_left_fills_the_paper():
    engine = finder()
    whole, torn = (engine.search(Question("", ANGLE, h))[0] for h in (None, "left"))
    assert whole.score != torn.score
    seen = engine.picture(Question("", ANGLE, "left"))
    kept = search.smudged(search.draw(ANGLE), "left")
    assert seen == pytest.approx(search.fit(kept)) and seen[:, 0].any() and seen[:, -1].any()
    x = engine.senses(Question("", ANGLE, "left"))["drawing"]
    assert x == pytest.approx(search.cells(seen) - 0.1)


def test_layers_without_bias_have_none():
    answer = finder(layers(biased=False)).search(Question("red"))[0]
    assert answer.bias == 0


def test_most_says_how_many():
    engine = finder()
    assert [len(engine.search(Question("a"), most=k)) for k in (1, 5, 11)] == [1, 5, 7]
    assert len(engine.search(Question("a"), most=None)) == 7


# The page.

PICTURES = np.random.default_rng(0).integers(0, 256, (7, 5, 11, 3), dtype=np.uint8)


def shown(**change):
    given = dict(held=Question("red cat", ANGLE), scribbles={"a </script>": LINE}) | WORDS | change
    return search.search_page(change.pop("finder", finder()), PICTURES, **given)


def facts(markup):
    return json.loads(re.search(r'application/json">(.*?)</script>', markup, re.DOTALL)[1])


def test_the_page_holds_what_the_finder_holds():
    engine, found = finder(), facts(shown().markup)
    for m in ("english", "chinese", "drawing"):
        layer = found["layers"][m]
        numbers = np.frombuffer(base64.b64decode(layer["bytes"]), np.int8)
        assert np.array_equal(numbers, engine.weight[m].numbers.ravel())
        assert layer["scale"] == engine.weight[m].scale
        assert layer["bias"] == pytest.approx(engine.bias[m], rel=1e-5)
    assert found["layers"]["chinese"]["pieces"] == CHINESE.known
    assert found["layers"]["english"]["longest"] == 3
    assert found["names"] == [list(pair) for pair in NAMES]
    assert found["held"] == {
        "text": "red cat",
        "strokes": json.loads(json.dumps(ANGLE)),
        "half": None,
    }
    assert found["scribbles"]["a </script>"] == [[[0.2, 0.5], [0.8, 0.5]]]


def test_each_picture_has_its_place_on_the_sheet():
    flat = np.tile(np.arange(7, dtype=np.uint8)[:, None, None, None] * 30, (1, 5, 11, 3))
    atlas = facts(search.search_page(finder(), flat, held=Question("red"), **WORDS).markup)["atlas"]
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(atlas["bytes"]))).convert("RGB"))
    assert sheet.shape == (15, 33, 3) and atlas["columns"] == 3
    for e in range(7):
        y, x = 5 * (e // 3), 11 * (e % 3)
        assert (sheet[y : y + 5, x : x + 11] == 30 * e).all()


def test_the_markup_is_a_figure_that_needs_no_script_and_leaks_no_name():
    markup = shown().markup
    assert markup.startswith('<figure class="mmbook-figure mmbook-search"')
    assert markup.count("<script") == markup.count("</script>") == 2
    assert "<script>(() => {" in markup and "})();</script>" in markup
    assert "http" not in re.sub(r'src="[^"]*"', "", markup)
    png = shown()._repr_png_()
    assert png[1:4] == b"PNG" and len(png) < 12_000


def test_the_still_picture_shows_the_question_its_answers_and_why():
    picture = shown().picture
    assert outside(picture) == []
    best = finder().search(Question("red cat", ANGLE))
    assert "“red cat”" in picture and f"{len(best)}.</text>" in picture
    at = [picture.index(f">{NAMES[a.entry][0]}</text>") for a in best]
    assert len(at) == 7 and picture.count("<image") == 8
    assert f"Why {NAMES[best[0].entry][0]}" in picture and ">bias " in picture
    assert "#8e4ec6" in picture and "#e08214" in picture
    assert search.search_page(finder(), PICTURES, held=Question("红", ANGLE), **WORDS)


def test_long_names_keep_off_the_edges_of_the_still_picture():
    names = [("woman’s clothes and a very long name", "女装和一个很长很长的名字")] * 7
    page = search.search_page(
        finder(names=names), PICTURES, held=Question("red cat", ANGLE), **WORDS
    )
    said = words_of(page.picture)
    assert min(w.left for w in said) >= 6 and 600 < max(w.right for w in said) <= 694


def test_the_page_carries_the_scripts_without_comments_and_margins():
    script = shown().markup.split("<script>")[1].split("</script>")[0].splitlines()
    assert len(script) > 300
    assert not [line for line in script[1:] if line.startswith((" ", "//")) or not line]


def test_the_page_knows_the_colours_of_the_still_picture():
    assert 'const MORE = "#8e4ec6", LESS = "#e08214";' in shown().markup


def test_the_sizes_of_the_parts_are_those_of_the_page():
    sizes = search.page_sizes(finder(), PICTURES)
    assert list(sizes.values()) == sorted(sizes.values(), reverse=True)
    page = search.search_page(finder(), PICTURES, held=Question("red"), **WORDS).markup
    page = re.sub(r'src="[^"]*"', "", page)
    assert sum(sizes.values()) == pytest.approx(len(page.encode()), rel=0.03)


@pytest.mark.parametrize(
    "change, error, words",
    [
        (dict(held=Question()), ValueError, "known words or a scribble"),
        (dict(held="red"), TypeError, "held is|question is"),
        (dict(scribbles=[LINE]), TypeError, "scribbles"),
        (dict(scribbles={"x": [[1, 2]]}), ValueError, r"strokes\[0\]"),
        (dict(alt="short"), ValueError, "alt"),
        (dict(finder="x"), TypeError, "finder"),
    ],
)
def test_a_page_that_cannot_be_made_says_why(change, error, words):
    with pytest.raises(error, match=words):
        shown(**change)


def test_pictures_must_be_as_many_as_entries():
    with pytest.raises(ValueError, match="thumbnails"):
        search.search_page(finder(), PICTURES[:5], held=Question("red"), **WORDS)


@pytest.mark.parametrize(
    "change, error, words",
    [
        (dict(names=NAMES[:5]), ValueError, "names has 5 entries; expected 7"),
        (dict(names=[("a",)] * 7), ValueError, r"names\[0\] has 1"),
        (dict(names=["ab"] * 7), TypeError, r"names\[0\]"),
        (dict(usual=np.zeros(64)), ValueError, "usual"),
        (dict(entries=np.zeros((7, 5))), ValueError, "weight"),
        (dict(entries=np.full((7, 3), np.nan)), ValueError, "entries"),
        (dict(pieces={"english": ENGLISH}), KeyError, "pieces"),
        (dict(pieces={"english": CHINESE, "chinese": CHINESE}), ValueError, "english"),
        (dict(extent=33), ValueError, "extent"),
        (dict(width=0), ValueError, "width"),
    ],
)
def test_a_finder_whose_parts_do_not_fit_says_so(change, error, words):
    with pytest.raises(error, match=words):
        finder(**change)


@pytest.mark.parametrize(
    "make, error",
    [
        (lambda: Question(3), TypeError),
        (lambda: Question("a", [[]]), ValueError),
        (lambda: Question("a", [[(0, np.inf)]]), ValueError),
        (lambda: Question("a", LINE, "middle"), ValueError),
        (lambda: finder().search("a"), TypeError),
        (lambda: finder().search(Question("a"), most=0), ValueError),
    ],
)
def test_a_question_that_is_none_says_so(make, error):
    with pytest.raises(error):
        make()
