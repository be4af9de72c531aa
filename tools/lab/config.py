"""How the book opens in JupyterLab: ``jupyter lab --config tools/lab/config.py notebooks``.

Reading must not change a file: a kernel writes its exact version into each notebook that it opens,
and the autosave would store it. ``overrides.json`` shows pages as pages, and asks for no news.
"""

from pathlib import Path


def without_version(model, **_):
    """Leave the version of the reader's Python out of what is saved."""
    if model["type"] == "notebook":
        model["content"]["metadata"].get("language_info", {}).pop("version", None)


c = get_config()  # noqa: F821, JupyterLab's own, as it reads this file
c.ContentsManager.pre_save_hook = without_version
c.LabApp.app_settings_dir = str(Path(__file__).parent)
