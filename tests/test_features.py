"""Features by rule: by hand on tiny texts, against the data they stand for, and their errors."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from torch.testing import assert_close

from mmbook.data import damage, load_digits, load_emoji, torn
from mmbook.features import (
    DigitFeatures,
    EmojiFeatures,
    Frames,
    Pieces,
    Scaled,
    drawings,
    neighbour_opinions,
    neighbour_shares,
)

pytestmark = pytest.mark.cpu  # features are made on the CPU, and moved by who reads them


@pytest.fixture(scope="module")
def train():
    return torn(load_digits("train")[np.arange(0, 2100, 7)], seed=3)


@pytest.fixture(scope="module")
def test():
    return torn(load_digits("test")[np.arange(0, 600, 11)], seed=2)


@pytest.fixture(scope="module")
def concepts():
    return load_emoji("train")[:211], load_emoji("test")[:53]


def test_pieces_by_hand():
    pieces = Pieces(["aba", "Ab"], longest=2, size=10)
    # Held by both: a, ab, b. Held by one: ba. A group counts once a text.
    assert pieces.known == ["a", "ab", "b", "ba"]
    expected = torch.tensor([[0.0, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]])
    assert_close(pieces.encode(["BZB", "abz", ""]), expected)


def test_the_most_frequent_pieces_come_first_and_the_rest_is_left_out():
    texts = ["no", "on", "nn"]
    assert Pieces(texts, longest=1, size=1).known == ["n"]
    assert Pieces(texts, longest=3, size=2).known == ["n", "o"]
    assert len(Pieces(texts, longest=3, size=99)) == 5


def test_pieces_do_not_depend_on_the_order_of_the_texts(train):
    words = train.text.tolist()
    assert Pieces(words).known == Pieces(words[::-1]).known


def test_pieces_errors():
    with pytest.raises(ValueError, match="size is 0; expected a whole number, 1 or more"):
        Pieces(["one"], size=0)
    with pytest.raises(ValueError, match="longest is 0"):
        Pieces(["one"], longest=0)


def test_one_text_is_not_read_as_a_list_of_its_letters():
    with pytest.raises(TypeError, match="texts is 'abc'.*expected a list of strings"):
        Pieces("abc")
    with pytest.raises(TypeError, match="texts is 'abc'"):
        Pieces(["abc"]).encode("abc")


def test_digit_features_are_the_samples(train, test):
    features = DigitFeatures(train, frames=8, pieces=97)
    x = features.encode(test)
    n = len(test)
    assert {m: tuple(v.shape) for m, v in x.items()} == {
        "image": (n, 196),
        "speech": (n, 104),
        "text": (n, 97),
        "label": (n,),
    }
    row = 5
    picture = test.image[row].astype(float) / 255
    by_hand = picture.reshape(14, 2, 14, 2).mean((1, 3)).reshape(-1)
    assert_close(x["image"][row], torch.tensor(by_hand).float())
    frames = int(test.speech_mask[row].sum())
    back = x["speech"][row].reshape(8, 13).numpy() * features.spread + features.mean
    np.testing.assert_allclose(back[:frames], test.speech[row, :frames], rtol=1e-4, atol=1e-4)
    assert not x["speech"][row].reshape(8, 13)[frames:].any()
    assert_close(x["text"][row], features.pieces.encode([test.text[row]])[0])
    assert x["label"].tolist() == test.label.tolist()


def test_speech_is_standardised_by_the_training_frames_alone(train):
    x = DigitFeatures(train).encode(train)["speech"].reshape(-1, 8, 13)
    there = torch.tensor(train.speech_mask[:, :8])
    assert_close(x[there].mean(0), torch.zeros(13), atol=1e-4, rtol=0)
    assert_close(x[there].std(0, correction=0), torch.ones(13), atol=1e-4, rtol=0)


def test_several_sets_stand_one_after_the_other(train, test):
    features = DigitFeatures(train)
    both = features.encode([test, train])
    for name, x in features.encode(train).items():
        assert_close(both[name][len(test) :], x)


def test_components_are_those_of_the_reference_library(train, test):
    features = DigitFeatures(train, side=28, components={"image": 7, "speech": None})
    x = features.encode(test)
    flat = train.image.reshape(len(train), -1) / 255
    reference = PCA(7, svd_solver="full").fit(flat)
    codes = reference.transform(test.image.reshape(len(test), -1) / 255)
    scale = np.sqrt(np.square(reference.transform(flat)).mean())
    signs = np.sign((codes * x["image"].numpy()).sum(0))
    np.testing.assert_allclose(x["image"].numpy() * signs, codes / scale, rtol=1e-3, atol=1e-4)
    assert x["speech"].shape == (len(test), 104)
    on_train = features.encode(train)
    assert_close(on_train["speech"].mean(0), torch.zeros(104), atol=1e-4, rtol=0)
    for m in ("image", "speech"):
        assert on_train[m].square().mean().item() == pytest.approx(1, abs=1e-4)


def test_the_test_split_does_not_move_its_own_features(train, test):
    """A scale taken from what is encoded would make a half of the set other features."""
    features = DigitFeatures(train, components={"image": 7})
    half = test[np.arange(0, len(test), 2)]
    assert_close(features.encode(half)["image"], features.encode(test)["image"][::2])


def test_decoding_undoes_encoding(train, test):
    features = DigitFeatures(train, side=28, components={"image": None, "speech": 104})
    x = features.encode(test)
    pictures = features.decode("image", x["image"])
    np.testing.assert_allclose(pictures, test.image / 255, atol=1e-5)
    sound = features.decode("speech", x["speech"])  # 104 of 104 components lose nothing
    there = test.speech_mask[:, :8]
    back = sound[there] * features.spread + features.mean
    np.testing.assert_allclose(back, test.speech[:, :8][there], rtol=1e-3, atol=1e-3)
    plain = DigitFeatures(train)
    np.testing.assert_allclose(
        plain.decode("speech", plain.encode(test)["speech"]), sound, atol=1e-4
    )


def test_decoded_ink_stays_between_paper_and_ink(train):
    features = DigitFeatures(train, components={"image": 3})
    wild = features.decode("image", torch.full((2, 3), 50.0))
    assert wild.shape == (2, 14, 14) and wild.min() == 0 and wild.max() == 1
    with pytest.raises(ValueError, match=r"codes has shape \(2, 5\); expected \(n, 3\)"):
        features.decode("image", np.zeros((2, 5)))


def test_an_absent_modality_is_a_row_of_zeros(train, test):
    some = damage(test, "image", "drop", 0.5, seed=0)
    gone = torch.tensor(~some.present["image"])
    assert 0 < gone.sum() < len(test)
    for components in ({}, {"image": 7}, {"image": None}):
        x = DigitFeatures(train, components=components).encode(some)["image"]
        assert not x[gone].any() and x[~gone].any(1).all()


def test_absent_drawings_do_not_move_the_components(train, test):
    """Blank paper in place of what is absent would pull the mean towards paper."""
    some = damage(train, "image", "drop", 0.5, seed=0)
    there = some.present["image"]
    a = DigitFeatures(some, components={"image": None}).encode(test)["image"]
    b = DigitFeatures(some[there], components={"image": None}).encode(test)["image"]
    assert_close(a, b)


def test_a_recording_that_does_not_fit_is_an_error(train):
    features = DigitFeatures(train)
    with pytest.raises(ValueError, match="has .* frames; expected at most 8"):
        features.encode(load_digits("test"))


@pytest.mark.parametrize("frames", [-3, 0, 33])
def test_frames_that_no_recording_has_are_an_error(train, frames):
    with pytest.raises(ValueError, match=f"frames is {frames}; expected a whole number from 1 to"):
        DigitFeatures(train, frames=frames)


def test_digit_features_errors(train):
    with pytest.raises(ValueError, match="side is 15"):
        DigitFeatures(train, side=15)
    with pytest.raises(KeyError, match="imgae"):
        DigitFeatures(train, components={"imgae": 3})
    with pytest.raises(ValueError, match="components is 999"):
        DigitFeatures(train, components={"image": 999})
    with pytest.raises(TypeError, match="train is a Emoji; expected Digits"):
        DigitFeatures(load_emoji("val"))
    with pytest.raises(ValueError, match="data has 0 entries; expected at least 1"):
        DigitFeatures(train).encode([])
    with pytest.raises(TypeError, match="data"):
        DigitFeatures(train).encode(3)
    with pytest.raises(ValueError, match="modality is 'text'"):
        DigitFeatures(train).decode("text", np.zeros((2, 600)))


def test_frames_errors(train):
    silent = damage(train, "speech", "drop", 1.0, seed=0)
    with pytest.raises(ValueError, match="300 recordings without a frame"):
        Frames(silent)
    flat = train.speech.copy()
    flat[..., 4] = 2.5
    with pytest.raises(ValueError, match=r"coefficients \[4\] never vary"):
        Frames(replace(train, speech=flat))


def test_scaled_by_hand():
    x = [[0.0, 10.0], [6.0, 10.0], [0.0, 10.0], [6.0, 10.0]]  # centre (3, 10), off by (3, 0)
    whole = Scaled(x)
    assert whole.scale == pytest.approx(np.sqrt(4.5))
    assert_close(whole.encode([[9.0, 10.0]]), torch.tensor([[6 / 4.5**0.5, 0.0]]))
    one = Scaled(x, components=1)
    assert one.scale == pytest.approx(3)
    assert_close(one.encode([[9.0, 12.0]]).abs(), torch.tensor([[2.0]]))
    np.testing.assert_allclose(one.decode(one.encode([[9.0, 12.0]])), [[9, 10]], atol=1e-6)
    np.testing.assert_allclose(whole.decode(whole.encode([[9.0, 12.0]])), [[9, 12]], atol=1e-6)


def test_scaled_errors():
    with pytest.raises(
        ValueError, match=r"x has \(3, 2\) equal numbers; expected rows that differ"
    ):
        Scaled(np.ones((3, 2)))
    with pytest.raises(ValueError, match="NaN"):
        Scaled([[0.0, np.nan], [1.0, 2.0]])
    with pytest.raises(ValueError, match=r"x has shape \(1, 3\); expected \(n, 2\)"):
        Scaled([[0.0, 1.0], [1.0, 2.0]]).encode([[1.0, 2.0, 3.0]])


def test_emoji_features_are_the_concepts(concepts):
    train, test = concepts
    features = EmojiFeatures(train, components={"image": 5}, pieces={"english": 31, "chinese": 17})
    x = features.encode(test)
    assert {m: tuple(v.shape) for m, v in x.items()} == {
        "image": (53, 5),
        "english": (53, 31),
        "chinese": (53, 17),
        "label": (53,),
    }
    assert x["label"].tolist() == test.group.tolist()
    assert_close(x["chinese"], Pieces(train.chinese, 2, 17).encode(test.chinese))
    assert max(map(len, features.pieces["english"].known)) <= 3
    both = features.encode([test, train])
    assert_close(both["image"][:53], x["image"])
    assert features.decode(x["image"]).shape == (53, 32, 32, 3)


def test_drawings_are_the_first_designers_or_those_of_one(concepts):
    test = load_emoji("test")
    first, there = drawings(test)
    row = int(np.flatnonzero(test.image_mask[:, 0])[3])
    np.testing.assert_allclose(first[row], test.image[row, 0] / 255)
    assert there.all()
    fluent, drawn = drawings(test, "fluent", side=8)
    d = test.designers.index("fluent")
    assert drawn.tolist() == test.image_mask[:, d].tolist() and not drawn.all()
    np.testing.assert_allclose(
        fluent[row, 0, 0], test.image[row, d, :4, :4].mean((0, 1)) / 255, rtol=1e-12
    )
    assert (fluent[~drawn] == 1).all()


def test_a_concept_without_its_drawings_has_none(concepts):
    train, test = concepts
    some = replace(test, present=test.present | {"image": np.arange(53) % 2 == 0})
    assert drawings(some)[1].tolist() == some.present["image"].tolist()
    x = EmojiFeatures(train, {"image": 5}).encode(some)
    assert x["image"].any(1).tolist() == some.present["image"].tolist()
    assert x["english"].any(1).all()


def test_what_a_designer_did_not_draw_is_a_row_of_zeros():
    test = load_emoji("test")
    x = EmojiFeatures(load_emoji("val"), {"image": 5}, designer="emojione").encode(test)["image"]
    assert (x.any(1).numpy() == test.image_mask[:, 4]).all()


def test_emoji_features_errors(concepts):
    train, _ = concepts
    with pytest.raises(KeyError, match="pieces has .*german"):
        EmojiFeatures(train, pieces={"english": 3, "german": 3})
    with pytest.raises(ValueError, match="designer is 'apple'"):
        EmojiFeatures(train, designer="apple")
    with pytest.raises(TypeError, match="train is a Digits; expected Emoji"):
        EmojiFeatures(load_digits("val"))


def test_shares_of_neighbours_by_hand():
    known, labels = torch.tensor([0.0, 1, 2, 10, 11]), torch.tensor([2, 0, 2, 3, 3])
    asked = torch.tensor([0.4, 9.0])
    shares = neighbour_shares((asked[:, None] - known).abs(), labels, 4, k=3)
    third = 1 / 3  # near .4 lie 2, 0, 2; near 9 lie 3, 3, 2
    expected = torch.tensor([[third, 0, 2 * third, 0], [0, 0, third, 2 * third]])
    assert_close(shares, expected.double(), rtol=1e-6, atol=1e-6)


def test_classes_that_no_sample_has_keep_their_column():
    shares = neighbour_shares(torch.zeros(1, 3), torch.tensor([0, 1, 1]), num_classes=5, k=3)
    assert shares.shape == (1, 5)


def test_of_equally_near_samples_the_first_count():
    """So that every device and number of threads has the same neighbours."""
    distances = torch.tensor([[1.0, 0.0, 2.0]]).repeat(1, 331)  # every third is nearest
    shares = neighbour_shares(distances, torch.arange(993) // 3 % 331, num_classes=331, k=31)
    assert shares[0].nonzero()[:, 0].tolist() == list(range(31))


def test_rounding_errors_tell_no_equal_samples_apart():
    g = torch.Generator().manual_seed(0)
    words = (torch.rand(997, 101, generator=g) < 0.05).int()
    asked = words[::53]
    unlike = (asked[:, None] != words).sum(-1)  # whole numbers, with many ties
    known = {"a": words / 3, "label": torch.arange(997)}
    p = neighbour_opinions(known, {"a": asked / 3}, num_classes=997, k=31)["a"]
    assert_close(p, neighbour_shares(unlike.float(), known["label"], num_classes=997, k=31))


def test_shares_of_neighbours_equal_the_reference_library():
    rng = np.random.default_rng(0)
    known, labels = rng.normal(size=(41, 3)), np.arange(41) % 7
    asked = rng.normal(size=(11, 3))
    expected = KNeighborsClassifier(5).fit(known, labels).predict_proba(asked)
    distances = torch.cdist(torch.tensor(asked), torch.tensor(known))
    assert_close(neighbour_shares(distances, torch.tensor(labels), 7, k=5), torch.tensor(expected))


def test_opinions_of_neighbours_are_the_shares_of_each_modality():
    g = torch.Generator().manual_seed(0)
    known = {m: torch.randn(23, d, generator=g) for m, d in (("a", 3), ("b", 5))}
    asked = {m: torch.randn(7, d, generator=g) for m, d in (("a", 3), ("b", 5))}
    labels = torch.arange(23) % 3
    opinions = neighbour_opinions(known | {"label": labels}, asked | {"label": labels[:7]}, 3, k=4)
    assert list(opinions) == ["a", "b"]
    for m, p in opinions.items():
        assert_close(p, neighbour_shares(torch.cdist(asked[m], known[m]), labels, 3, k=4))


def test_shares_of_neighbours_errors():
    with pytest.raises(ValueError, match=r"labels has shape \(3,\); expected \(5,\)"):
        neighbour_shares(torch.zeros(3, 5), torch.zeros(3, dtype=int), 1)
    for k in (0, 6):
        with pytest.raises(ValueError, match=f"k is {k}; expected a whole number from 1 to 5"):
            neighbour_shares(torch.zeros(3, 5), torch.zeros(5, dtype=int), 1, k)
    with pytest.raises(ValueError, match="labels runs from 0 to 4; expected numbers from 0 to 3"):
        neighbour_shares(torch.zeros(3, 5), torch.arange(5), 4, k=2)
    with pytest.raises(ValueError, match="distances holds 3 NaN"):
        neighbour_shares(torch.full((1, 3), torch.nan), torch.arange(3), 3, k=2)
    with pytest.raises(KeyError, match="expected 'label' among them"):
        neighbour_opinions({"a": torch.zeros(3, 2)}, {"a": torch.zeros(1, 2)}, 2)
