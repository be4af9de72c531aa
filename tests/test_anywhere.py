"""The book outside its repository: the wheel, the container, the dev container, Binder."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
ENTER = (ROOT / "tools/lab/enter.sh").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# What a reader does with the package elsewhere: everything that reads a file beside the modules.
USE = """
import importlib, pathlib, pkgutil, sys
import mmbook
home = pathlib.Path(mmbook.__file__).parent
assert home.is_relative_to(pathlib.Path.cwd() / "installed"), home
for module in pkgutil.walk_packages(mmbook.__path__, "mmbook."):
    importlib.import_module(module.name)
assert not any(pathlib.Path(p, "Makefile").exists() for p in sys.path), sys.path
from mmbook.data import load_digits, load_emoji
from mmbook.figures.stage import SCRIPTS, stage
from mmbook.figures.spoken import Spoken
from importlib.resources import files
from mmbook.search import our_scribbles
assert len(load_digits("train").label) == 2100 and len(load_emoji("test").english)
assert our_scribbles()
for name in ("search.js", "pad.js", "page.js", "page.css"):
    assert (files("mmbook.search") / name).read_text("utf-8")
for kind in SCRIPTS:
    said = Spoken(titles=["a"], notes={"b": ["c"]}, held=0)
    words = {"number": "1.1", "caption": "d", "alt": "e"}
    shown = stage(kind, '<svg viewBox="0 0 9 9"></svg>', said, {}, **words)
    assert "<script>" in shown._repr_html_()
print("all read")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this tree; made in a copy, for setuptools leaves its work behind."""
    folder = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    caches = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "mmbook", folder / "mmbook", ignore=caches)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", "dist", "."]
    subprocess.run(command, cwd=folder, check=True)
    (made,) = (folder / "dist").iterdir()
    return made


def test_the_wheel_holds_every_file_of_the_package(wheel):
    packed = {n for n in ZipFile(wheel).namelist() if ".dist-info/" not in n}
    files = (f for f in (ROOT / "mmbook").rglob("*") if f.is_file())
    tree = {f.relative_to(ROOT).as_posix() for f in files if "__pycache__" not in f.parts}
    assert packed == tree


def test_the_wheel_carries_the_licences_of_code_and_data(wheel):
    names = ZipFile(wheel).namelist()
    for name in PROJECT["license-files"]:
        assert any(n.endswith(f".dist-info/licenses/{name}") for n in names), names


def test_the_wheel_works_outside_of_the_repository(wheel, tmp_path):
    ZipFile(wheel).extractall(tmp_path / "installed")
    elsewhere = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=tmp_path,
        env=elsewhere,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stdout == "all read\n", done.stderr


# ---------------------------------------------------------------- the container


def instructions() -> list[tuple[str, str]]:
    """(instruction, words) of the Dockerfile, comments left out, continued lines joined."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    pairs = (line.partition(" ") for line in whole.splitlines() if line.strip())
    return [(word, rest) for word, _, rest in pairs]


def test_the_container_is_set_up_by_the_makefile():
    """One source of truth: what is installed, and from where, stands in the Makefile."""
    runs = [words for name, words in instructions() if name == "RUN"]
    installing = [words for words in runs if "pip" in words]
    assert len(installing) == 1 and "make setup " in installing[0]
    (named,) = re.findall(r"pip install .*", installing[0])
    assert named.endswith('-c constraints.txt "jupyterhub==$JUPYTERHUB"')
    for variable in ("MMBOOK_VENV", "EXTRAS"):
        assert re.search(rf"^{variable} \?= ", MAKEFILE, re.MULTILINE)
        assert variable in DOCKERFILE
    venv = re.search(r"MMBOOK_VENV=(\S+)", DOCKERFILE)
    assert venv and ("ENV", f"PATH={venv[1]}/bin:$PATH") in instructions()
    assert re.search(r"^image:.*\n\tdocker build ", MAKEFILE, re.MULTILINE)


def test_the_container_belongs_to_its_user_and_fetches_nothing_later():
    order = [name for name, _ in instructions()]
    users = [words for name, words in instructions() if name == "USER"]
    assert users == ["$NB_UID"] and "NB_UID=1000" in DOCKERFILE
    before = [words for name, words in instructions()[: order.index("USER")] if name == "RUN"]
    assert not any("pip" in words or "make" in words.split() for words in before)
    (entry,) = (json.loads(words) for name, words in instructions() if name == "ENTRYPOINT")
    (command,) = (json.loads(words) for name, words in instructions() if name == "CMD")
    script = ROOT / entry[-1].removeprefix("/opt/mmbook/")
    assert not re.search(r"pip|curl|wget|apt|make", script.read_text("utf-8").partition("set -")[2])
    (config,) = (word for word in command if word.startswith("--config="))
    assert (ROOT / config.removeprefix("--config=/opt/mmbook/")).is_file()


def test_what_the_container_copies_is_there_and_is_enough_to_set_up():
    copies = [words.split()[:-1] for name, words in instructions() if name == "COPY"]
    named = [word for words in copies for word in words if not word.startswith("--")]
    assert named[-1] == "." and all((ROOT / name).exists() for name in named)
    needed = {"Makefile", "constraints.txt", "pyproject.toml", PROJECT["readme"]}
    assert needed | set(PROJECT["license-files"]) <= set(named)


def test_the_container_leaves_out_what_git_leaves_out():
    read = {f: (ROOT / f).read_text("utf-8").split() for f in (".gitignore", ".dockerignore")}
    for name in read[".gitignore"]:
        bare = name.strip("/")
        assert {bare, f"**/{bare}"} & set(read[".dockerignore"]), f".dockerignore lacks {name}"
    assert ".git" in read[".dockerignore"]


def enter(home: Path, shown: str, book: Path, script: str = ENTER) -> subprocess.CompletedProcess:
    script = script.replace("/opt/mmbook", str(book))
    return subprocess.run(
        ["sh", "-c", script, "enter.sh", "echo", "started"],
        env={"HOME": str(home), "MMBOOK_SHOW": shown, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        encoding="utf-8",
    )


def test_a_container_that_was_cut_off_while_it_filled_a_home_begins_again(tmp_path):
    book, home = tmp_path / "book", tmp_path / "home"
    (book / "notebooks").mkdir(parents=True)
    (book / "notebooks/a.ipynb").write_text("new", encoding="utf-8")
    (book / "notebooks/b.ipynb").symlink_to("nowhere")  # with -L, cp fails here
    assert ENTER.count("cp -R ") == 1
    assert enter(home, "notebooks", book, ENTER.replace("cp -R", "cp -RL")).returncode
    assert not (home / "notebooks").exists()
    (home / "notebooks.part/half.ipynb").touch()
    assert enter(home, "notebooks", book).stdout == "started\n"
    assert {f.name for f in (home / "notebooks").iterdir()} == {"a.ipynb", "b.ipynb"}
    assert [f.name for f in home.iterdir()] == ["notebooks"]


def test_a_container_fills_a_new_home_and_leaves_a_readers_work_alone(tmp_path):
    for name in ("book/notebooks", "book/labs/student", "home"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.ipynb").write_text("new", encoding="utf-8")
    home = tmp_path / "home"
    assert enter(home, "notebooks", tmp_path / "book").stdout == "started\n"
    work = home / "notebooks/a.ipynb"
    assert work.read_text("utf-8") == "new" and not (home / "labs").exists()
    work.write_text("an answer", encoding="utf-8")
    for _ in range(2):
        assert enter(home, "notebooks labs/student", tmp_path / "book").stdout == "started\n"
    assert work.read_text("utf-8") == "an answer"
    assert [f.name for f in (home / "labs/student").iterdir()] == ["a.ipynb"]


def test_the_dev_container_is_the_same_with_what_a_developer_needs():
    folder = ROOT / ".devcontainer"
    wanted = json.loads((folder / "devcontainer.json").read_text("utf-8"))
    build = wanted["build"]
    assert (folder / build["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert (folder / build["context"]).resolve() == ROOT
    declared = {words.partition("=")[0] for name, words in instructions() if name == "ARG"}
    assert build["args"].keys() <= declared
    assert set(build["args"]["EXTRAS"].split(",")) <= PROJECT["optional-dependencies"].keys()
    default = re.search(r"^EXTRAS \?= (\S+)", MAKEFILE, re.MULTILINE)
    assert default and build["args"]["EXTRAS"] == default[1]
    assert f"NB_USER={wanted['remoteUser']} " in DOCKERFILE
    target = wanted["postCreateCommand"].removeprefix("make ")
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
    # Kernels import mmbook from the folder that is open, not from the image's copy.
    assert wanted["containerEnv"]["PYTHONPATH"] == "${containerWorkspaceFolder}"
    python = wanted["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert f"MMBOOK_VENV={python.removesuffix('/bin/python')} " in DOCKERFILE


# ---------------------------------------------------------------- conda and Binder


def names(environment: Path) -> dict[str, str]:
    """{package: its version, or nothing} of a conda environment, which installs this tree."""
    wanted = yaml.safe_load(environment.read_text("utf-8"))["dependencies"]
    plain = [one for one in wanted if isinstance(one, str)]
    (pip,) = (one["pip"] for one in wanted if isinstance(one, dict))
    (tree,) = (one.removeprefix("-e ") for one in pip if one.startswith("-e "))
    assert (environment.parent / tree).resolve() == ROOT
    pairs = (re.split("=+", one) for one in [*plain, *pip] if not one.startswith("-e "))
    return {name: "".join(version) for name, *version in pairs}


AS_PYPI = {
    "pytorch": "torch",
    "pytorch_geometric": "torch-geometric",
    "matplotlib-base": "matplotlib",
}
CONDA = {"python", "make", "pip"}
PYTHON = {"python_version": "3.11", "python_full_version": "3.11.0", "sys_platform": "linux"}


def wanted_by(*extras: str) -> set[str]:
    """Names of what the package and its extras need."""
    optional = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for e in extras for line in optional[e])]
    return {re.split(r"[\[<>=~ ;]", line)[0] for line in lines} - {"mmbook"}


@pytest.mark.parametrize(
    "file, extras",
    [
        ("environment.yml", ("chapters", "lab", "book", "teach", "test")),
        ("binder/environment.yml", ("chapters", "lab")),
    ],
)
def test_a_conda_environment_is_what_the_project_asks_for_in_the_pinned_versions(file, extras):
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    of_ours = (p for p in pins if p.marker is None or p.marker.evaluate(PYTHON))
    pinned = {pin.name: str(pin.specifier).removeprefix("==") for pin in of_ours}
    found = {AS_PYPI.get(name, name): v for name, v in names(ROOT / file).items()}
    assert found.keys() - CONDA == wanted_by(*extras)
    for name in found.keys() - CONDA:
        assert not found[name] or f"{pinned[name]}.".startswith(f"{found[name]}."), name


def test_what_a_shell_reads_has_its_ends_of_lines_on_every_system():
    rules = (ROOT / ".gitattributes").read_text("utf-8").splitlines()
    endings = [rule.split()[0] for rule in rules if rule.endswith(" text eol=lf")]
    for file in ("tools/lab/enter.sh", "binder/start", ".ci/run", "Makefile", "Dockerfile"):
        assert any(Path(file).match(pattern) for pattern in endings), file


def test_binder_reads_its_own_folder():
    """A Dockerfile at the top would come before an environment.yml beside it."""
    assert (ROOT / "binder/environment.yml").is_file()
    assert not (ROOT / "binder/Dockerfile").exists()
    start = ROOT / "binder/start"
    assert start.stat().st_mode & 0o111 and 'exec "$@"' in start.read_text("utf-8")
