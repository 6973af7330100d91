"""Keep TensorFlow's start-up notes out of a lesson."""

import contextlib
import logging
import os
import sys
import tempfile


def _worth_saying(record):
    """Networks that are built anew and asked once each are what a lesson is made of."""
    return "tf.function retracing" not in record.getMessage()


@contextlib.contextmanager
def quiet():
    """Hold back what native libraries write to the error stream; show it if the body fails.

    TensorFlow greets each start with notes on oneDNN and missing GPU drivers, written past
    Python and past its own ``TF_CPP_MIN_LOG_LEVEL``. They are no errors, and they frighten.
    By that setting, unless you have chosen another, it keeps quiet later as well: a wrong answer
    that `check` tries out fails there, too, and the complaint would stand above the verdict. Nor
    does it warn when it compiles a function anew: a lesson asks many networks a few times each.

    Examples
    --------
    >>> with quiet():
    ...     import json
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_worth_saying)
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        stream = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
            if "tensorflow" in sys.modules:  # its search for a GPU has notes of its own
                sys.modules["tensorflow"].config.list_logical_devices()
        except BaseException:
            held.seek(0)
            os.write(stream, held.read())
            raise
        finally:
            os.dup2(stream, 2)
            os.close(stream)
