"""The first cell installs mmbook from what is named, says what is missing, else does nothing."""

import subprocess
import sys
from importlib import util
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import first_cell as tool
from tools.book import chapters
from tools.fingerprint import fingerprint
from tools.notebooks import with_outputs

ADDRESS = "git+https://example.org/book.git@main"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with a public repository."""
    config = "repository: {url: https://example.org/book.git, branch: main}\n"
    (tmp_path / "_config.yml").write_text(config, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the cell in an empty folder without mmbook; what it would start is kept."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.delenv("MMBOOK_SOURCE", raising=False)
    found = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: name != "mmbook" and found(name) or None)
    started = []

    def pip(command, **_):
        started.append(command)
        return SimpleNamespace(returncode=pip.code, stderr="externally-managed-environment")

    pip.code = 0
    monkeypatch.setattr(subprocess, "run", pip)

    def cell(address: str = "", code: int = 0) -> list[list[str]]:
        pip.code = code
        exec(tool.CODE.replace("ADDRESS", address), {})
        return started

    return cell


def test_where_mmbook_is_the_cell_is_silent_and_leaves_one_name(capfd):
    names: dict = {}
    exec(tool.source(), names)
    assert capfd.readouterr() == ("", "")
    assert names.keys() - {"__builtins__"} == {"install_mmbook"}


def test_the_address_of_the_book_is_asked_for_what_the_chapters_need(run, capsys):
    (command,) = run(ADDRESS)
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert command[-1] == f"mmbook[chapters] @ {ADDRESS}"
    assert f"mmbook is missing here; pip installs it from {ADDRESS}" in capsys.readouterr().out


def test_a_wheel_beside_the_notebook_comes_first_and_the_environment_before_it(run, monkeypatch):
    for version in ("0.1.0", "0.2.0"):
        Path(f"mmbook-{version}-py3-none-any.whl").touch()
    newest = Path("mmbook-0.2.0-py3-none-any.whl").absolute()
    assert run(ADDRESS)[-1][-1] == f"{newest}[chapters]"
    monkeypatch.setenv("MMBOOK_SOURCE", "..")
    assert run(ADDRESS)[-1][-1] == f"{Path('..').resolve()}[chapters]"
    monkeypatch.setenv("MMBOOK_SOURCE", "https://example.org/mmbook-0.1.0-py3-none-any.whl")
    assert run()[-1][-1].startswith("mmbook[chapters] @ https://example.org/mmbook-0.1.0")


def test_without_a_source_the_cell_says_what_to_do(run):
    with pytest.raises(ModuleNotFoundError, match=r"Put its wheel.*MMBOOK_SOURCE.*again\."):
        run()


def test_a_folder_that_is_only_called_mmbook_is_not_taken_for_it(monkeypatch, tmp_path):
    """As after cloning the book beside a notebook."""
    (tmp_path / "mmbook").mkdir()
    code = "import sys; sys.path.insert(0, '')"
    monkeypatch.delenv("MMBOOK_SOURCE", raising=False)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{code}\n{tool.CODE.replace('ADDRESS', '')}"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert "ModuleNotFoundError: mmbook is not installed here." in done.stderr


def test_what_pip_says_is_passed_on(run):
    with pytest.raises(RuntimeError, match="pip did not install mmbook.\nexternally-managed"):
        run(ADDRESS, code=1)


def test_the_address_comes_from_the_configuration(book):
    assert tool.address(book) == ADDRESS
    (book / "_config.yml").write_text("repository: {url: https://x.org/y}\n", encoding="utf-8")
    assert tool.address(book) == "git+https://x.org/y"
    for nothing in ("", "title: A\n", "repository: {branch: main}\n"):
        (book / "_config.yml").write_text(nothing, encoding="utf-8")
        assert tool.address(book) == ""


def test_a_new_address_is_written_and_makes_no_output_stale(book):
    """The text knows it, the outputs stay, and their fingerprint, too."""
    chapter = chapters(["01"])[0]
    text = tool.with_first_cell(chapter.markdown, book)
    assert text.count(f'install_mmbook("{ADDRESS}")') == 1
    assert tool.with_first_cell(text) == chapter.markdown
    before, after = chapter.read_text(), chapter.read_text()
    code = [cell for cell in before.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
    moved = next(cell for cell in after.cells if tool.is_first(cell))
    moved.source = tool.source(book)
    kept = with_outputs(after, before)
    counts = [cell.execution_count for cell in kept.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(code) + 1))
    assert fingerprint(kept, chapter.root) == fingerprint(before, chapter.root)
    code[1].source += "\nprint(1)"
    assert fingerprint(kept, chapter.root) != fingerprint(before, chapter.root)
