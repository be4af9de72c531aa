"""A history to walk through, and the sheet of what was asked and found."""

import base64
import json
import re

import numpy as np
import pytest

from mmbook import figures
from mmbook.figures import COLORS, HISTORY, Event, Results
from mmbook.figures.svg import text_width

WORDS = {
    "number": "1.2",
    "caption": "Three events and the modalities that met.",
    "alt": "Three lines with years, joined to a scale of years.",
}
EVENTS = [
    Event(1936, "First", ("text",), "What was first."),
    Event(1954, "Second", ("image", "speech"), "What came <then>."),
    Event(2017, "Third", ("image", "motion", "depth"), "The last."),
]


def shown(events=EVENTS, start=1930, end=2030):
    return figures.timeline(events, start=start, end=end, **WORDS).markup


def picture(markup: str) -> str:
    return base64.b64decode(
        re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', markup)[1]
    ).decode()


def test_events_stand_in_their_order_and_say_what_they_say():
    facts = json.loads(re.search(r'json">(.*?)</script>', shown())[1])
    assert facts["titles"] == ["1936: First", "1954: Second", "2017: Third"]
    assert facts["notes"][""][1] == "What came <then>." and facts["held"] == 0
    svg = picture(shown())
    assert re.findall(r'data-i="(\d)"', svg) == ["0", "1", "2"]


def test_the_scale_is_true():
    svg = picture(shown())
    ends = [float(y) for y in re.findall(r'<path d="M46 ([\d.]+)C', svg)]
    low, high = map(float, re.search(r"M46 ([\d.]+)V([\d.]+)", svg).groups())
    expected = [low + (high - low) * (year - 1930) / 100 for year in (1936, 1954, 2017)]
    assert ends == pytest.approx(expected, abs=0.11)  # written with one decimal


def test_a_mark_a_modality_and_a_ring_for_what_has_no_colour():
    svg = picture(shown())
    legend, body = svg.split('<g data-i="0"')[0], svg.split('<g data-i="0"')[1]
    assert "depth, motion" in legend
    for name, times in (("image", 2), ("speech", 1), ("text", 1)):
        assert legend.count(COLORS[name]) == 1 and body.count(COLORS[name]) == times
    assert body.count('r="5" fill="none"') == 2 and COLORS["graph"] not in svg


def test_a_line_stands_below_its_title_and_rows_without_one_stay_low():
    lined = [Event(e.year, e.title, e.modalities, e.note, f"line <{e.year}>") for e in EVENTS]
    svg = picture(shown(lined))
    assert "line &lt;1954&gt;" in svg and svg.count("line &lt;") == 3
    tops = [float(y) for y in re.findall(r'<rect x="46" y="([\d.]+)"', svg)]
    plain = [float(y) for y in re.findall(r'<rect x="46" y="([\d.]+)"', picture(shown()))]
    assert np.diff(tops).tolist() == [39, 39] and np.diff(plain).tolist() == [24, 24]
    title = float(re.search(r'y="([\d.]+)">Second<', svg)[1])
    line = float(re.search(r'y="([\d.]+)"[^>]*>line &lt;1954', svg)[1])
    assert tops[1] < title < line < tops[2]


def test_the_book_s_history_is_in_order_and_fits_into_one_line_each():
    years = [event.year for event in HISTORY]
    assert years == sorted(years) and years[0] == 1936
    assert all(event.line and event.note for event in HISTORY)
    assert max(text_width(event.line, 11.5) for event in HISTORY) < 700 - 254  # to the right edge


def test_both_halves_of_what_was_found_in_1954_are_told():
    (lips,) = (event for event in HISTORY if event.year == 1954)
    assert "any noise" in lips.note and "absolute" in lips.note and "relative" in lips.line


@pytest.mark.parametrize(
    ("events", "scale"),
    [
        (EVENTS[:1], (1930, 2030)),
        (EVENTS[::-1], (1930, 2030)),
        (EVENTS, (1940, 2030)),
        (EVENTS, (1930, 2010)),
    ],
)
def test_events_out_of_order_or_off_the_scale_are_an_error(events, scale):
    with pytest.raises(ValueError, match="expected two or more, in order"):
        shown(events, *scale)


def results(n=3, **change):
    fields = {
        "asked": "red umbrella",
        "drawing": None,
        "answers": np.zeros((n, 5, 7, 3), np.uint8),
        "names": [f"name {i}" for i in range(n)],
        "right": [i == 1 for i in range(n)],
    }
    return Results(**(fields | change))


def test_a_sheet_has_a_picture_an_answer_and_a_thick_frame_around_the_right_one():
    sheet = figures.result_sheet([results(), results(drawing=np.zeros((5, 7, 3), np.uint8))])
    assert sheet.count("<image") == 3 + 3 + 1
    frames = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"[^>]*stroke-width="2.2"', sheet)
    tiles = re.findall(r'<image x="([\d.]+)" y="([\d.]+)"', sheet)
    assert len(frames) == 2
    right = [float(tiles[i][0]) for i in (1, 5)]  # the second answer of either row
    assert [float(x) + 4 for x, _ in frames] == right
    middles = [float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*middle[^>]*>name', sheet)]
    assert middles == [float(x) + 48 / 2 for x, _ in tiles[:3] + tiles[4:]]  # 48: a tile


def test_sheets_of_one_shape_have_one_size_and_long_names_are_cut_into_lines():
    a, b = (figures.result_sheet([results(asked=text)]) for text in ("one", "one o’clock " * 3))
    assert re.match("<svg[^>]*>", a)[0] == re.match("<svg[^>]*>", b)[0]
    long = figures.result_sheet([results(names=["x" * 39, "y", "一" * 20])])
    rows = re.findall(">(x+|一+)<", long)
    assert "".join(rows) == "x" * 39 + "一" * 20 and len(rows) == 3 + 3
    assert all(text_width(row, 10) <= 82 for row in rows)  # 82: from one answer to the next
    assert "一…<" in figures.result_sheet([results(names=["一" * 25, "y", "z"])])


def test_answers_that_differ_in_number_or_lack_names_are_an_error():
    with pytest.raises(ValueError, match=r"rows have \[2, 3\] answers"):
        figures.result_sheet([results(2), results(3)])
    with pytest.raises(ValueError, match=r"rows have \[\] answers"):
        figures.result_sheet([])
    with pytest.raises(ValueError, match="3 answers, 1 names, 3 marks"):
        figures.result_sheet([results(names=["one"])])
