"""Reading what must be there: a pattern that is not found is an error that says where."""

import re


def sought(pattern: str, text: str, where: str, expected: str, flags: int = 0) -> re.Match[str]:
    """The first match of a pattern in a text.

    Args:
        where: what is read, such as a chapter's name.
        expected: what the pattern looks for, in words.
    Raises: ValueError if there is none.
    """
    found = re.search(pattern, text, flags)
    if found is None:
        raise ValueError(f"{where}: expected {expected}; it has none")
    return found
