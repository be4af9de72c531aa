"""mmbook's modules import one way only, and importing them stays light."""

import ast
import subprocess
import sys
from importlib.util import resolve_name
from pathlib import Path

import pytest

import mmbook

FOLDER = Path(mmbook.__file__).parent
# Which other modules of the package each may import, besides checks, on which all stand; all that
# are not named here: none.
# the curve behind the calibration error stands on the same bins: metrics.
# contact sheets (figures) tell Digits from Emoji, hence data.
# features by rule are made of digits and emoji, and have principal components: data, linear.
# the search reads letter groups and is put on the page as a figure: features, figures.
# hierarchical attention shares the masked softmax of attention.
MAY_IMPORT = {
    "calibration": {"metrics"},
    "experiment": {"metrics", "training"},
    "features": {"data", "linear"},
    "figures": {"metrics", "data"},
    "hierarchical": {"attention"},
    "planes": {"linear"},
    "probes": {"classifiers", "training"},
    "search": {"features", "figures"},
    "splits": {"data"},
}
FILES = sorted(FOLDER.rglob("*.py"))


def module_of(file: Path) -> str:
    """The first name below mmbook: ``figures`` for mmbook/figures/show.py."""
    return file.relative_to(FOLDER).parts[0].removesuffix(".py")


def imported_by(source: str, package: str) -> set[str]:
    """First names below mmbook that a file of ``package`` imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            names |= {base} if base != "mmbook" else {f"mmbook.{a.name}" for a in node.names}
    return {name.split(".")[1] for name in names if name.startswith("mmbook.")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(FOLDER).as_posix())
def test_modules_import_one_way(file):
    package = ".".join(["mmbook", *file.parent.relative_to(FOLDER).parts])
    own = module_of(file)
    others = imported_by(file.read_text(encoding="utf-8"), package) - {own}
    assert others - {"checks"} <= MAY_IMPORT.get(own, set())


@pytest.mark.parametrize(
    "source, package, names",
    [
        ("import mmbook.metrics as m", "mmbook", {"metrics"}),
        ("def f():\n    from mmbook import training, data", "mmbook", {"training", "data"}),
        ("from ..data.digits import Digits", "mmbook.figures", {"data"}),
        ("from .. import linear", "mmbook.figures", {"linear"}),
        ("from . import style\nimport torch", "mmbook.figures", {"figures"}),
    ],
)
def test_every_way_to_import_is_seen(source, package, names):
    assert imported_by(source, package) == names


def loaded_by(code: str) -> set[str]:
    """Names of all modules that a fresh interpreter holds after ``code``."""
    show = f"import sys; {code}; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_package_loads_no_slow_or_drawing_library():
    modules = sorted({module_of(file) for file in FILES} - {"__init__"})
    loaded = loaded_by("; ".join(f"import mmbook.{name}" for name in modules))
    assert {f"mmbook.{name}" for name in modules} <= loaded
    assert not loaded & {"torch_geometric", "matplotlib.pyplot", "sklearn"}


def test_importing_the_data_loads_neither_torch_nor_matplotlib():
    assert not loaded_by("import mmbook.data") & {"torch", "matplotlib"}
