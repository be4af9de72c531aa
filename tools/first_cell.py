"""The first cell of every notebook that is handed out: it installs mmbook where it is missing.

A reader has the book's set-up, and the cell does nothing. Who opens a single notebook, on Colab for
instance, has nothing but that file. The cell takes ``mmbook`` from the first of these:

1. ``MMBOOK_SOURCE`` in the environment, which names a folder, a wheel or an address;
2. a wheel beside the notebook (``make wheel`` makes one);
3. the public repository that ``_config.yml`` names as ``repository: {url: ..., branch: ...}``.

It stands with the address in every chapter's text; ``make links`` writes it anew. Its tag keeps it out
of the fingerprint of the outputs, so that a new address makes no chapter stale.
"""  # noqa: E501

import re
from functools import cache
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from tools.book import ROOT

TAG = "install"

CODE = '''\
def install_mmbook(address):
    """Install mmbook where it is missing; elsewhere do nothing."""
    import glob
    import os
    import subprocess
    import sys
    from importlib import invalidate_caches, util

    if getattr(util.find_spec("mmbook"), "origin", None):
        return
    beside = sorted(glob.glob("mmbook-*.whl"))
    source = os.environ.get("MMBOOK_SOURCE") or (beside or [address])[-1]
    if not source:
        raise ModuleNotFoundError(
            "mmbook is not installed here. Put its wheel, mmbook-*.whl, "
            "beside this notebook, or name a folder, wheel or address in "
            "os.environ['MMBOOK_SOURCE']; then run this cell again.")
    print(f"mmbook is missing here; pip installs it from {source}, with "
          "what it needs. Without PyTorch that takes some minutes.")
    here = os.path.exists(source)
    wanted = (f"{os.path.abspath(source)}[chapters]" if here
              else f"mmbook[chapters] @ {source}")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", wanted]
    done = subprocess.run(pip, capture_output=True, encoding="utf-8",
                          errors="replace")
    if done.returncode:
        raise RuntimeError(f"pip did not install mmbook.\\n{done.stderr}")
    invalidate_caches()
    print("mmbook is installed.")

install_mmbook("ADDRESS")'''

# The cell in a chapter's text, to the letter as jupytext writes it.
BLOCK = """\
```{code-cell} ipython3
---
jupyter:
  source_hidden: true
tags: [hide-input, install]
---
"""
IN_TEXT = re.compile(rf"{re.escape(BLOCK)}.*?\n```\n", re.DOTALL)


def address(root: Path = ROOT) -> str:
    """What pip installs from the public repository; empty while ``_config.yml`` names none."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8")) or {}
    repository = config.get("repository") or {}
    if not repository.get("url"):
        return ""
    branch = repository.get("branch")
    return f"git+{repository['url']}" + (f"@{branch}" if branch else "")


@cache
def source(root: Path = ROOT) -> str:
    """The code of the cell, with the address in it."""
    return CODE.replace("ADDRESS", address(root))


def first_cell(root: Path = ROOT) -> NotebookNode:
    """The cell for a notebook that is written for students: folded, and tagged."""
    metadata = {"jupyter": {"source_hidden": True}, "tags": ["hide-input", TAG]}
    return nbformat.v4.new_code_cell(source(root), metadata=metadata)


def is_first(cell: NotebookNode) -> bool:
    """Is it this cell, whatever its address?"""
    return cell.cell_type == "code" and TAG in cell.metadata.get("tags", [])


def in_text(root: Path = ROOT) -> str:
    """The cell for the text of a notebook."""
    return f"{BLOCK}{source(root)}\n```\n"


def with_first_cell(text: str, root: Path = ROOT) -> str:
    """A text whose first cell, where it has one, knows the address."""
    return IN_TEXT.sub(lambda _: in_text(root), text)
