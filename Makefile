# make lab    learn: builds .venv when needed, opens JupyterLab on lesson 00
#             make lab ARGS="--no-browser --port 8899"
# make test   the whole suite
#             make test ARGS="-k conv"
# make book   the website, in book/_build/html
# make notebooks [ONLY=03]   run the lessons again and store their outputs
# make benchmarks   speed, side by side
# make clean   remove .venv and what was built; my_work/ stays

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
FIND := for p in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  "$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	  && echo "$$p" && break; done
NEEDS := "vidlearn needs Python 3.11, 3.12 or 3.13 with its venv module, and found none." \
	"Install one (Debian, Ubuntu: apt install python3 python3-venv), or name one: make lab PYTHON=/path/to/python3.12"
PIP_INSTALL := $(PY) -m pip install --disable-pip-version-check -c constraints.txt

# A .venv that does not start, or that was made in another folder, is made again.
ifneq ($(shell $(PY) -c "print(open('$(VENV)/made').read().strip())" 2>/dev/null),$(CURDIR))
$(shell rm -f $(VENV)/made)
endif

.PHONY: help lab test book notebooks benchmarks clean

help:
	@sed -n 's/^# //; /^make\|^  /p' Makefile

$(VENV)/made:
	@python="$$($(FIND))"; [ -n "$$python" ] || { printf '%s\n' $(NEEDS); exit 1; }; \
	echo "Making $(VENV) with $$("$$python" --version) …"; \
	"$$python" -m venv --clear $(VENV)
	@echo '$(CURDIR)' > $@

# A stamp is written when its installation is complete, so one that was cut short goes on.
$(VENV)/lab: $(VENV)/made pyproject.toml constraints.txt
	@echo "Installing vidlearn and what it needs (once; about 700 MB to fetch) …"
	@$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/test: $(VENV)/lab
	@echo "Installing the tools that test and build the website …"
	@$(PIP_INSTALL) -e ".[test]"
	@$(PIP_INSTALL) --no-deps "trackeval>=1.3" "scenedetect>=0.7" # both ask for a second OpenCV
	@VIDLEARN_NBGRADER="$(CURDIR)/$(VENV)/nbgrader" $(PY) -c "from vidlearn.classroom import nbgrader; nbgrader.install()"
	@touch $@

lab: $(VENV)/lab
	@$(PY) -m vidlearn.cli lab $(ARGS)

test: $(VENV)/test
	@$(PY) -m tests $(ARGS)

book: $(VENV)/test
	@$(PY) book/build.py $(ARGS)

notebooks: $(VENV)/test
	@$(PY) -m vidlearn.course.build $(ONLY)

benchmarks: $(VENV)/lab
	@$(PY) -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) book/_build book/_tools
