"""The whole suite, as ``make test`` runs it: unit tests, doctests, lessons, Lab and website.

What follows on the command line goes to pytest: ``python -m tests -k conv``, ``python -m tests
tests/scratch``. Lessons run by nbval in the tiny preset; cells tagged ``nbval-check-output`` must
print what is stored. Tests that lack something (a browser, a data set) are skipped and listed
with the reason, above the closing line that counts them.
"""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = {
    "VIDLEARN_PRESET": "tiny",
    "VIDLEARN_PROGRESS": "off",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONUNBUFFERED": "1",
}
# A lesson's cells belong together, so a file stays on one worker.
OPTIONS = [
    *("-n", "2", "--dist", "loadfile", "--durations", "8"),
    *("--nbval-lax", "--nbval-sanitize-with", "tests/nbval.cfg"),
    *("--nbval-cell-timeout", "120", "--nbval-kernel-startup-timeout", "120"),
]

if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ.update(SETTINGS)
    sys.exit(pytest.main([*OPTIONS, *sys.argv[1:]]))
