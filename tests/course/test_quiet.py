"""What native code writes is held back, and shown when something fails."""

import subprocess
import sys

import pytest

PROGRAM = """
import os
from vidlearn.course import quiet
with quiet():
    os.write(2, b"native note")
    {body}
os.write(2, b"afterwards")
"""


@pytest.mark.parametrize(
    ("body", "written"),
    [("pass", ["afterwards"]), ("raise ValueError('mine')", ["native note", "ValueError: mine"])],
    ids=["well", "failing"],
)
def test_native_notes(body, written):
    program = PROGRAM.format(body=body)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert all(words in run.stderr for words in written)
    assert ("native note" in run.stderr) == ("native note" in written)
