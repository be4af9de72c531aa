"""Tests run on the device that ``MMBOOK_DEVICE`` names, without a word of it in the tests.

``@pytest.mark.cpu`` keeps a test on the CPU, such as one that counts calls. Examples in docstrings
(``>>>``) stay there, too: they print what a reader without a GPU sees.
"""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DEVICE = os.environ.get("MMBOOK_DEVICE") or "cpu"
mode = None


def pytest_configure(config):
    global mode
    config.addinivalue_line("markers", "cpu: runs on the CPU, whatever MMBOOK_DEVICE says")
    if DEVICE != "cpu":
        from mmbook.training import pick_device
        from tests.device import FreshOn

        mode = FreshOn(pick_device(DEVICE))
        mode.__enter__()


def pytest_unconfigure():
    if mode is not None:
        mode.__exit__(None, None, None)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Constants at the top of a file are on the device, too."""
    with active(is_here(collector)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    with active(is_here(item) and item.get_closest_marker("cpu") is None):
        return (yield)


def is_here(node) -> bool:
    """Is it a test in this folder? pytest asks for the package's examples, too."""
    return HERE in node.path.parents


class active:
    """Switch the mode on, or off, for a while; nothing to do on the CPU."""

    def __init__(self, on: bool):
        self.on = on

    def __enter__(self):
        if mode is not None:
            self.before, mode.active = mode.active, self.on

    def __exit__(self, *error):
        if mode is not None:
            mode.active = self.before
