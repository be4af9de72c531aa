"""Names, texts, lists, and things of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mmbook.checks.values import whole
from mmbook.checks.words import came_as, is_series


def mapping(name: str, x: Any) -> None:
    """Raises: TypeError if ``x`` is no mapping, such as a dict."""
    if not isinstance(x, Mapping):
        raise TypeError(f"{name} is a {type(x).__name__}; expected a dict, one entry a modality")


def keys(name: str, given: Iterable[str], expected: Iterable[str]) -> None:
    """Are these the expected names, each once, in whatever order?

    >>> keys("codes", {"image": 1, "txt": 2}, ("image", "text"))
    Traceback (most recent call last):
    KeyError: "codes has ('image', 'txt'); expected ('image', 'text')"

    Raises: KeyError if not; TypeError for what holds no names.
    """
    given, expected = _names(name, given), tuple(expected)
    if set(given) != set(expected) or len(given) > len(expected):
        raise KeyError(f"{name} has {given}; expected {expected}")


def known_keys(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raises: KeyError for a name that is not among the known ones; TypeError as :func:`keys`."""
    known = tuple(known)
    unknown = [key for key in _names(name, given) if key not in known]
    if unknown:
        raise KeyError(f"{name} has {unknown}; expected names of {known}")


def _names(name: str, given: Any) -> tuple[str, ...]:
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(f"{name} is {came_as(given)}; expected names in a dict or a list")
    names = tuple(given)
    for key in names:
        if not isinstance(key, str):
            raise TypeError(f"{name} has {came_as(key)}; expected strings")
    return names


def widths(name: str, given: Mapping[str, int]) -> dict[str, int]:
    """The width of each modality, by which a network is built; gives it as a dict.

    Weights travel under the names of the modalities, so each must be able to name a part of a
    ``torch.nn.ModuleDict`` or ``ParameterDict``.

    >>> widths("input_dims", {"image": 784, "speech": 0})
    Traceback (most recent call last):
    ValueError: input_dims['speech'] is 0; expected a whole number, 1 or more
    >>> widths("input_dims", {"image.left": 784})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    KeyError: "input_dims has the name 'image.left'; expected one without a dot ..."

    Raises: TypeError for what is no dict of whole numbers; KeyError for such a name; ValueError
        for no modality or a width below 1.
    """
    from torch import nn

    mapping(name, given)
    if not given:
        raise ValueError(f"{name} is empty; expected at least one modality")
    taken = {*dir(nn.ModuleDict()), *dir(nn.ParameterDict())}
    for key in _names(name, given):
        if not key or "." in key or key in taken:
            raise KeyError(
                f"{name} has the name {key!r}; expected one without a dot "
                "that is not a word of torch.nn.Module, as 'keys' is"
            )
    return {key: whole(f"{name}[{key!r}]", width) for key, width in given.items()}


def texts(name: str, x: Any) -> list[str]:
    """Several texts as a list; one string is not read as a list of its letters.

    >>> texts("words", ("one", "zwei"))
    ['one', 'zwei']
    >>> texts("words", "one")
    Traceback (most recent call last):
    TypeError: words is 'one' (str); expected a list of strings

    Raises: TypeError for a single string, what has no order, or what holds other things.
    """
    if isinstance(x, (str, bytes, dict, set, frozenset)) or not is_series(x):
        raise TypeError(f"{name} is {came_as(x)}; expected a list of strings")
    out = []
    for text in x:
        if not isinstance(text, str):
            raise TypeError(f"{name} holds {came_as(text)}; expected strings")
        out.append(str(text))
    return out


def text(name: str, x: Any, least: int = 1) -> str:
    """One string of ``least`` letters or more.

    >>> text("caption", "")
    Traceback (most recent call last):
    ValueError: caption is ''; expected a string of 1 or more letters

    Raises: TypeError for what is no string; ValueError for a shorter one.
    """
    if not isinstance(x, str):
        raise TypeError(f"{name} is {came_as(x)}; expected a string")
    if len(x) < least:
        raise ValueError(f"{name} is {x!r}; expected a string of {least} or more letters")
    return str(x)


def listed(name: str, x: Any, kind: type | tuple[type, ...] = object, least: int = 1) -> list[Any]:
    """Several things of one class as a list; one string is not read as a list of its letters.

    >>> listed("designers", ["noto", 5], str)
    Traceback (most recent call last):
    TypeError: designers holds 5 (int); expected str

    Raises: TypeError for what is no list of them; ValueError for fewer than ``least``.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    expected = " or ".join(k.__name__ for k in kinds) if kind is not object else "entries"
    if isinstance(x, (str, bytes, Mapping, set, frozenset)) or not is_series(x):
        raise TypeError(f"{name} is {came_as(x)}; expected a list of {expected}")
    out = list(x)
    wrong = [entry for entry in out if not isinstance(entry, kinds)]
    if wrong:
        raise TypeError(f"{name} holds {came_as(wrong[0])}; expected {expected}")
    if len(out) < least:
        raise ValueError(f"{name} has {len(out)} entries; expected at least {least}")
    return out


def instance(name: str, x: Any, *kinds: type) -> None:
    """Raises: TypeError for what is none of these kinds of thing, such as a table of digits."""
    if not isinstance(x, kinds):
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"{name} is a {type(x).__name__}; expected {expected}")


def function(name: str, x: Any) -> None:
    """Raises: TypeError for what cannot be called, such as a loss that was called already."""
    if not callable(x):
        raise TypeError(f"{name} is a {type(x).__name__}; expected a function")
