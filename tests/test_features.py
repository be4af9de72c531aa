"""Features by rule: by hand on tiny texts, against the data they stand for, and their errors."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier
from torch.testing import assert_close

from mmbook.data import load_digits, torn
from mmbook.features import DigitFeatures, Pieces, neighbour_shares


@pytest.fixture(scope="module")
def train():
    return torn(load_digits("train")[np.arange(0, 2100, 7)], seed=3)


@pytest.fixture(scope="module")
def test():
    return torn(load_digits("test")[np.arange(0, 600, 11)], seed=2)


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
    with pytest.raises(ValueError, match="size is 0; expected 1 or more"):
        Pieces(["one"], size=0)
    with pytest.raises(ValueError, match="longest is 0"):
        Pieces(["one"], longest=0)


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


def test_a_recording_that_does_not_fit_is_an_error(train):
    features = DigitFeatures(train)
    with pytest.raises(ValueError, match="has .* frames; expected at most 8"):
        features.encode(load_digits("test"))


def test_shares_of_neighbours_by_hand():
    known, labels = torch.tensor([0.0, 1, 2, 10, 11]), torch.tensor([2, 0, 2, 3, 3])
    asked = torch.tensor([0.4, 9.0])
    shares = neighbour_shares((asked[:, None] - known).abs(), labels, k=3)
    third = 1 / 3  # near .4 lie 2, 0, 2; near 9 lie 3, 3, 2
    expected = torch.tensor([[third, 0, 2 * third, 0], [0, 0, third, 2 * third]])
    assert_close(shares, expected.double(), rtol=1e-6, atol=1e-6)


def test_shares_of_neighbours_equal_the_reference_library():
    rng = np.random.default_rng(0)
    known, labels = rng.normal(size=(41, 3)), np.arange(41) % 7
    asked = rng.normal(size=(11, 3))
    expected = KNeighborsClassifier(5).fit(known, labels).predict_proba(asked)
    distances = torch.cdist(torch.tensor(asked), torch.tensor(known))
    assert_close(neighbour_shares(distances, torch.tensor(labels), k=5), torch.tensor(expected))


def test_shares_of_neighbours_errors():
    with pytest.raises(ValueError, match=r"distances are \(3, 5\), labels are \(3,\)"):
        neighbour_shares(torch.zeros(3, 5), torch.zeros(3, dtype=int))
    for k in (0, 6):
        with pytest.raises(ValueError, match=f"k is {k}; expected a number from 1 to 5"):
            neighbour_shares(torch.zeros(3, 5), torch.zeros(5, dtype=int), k)
