"""The whole suite, as ``make test`` runs it: unit tests, doctests, lessons, Lab and website.

What follows on the command line goes to pytest: ``python -m tests -k conv``, ``python -m tests
tests/scratch``. Lessons run by nbval in the tiny preset; cells tagged ``nbval-check-output`` must
print what is stored. Tests that lack something (a browser, a data set) are skipped and listed
with the reason, above the closing line that counts them. A run that leaves something behind in
the checkout fails.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.tidy import left_behind, state

ROOT = Path(__file__).parents[1]
SETTINGS = {
    "VIDLEARN_PRESET": "tiny",
    "VIDLEARN_PROGRESS": "off",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONUNBUFFERED": "1",
}
# A lesson's cells belong together, so a file stays on one worker; which comes first, tests/conftest
# says.
OPTIONS = [
    *("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "8"),
    *("--nbval-lax", "--nbval-sanitize-with", "tests/nbval.cfg"),
    *("--nbval-cell-timeout", "120", "--nbval-kernel-startup-timeout", "120"),
]

if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ.update(SETTINGS)
    os.environ.setdefault(
        "VIDLEARN_NBGRADER", str(Path(sys.prefix) / "nbgrader")
    )  # as make made it
    before = state(ROOT)
    result = pytest.main([*OPTIONS, *sys.argv[1:]])
    if left := left_behind(before, state(ROOT)):
        print("The tests or the lessons left something behind:", *left, sep="\n  ")
    sys.exit(result or bool(left))
