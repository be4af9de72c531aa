# The book's commands. Everything is set up in .venv on first use.
#
#   TORCH_INDEX  extra package index for PyTorch. The default serves the CPU build on Linux; leave it
#                empty (make lab TORCH_INDEX=) for the build with CUDA. It is remembered, and another
#                one than before installs PyTorch anew.
#   MMBOOK_DEVICE  cpu (default) or cuda: where the notebooks and tests run.
#   MMBOOK_VENV    where the set-up goes, if not to .venv: in a container it is beside the book.
#   EXTRAS         what is set up besides the package; without book,test it is enough to read and run.

PYTHON ?= python3
MMBOOK_VENV ?= .venv
EXTRAS ?= lab,book,test
BIN := $(MMBOOK_VENV)/bin
READY := $(MMBOOK_VENV)/ready
INDEX := $(shell cat $(MMBOOK_VENV)/index 2>/dev/null || echo https://download.pytorch.org/whl/cpu)
TORCH_INDEX ?= $(INDEX)
NBVAL := --nbval-lax --nbval-current-env --nbval-cell-timeout=300 \
	--nbval-kernel-startup-timeout=120 --nbval-sanitize-with=tests/nbval_sanitize.cfg -p tests.nbval_tolerance

# Tests of the book and of its tools, not of the package.
NOT_PACKAGE := anywhere api assignments first_cell formulas labels labs lecturers links nbval_tolerance \
	notebook_rules notebook_tools notebooks kit project questions setup slides student

.DEFAULT_GOAL := help
.PHONY: help setup book pdf test lab run sync check links student labs assignments slides kit questions \
	site-test lab-test oldest wheel image bench data clean

help:  ## Show these lines
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: $(READY)  ## Make .venv with everything the book needs

$(READY): pyproject.toml constraints.txt $(if $(filter [$(INDEX)],[$(TORCH_INDEX)]),,other-torch)
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "mmbook needs Python 3.11 or newer"'
	$(PYTHON) -m venv $(MMBOOK_VENV)
	$(BIN)/python -m pip install --quiet --retries 0 --disable-pip-version-check --no-compile \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) \
		-c constraints.txt -e ".[$(EXTRAS)]"
	echo '$(TORCH_INDEX)' > $(MMBOOK_VENV)/index
	touch $(READY)

.PHONY: other-torch
other-torch:  # pip takes one build for as good as another
	$(if $(wildcard $(READY)),$(BIN)/python -m pip uninstall --quiet --yes torch)
	rm -f $(READY)

book: $(READY)  ## Build the website from the stored notebooks into _build/html
	rm -rf _build
	$(BIN)/jupyter-book build . -W -n --keep-going --quiet
	@echo "open _build/html/index.html"

pdf: $(READY)  ## Print the built website into _build/mmbook.pdf (a Chromium must be installed)
	$(BIN)/python -m tools.pdf

test: $(READY)  ## Run all tests, every cell of every notebook among them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/python -m pytest -q -n 2 --cov --cov-report=term-missing --doctest-modules \
		tests mmbook --ignore=tests/site --ignore=tests/lab
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile $(NBVAL) notebooks

lab: $(READY)  ## Open the book in JupyterLab
	$(BIN)/jupyter lab --config=tools/lab/config.py --ServerApp.root_dir=. $(LAB_ARGS) \
		notebooks/01_multimodal.ipynb

run: $(READY)  ## Execute the chapters' texts and store the notebooks
	$(BIN)/python -m tools.notebooks run $(CHAPTER)

sync: $(READY)  ## Store words that were changed in the chapters' texts; nothing is run
	$(BIN)/python -m tools.notebooks sync $(CHAPTER)

check: $(READY)  ## Say whether the notebooks are fresh and agree with their texts
	$(BIN)/python -m tools.notebooks check

links: $(READY)  ## Write numbers, lists of works, formulas, and tables of lecturers' page, syllabus and handout anew
	$(BIN)/python -m tools.links
	$(BIN)/python -m tools.formulas
	$(BIN)/python -m tools.lecturers

student: $(READY)  ## Write the chapters without solutions and outputs into student/
	$(BIN)/python -m tools.student $(CHAPTER)

labs: $(READY)  ## Write the labs, for students and for instructors, into labs/
	$(BIN)/python -m tools.labs $(CHAPTER)

assignments: $(READY)  ## Make the graded sheets from a seed of yours: nbgrader's folder assignments/
	$(BIN)/python -m tools.assignments $(if $(SEED),--seed "$(SEED)") \
		$(if $(SHEETS),--sheets "$(SHEETS)") $(SHEET)

slides: $(READY)  ## Write the lecturers' slide shows into slides/
	$(BIN)/python -m tools.slides $(CHAPTER)

kit: $(READY)  ## Copy what a course needs to fill in into kit/: syllabus, handout, starter, reports
	$(BIN)/python -m tools.kit

questions: $(READY)  ## Write questions for Moodle and Canvas, and the exam bank, into questions/
	$(BIN)/python -m tools.questions $(QUESTIONS)

site-test: $(READY)  ## Open every page of the built website in a real browser
	$(BIN)/python -m pytest -q -n 2 tests/site

lab-test: $(READY)  ## Read and run two chapters in JupyterLab, in a real browser
	$(BIN)/python -m pytest -q -n 2 tests/lab

oldest:  ## Run the package's tests on the oldest versions that it allows, in .oldest (3 GB, once)
	test -d .oldest || $(PYTHON) -m venv .oldest
	.oldest/bin/python -m pip install --quiet --disable-pip-version-check -c tests/oldest.txt . \
		jupytext nbclient nbconvert nbformat pybtex pytest pytest-xdist pyyaml scikit-learn torch-geometric
	.oldest/bin/python -m pytest -q -n 2 -p no:cacheprovider tests --ignore=tests/site --ignore=tests/lab \
		$(NOT_PACKAGE:%=--ignore=tests/test_%.py)

wheel: $(READY)  ## Make the package's wheel, which works without the repository, in dist/
	rm -rf build  # what a module left there that is gone would come along
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

image:  ## Make the container's image with Docker
	docker build --tag mmbook .

bench: $(READY)  ## Time our layers against the libraries'
	$(BIN)/python -m tests.bench $(TOPIC)

data: $(READY)  ## Rebuild the bundled data from its sources and compare
	$(BIN)/python data/build.py --check

clean:  ## Remove what was built and installed; not what somebody may have worked in, such as student/ and slides/
	rm -rf _build build dist .venv *.egg-info .pytest_cache .ruff_cache .coverage
