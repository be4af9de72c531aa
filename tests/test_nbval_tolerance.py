"""nbval compares printed numbers up to what is written down, and the rest letter by letter."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.nbval_tolerance import align

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "new, stored, tolerance",
    [
        ("loss 0.469", "loss 0.468", 0),  # one unit of the last digit
        ("loss  9.99", "loss 10.00", 0),  # one column more to the left
        ("x -0.00", "x 0.00", 0),
        ("x 1.6e-07", "x 1.5e-07", 0),
        ("x 0.51", "x 0.47", 0.05),
        ("0.49 ± 0.01 of 7", "0.47 ± 0.02 of 7", 0),  # the intervals overlap
        ("0.48 ± 0.00", "0.47 ± 0.00", 0),
        ("[0.1 0.25]", "[0.2 0.25]", 0),
    ],
)
def test_numbers_that_agree_become_the_stored_ones(new, stored, tolerance):
    assert align(new, stored, tolerance) == stored


@pytest.mark.parametrize(
    "new, stored, tolerance",
    [
        ("loss 0.470", "loss 0.468", 0),
        ("x 0.53", "x 0.47", 0.05),
        ("0.51 ± 0.01", "0.47 ± 0.02", 0),
        ("0.60 ± 0.90", "0.47 ± 0.02", 0),  # an interval so wide that it agrees with all
        ("0.47", "0.47 ± 0.02", 0),
        ("8 classes", "7 classes", 0.5),  # whole numbers are exact
        ("1,001", "1,000", 0.5),
        ("loss nan", "loss 0.468", 0.5),
        ("-0.468", "0.468", 0),
        ("loss 0.468 0.468", "loss 0.468", 0),
        ("error 0.468", "loss 0.468", 0.5),
    ],
)
def test_what_does_not_agree_is_left_for_nbval_to_report(new, stored, tolerance):
    assert align(new, stored, tolerance) != stored


BAR = "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass"
HTML = (
    "import random\nfrom IPython.display import HTML\nHTML(f'<figure>{random.random()}</figure>')"
)


def check(source: str, stored: str, *tags: str):
    output = [new_output("stream", text=stored)] if stored else []
    metadata = {"tags": ["nbval-check-output", *tags]}
    return new_code_cell(source, execution_count=1, outputs=output, metadata=metadata)


def nbval(folder: Path, *cells) -> tuple[int, str]:
    """Return code and last line of nbval over a notebook of these cells."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=list(cells), metadata={"kernelspec": spec})
    nbformat.write(notebook, folder / "a.ipynb")
    flags = ["--nbval-lax", "--nbval-current-env", "-p", "tests.nbval_tolerance", "-q"]
    flags += [
        f"--nbval-sanitize-with={ROOT / 'tests/nbval_sanitize.cfg'}",
        "-p",
        "no:cacheprovider",
    ]
    command = [sys.executable, "-m", "pytest", *flags, str(folder / "a.ipynb")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return run.returncode, run.stdout.strip().splitlines()[-1]


def test_nbval_passes_over_bars_figures_times_and_close_numbers(tmp_path):
    code, last = nbval(
        tmp_path,
        new_code_cell(BAR, execution_count=1),
        new_code_cell(HTML, execution_count=2, outputs=[new_output("stream", text="other")]),
        check("print('loss 0.469 in 3.1 s on cuda:0')", "loss 0.468 in 2.9 s on cpu\n"),
        check("print('match 0.51')", "match 0.47\n", "tolerance=0.05"),
        check(BAR + "\nprint('7 left')", "7 left\n"),
    )
    assert code == 0, last


def test_nbval_stops_at_each_wrong_output(tmp_path):
    _, last = nbval(
        tmp_path,
        check("print('loss 0.568')", "loss 0.468\n"),
        check("print('7 classes')", "8 classes\n"),
        check("print('holds')", "FAILS\n"),
        check("print('match 0.53')", "match 0.47\n", "tolerance=0.05"),
        check("print('said')", ""),
        check("pass", "said\n"),
    )
    assert last.startswith("6 failed")
