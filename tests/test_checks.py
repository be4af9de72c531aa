"""Checks: each message by hand, what passes, what comes back, and that tensors stay unread."""

import re
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch

from mmbook import checks

B, N, D, H = 2, 3, 5, 7
NAN, INF = float("nan"), float("inf")


def refused(error, message, check, *given, **named):
    """``check`` raises this error with this message, whole and letter for letter."""
    with pytest.raises(error) as caught:
        check(*given, **named)
    assert caught.value.args[0] == message


# ---- shapes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape, pattern, found",
    [
        ((B, N, D), "B N D", {"B": B, "N": N, "D": D}),
        ((B, 1, D), "B 1 D", {"B": B, "D": D}),
        ((N, N), "V V", {"V": N}),
        ((), "", {}),
        ((), "...", {}),
        ((B, N), "...", {}),
        ((B, N, D), "... D", {"D": D}),
        ((D,), "... D", {"D": D}),
        ((D,), "A | L A", {"A": D}),
        ((N, D), "A | L A", {"L": N, "A": D}),
        ((0, D), "n D", {"n": 0, "D": D}),
        ((N, 11), "n>=3 D>=11", {"n": N, "D": 11}),
    ],
)
def test_letters_stand_for_sizes(shape, pattern, found):
    assert checks.shape("x", np.zeros(shape), pattern) == found
    assert checks.shape("x", torch.zeros(shape), pattern) == found


@pytest.mark.parametrize(
    "shape, pattern, sizes, message",
    [
        ((B, N, D), "B D", {}, "x has shape (2, 3, 5); expected (B, D)"),
        ((B, N), "B D", {"D": D}, "x has shape (2, 3); expected (B, 5)"),
        (
            (B, 3, 8, 8),
            "B 1 height width",
            {},
            "x has shape (2, 3, 8, 8); expected (B, 1, height, width)",
        ),
        ((N, D), "V V", {}, "x has shape (3, 5); expected (V, V)"),
        ((N,), "D", {"D": D}, "x has shape (3,); expected (5,)"),
        ((), "n", {}, "x has shape (); expected (n,)"),
        ((N,), "", {}, "x has shape (3,); expected ()"),
        ((N,), "... D", {"D": D}, "x has shape (3,); expected (..., 5)"),
        ((), "... D", {}, "x has shape (); expected (..., D)"),
        ((B, N, D), "A | L A", {"A": D}, "x has shape (2, 3, 5); expected (5,) or (L, 5)"),
        ((1,), "S>=2", {}, "x has shape (1,); expected (S,) with S >= 2"),
        (
            (B, 1),
            "n>=1 | n>=1 C>=2",
            {},
            "x has shape (2, 1); expected (n,) or (n, C) with n >= 1, C >= 2",
        ),
        ((0, D), "n>=1 D>=2", {"D": D}, "x is empty, of shape (0, 5); expected (n, 5) with n >= 1"),
    ],
)
def test_another_shape_is_refused_with_what_came_and_what_was_expected(
    shape, pattern, sizes, message
):
    for x in (np.zeros(shape), torch.zeros(shape)):
        refused(ValueError, message, checks.shape, "x", x, pattern, **sizes)


def test_what_has_no_shape_is_refused():
    refused(
        TypeError,
        "x is [1, 2] (list); expected an array or a tensor",
        checks.shape,
        "x",
        [1, 2],
        "n",
    )
    with pytest.raises(TypeError, match="labels is 'a'"):
        checks.shapes("n D, n", x=np.zeros((N, D)), labels="a")


def test_several_shapes_share_their_letters():
    x, label = np.zeros((N, D)), np.zeros(N)
    assert checks.shapes("n D, n", x=x, label=label) == {"n": N, "D": D}
    assert checks.shapes("n D, n | n D", x=x, y=x) == {"n": N, "D": D}
    message = "x is (3, 5), label is (2,); expected (n, D) and (n,)"
    refused(ValueError, message, checks.shapes, "n D, n", x=x, label=np.zeros(B))
    message = "a is (3,), b is (5,), c is (3,); expected (n,) and (n,) and (n,) with n >= 2"
    a, b, c = np.zeros(N), np.zeros(D), np.zeros(N)
    refused(ValueError, message, checks.shapes, "n,n,n>=2", a=a, b=b, c=c)


# ---- tensors --------------------------------------------------------------------------------


def test_tensors_of_the_asked_kind_pass():
    assert checks.tensor("x", torch.zeros(B, D, dtype=torch.bfloat16), "B D") == {"B": B, "D": D}
    assert checks.tensor("x", torch.zeros(B, dtype=torch.uint8), "B", "int") == {"B": B}
    assert checks.tensor("x", torch.zeros(B, dtype=torch.bool), "B", "bool") == {"B": B}
    for dtype in (torch.float64, torch.int64, torch.bool, torch.complex64):
        assert checks.tensor("x", torch.zeros(B, dtype=dtype), "B", None) == {"B": B}


@pytest.mark.parametrize(
    "x, kind, error, message",
    [
        (np.zeros((B, D)), "float", TypeError, "x is a ndarray; expected a tensor (B, 5)"),
        ([[0.0] * D], "float", TypeError, "x is a list; expected a tensor (B, 5)"),
        (None, "int", TypeError, "x is a NoneType; expected a tensor (B, 5)"),
        (torch.zeros(B, N), "float", ValueError, "x has shape (2, 3); expected (B, 5)"),
        (
            torch.zeros(B, D, dtype=torch.int64),
            "float",
            ValueError,
            "x is torch.int64 (2, 5); expected floats",
        ),
        (torch.zeros(B, D), "int", ValueError, "x is torch.float32 (2, 5); expected whole numbers"),
        (torch.zeros(B, D), "bool", ValueError, "x is torch.float32 (2, 5); expected torch.bool"),
        (
            torch.zeros(B, D, dtype=torch.bool),
            "int",
            ValueError,
            "x is torch.bool (2, 5); expected whole numbers",
        ),
        (
            torch.zeros(B, D, dtype=torch.complex64),
            "float",
            ValueError,
            "x is torch.complex64 (2, 5); expected floats",
        ),
    ],
)
def test_what_is_no_such_tensor_is_refused(x, kind, error, message):
    refused(error, message, checks.tensor, "x", x, "B D", kind, D=D)


def test_a_mask_is_of_booleans():
    assert checks.mask("m", torch.ones(B, N, dtype=torch.bool), "B N", N=N) == {"B": B, "N": N}
    assert checks.mask("m", torch.ones(N, dtype=torch.bool), "B N | N") == {"N": N}
    message = "m is torch.float32 (2, 3); expected torch.bool (B, 3)"
    refused(ValueError, message, checks.mask, "m", torch.ones(B, N), "B N", N=N)
    message = "m is torch.bool (2, 5); expected torch.bool (B, 3)"
    refused(ValueError, message, checks.mask, "m", torch.ones(B, D, dtype=torch.bool), "B N", N=N)
    message = "m is ndarray; expected torch.bool (B, N)"
    refused(TypeError, message, checks.mask, "m", np.ones((B, N), bool), "B N")


def test_a_dict_of_tensors_shares_the_letters_without_an_underscore():
    given = {"image": torch.zeros(B, N, D), "text": torch.zeros(B, H, D)}
    assert checks.tensors("x", given, "B N_m D") == {"B": B, "D": D}
    assert checks.tensors("x", given, "B N_m D", D=D) == {"B": B}
    message = (
        "x['text'] has shape (2, 7, 5); expected (2, 3, 5) "
        "(x have shapes {'image': (2, 3, 5), 'text': (2, 7, 5)})"
    )
    refused(ValueError, message, checks.tensors, "x", given, "B N D")
    message = "x has ['image', 'text']; expected at least 3 modalities"
    refused(ValueError, message, checks.tensors, "x", given, "B N_m D", least=3)
    refused(ValueError, "x has []; expected at least 1 modalities", checks.tensors, "x", {}, "B D")
    message = "x is a list; expected a dict, one entry a modality"
    refused(TypeError, message, checks.tensors, "x", list(given.values()), "B N_m D")
    message = "x['a'] is a str; expected a tensor (B, D)"
    refused(TypeError, message, checks.tensors, "x", {"a": "b"}, "B D")


def test_beside_what_is_no_tensor_a_wrong_shape_is_still_told():
    with pytest.raises(ValueError, match=re.escape("x['a'] has shape (2,); expected (B, D)")):
        checks.tensors("x", {"a": torch.zeros(B), "b": "text"}, "B D")


def test_tensors_are_never_read():
    there = torch.zeros(B, D, device="meta")
    assert checks.tensor("x", there, "B D") == {"B": B, "D": D}
    assert checks.tensors("x", {"a": there}, "B D") == {"B": B, "D": D}
    assert checks.mask("m", there.bool(), "B D") == {"B": B, "D": D}


def test_checks_of_tensors_stand_under_vmap_and_compile_without_a_warning():
    def doubled(x, mask):
        checks.tensors("x", {"a": x}, "... D>=2 | D")
        checks.mask("mask", mask, "... D")
        return 2 * x

    x, mask = torch.arange(10.0).reshape(B, D), torch.ones(B, D, dtype=torch.bool)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.testing.assert_close(torch.func.vmap(doubled)(x, mask), 2 * x)
        compiled = torch.compile(doubled, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(x, mask), 2 * x)


# ---- names ----------------------------------------------------------------------------------


def test_keys_are_the_expected_ones_in_whatever_order():
    checks.keys("x", {"b": 1, "a": 2}, ("a", "b"))
    checks.keys("x", ["b", "a"], {"a": 1, "b": 2})
    for given in ({"a": 1}, {"a": 1, "c": 2}, {"a": 1, "b": 2, "c": 3}, ["a", "b", "a"]):
        message = f"x has {tuple(given)}; expected ('a', 'b')"
        refused(KeyError, message, checks.keys, "x", given, ("a", "b"))


def test_unknown_keys_are_named():
    checks.known_keys("x", {"b": 1}, ("a", "b"))
    checks.known_keys("x", [], ("a", "b"))
    message = "x has ['imgae']; expected names of ('image', 'text')"
    refused(KeyError, message, checks.known_keys, "x", ["imgae", "text"], ("image", "text"))


@pytest.mark.parametrize("check", [checks.keys, checks.known_keys])
def test_names_are_strings(check):
    refused(
        TypeError, "x is 5 (int); expected names in a dict or a list", check, "x", 5, ("a", "b")
    )
    message = "x is 'ab' (str); expected names in a dict or a list"
    refused(TypeError, message, check, "x", "ab", ("a", "b"))
    refused(TypeError, "x has [1] (list); expected strings", check, "x", [[1]], ("a", "b"))


def test_a_dict_is_a_dict():
    checks.mapping("x", {})
    message = "x is a list; expected a dict, one entry a modality"
    refused(TypeError, message, checks.mapping, "x", [])


def test_texts_come_in_a_list_and_not_as_one_string():
    assert checks.texts("x", ["a", "bc"]) == ["a", "bc"]
    assert checks.texts("x", np.array(["a", "bc"])) == ["a", "bc"]
    assert type(checks.texts("x", np.array(["a"]))[0]) is str
    assert checks.texts("x", (c for c in "ab")) == ["a", "b"]
    assert checks.texts("x", []) == []
    for wrong, came in [
        ("abc", "'abc' (str)"),
        (b"abc", "b'abc' (bytes)"),
        (None, "None (NoneType)"),
        ({"a": 1}, "{'a': 1} (dict)"),
        ({"a"}, "{'a'} (set)"),
        (np.array("abc"), "<U3 ()"),
    ]:
        refused(TypeError, f"x is {came}; expected a list of strings", checks.texts, "x", wrong)
    refused(TypeError, "x holds 5 (int); expected strings", checks.texts, "x", ["a", 5])
    with pytest.raises(TypeError, match="x holds <U1"):
        checks.texts("x", np.array([["a"]]))


def test_a_text_is_a_string_and_long_enough():
    assert checks.text("x", "ab", least=2) == "ab" and checks.text("x", "", least=0) == ""
    assert type(checks.text("x", np.str_("ab"))) is str
    message = "x is 'ab'; expected a string of 3 or more letters"
    refused(ValueError, message, checks.text, "x", "ab", least=3)
    for wrong, came in [(None, "None (NoneType)"), (b"a", "b'a' (bytes)"), (["a"], "['a'] (list)")]:
        refused(TypeError, f"x is {came}; expected a string", checks.text, "x", wrong)


def test_a_list_holds_things_of_one_kind():
    assert checks.listed("x", (1, "a")) == [1, "a"]
    assert checks.listed("x", [1, 2.5], (int, float)) == [1, 2.5]
    assert checks.listed("x", [], least=0) == []
    refused(ValueError, "x has 1 entries; expected at least 2", checks.listed, "x", [1], least=2)
    refused(TypeError, "x holds 'a' (str); expected int", checks.listed, "x", [1, "a"], int)
    for wrong, came in [
        ("ab", "'ab' (str)"),
        (None, "None (NoneType)"),
        ({"a": 1}, "{'a': 1} (dict)"),
        ({1}, "{1} (set)"),
        (np.array(1), "int64 ()"),
    ]:
        message = f"x is {came}; expected a list of int or float"
        refused(TypeError, message, checks.listed, "x", wrong, (int, float))
    refused(TypeError, "x is 5 (int); expected a list of entries", checks.listed, "x", 5)


def test_a_thing_is_of_one_of_its_kinds():
    checks.instance("x", True, int, str)
    refused(TypeError, "x is a list; expected int or str", checks.instance, "x", [], int, str)


def test_a_function_is_what_can_be_called():
    checks.function("loss", len)
    refused(TypeError, "loss is a float; expected a function", checks.function, "loss", 0.5)


# ---- single values --------------------------------------------------------------------------


def test_a_choice_is_one_of_the_choices():
    for x, choices in [("b", ("a", "b")), (1, (0, 1)), (None, (None, "a")), (True, (True, False))]:
        checks.choice("x", x, choices)
    checks.choice("x", np.str_("b"), {"a": 1, "b": 2})
    checks.choice("x", np.int64(1), (0, 1))
    for x in ("c", 5, None, ["a"], np.array(["a"]), True, NAN):
        message = f"x is {x!r}; expected one of ('a', 1)"
        refused(ValueError, message, checks.choice, "x", x, ("a", 1))


def test_a_flag_is_true_or_false():
    assert checks.flag("x", True) is True and checks.flag("x", np.bool_(False)) is False
    for wrong, came in [(1, "1 (int)"), ("no", "'no' (str)"), (None, "None (NoneType)")]:
        refused(TypeError, f"x is {came}; expected True or False", checks.flag, "x", wrong)


@pytest.mark.parametrize(
    "x, bounds, message",
    [
        (NAN, {}, "x is nan; expected a finite number"),
        (INF, {"least": 0}, "x is inf; expected 0 or more"),
        (-INF, {"most": 3}, "x is -inf; expected 3 at most"),
        (-0.1, {"least": 0}, "x is -0.1; expected 0 or more"),
        (3.5, {"most": 3}, "x is 3.5; expected 3 at most"),
        (1.5, {"least": 0, "most": 1}, "x is 1.5; expected a number from 0 to 1"),
        (NAN, {"least": 0, "most": 1}, "x is nan; expected a number from 0 to 1"),
    ],
)
def test_a_number_outside_its_bounds_is_refused(x, bounds, message):
    refused(ValueError, message, checks.number, "x", x, **bounds)


def test_numbers_within_their_bounds_come_back_as_python_floats():
    for x in (0, 1, 0.5, np.float32(0.5), np.int64(1), Fraction(1, 2)):
        found = checks.number("x", x, 0, 1)
        assert type(found) is float and found == x
    assert type(checks.positive("x", np.float32(0.5))) is float
    assert type(checks.share("x", np.float64(0.5))) is float
    assert checks.number("x", -7.0) == -7


@pytest.mark.parametrize("x", [0, -1, NAN, INF, -INF])
def test_what_is_not_above_zero_is_refused(x):
    message = f"x is {x}; expected a finite number above 0"
    refused(ValueError, message, checks.positive, "x", x)


@pytest.mark.parametrize("x", [0, 1, 95, -0.5, NAN, INF])
def test_a_share_lies_strictly_between_zero_and_one(x):
    message = f"x is {x}; expected a number above 0 and below 1, such as 0.95"
    refused(ValueError, message, checks.share, "x", x)


@pytest.mark.parametrize(
    "check, expected",
    [
        (checks.number, "a number"),
        (checks.positive, "a number above 0"),
        (checks.share, "a number above 0 and below 1"),
        (checks.whole, "a whole number, 1 or more"),
    ],
)
def test_what_is_no_number_is_refused(check, expected):
    for x, came in [
        ("5", "'5' (str)"),
        (None, "None (NoneType)"),
        (True, "True (bool)"),
        (1j, "1j (complex)"),
        ([0.5], "[0.5] (list)"),
        (torch.tensor(0.5), "torch.float32 ()"),
        (np.array([1, 2]), "int64 (2,)"),
    ]:
        refused(TypeError, f"x is {came}; expected {expected}", check, "x", x)
    with pytest.raises(TypeError, match="bool"):
        check("x", np.bool_(True))


def test_numbers_too_large_for_a_float_are_infinite_and_no_traceback():
    for check in (checks.number, checks.positive, checks.share):
        for huge in (10**400, -(10**400)):
            with pytest.raises(ValueError, match=r"x is -?1000.*\.\.\.; expected"):
                check("x", huge)


def test_whole_numbers():
    assert checks.whole("x", 5) == 5 and type(checks.whole("x", np.int32(5))) is int
    assert checks.whole("x", 0, least=0) == 0 and checks.whole("x", 7, 1, 7) == 7
    refused(ValueError, "x is 0; expected a whole number, 1 or more", checks.whole, "x", 0)
    message = "x is 8; expected a whole number from 1 to 7"
    refused(ValueError, message, checks.whole, "x", 8, 1, 7)
    message = "x is 2.0 (float); expected a whole number, 0 or more"
    refused(TypeError, message, checks.whole, "x", 2.0, least=0)


# ---- arrays ---------------------------------------------------------------------------------

VALUES = [[1.0, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "x, dtype",
    [
        (np.array(VALUES), np.float64),
        (np.array(VALUES, np.float32), np.float32),
        (np.array(VALUES, np.float16), np.float64),
        (np.array(VALUES, np.uint8), np.float64),
        (np.array(VALUES, np.int64), np.float64),
        (torch.tensor(VALUES), np.float32),
        (torch.tensor(VALUES, dtype=torch.float64), np.float64),
        (torch.tensor(VALUES, dtype=torch.bfloat16), np.float32),
        (torch.tensor(VALUES, dtype=torch.float16), np.float32),
        (torch.tensor(VALUES, dtype=torch.uint8), np.float64),
        (torch.tensor(VALUES, requires_grad=True), np.float32),
        (torch.nn.Parameter(torch.tensor(VALUES)), np.float32),
        (torch.tensor(VALUES).to_sparse(), np.float32),
        (VALUES, np.float64),
        (tuple(map(tuple, VALUES)), np.float64),
        (list(torch.tensor(VALUES, requires_grad=True)), np.float32),
        ([list(row) for row in torch.tensor(VALUES, dtype=torch.bfloat16)], np.float32),
    ],
)
def test_arrays_tensors_and_lists_of_any_dtype_are_measured_as_floats(x, dtype):
    found = checks.array("x", x, "n D", D=3)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, VALUES)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_numbers_come_from_the_gpu():
    x = torch.tensor(VALUES, device="cuda", dtype=torch.float16)
    for given in (x, list(x), [list(row) for row in x]):
        np.testing.assert_array_equal(checks.array("x", given), VALUES)


def test_unsigned_numbers_do_not_wrap_around():
    a, b = checks.arrays("n, n", a=np.array([10], np.uint8), b=np.array([250], np.uint8))
    assert (a - b).tolist() == [-240]


def test_booleans_are_counted_as_zero_and_one():
    assert checks.array("x", [True, False]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "x, error, message",
    [
        ("ab", TypeError, "x is 'ab' (str); expected numbers (n,)"),
        (["a", "b"], TypeError, "x is ['a', 'b'] (list); expected numbers (n,)"),
        (None, TypeError, "x is None (NoneType); expected numbers (n,)"),
        ([None, 1], TypeError, "x is [None, 1] (list); expected numbers (n,)"),
        ({"a": 1}, TypeError, "x is {'a': 1} (dict); expected numbers (n,)"),
        (np.array(["2020"], "M8[Y]"), TypeError, "x is datetime64[Y] (1,); expected numbers (n,)"),
        ([1j], ValueError, "x is [1j] (list); expected numbers (n,)"),
        (torch.zeros(N, dtype=torch.complex64), ValueError, "x is torch.complex64 (3,); expected"),
        (torch.zeros(N, device="meta"), TypeError, "x is torch.float32 (3,); expected an array of"),
        (np.ma.masked_array([1, 2], [0, 1]), TypeError, "x is a masked array; expected an array w"),
        ([[1, 2], [3]], ValueError, "x is a list of unequal rows; expected an array"),
        ([torch.zeros(2), torch.zeros(3)], ValueError, "x is a list of unequal rows; expected an"),
        (3.0, ValueError, "x has shape (); expected (n,)"),
        ([[1.0]], ValueError, "x has shape (1, 1); expected (n,)"),
        ([1, NAN, INF], ValueError, "x holds 2 NaN or infinite of 3 numbers, the first at (1,); "),
        (torch.tensor([NAN]), ValueError, "x holds 1 NaN or infinite of 1 numbers, the first at"),
        ([1e999], ValueError, "x holds 1 NaN or infinite"),
    ],
)
def test_what_cannot_be_measured_is_refused(x, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        checks.array("x", x, "n")


def test_long_arguments_are_cut_in_the_message():
    with pytest.raises(TypeError) as caught:
        checks.array("x", ["word"] * 1009)
    assert len(str(caught.value)) < 120


def test_several_arrays_go_together():
    a, b = checks.arrays("n D, n", a=np.ones((N, D)), b=[1, 2, 3])
    assert a.shape == (N, D) and b.dtype == np.float64
    message = "a is (3, 5), b is (2,); expected (n, D) and (n,)"
    refused(ValueError, message, checks.arrays, "n D, n", a=np.ones((N, D)), b=[1, 2])
    with pytest.raises(ValueError, match="b holds 1 NaN"):
        checks.arrays("n, n", a=[1.0], b=[NAN])


def test_labels_are_whole_numbers_from_zero():
    for x in ([0, 2, 1], np.array([0, 2, 1], np.uint8), torch.tensor([0, 2, 1])):
        found = checks.integers("y", x, below=3)
        assert found.dtype == np.int64 and found.tolist() == [0, 2, 1]
    assert checks.integers("y", []).tolist() == []
    assert checks.integers("y", [[1, 2]], "n 2").tolist() == [[1, 2]]


@pytest.mark.parametrize(
    "x, below, error, message",
    [
        ([0, 3], 3, ValueError, "y runs from 0 to 3; expected numbers from 0 to 2"),
        ([-1, 2], 3, ValueError, "y runs from -1 to 2; expected numbers from 0 to 2"),
        ([-1, 2], None, ValueError, "y runs from -1 to 2; expected 0 or more"),
        ([0.0, 1.0], None, ValueError, "y is [0.0, 1.0] (list); expected whole numbers (n,)"),
        ([NAN], None, ValueError, "y is [nan] (list); expected whole numbers (n,)"),
        ([True], None, ValueError, "y is [True] (list); expected whole numbers (n,)"),
        (["a"], None, TypeError, "y is ['a'] (list); expected whole numbers (n,)"),
        (None, None, TypeError, "y is None (NoneType); expected whole numbers (n,)"),
        (torch.zeros(N), None, ValueError, "y is torch.float32 (3,); expected whole numbers (n,)"),
        ([[1]], None, ValueError, "y has shape (1, 1); expected (n,)"),
        (np.array([2**63], np.uint64), 3, ValueError, f"y runs from {2**63} to {2**63}; expected"),
    ],
)
def test_what_is_no_label_is_refused(x, below, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        checks.integers("y", x, below=below)


def test_rows_are_meant_by_a_slice_a_list_or_a_mask():
    assert checks.index("i", slice(1, None, 2), N) == slice(1, None, 2)
    for given in ([0, -3], np.array([0, -3]), torch.tensor([0, -3])):
        assert checks.index("i", given, N).tolist() == [0, -3]
    assert checks.index("i", [True, False, True], N).tolist() == [True, False, True]
    assert checks.index("i", [], N).dtype == np.int64
    expected = "; expected a slice, a list of rows or a mask"
    for wrong, error, came in [
        (1, TypeError, "i is the number 1"),
        (np.int64(1), TypeError, "i is the number 1"),
        ("ab", TypeError, "i is 'ab' (str)"),
        (None, TypeError, "i is None (NoneType)"),
        ([0.5], ValueError, "i is [0.5] (list)"),
        (slice("a", 2), TypeError, "i is slice('a', 2, None)"),
    ]:
        refused(error, came + expected, checks.index, "i", wrong, N)
    message = "i is slice(None, None, 0); expected a step that is not 0"
    refused(ValueError, message, checks.index, "i", slice(None, None, 0), N)
    refused(ValueError, "i has shape (2,); expected (3,)", checks.index, "i", [True, False], N)
    refused(ValueError, "i has shape (1, 1); expected (n,)", checks.index, "i", [[1]], N)
    for wrong in ([0, 3], [-4, 2]):
        message = f"i runs from {wrong[0]} to {wrong[1]}; expected rows from -3 to 2"
        refused(ValueError, message, checks.index, "i", wrong, N)


def test_finite_says_how_many_are_not_and_where_the_first_is():
    checks.finite("x", np.zeros((0, D)))
    x = np.ones((N, D))
    checks.finite("x", x)
    x[1, 4], x[2, 0] = NAN, -INF
    message = (
        "x holds 2 NaN or infinite of 15 numbers, the first at (1, 4); expected finite numbers"
    )
    refused(ValueError, message, checks.finite, "x", x)


def test_a_distribution_adds_up_to_one_along_its_axis():
    p = np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]])
    checks.distribution("p", p)
    checks.distribution("p", p / 3, axis=None)
    checks.distribution("p", p.T, axis=0)
    checks.distribution("p", p + 1e-5)
    expected = "; expected entries of 0 or more that sum to 1"
    came = "p has sums of 0.75 to 1.25 and a least entry of 0.25"
    refused(ValueError, came + expected, checks.distribution, "p", p.T[:, :2])
    came = "p has sums of 1 to 1 and a least entry of -0.5"
    refused(ValueError, came + expected, checks.distribution, "p", np.array([1.5, -0.5]))
    refused(ValueError, "p has nothing" + expected, checks.distribution, "p", np.zeros((N, 0)))
    with pytest.raises(ValueError, match="sums of nan"):
        checks.distribution("p", np.array([NAN, 1.0]))


def test_a_column_has_its_dtype_and_shape():
    for x, kind in [
        (np.zeros((N, D), np.uint8), "u"),
        (np.zeros((N, D), np.float32), "f"),
        (np.zeros((N, D), np.int64), "i"),
        (np.zeros((N, D), bool), "b"),
        (np.zeros((N, D), "U4"), "U"),
    ]:
        checks.column("x", x, kind, (N, D))
        with pytest.raises(ValueError, match=re.escape(f"x is {x.dtype} (3, 5); expected ")):
            checks.column("x", x, kind, (D, N))
    message = "x is float64 (3,); expected bool (3,)"
    refused(ValueError, message, checks.column, "x", np.zeros(N), "b", (N,))
    with pytest.raises(ValueError, match="x holds 1 NaN or infinite of 2 numbers"):
        checks.column("x", np.array([NAN, 1.0]), "f", (2,))
    message = "x is a list; expected an array, str (2,)"
    refused(TypeError, message, checks.column, "x", ["a", "b"], "U", (2,))


# ---- what networks are built and fed with ----------------------------------------------------


def test_widths_come_back_as_a_dict_and_name_what_is_wrong():
    assert checks.widths("dims", {"image": B, "speech": D}) == {"image": B, "speech": D}
    message = "dims['b'] is 0; expected a whole number, 1 or more"
    refused(ValueError, message, checks.widths, "dims", {"a": 1, "b": 0})
    refused(ValueError, "dims is empty; expected at least one modality", checks.widths, "dims", {})
    with pytest.raises(TypeError, match="dims is a list; expected a dict"):
        checks.widths("dims", [2, 3])
    with pytest.raises(TypeError, match=r"dims has 3 \(int\); expected strings"):
        checks.widths("dims", {3: 2})


@pytest.mark.parametrize("name", ["", "a.b", "keys", "values", "training", "forward", "copy"])
def test_a_name_that_no_module_can_hold_is_refused(name):
    with pytest.raises(KeyError, match=re.escape(f"dims has the name {name!r}; expected")):
        checks.widths("dims", {name: 2})


@pytest.mark.parametrize("name", ["image", "1", "left image", "größe", "class", "_"])
def test_every_other_name_holds_weights(name):
    (key,) = checks.widths("dims", {name: 2})
    parts = torch.nn.ModuleDict({key: torch.nn.Linear(1, 1)})
    numbers = torch.nn.ParameterDict({key: torch.nn.Parameter(torch.zeros(1))})
    assert list(parts) == list(numbers) == [name]
    assert set(parts.state_dict()) == {f"{name}.weight", f"{name}.bias"}


def test_each_modality_has_its_own_width_and_one_number_of_rows():
    dims = {"image": N, "speech": D}
    pair = {"speech": torch.zeros(B, D), "image": torch.zeros(B, N)}
    assert checks.sized("pair", pair, dims) == B
    assert checks.sized("pair", {"speech": pair["speech"]}, dims) == B
    with pytest.raises(ValueError, match=r"pair\['image'\] has shape \(2, 5\); expected \(B, 3\)"):
        checks.sized("pair", pair | {"image": torch.zeros(B, D)}, dims)
    with pytest.raises(
        ValueError, match=r"pair\['image'\] has shape \(7, 3\); expected \(2, D_m\)"
    ):
        checks.sized("pair", pair | {"image": torch.zeros(H, N)}, dims)
    with pytest.raises(KeyError, match="'sound'.*'image', 'speech'"):
        checks.sized("pair", {"sound": torch.zeros(B, D)}, dims)
    with pytest.raises(TypeError, match="pair is a NoneType"):
        checks.sized("pair", None, dims)


def test_rows_are_counted_whatever_a_row_is():
    assert checks.rows("data", {"x": torch.zeros(B, N, D), "y": torch.zeros(B).long()}) == B
    for wrong, message in [
        ({}, r"data have shapes \{\}; expected one number of rows"),
        ({"x": torch.zeros(B), "y": torch.zeros(N)}, r"'x': \(2,\), 'y': \(3,\)"),
        ({"x": torch.zeros(())}, r"'x': \(\)"),
        ({"x": torch.zeros(0, N)}, "data have 0 rows; expected at least 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            checks.rows("data", wrong)
    with pytest.raises(ValueError, match="data have 2 rows; expected at least 3"):
        checks.rows("data", {"x": torch.zeros(B)}, least=3)
    with pytest.raises(TypeError, match=r"data\['x'\] is a list"):
        checks.rows("data", {"x": [1, 2]})


def test_alike_lets_only_the_last_axes_differ():
    a, b = torch.zeros(B, N, D), torch.zeros(B, H, 1)
    checks.alike({"a": a, "b": b}, last=2)
    checks.alike({"a": a, "b": a + 1})
    message = (
        "a has shape (2, 3, 5), b has shape (2, 7, 1); expected the same axes before the last 1"
    )
    refused(ValueError, message, checks.alike, {"a": a, "b": b}, last=1)
    message = "a has shape (2, 3, 5), b has shape (3, 5); expected one shape"
    refused(ValueError, message, checks.alike, {"a": a, "b": a[0]})
    with pytest.raises(ValueError, match="expected the same axes before the last 2"):
        checks.alike({"a": a[0], "b": a[0, 0]}, last=2)  # fewer axes than are left out
    with pytest.raises(ValueError, match="b is torch.int64"):
        checks.alike({"a": a, "b": a.long()})


def test_tensors_that_go_together_are_on_one_device():
    here = {"a": torch.zeros(B, D), "b": torch.zeros(B, D, device="meta")}
    with pytest.raises(ValueError, match="they are not together: a on .*, b on meta; expected one"):
        checks.alike(here)
    with pytest.raises(ValueError, match="codes are not together: .*; expected one device"):
        checks.tensors("codes", here, "B D")


def test_a_mask_broadcasts_and_makes_nothing_larger():
    for shape in ((), (D,), (1,), (N, D), (N, 1), (1, 1, D), (B, N, D)):
        checks.mask_over("mask", torch.ones(shape).bool(), (B, N, D))
    for shape in ((N,), (B, N), (H, B, N, D), (1, B, N, D), (B, D)):
        with pytest.raises(ValueError, match=re.escape(f"{shape}; expected torch.bool that")):
            checks.mask_over("mask", torch.ones(shape).bool(), (B, N, D))
    with pytest.raises(ValueError, match=r"torch.float32 \(5,\)"):
        checks.mask_over("mask", torch.ones(D), (B, N, D))
    with pytest.raises(TypeError, match="mask is None"):
        checks.mask_over("mask", None, (B, N, D))


def test_dtypes_meet_unless_autocast_is_at_work():
    x, weight = torch.zeros(B).bfloat16(), torch.zeros(B)
    checks.matches("x", weight + 1, weight)
    device = weight.device.type
    with torch.autocast(device, dtype=torch.bfloat16):
        checks.matches("x", x, weight)
    with pytest.raises(ValueError, match="x is torch.bfloat16 on .* as the query"):
        checks.matches("x", x, weight, "the query")
    meta = torch.zeros(B, device="meta")
    with pytest.raises(ValueError, match="x is torch.float32 on meta"):
        checks.matches("x", meta, weight)


def test_numbers_are_not_read_where_they_cannot_be():
    x, seen = torch.zeros(B, N), []
    assert checks.readable(x) and checks.readable(x, x[:0])
    assert not checks.readable(x, torch.zeros(B, device="meta"))

    def look(row):
        seen.append(checks.readable(row))
        return row.sum()

    torch.vmap(look)(x)
    torch.func.grad(look)(x)
    torch.compile(look, backend="eager", fullgraph=True)(x)
    assert len(seen) >= 2 and not any(seen)


def test_a_temperature_may_be_learned_and_differ_from_model_to_model():
    for t in (1, 0.5, np.float32(2), Fraction(1, 2), torch.tensor(2.0)):
        checks.temperature("tau", t)
    for wrong in (0, -1.0, NAN, INF, torch.tensor(0.0), torch.tensor(NAN)):
        with pytest.raises(ValueError, match="tau is .*; expected a finite number above 0"):
            checks.temperature("tau", wrong)
    with pytest.raises(ValueError, match=r"tau has shape \(2,\)"):
        checks.temperature("tau", torch.ones(B))
    with pytest.raises(TypeError, match="tau is 'warm'"):
        checks.temperature("tau", "warm")

    def scaled(t):
        checks.temperature("tau", t)
        return 1 / t

    assert torch.vmap(scaled)(torch.tensor([1.0, 2.0])).tolist() == [1.0, 0.5]
