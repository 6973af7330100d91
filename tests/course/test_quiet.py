"""What native code writes is held back, and shown when something fails."""

import logging
import os
import subprocess
import sys

import pytest

from vidlearn.course import quiet

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


COMPLAINT = """
from vidlearn.course import quiet
with quiet():
    import tensorflow as tf
try:
    tf.reshape(tf.zeros(3), (4,))
except tf.errors.InvalidArgumentError:
    print("failed")
"""


def test_a_failing_answer_is_not_announced_by_tensorflow():
    plain = {name: each for name, each in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    run = subprocess.run(
        [sys.executable, "-c", COMPLAINT], capture_output=True, text=True, env=plain
    )
    assert (run.stdout, run.stderr) == ("failed\n", "")


def test_tensorflow_compiles_anew_without_a_word_but_warns_of_the_rest(caplog):
    with quiet():
        log = logging.getLogger("tensorflow")
    log.warning("%d calls triggered tf.function retracing.", 5)
    log.warning("another thing")
    assert [record.getMessage() for record in caplog.records] == ["another thing"]
