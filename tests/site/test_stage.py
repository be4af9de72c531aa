"""An interactive figure in a real browser, on a page of its own."""

import numpy as np
import pytest

from mmbook import figures

WORDS = dict(number="7.1", caption="What to see in this picture.", alt="What the data show. " * 3)


def attention() -> figures.Shown:
    weights = np.array([[0.25, 0.75], [0.5, 0.5]])
    scene = figures.Scene("who looks", ["a", "b"], ["c", "d"], weights, ["a", "b"], ["1", "2"])
    return figures.attention_explorer([scene], **WORDS)


@pytest.mark.parametrize("size", [11, 26])
def test_words_of_a_figure_keep_their_size_and_letters_whatever_the_page_has(browser, size):
    page = browser.new_page()
    page.set_content(
        f'<body style="font:{size}px serif">{attention()._repr_html_()}</body>', wait_until="load"
    )
    page.wait_for_selector(".mmbook-stage svg")
    style = "t => { const s = getComputedStyle(t); return [s.fontSize, s.fontFamily]; }"
    found = [text.evaluate(style) for text in page.locator(".mmbook-stage text").all()]
    assert len(found) == 7 and all(
        own == "13px" and letters.startswith("system-ui") for own, letters in found
    )
    width = page.locator(".mmbook-stage svg").evaluate("s => getComputedStyle(s).maxWidth")
    assert width == "100%"
    page.close()
