"""The bar of a training: seen while it runs, and nothing of it is left in a saved notebook."""

import nbformat
import pytest
from nbclient import NotebookClient

from mmbook.training.progress import progress_bar

MAKE = """
import time, torch
from torch import nn
from mmbook.training import TrainingConfig, fit
config = TrainingConfig(steps=60, batch_size=4)

def train(stop=None):
    def loss(model, batch):
        time.sleep(0.01)
        loss.calls += 1
        if loss.calls == 40 and stop is not None:
            raise stop
        return model(batch["x"]).square().mean()
    loss.calls = 0
    fit(nn.Linear(3, 1), loss, {"x": torch.ones(8, 3)}, config)
"""
FINISHED = "print('before')\ntrain()\nprint('after')"


class Watching(NotebookClient):
    """A client that keeps what a reader sees while a cell runs."""

    def __init__(self, *given, **options):
        super().__init__(*given, **options)
        self.seen = []

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "update_display_data":
            self.seen.append(msg["content"]["data"].get("text/html", ""))
        return super().process_message(msg, cell, cell_index)


def run(source: str) -> tuple[list, list[str]]:
    """What a cell leaves behind, and what was seen of its bar."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in (MAKE, source)]
    )
    client = Watching(notebook, timeout=120, kernel_name="python3", allow_errors=True)
    client.execute()
    return notebook.cells[1].outputs, client.seen


def kinds(outputs: list) -> list:
    return [o.get("text") or o.get("ename") or dict(o["data"]) for o in outputs]


def test_a_bar_is_seen_while_it_runs_and_the_saved_cell_holds_only_what_was_printed():
    outputs, seen = run(FINISHED)
    assert kinds(outputs) == ["before\n", {}, "after\n"]
    drawn = [html for html in seen if html]
    assert len(drawn) >= 3 and seen[-1] == ""
    assert all('<progress value="' in html and 'max="60"' in html for html in drawn)
    assert "left" in drawn[-1] and "loss=" in drawn[-1]
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=outputs)]))


@pytest.mark.parametrize("stop", ["KeyboardInterrupt", "ValueError"])
def test_a_bar_vanishes_when_the_cell_is_stopped(stop):
    outputs, seen = run(f"print('before')\ntrain({stop}('enough'))")
    assert kinds(outputs) == ["before\n", {}, stop] and seen[-1] == ""


def test_outside_a_notebook_the_bar_is_a_line_on_stderr_that_vanishes(capsys):
    with progress_bar(3, shown=True) as bar:
        bar.update()
    captured = capsys.readouterr()
    assert captured.out == "" and "training:" in captured.err
    assert captured.err.endswith("\r")


def test_a_bar_that_is_not_asked_for_writes_nothing(capsys):
    with progress_bar(3, shown=False) as bar:
        bar.update()
    assert capsys.readouterr() == ("", "")
