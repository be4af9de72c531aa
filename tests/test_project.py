"""The project's own promises: versions that agree, commands that exist, a README that runs."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from setuptools import find_packages

import mmbook

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    citation = yaml.safe_load(read("CITATION.cff"))
    assert version == mmbook.__version__ == citation["version"]
    assert citation["cff-version"] == "1.2.0" and citation["authors"]


def test_an_installed_package_holds_every_folder():
    setuptools = tomllib.loads(read("pyproject.toml"))["tool"]["setuptools"]
    listed = find_packages(str(ROOT), include=setuptools["packages"]["find"]["include"])
    folders = (file.parent.relative_to(ROOT) for file in (ROOT / "mmbook").rglob("__init__.py"))
    assert sorted(listed) == sorted(".".join(folder.parts) for folder in folders)


def test_constraints_pin_every_requirement():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    pinned = set(re.findall(r"^([\w.-]+)==", read("constraints.txt"), re.MULTILINE))
    pinned.add("mmbook")  # an extra may ask for another
    for requirement in [
        *project["dependencies"],
        *sum(project["optional-dependencies"].values(), []),
    ]:
        assert re.match(r"[\w-]+", requirement)[0] in pinned


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "notebooks/index.md",
        "notebooks/lecturers.md",
        "CONTRIBUTING.md",
        "teaching/README.md",
        "teaching/assignments/README.md",
        "teaching/questions/README.md",
    ],
)
def test_every_make_command_that_a_page_names_exists_and_uses_what_it_is_given(page):
    makefile = read("Makefile").replace("\\\n", "")
    recipes = dict(re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)*)", makefile, re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z-]+)((?: [A-Z_]+=\S*)*)", read(page), re.MULTILINE)
    assert named and {target for target, _ in named} <= recipes.keys()
    for target, given in named:
        for variable in re.findall(r"([A-Z_]+)=", given):
            everywhere = re.search(rf"^{variable} \?= ", makefile, re.MULTILINE)
            assert everywhere or f"$({variable})" in recipes[target], f"{target} {variable}="


def test_every_command_has_its_line_of_help():
    makefile = read("Makefile").replace("\\\n", "")
    phony = set(re.search(r"\.PHONY: (.+)", makefile)[1].split())
    assert phony == set(re.findall(r"^([a-z-]+):.*## \w", makefile, re.MULTILINE))


def test_the_table_of_contents_names_files_that_exist():
    toc = yaml.safe_load(read("_toc.yml"))
    pages = [page for part in toc["parts"] for page in part["chapters"]]
    pages += [below for page in pages for below in page.get("sections", ())]
    files = [toc["root"], *(page["file"] for page in pages)]
    for file in files:
        assert list(ROOT.glob(f"{file}.*")), file
    chapters = {f"notebooks/{p.stem}" for p in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert chapters <= set(files)


def test_the_readmes_taste_of_the_package_runs_and_prints_what_it_says(capsys):
    code = re.search(r"```python\n(.*?)```", read("README.md"), re.DOTALL)[1]
    exec(code, {})
    printed = capsys.readouterr().out
    promised = re.search(r"# (\d+) %", code)[1]
    assert printed == f"{promised}% of the drawings find a recording of their digit\n"


def test_readme_links_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", read("README.md"))
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_constraints_pin_all_that_the_requirements_pull_in():
    """The closure of what is installed here, so that tomorrow's machine gets today's versions."""
    pinned = {
        canonicalize_name(name)
        for name in re.findall(r"^([\w.-]+)==", read("constraints.txt"), re.MULTILINE)
    }
    waiting, seen = [("mmbook", frozenset({"lab", "book", "test"}))], set()
    while waiting:
        name, extras = waiting.pop()
        for line in metadata.requires(name) or []:
            need = Requirement(line)
            wanted = [{"extra": extra} for extra in extras or {""}]
            if need.marker and not any(need.marker.evaluate(e) for e in wanted):
                continue
            step = canonicalize_name(need.name), frozenset(need.extras)
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    assert len(seen) > 100
    assert {name for name, _ in seen} - pinned - {"mmbook"} == set()


def glossary():
    """Rows of the glossary: word, Chinese, meaning, chapter, document."""
    lines = (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8").splitlines()
    table = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def test_the_glossary_is_in_order_and_complete():
    rows = glossary()
    words = [row[0].lower() for row in rows]
    assert words == sorted(set(words)) and len(words) > 40
    for word, chinese, meaning, _, sections in rows:
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese), word
        assert meaning, word
        assert re.fullmatch(r"(\d(\.\d){1,2}(, \d(\.\d){1,2})*)?", sections), word


@pytest.mark.parametrize("row", glossary(), ids=lambda row: row[0])
def test_the_chapter_that_the_glossary_names_speaks_of_the_word(row):
    number, chapter = re.fullmatch(r"\[(\d+)\]\((\w+)\.ipynb\)", row[3]).groups()
    assert int(chapter[:2]) == int(number)
    text = (ROOT / "notebooks" / "_src" / f"{chapter}.md").read_text(encoding="utf-8")
    assert row[0].split(",")[0].lower() in " ".join(text.lower().replace("*", "").split())
