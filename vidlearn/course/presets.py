"""One notebook for every machine: the preset says how much of the real thing runs."""

import contextlib
import functools
import os
import shutil
import subprocess

import vidlearn
from vidlearn.course.progress import by_lesson, path
from vidlearn.messages import text

PRESETS = ("tiny", "cpu", "gpu")
WAIT = 10  # seconds for the driver to answer


def preset():
    """Return the preset this process runs in.

    Returns
    -------
    str
        ``"tiny"`` (tests, seconds), ``"cpu"`` (any laptop: a lesson in minutes) or ``"gpu"``
        (the real thing). The variable ``VIDLEARN_PRESET`` decides where it is set; else ``"gpu"``
        where the Keras backend sees one, ``"cpu"`` everywhere else.

    Raises
    ------
    ValueError
        If ``VIDLEARN_PRESET`` names no preset.
    """
    name = os.environ.get("VIDLEARN_PRESET", "")
    if not name:
        return "gpu" if _gpu_is_usable() else "cpu"
    if name not in PRESETS:
        raise ValueError(
            f"VIDLEARN_PRESET must be one of {', '.join(PRESETS)}, got {name!r}. "
            "Unset it to let the machine decide."
        )
    return name


def choose(*, tiny, cpu, gpu):
    """Return the value that belongs to the preset.

    Parameters
    ----------
    tiny, cpu, gpu : object
        The value in each preset.

    Returns
    -------
    object
        One of the three.

    Examples
    --------
    >>> steps = choose(tiny=10, cpu=200, gpu=5000)
    """
    return {"tiny": tiny, "cpu": cpu, "gpu": gpu}[preset()]


def lesson(number):
    """Print the head of a lesson: how long it takes, what it runs on, what is solved.

    Parameters
    ----------
    number : str
        The lesson's number, two digits: ``"03"``.

    Raises
    ------
    ValueError
        If no lesson has that number.
    """
    about, words, name = _about(number), text("lesson"), preset()
    why = words["chosen" if os.environ.get("VIDLEARN_PRESET") else f"found_{name}"]
    why += words["short"] if name == "tiny" else ""
    head = {"number": number, "title": about["title"], "time": time_of(number)}
    print(words["head"].format(**head))
    print(words["runs"].format(preset=name, why=why, data=about["data"]))
    solved = by_lesson().get(number, {})
    counts = {"solved": sum(solved.values()), "total": len(solved)}
    last = [words["exercises" if path() is None else "solved"].format(**counts)] if solved else []
    print(*last, words["version"].format(vidlearn=vidlearn.__version__), sep="  ")


def time_of(number):
    """Say how long a lesson takes, to read and with its exercises.

    Parameters
    ----------
    number : str
        The lesson's number, two digits.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If no lesson has that number.
    """
    about = _about(number)
    minutes = {"read": about["read_minutes"], "all": about["all_minutes"]}
    line = "time" if minutes["all"] > minutes["read"] else "time_alone"
    return text("lesson")[line].format(**minutes)


def _about(number):
    """Return what the catalogue says of a lesson."""
    if isinstance(number, str) and len(number) == 2:
        with contextlib.suppress(ValueError):
            return text(f"lesson{number}")
    raise ValueError(
        'number must be that of a lesson, two characters in quotes, as in lesson("03") or '
        f'lesson("A0"). Received: {number!r}'
    )


@functools.cache
def _gpu_is_usable():
    """Ask the driver first (it answers at once), then the Keras backend, which loads slowly."""
    driver = shutil.which("nvidia-smi")
    if not driver:
        return False
    try:
        listing = subprocess.run([driver, "-L"], capture_output=True, timeout=WAIT, check=False)
    except (OSError, subprocess.TimeoutExpired):  # a driver that is broken, or hangs
        return False
    if b"GPU" not in listing.stdout:
        return False
    import keras

    return bool(keras.distribution.list_devices("gpu"))
