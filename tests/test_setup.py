"""The set-up remembers which build of PyTorch it has, and changes it when asked."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CPU = "https://download.pytorch.org/whl/cpu"

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


def planned(folder: Path, *arguments: str) -> str:
    """What ``make setup`` would do in a copy of the Makefile's folder."""
    run = subprocess.run(
        ["make", "-n", "setup", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return run.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A book that is not set up."""
    for name in ("TORCH_INDEX", "MMBOOK_VENV", "EXTRAS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def set_up(folder: Path, index: str | None = None) -> None:
    """As a finished set-up leaves it; before there was a memory, there was no index."""
    (folder / ".venv").mkdir()
    if index is not None:
        (folder / ".venv/index").write_text(f"{index}\n", encoding="utf-8")
    (folder / ".venv/ready").touch()


def test_the_first_set_up_takes_the_cpus_build_and_an_empty_index_takes_the_other(folder):
    assert f"--extra-index-url {CPU}" in planned(folder) and "uninstall" not in planned(folder)
    cuda = planned(folder, "TORCH_INDEX=")
    assert "pip install" in cuda and "--extra-index-url" not in cuda and "uninstall" not in cuda


@pytest.mark.parametrize("before", [None, CPU])
def test_another_index_installs_pytorch_anew_after_a_first_set_up(folder, before):
    set_up(folder, before)
    assert "pip" not in planned(folder)
    assert "pip" not in planned(folder, f"TORCH_INDEX={CPU}")
    cuda = planned(folder, "TORCH_INDEX=")
    assert cuda.index("uninstall --quiet --yes torch") < cuda.index("pip install")
    assert "--extra-index-url" not in cuda


def test_the_set_up_goes_where_it_is_told(folder, monkeypatch):
    """As in a container, where it stands beside the book."""
    plan = planned(folder, "MMBOOK_VENV=/opt/venv", "EXTRAS=lab")
    assert "-m venv /opt/venv" in plan and '-e ".[lab]"' in plan and "touch /opt/venv/ready" in plan
    assert ".venv" not in plan.replace("/opt/venv", "")
    monkeypatch.setenv("MMBOOK_VENV", "/opt/venv")
    assert planned(folder, "EXTRAS=lab") == plan
    assert '-e ".[lab,book,test]"' in planned(folder)


def test_the_build_with_cuda_is_remembered_until_another_is_asked_for(folder):
    set_up(folder, "")
    assert "pip" not in planned(folder) and "pip" not in planned(folder, "TORCH_INDEX=")
    assert "uninstall" in planned(folder, f"TORCH_INDEX={CPU}")
    (folder / "pyproject.toml").touch()  # a newer pyproject.toml installs with the same index
    (folder / ".venv/ready").unlink()
    assert "--extra-index-url" not in planned(folder)
