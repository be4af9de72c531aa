"""Tests run on the device that ``MMBOOK_DEVICE`` names, without a word of it in the tests.

``@pytest.mark.cpu`` keeps a test on the CPU, such as one that counts calls. Examples in docstrings
(``>>>``) stay there, too: they print what a reader without a GPU sees.
"""

import os
from contextlib import nullcontext
from pathlib import Path

import pytest

HERE = Path(__file__).parent
collect_ignore_glob = ["labs/*"]  # right and wrong answers, which only the labs' own test can run
DEVICE = os.environ.get("MMBOOK_DEVICE") or "cpu"
mode = nullcontext()


def pytest_configure(config):
    global mode
    config.addinivalue_line("markers", "cpu: runs on the CPU, whatever MMBOOK_DEVICE says")
    if DEVICE != "cpu":
        from mmbook.training import pick_device
        from tests.device import FreshOn

        mode = FreshOn(pick_device(DEVICE))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Constants at the top of a file are on the device, too."""
    with mode if is_here(collector) else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    with mode if is_here(item) and not item.get_closest_marker("cpu") else nullcontext():
        return (yield)


def is_here(node) -> bool:
    """Is it a test in this folder? pytest asks for the package's examples, too."""
    return HERE in node.path.parents
