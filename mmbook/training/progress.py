"""The bar that shows how far a training is, and leaves nothing behind."""

import sys
from html import escape
from typing import Any

from tqdm import tqdm

EVERY = 0.2  # seconds between two looks of the bar


def progress_bar(steps: int, shown: bool, what: str = "training") -> tqdm:
    """A bar that vanishes at the end, also when the training fails or is interrupted."""
    kind = NotebookBar if shown and in_notebook() else tqdm
    # miniters: without it tqdm looks again from a thread, which does not know the cell
    return kind(
        total=steps, desc=what, leave=False, disable=not shown, mininterval=EVERY, miniters=1
    )


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this code."""
    ipython = sys.modules.get("IPython")  # whoever runs in a kernel has imported it
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and hasattr(shell, "kernel")


class NotebookBar(tqdm):
    """A bar in an output of its own, which is empty at the end: a saved notebook holds no bar.

    A widget would stay in the file as one that no kernel knows any more, and clearing the cell
    would take with it what the cell printed.
    """

    def __init__(self, **options: Any):
        from IPython.display import DisplayHandle

        self.handle = DisplayHandle()
        self.handle.display({}, raw=True)
        super().__init__(**options, gui=True)  # gui: tqdm itself writes nothing
        self.display()

    def display(self, *_: Any, **__: Any) -> None:
        """Draw the bar as it is now."""
        told = self.format_dict
        left = (told["total"] - told["n"]) / told["rate"] if told["rate"] else None
        words = f"{told['prefix']}: step {told['n']} of {told['total']}"
        words += "" if left is None else f", {self.format_interval(left)} left"
        words += f", {told['postfix']}" if told["postfix"] else ""
        html = (
            f'<progress value="{told["n"]}" max="{told["total"]}" '
            f'aria-label="{escape(told["prefix"])}"></progress> {escape(words)}'
        )
        self.handle.update({"text/html": html}, raw=True)

    def close(self) -> None:
        """Empty the output, once: tqdm closes again when it is thrown away."""
        if not self.disable:
            super().close()
            self.handle.update({}, raw=True)
