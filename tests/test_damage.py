"""Damage: nothing at strength 0, everything at 1, seeded, and only where it was asked for."""

import dataclasses

import numpy as np
import pytest

from mmbook.data import TEAR_STRENGTH, damage, load_digits, load_emoji, torn

KINDS = ("tear", "noise", "drop", "swap")


@pytest.fixture(scope="module")
def digits():
    return load_digits("val")


@pytest.fixture(scope="module")
def emoji():
    return load_emoji("val")


def columns(d):
    return {f.name: getattr(d, f.name) for f in dataclasses.fields(d) if f.name != "present"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("modality", ["image", "speech", "text"])
def test_strength_zero_changes_no_bit(digits, modality, kind):
    same = damage(digits, modality, kind, 0.0, seed=1)
    for name, array in columns(same).items():
        np.testing.assert_array_equal(array, getattr(digits, name))
    assert all(p.all() for p in same.present.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("modality", ["image", "speech", "text"])
def test_only_the_named_modality_changes_and_the_input_never(digits, modality, kind):
    before = {name: array.copy() for name, array in columns(digits).items()}
    after = damage(digits, modality, kind, 0.5, seed=2)
    for name, array in before.items():
        np.testing.assert_array_equal(array, getattr(digits, name))
        if not name.startswith(modality):
            np.testing.assert_array_equal(array, getattr(after, name))
    assert (getattr(after, modality) != getattr(digits, modality)).any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_decides(digits, kind):
    one, two, other = (damage(digits, "image", kind, 0.3, seed=s) for s in (3, 3, 4))
    np.testing.assert_array_equal(one.image, two.image)
    assert (one.image != other.image).any()


def test_a_torn_image_keeps_its_share_from_one_side(digits):
    d = dataclasses.replace(digits, image=np.full_like(digits.image, 7))
    ink = damage(d, "image", "tear", 0.25, seed=0).image == 7
    assert (ink.sum((1, 2)) == 28 * 21).all()
    rows, cols = ink.all(2).sum(1), ink.all(1).sum(1)
    assert set(zip(rows.tolist(), cols.tolist(), strict=True)) == {(21, 0), (0, 21)}
    corners = {(bool(i[0, 0]), bool(i[0, -1]), bool(i[-1, 0])) for i in ink}
    assert len(corners) == 4  # all four sides occur


def test_torn_speech_is_one_stretch_of_the_recording_moved_to_the_front(digits):
    after = damage(digits, "speech", "tear", 0.75, seed=5)
    starts = set()
    for i in range(len(digits)):
        length, kept = digits.speech_mask[i].sum(), after.speech_mask[i].sum()
        assert kept == np.ceil(0.25 * length)
        assert after.speech_mask[i, :kept].all()
        stretches = [
            (digits.speech[i, s : s + kept] == after.speech[i, :kept]).all()
            for s in range(length - kept + 1)
        ]
        assert any(stretches)
        starts.add(stretches.index(True))
        assert (after.speech[i, kept:] == 0).all()
    assert len(starts) > 5


def test_torn_text_keeps_a_stretch_of_its_letters(digits):
    after = damage(digits, "text", "tear", 0.6, seed=6)
    for whole, part in zip(digits.text.tolist(), after.text.tolist(), strict=True):
        assert part in whole and len(part) == np.ceil(0.4 * len(whole))


@pytest.mark.parametrize("modality", ["image", "speech", "text"])
def test_torn_completely_nothing_is_left(digits, modality):
    after = damage(digits, modality, "tear", 1.0, seed=7)
    left = getattr(after, modality)
    assert (left == ("" if modality == "text" else 0)).all()


def test_noise_mixes_as_written(digits):
    full, half = (damage(digits, "image", "noise", s, seed=8).image.astype(float) for s in (1, 0.5))
    np.testing.assert_allclose(half, (digits.image + full) / 2, atol=1.01)
    assert abs(full.mean() - 127.5) < 1
    assert np.corrcoef(full.ravel(), digits.image.ravel())[0, 1] == pytest.approx(0, abs=0.01)


def test_speech_noise_has_the_coefficients_own_mean_and_spread_and_respects_the_mask(digits):
    after = damage(digits, "speech", "noise", 1.0, seed=9)
    frames, noise = digits.speech[digits.speech_mask], after.speech[digits.speech_mask]
    np.testing.assert_allclose(noise.std(0), frames.std(0), rtol=0.05)
    assert (after.speech[~digits.speech_mask] == 0).all()


def test_text_noise_keeps_the_length_and_the_alphabet(digits):
    after = damage(digits, "text", "noise", 0.5, seed=10)
    alphabet = set("".join(digits.text))
    changed = total = 0
    for a, b in zip(digits.text.tolist(), after.text.tolist(), strict=True):
        assert len(a) == len(b) and set(b) <= alphabet
        changed += sum(x != y for x, y in zip(a, b, strict=True))
        total += len(a)
    assert changed / total == pytest.approx(0.5, abs=0.05)


def test_dropped_samples_are_empty_and_marked(digits):
    after = damage(digits, "speech", "drop", 0.3, seed=11)
    gone = ~after.present["speech"]
    assert gone.mean() == pytest.approx(0.3, abs=0.08)
    assert (after.speech[gone] == 0).all() and not after.speech_mask[gone].any()
    np.testing.assert_array_equal(after.speech[~gone], digits.speech[~gone])
    assert f"absent {{'speech': {gone.sum()}}}" in repr(after)
    assert (damage(digits, "text", "drop", 1.0, seed=0).text == "").all()


def test_swapped_samples_come_from_somebody_else_and_carry_their_mask(digits):
    after = damage(digits, "speech", "swap", 1.0, seed=12)
    row = {x.tobytes(): i for i, x in enumerate(digits.speech)}
    source = np.array([row[x.tobytes()] for x in after.speech])
    assert (source != np.arange(len(digits))).all()
    assert sorted(source) == list(range(len(digits)))
    np.testing.assert_array_equal(after.speech_mask, digits.speech_mask[source])
    assert after.present["speech"].all()


@pytest.mark.parametrize("kind", ["drop", "swap", "tear"])
def test_more_strength_damages_what_less_did_and_more(digits, kind):
    weak, strong = (damage(digits, "image", kind, s, seed=13).image for s in (0.25, 0.6))
    changed_weak = (weak != digits.image).any((1, 2))
    changed_strong = (strong != digits.image).any((1, 2))
    assert (changed_strong | ~changed_weak).all() and changed_strong.sum() > changed_weak.sum()


def test_emoji_tear_to_white_paper_and_all_six_alike(emoji):
    d = dataclasses.replace(emoji, image=np.zeros_like(emoji.image))
    after = damage(d, "image", "tear", 0.5, seed=14).image
    assert set(np.unique(after)) == {0, 255} and (after == 255).mean() == 0.5
    assert (after == after[:, :1]).all()
    shorter = damage(emoji, "chinese", "tear", 0.5, seed=15)
    assert all(
        len(b) == np.ceil(len(a) / 2) for a, b in zip(emoji.chinese, shorter.chinese, strict=True)
    )


def test_torn_tears_every_modality_by_the_books_strengths(digits, emoji):
    after = torn(digits, seed=0)
    for modality in digits.modalities:
        assert (getattr(after, modality) != getattr(digits, modality)).any()
    kept = after.speech_mask.sum(1)
    expected = np.ceil((1 - TEAR_STRENGTH["speech"]) * digits.speech_mask.sum(1))
    np.testing.assert_array_equal(kept, expected)
    assert len(torn(emoji, seed=0)) == len(emoji)


def test_errors_name_what_came(digits):
    with pytest.raises(ValueError, match=r"'sound'; expected one of \('image', 'speech', 'text'\)"):
        damage(digits, "sound", "tear", 0.5, seed=0)
    with pytest.raises(ValueError, match="'burn'; expected one of"):
        damage(digits, "image", "burn", 0.5, seed=0)
    for strength in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match=f"strength is {strength}; expected"):
            damage(digits, "image", "noise", strength, seed=0)


@pytest.mark.parametrize("kind", ["drop", "swap"])
def test_one_seed_strikes_each_modality_on_its_own(digits, kind):
    hit = []
    for m in digits.modalities:
        before, after = getattr(digits, m), getattr(damage(digits, m, kind, 0.5, seed=0), m)
        hit.append((before != after).reshape(len(digits), -1).any(1))
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        assert abs((hit[one] == hit[other]).mean() - 0.5) < 0.12


def test_writing_to_the_result_never_reaches_the_input(digits):
    after = damage(digits, "image", "tear", 0.5, seed=0)
    for name, array in columns(after).items():
        assert not np.shares_memory(array, getattr(digits, name)), name
    after.present["speech"][:] = False
    assert digits.present["speech"].all()


@pytest.mark.parametrize("strength, kept", [(0.7, 3), (0.8, 2), (0.95, 1)])
def test_ten_letters_torn_lose_exactly_their_share(digits, strength, kept):
    d = dataclasses.replace(digits, text=np.array(["abcdefghij"] * len(digits)))
    assert {len(t) for t in damage(d, "text", "tear", strength, seed=0).text.tolist()} == {kept}


def test_noise_leaves_absent_and_undrawn_pictures_alone(digits, emoji):
    gone = damage(digits, "image", "drop", 0.5, seed=0)
    noisy = damage(gone, "image", "noise", 0.5, seed=0)
    assert (noisy.image[~gone.present["image"]] == 0).all()
    noisy = damage(emoji, "image", "noise", 0.5, seed=0)
    assert (noisy.image[~emoji.image_mask] == 255).all()
    assert (noisy.image[emoji.image_mask] != emoji.image[emoji.image_mask]).any((1, 2, 3)).all()
    assert (damage(emoji, "image", "drop", 1.0, seed=0).image == 255).all()


@pytest.mark.filterwarnings("error")
def test_noise_on_recordings_that_are_all_absent_changes_nothing(digits):
    silent = damage(digits, "speech", "drop", 1.0, seed=0)
    assert (damage(silent, "speech", "noise", 0.5, seed=0).speech == 0).all()


def test_a_single_sample_has_nobody_to_swap_with(digits):
    with pytest.raises(ValueError, match="swap got 1 samples; expected at least 2"):
        damage(digits[:1], "image", "swap", 1.0, seed=0)


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"strength": float("inf")}, ValueError, "strength is inf; expected a number from 0 to 1"),
        ({"strength": "0.5"}, TypeError, "strength is '0.5' .str.; expected a number"),
        ({"strength": None}, TypeError, "strength is None .*; expected a number"),
        ({"strength": True}, TypeError, "strength is True .bool.; expected a number"),
        ({"strength": [0.5]}, TypeError, "strength is .* .list.; expected a number"),
        ({"seed": -1}, ValueError, "seed is -1; expected a whole number, 0 or more"),
        ({"seed": 0.5}, TypeError, "seed is 0.5 .float.; expected a whole number"),
        ({"seed": None}, TypeError, "seed is None .*; expected a whole number"),
        ({"seed": [1, 2]}, TypeError, "seed is .* .list.; expected a whole number"),
        ({"modality": None}, ValueError, "modality is None; expected one of"),
        ({"modality": ["image"]}, ValueError, r"modality is \['image'\]; expected one of"),
        ({"modality": "label"}, ValueError, "modality is 'label'; expected one of"),
        ({"kind": 0}, ValueError, "kind is 0; expected one of"),
        ({"data": None}, TypeError, "data is a NoneType; expected Table"),
        ({"data": {"image": 1}}, TypeError, "data is a dict; expected Table"),
    ],
)
def test_what_cannot_be_damaged_is_refused(digits, change, error, message):
    good = {"data": digits, "modality": "image", "kind": "noise", "strength": 0.5, "seed": 0}
    with pytest.raises(error, match=message):
        damage(**(good | change))
    if change.keys() & {"data", "seed"}:
        with pytest.raises(error, match=message):
            torn(**({"data": digits, "seed": 0} | change))


@pytest.mark.parametrize("kind", ["tear", "noise", "drop"])
@pytest.mark.parametrize("modality", ["image", "speech", "text"])
def test_no_samples_stay_no_samples(digits, modality, kind):
    assert len(damage(digits[[]], modality, kind, 0.5, seed=0)) == 0
    assert len(torn(digits[[]], seed=0)) == 0


def test_numpy_numbers_do_what_python_numbers_do(digits):
    one = damage(digits, "image", "noise", np.float64(0.5), seed=np.int64(3))
    np.testing.assert_array_equal(one.image, damage(digits, "image", "noise", 0.5, seed=3).image)


def test_every_modality_of_both_data_sets_has_its_tear(digits, emoji):
    assert set(digits.modalities) | set(emoji.modalities) == set(TEAR_STRENGTH)
    assert all(0 < strength < 1 for strength in TEAR_STRENGTH.values())
