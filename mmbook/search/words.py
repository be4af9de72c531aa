"""Which language a question is in. ``search.js`` agrees."""

import re

from mmbook import checks

# Chinese signs, with their extensions. The same ranges stand in search.js.
HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
SPACE = re.compile("[ \t\r\n\u00a0\u3000]+")


def by_language(text: str) -> dict[str, str]:
    """The words of a text, by language; a language without a word is left out.

    Words with a Chinese sign are Chinese, other words with a letter English. What has neither,
    such as a number, goes with the Chinese words if there are any. A straight apostrophe becomes a
    curved one, which is what the names have.

    >>> by_language("red 心"), by_language("NG按钮")
    ({'english': 'red', 'chinese': '心'}, {'chinese': 'NG按钮'})
    >>> by_language("按键: 8"), by_language("8")
    ({'chinese': '按键: 8'}, {'english': '8'})

    Raises: TypeError for what is no string.
    """
    text = checks.text("text", text, 0).replace("'", "\u2019")
    found: dict[str, list[str]] = {"english": [], "chinese": []}
    chinese = HAN.search(text) is not None
    for word in filter(None, SPACE.split(text)):
        latin = LATIN.search(word) is not None and HAN.search(word) is None
        found["english" if latin or not chinese else "chinese"].append(word)
    return {language: " ".join(words) for language, words in found.items() if words}
