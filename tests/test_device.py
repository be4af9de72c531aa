"""The plug-in that puts tests on a device, tried on ``meta``: it has devices and no numbers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from mmbook.adversarial import MultimodalGenerator
from mmbook.attention import SelfAttention
from mmbook.features import Pieces
from mmbook.graph import GraphConvolution
from mmbook.pairs import mispaired
from tests.device import FreshOn

META = torch.device("meta")
HERE = Path(__file__).parent

# A file of tests as anybody would write it; the last test counts, so it stays on the CPU.
TESTS = """
import pytest
import torch

TOP = torch.zeros(3)

def test_on_the_device():
    fresh = TOP, torch.randn(3), torch.nn.Linear(2, 3).weight
    assert {x.device.type for x in fresh} == {"DEVICE"}

@pytest.mark.cpu
def test_on_the_cpu():
    assert torch.randn(3).device.type == "cpu"
"""


# The package's examples print what a reader without a GPU sees.
EXAMPLE = '''
"""
>>> import torch
>>> torch.zeros(2)
tensor([0., 0.])
"""
'''


def pytest_in(folder: Path, device: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run pytest in a folder whose tests have this folder's ``conftest.py``."""
    shutil.copy(HERE / "conftest.py", folder / "tests")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = os.environ | {"MMBOOK_DEVICE": device, "PYTHONPATH": str(HERE.parent)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=folder)


@pytest.fixture
def meta():
    with FreshOn(META) as mode:
        yield mode


pytestmark = pytest.mark.cpu


def test_fresh_tensors_are_on_the_device_and_their_copies_stay_there(meta):
    fresh = [
        torch.randn(2, 3),
        torch.tensor([1, 2]),
        torch.arange(5),
        torch.eye(3),
        torch.zeros(3) + 1,
        torch.randperm(7, generator=torch.Generator().manual_seed(0)),
        torch.normal(0.0, 1.0, (3,)),
        torch.as_tensor([1.0]),
        torch.ones_like(torch.empty(3)),
    ]
    assert {x.device for x in fresh} == {META}


def test_what_asks_for_a_gradient_is_a_leaf_on_the_device(meta):
    x = torch.randn(3, requires_grad=True)
    assert x.requires_grad and x.is_leaf and x.device == META
    assert not torch.randn(3).requires_grad


def test_fresh_tensors_may_be_made_under_vmap(meta):
    def noisy(x):
        return torch.empty_like(x).normal_() + torch.zeros(2)

    made = torch.vmap(noisy, randomness="different")(torch.ones(3))
    assert made.shape == (3, 2) and made.device == META


def test_a_device_that_is_named_is_kept(meta):
    assert torch.zeros(3, device="cpu").device.type == "cpu"
    assert torch.zeros(3, device="cpu").numpy().sum() == 0


def test_networks_are_built_on_the_device_those_of_the_package_too(meta):
    networks = (
        nn.Linear(2, 3),
        nn.GRU(2, 3),
        SelfAttention(6, num_heads=2),
        GraphConvolution(3, 5),
        MultimodalGenerator(2, {"image": 5, "text": 3}),
    )
    assert {p.device for network in networks for p in network.parameters()} == {META}


def test_what_the_package_makes_in_its_functions_is_left_alone(meta):
    """Else a missing ``device=`` in the package would never show."""
    assert Pieces(["one"]).encode(["two"]).device.type == "cpu"
    assert mispaired(3, seed=0).device.type == "cpu"


def test_draws_come_from_the_generator_of_the_cpu_in_its_order():
    """Tried on a device with numbers, which here is the CPU itself."""

    def drawn():
        torch.manual_seed(3)
        return nn.Linear(2, 3).weight, torch.randn(4)

    with FreshOn(torch.device("cpu")):
        there = drawn()
    assert all(torch.equal(x, y) for x, y in zip(there, drawn(), strict=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Linear(2, 3),
        lambda: nn.GRU(2, 3),
        lambda: nn.Embedding(2, 3),
        lambda: SelfAttention(6, num_heads=2),
        lambda: MultimodalGenerator(2, {"image": 5, "text": 3}),
        lambda: nn.init.kaiming_normal_(torch.empty(2, 3)),
        lambda: nn.init.normal_(torch.empty(2, 3)),
    ],
)
def test_weights_take_from_the_generator_of_the_cpu_what_they_take_on_the_cpu(make):
    """Linear layers draw by a function of nn.init, which no mode sees into."""

    def left():
        torch.manual_seed(3)
        make()
        return torch.get_rng_state()

    with FreshOn(META):
        there = left()
    assert torch.equal(there, left())


def test_a_network_on_another_device_is_drawn_there(meta):
    """A library's layer that is made without numbers draws none."""
    meta.device = torch.device("cpu")
    before = torch.get_rng_state()
    nn.MultiheadAttention(2, 1, device="meta")
    assert torch.equal(before, torch.get_rng_state())


def test_layers_compile_as_a_whole(meta):
    meta.device = torch.device("cpu")
    layer, x = SelfAttention(6, num_heads=2), torch.randn(2, 3, 6)
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    assert torch.allclose(compiled(x)[0], layer(x)[0], atol=1e-6)


def test_outside_of_it_nothing_happens():
    with FreshOn(META):
        pass
    assert torch.zeros(3).device.type == "cpu" and torch.compile.__module__ == "torch"


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_the_tests_follow_the_variable(device, tmp_path):
    for name in ("tests", "package"):
        (tmp_path / name).mkdir()
    (tmp_path / "tests/test_it.py").write_text(TESTS.replace("DEVICE", device), encoding="utf-8")
    (tmp_path / "package/example.py").write_text(EXAMPLE, encoding="utf-8")
    run = pytest_in(tmp_path, device, "--doctest-modules", "tests", "package")
    assert "3 passed" in run.stdout, run.stdout + run.stderr


def test_a_device_that_is_not_there_stops_the_tests(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_it.py").write_text("def test_it(): pass", encoding="utf-8")
    run = pytest_in(tmp_path, "nowhere", "tests")
    assert run.returncode and "device 'nowhere' cannot be used here" in run.stdout + run.stderr
