"""The bundled data: what it holds, that its splits are clean, that it cannot rot unseen."""

import dataclasses

import numpy as np
import pytest
import torch

from mmbook.data import Digits, load_digits, load_emoji
from mmbook.data._files import FOLDER, SHA256, read

SPLITS = ("train", "val", "test")


@pytest.fixture(scope="module")
def digits():
    return {split: load_digits(split) for split in SPLITS}


@pytest.fixture(scope="module")
def emoji():
    return {split: load_emoji(split) for split in SPLITS}


def test_digits_have_the_documented_shapes(digits):
    test = digits["test"]
    assert [len(digits[s]) for s in SPLITS] == [2100, 300, 600]
    assert test.image.shape == (600, 28, 28) and test.image.dtype == np.uint8
    assert test.speech.shape == (600, 32, 13) and test.speech.dtype == np.float32
    assert test.speech_mask.shape == (600, 32) and test.speech_mask.dtype == bool
    assert test.modalities == tuple(test.present) == ("image", "speech", "text")


def test_every_split_holds_the_ten_classes_equally(digits):
    for split, each in zip(SPLITS, (210, 30, 60), strict=True):
        assert np.bincount(digits[split].label).tolist() == [each] * 10


def test_no_drawing_and_no_recording_stands_twice(digits):
    for name in ("image", "speech"):
        rows = [x.tobytes() for d in digits.values() for x in getattr(d, name)]
        assert len(set(rows)) == len(rows) == 3000


def test_speech_is_zero_exactly_where_the_mask_says_padding(digits):
    for d in digits.values():
        assert (d.speech[~d.speech_mask] == 0).all()
        assert (d.speech[d.speech_mask] != 0).any(1).all()
        lengths = d.speech_mask.sum(1)
        assert lengths.min() >= 6
        assert (d.speech_mask == (np.arange(32) < lengths[:, None])).all()


def test_words_name_their_label(digits):
    test = digits["test"]
    english = test.text[(test.language == "en") & (test.label == 7)]
    assert set(english) == {"seven"}
    assert set(test.text[(test.language == "cy") & (test.label == 5)]) <= {"pump"}
    chinese = [str(t) for t in digits["train"][digits["train"].language == "zh"].text]
    assert set(chinese) <= set("〇零一二三四五六七八九")
    assert len(np.unique(digits["train"].language)) == 61


def test_held_out_languages_are_never_heard_in_training():
    train, val, test = (load_digits(s, words="held-out") for s in SPLITS)
    seen, chosen, unseen = (set(d.language) for d in (train, val, test))
    assert len(seen) == 43 and len(chosen) == 6 and len(unseen) == 12
    assert not seen & chosen and not seen & unseen and not chosen & unseen
    np.testing.assert_array_equal(test.image, load_digits("test").image)


def test_emoji_have_the_documented_shapes_and_at_least_four_drawings(emoji):
    test = emoji["test"]
    n = len(test)
    assert test.image.shape == (n, 6, 32, 32, 3) and test.image_mask.shape == (n, 6)
    for d in emoji.values():
        assert (d.image_mask.sum(1) >= 4).all()
        assert (d.image[~d.image_mask] == 255).all()
        assert (d.image[d.image_mask] != 255).any((1, 2, 3)).all()
        assert all(d.english) and all(d.chinese) and all(d.emoji)
        assert len(test.groups) == 8 and d.group.min() == 0 and d.group.max() == 7


def test_no_concept_and_no_emoji_drawing_stands_in_two_splits(emoji):
    drawings = [{x.tobytes() for x in d.image[d.image_mask]} for d in emoji.values()]
    concepts = [set(d.emoji) for d in emoji.values()]
    for kind in (drawings, concepts):
        assert not kind[0] & kind[1] and not kind[0] & kind[2] and not kind[1] & kind[2]


def test_emoji_groups_keep_their_share_in_every_split(emoji):
    counts = np.array([np.bincount(emoji[s].group, minlength=8) for s in SPLITS])
    shares = counts / counts.sum(0)
    np.testing.assert_allclose(shares, np.array([[0.7], [0.1], [0.2]]).repeat(8, 1), atol=0.03)


def test_a_known_concept_keeps_its_names_and_group(emoji):
    everything = {
        e: (en, zh, d.groups[g])
        for d in emoji.values()
        for e, en, zh, g in zip(d.emoji, d.english, d.chinese, d.group, strict=True)
    }
    assert everything["🍌"] == ("banana", "香蕉", "food-drink")


def test_rows_stay_together(digits):
    d = digits["val"]
    picked = d[[5, 3]]
    assert len(picked) == 2 and len(d[d.label == 4]) == 30 and len(d[:7]) == 7
    np.testing.assert_array_equal(picked.speech[1], d.speech[3])
    np.testing.assert_array_equal(picked.label, d.label[[5, 3]])
    assert repr(picked) == "Digits(2 samples of image, speech, text)"


def test_what_one_caller_changes_no_other_sees():
    first = load_digits("val")
    first.image[0] = 99
    first.present["image"][0] = False
    assert not (load_digits("val").image[0] == 99).all()
    assert load_digits("val").present["image"].all()


def test_the_files_fit_the_budget():
    assert sum((FOLDER / name).stat().st_size for name in SHA256) <= 10_000_000


@pytest.mark.parametrize("spoil", [lambda b: b[:-1000], lambda b: b[:500] + b"x" + b[501:]])
def test_a_truncated_or_altered_file_is_refused(tmp_path, spoil):
    path = tmp_path / "digits.npz"
    path.write_bytes(spoil((FOLDER / "digits.npz").read_bytes()))
    with pytest.raises(ValueError, match=r"digits\.npz has \d+ bytes .* expected sha256"):
        read(path, SHA256["digits.npz"])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read(tmp_path / "nowhere.npz", "")


def test_errors_name_what_came(digits):
    with pytest.raises(ValueError, match="'dev'; expected one of"):
        load_digits("dev")
    with pytest.raises(ValueError, match="'testing'"):
        load_emoji("testing")
    with pytest.raises(ValueError, match="'some'; expected one of"):
        load_digits("val", words="some")
    with pytest.raises(TypeError, match="number 3; expected a slice"):
        digits["val"][3]
    d = digits["val"]
    with pytest.raises(ValueError, match=r"image is uint8 \(300, 784\); .* \(300, 28, 28\)"):
        dataclasses.replace(d, image=d.image.reshape(300, 784))
    with pytest.raises(ValueError, match="label is float64"):
        dataclasses.replace(d, label=d.label / 2)
    with pytest.raises(ValueError, match="present names"):
        dataclasses.replace(d, present={"image": d.present["image"]})
    assert isinstance(d, Digits)


def test_no_rows_is_an_empty_table_and_one_row_number_is_refused(digits):
    assert len(digits["val"][[]]) == 0
    with pytest.raises(TypeError, match="number 3"):
        digits["val"][np.int64(3)]


def test_held_out_words_overlap_training_as_documented():
    words = {s: load_digits(s, words="held-out").text for s in SPLITS}
    known = set(words["train"])
    shares = [np.mean([w in known for w in words[s]]) for s in ("val", "test")]
    np.testing.assert_allclose(shares, [0.213, 0.263], atol=0.001)


def test_rows_are_taken_by_slices_lists_masks_and_tensors(digits):
    d = digits["val"]
    there = d.label == 7
    np.testing.assert_array_equal(d[there].image, d.image[there])
    np.testing.assert_array_equal(d[torch.tensor([3, -1])].label, d.label[[3, -1]])
    np.testing.assert_array_equal(d[torch.tensor(there)].label, d.label[there])
    np.testing.assert_array_equal(d[np.array([3], np.uint8)].label, d.label[[3]])
    np.testing.assert_array_equal(d[::-7].text, d.text[::-7])
    assert len(d[0:0]) == 0 and len(d[[False] * 300]) == 0 and len(d[:5][[]]) == 0


@pytest.mark.parametrize(
    "index, error, message",
    [
        ([0, 300], ValueError, "index runs from 0 to 300; expected rows from -300 to 299"),
        ([-301], ValueError, "index runs from -301 to -301; expected rows from -300 to 299"),
        (np.ones(7, bool), ValueError, r"index has shape \(7,\); expected \(300,\)"),
        (np.ones((300, 2), bool), ValueError, r"index has shape \(300, 2\); expected \(300,\)"),
        ([[1, 2]], ValueError, r"index has shape \(1, 2\); expected \(n,\)"),
        ([0.5], ValueError, r"index is \[0.5\] .*; expected a slice, a list of rows or a mask"),
        (["a"], TypeError, "expected a slice, a list of rows or a mask"),
        ("image", TypeError, "index is 'image' .*; expected a slice, a list of rows or a mask"),
        (None, TypeError, "index is None .*; expected a slice, a list of rows or a mask"),
        (True, TypeError, "index is the number True; expected a slice, a list of rows or a mask"),
        (slice("a", None), TypeError, "index is slice.*; expected a slice, a list of rows or a"),
        (slice(None, None, 0), ValueError, "index is slice.*; expected a step that is not 0"),
        (slice(0.5), TypeError, "index is slice.*; expected a slice, a list of rows or a mask"),
    ],
)
def test_rows_that_are_not_there_are_refused(digits, index, error, message):
    with pytest.raises(error, match=message):
        digits["val"][index]


@pytest.mark.parametrize("load", [load_digits, load_emoji])
@pytest.mark.parametrize("split", [None, 1, b"val", ["val"], np.array(["val", "test"]), "", "Val"])
def test_a_split_is_one_of_three_words(load, split):
    with pytest.raises(ValueError, match="split is .*; expected one of .'train', 'val', 'test'."):
        load(split)
    with pytest.raises(ValueError, match="words is .*; expected one of .'all', 'held-out'."):
        load_digits("val", words=split)


@pytest.mark.parametrize(
    "name, change, error, message",
    [
        ("image", lambda x: x.tolist(), TypeError, "image is a list; expected"),
        ("image", lambda x: torch.tensor(x), TypeError, "image is a Tensor; expected"),
        ("image", lambda x: x / 255, ValueError, r"image is float64 .*; expected unsigned integer"),
        ("image", lambda x: x[0, 0, 0], TypeError, "image is a uint8; expected ndarray"),
        ("speech", lambda x: x[:-1], ValueError, r"speech is float32 \(299, 32, 13\); expected"),
        ("speech", lambda x: x * np.nan, ValueError, "speech holds 124800 NaN or infinite of"),
        ("speech_mask", lambda x: x * 1, ValueError, "speech_mask is int64 .*; expected bool"),
        ("text", lambda x: x.astype(object), ValueError, "text is object .*; expected str"),
        ("text", lambda x: None, TypeError, "text is a NoneType; expected an array, str"),
        ("label", lambda x: x[:, None], ValueError, r"label is int64 \(300, 1\); expected integer"),
        ("present", lambda x: list(x), TypeError, "present is a list; expected a dict"),
        ("present", lambda x: x | {"smell": x["text"]}, ValueError, "present names .*; expected"),
        (
            "present",
            lambda x: x | {"text": x["text"][1:]},
            ValueError,
            r"present\['text'\] is bool",
        ),
        (
            "present",
            lambda x: x | {"text": [True] * 300},
            TypeError,
            r"present\['text'\] is a list",
        ),
    ],
)
def test_a_column_that_does_not_fit_is_refused(digits, name, change, error, message):
    d = digits["val"]
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        dataclasses.replace(d, **{name: change(getattr(d, name))})


def test_the_order_in_which_presence_is_given_does_not_matter(digits):
    d = digits["val"]
    turned = dataclasses.replace(d, present=dict(reversed(d.present.items())))
    assert tuple(turned.present) == d.modalities
