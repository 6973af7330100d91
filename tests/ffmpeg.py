"""The ffmpeg command line, for files that only it makes, and as another reader to compare with."""

import shutil
import subprocess
from functools import cache

import pytest

PROGRAM = shutil.which("ffmpeg")


@cache
def encoders():
    """Return the names of the encoders that this ffmpeg has."""
    if PROGRAM is None:
        return frozenset()
    listed = subprocess.run([PROGRAM, "-v", "error", "-encoders"], capture_output=True, text=True)
    return frozenset(
        line.split()[1] for line in listed.stdout.splitlines() if len(line.split()) > 1
    )


def ffmpeg(*arguments, needs=()):
    """Run ffmpeg, or skip the test where it, or an encoder that it needs, is not there."""
    if PROGRAM is None:
        pytest.skip("no ffmpeg on the path")
    if missing := set(needs) - encoders():
        pytest.skip(f"this ffmpeg cannot encode: {', '.join(missing)}")
    command = [PROGRAM, "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr[-2000:]


def pictures_by_ffmpeg(path, size=(96, 160)):
    """Count the pictures that ffmpeg decodes, neither doubled nor dropped."""
    command = [PROGRAM, "-v", "quiet", "-i", str(path), "-map", "0:v:0", "-vsync", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    return len(done.stdout) // (size[0] * size[1])
