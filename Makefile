# The two commands of the README are `make compare` and `make test`. Both make .venv where it is missing.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

# Tests start Python some thousand times; where it may not keep what it has compiled, that takes minutes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: compare test check format acceptance docs bench screenshots clean

compare: $(INSTALLED)
	$(RUN) -m mnist_compare --backends torch,keras,paddle

test: check
	$(RUN) -m pytest -m "not slow" -n 2 --dist loadfile --durations 25

check: $(INSTALLED)
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(VENV)/bin/lint-imports --no-cache --no-logo
	$(RUN) -m mypy
	$(RUN) -m mypy --platform darwin --cache-dir .mypy_cache/darwin
	$(RUN) -m mypy --platform win32 --cache-dir .mypy_cache/win32

format: $(INSTALLED)
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

acceptance: $(INSTALLED)
	$(RUN) -m pytest -m slow

# The site of the documentation, to open: build/site/index.html. A link that leads nowhere is an error.
docs: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build --strict

# Some hours on two cores, on which nothing else may run.
bench: $(INSTALLED)
	$(RUN) -m benchmarks
	$(RUN) -m benchmarks.page

# Needs Chromium.
screenshots: $(INSTALLED)
	$(RUN) -m mnist_compare report reports/reference/cnn
	$(RUN) tests/report/screenshots.py report reports/reference/cnn/report.html docs/images
	rm -f build/sources.html
	$(RUN) -m mnist_compare show convnet --source all --output build/sources.html
	$(RUN) tests/report/screenshots.py sources build/sources.html docs/images
	sed -n '/^```toml$$/,/^```$$/{/^```/!p;/^```$$/q;}' docs/sweeps.md > build/rates.toml
	$(RUN) -m mnist_compare sweep build/rates.toml --output build/rates
	$(RUN) tests/report/screenshots.py sweep build/rates/report.html docs/images
	sed -n '/^```toml$$/,/^```$$/{/^```/!p;/^```$$/q;}' docs/tune.md > build/space.toml
	$(RUN) -m mnist_compare tune build/space.toml --output build/study
	$(RUN) tests/report/screenshots.py tune build/study/report.html docs/images
	$(RUN) -m mnist_compare run -b torch,keras,paddle -a cnn --keep-epochs --no-report --output build/served
	$(RUN) tests/serve/serve_screenshots.py build/served docs/images

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --constraint constraints.txt --editable '.[all,dev]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist
