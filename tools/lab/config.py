"""How the book opens in JupyterLab: ``jupyter lab --config tools/lab/config.py``.

Reading must not change a file. A kernel writes its exact version into each notebook that it opens,
and live controls leave views behind that no later kernel can show: what was stored of them stays.
Chapters run on one thread, as when their outputs were made: more lose to any other load and move
last digits. ``overrides.json`` shows pages as pages, and asks for no news.
"""

import json
import os
from pathlib import Path

LIVE = "application/vnd.jupyter.widget-view+json"
# (path, cell) -> its last outputs. Lab saves every two minutes: of a cell that waits for its turn
# the file then holds nothing, and the next save would find no still there.
STILLS = {}


def as_in_the_book(model, path, contents_manager):
    """Leave out of what is saved what only the kernel of this session knows."""
    if model["type"] != "notebook":
        return
    file = Path(contents_manager.root_dir, path)
    before = json.loads(file.read_text("utf-8"))["cells"] if file.is_file() else []
    STILLS.update({(path, c.get("id")): c["outputs"] for c in before if c.get("outputs")})
    notebook = model["content"]
    notebook["metadata"].get("language_info", {}).pop("version", None)
    for name in ("widgets", "jupytext"):  # pyproject.toml says what is paired with what
        notebook["metadata"].pop(name, None)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            if any(LIVE in output.get("data", {}) for output in cell["outputs"]):
                cell["outputs"] = STILLS.get((path, cell["id"]), [])


os.environ.setdefault("OMP_NUM_THREADS", "1")
c = get_config()  # noqa: F821  # pyright: ignore  # JupyterLab gives it to what it reads
c.ContentsManager.pre_save_hook = as_in_the_book
c.LabApp.app_settings_dir = str(Path(__file__).parent)
