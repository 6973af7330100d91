"""What went wrong with a video, in one sentence that says how to mend it."""

import sys
import warnings
from pathlib import Path


class VideoError(ValueError):
    """Nothing can be returned. The message says what, where, and how to mend it."""


class VideoWarning(UserWarning):
    """Something was returned, and the message says what was not."""


def warn(message):
    """Warn with a VideoWarning that points at the caller outside this package."""
    here, level, frame = str(Path(__file__).parent), 1, sys._getframe()
    while frame.f_back and frame.f_code.co_filename.startswith(here):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, VideoWarning, stacklevel=level)
