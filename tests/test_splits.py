"""What the splits share, counted."""

import pytest

from mmbook.data import load_digits, load_emoji
from mmbook.splits import has_sibling, met


def test_most_test_words_are_met_unless_the_languages_are_held_out():
    shares = {
        words: met(load_digits("test", words=words).text, load_digits("train", words=words).text)
        for words in ("all", "held-out")
    }
    assert shares["all"].mean() == pytest.approx(0.98, abs=0.01)
    assert shares["held-out"].mean() == pytest.approx(0.26, abs=0.01)


def test_capitals_do_not_make_a_word_new():
    assert met(["seven", "EIGHT", "acht"], ["Seven", "eight"]).tolist() == [True, True, False]


def test_siblings_differ_by_gender_or_by_the_hour():
    test, train = load_emoji("test"), load_emoji("train")
    sibling = dict(zip(test.english.tolist(), has_sibling(test, train), strict=True))
    assert sum(sibling.values()) == 42
    for name, expected in (
        ("man surfing", True),
        ("woman: red hair", True),
        ("one o’clock", True),
        ("ten-thirty", True),
        ("mantelpiece clock", False),
        ("man mage", False),
        ("snowman without snow", False),
    ):
        assert sibling[name] == expected, name


def test_errors():
    with pytest.raises(TypeError, match="texts is 'seven'"):
        met("seven", ["seven"])
    with pytest.raises(TypeError, match="data is a Digits; expected Emoji"):
        has_sibling(load_digits("val"), load_emoji("train"))
