# make lab    learn: builds .venv when needed, opens JupyterLab on lesson 00
# make test   the whole suite
# make book   the website, in book/_build/html
# make notebooks [ONLY=02]   run the lessons again and store their outputs

VENV := .venv
BIN := $(VENV)/bin
FIND := for p in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  "$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	  && echo "$$p" && break; done
NEEDS := "vidlearn needs Python 3.11, 3.12 or 3.13 with its venv module, and found none." \
	"Install one (Debian, Ubuntu: apt install python3 python3-venv), or name one: make PYTHON=/path/to/python3.12 lab"
PIP_INSTALL = $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt

.PHONY: help lab test book notebooks benchmarks clean

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/made:
	@python="$$($(FIND))"; [ -n "$$python" ] || { printf '%s\n' $(NEEDS); exit 1; }; \
	echo "Making $(VENV) with $$("$$python" --version) …"; \
	"$$python" -m venv --clear $(VENV)
	@touch $@

$(VENV)/lab: $(VENV)/made pyproject.toml constraints.txt
	@echo "Installing vidlearn and what it needs (about 700 MB to fetch, once) …"
	@$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/test: $(VENV)/lab
	@echo "Installing the tools that test and build the book …"
	@$(PIP_INSTALL) -e ".[test]"
	@touch $@

lab: $(VENV)/lab
	@$(BIN)/vidlearn lab $(ARGS)

test: $(VENV)/test
	@$(BIN)/python -m tests $(ARGS)

book: $(VENV)/test
	@$(BIN)/python book/build.py $(ARGS)

notebooks: $(VENV)/test
	@$(BIN)/python -m vidlearn.course.build $(ONLY)

benchmarks: $(VENV)/lab
	@$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) book/_build book/_static/vendor
