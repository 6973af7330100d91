"""What a clip was cut from, as its name tells it."""

from __future__ import annotations

import re
from pathlib import PurePath

UCF101 = re.compile(r"(v_.+_g\d+)_c\d+.*", re.IGNORECASE)
KTH = re.compile(r"(person[ _-]?\d+)(?:[_-].*)?", re.IGNORECASE)
HMDB51 = re.compile(r"(.+)_[a-z]_[cn]m_np\d+_(?:fr|ba|le|ri)_(?:goo|med|bad)_\d+", re.IGNORECASE)
COUNTED = re.compile(
    r"(.+_g\d+)_c\d+.*|(.*?)(?:[ _.-]+|[ _.-]*(?<![a-z])(?:clip|part)[ _.-]*)\d+", re.IGNORECASE
)
# Words that number the clips of a folder, or of a camera, and name no film.
COUNTERS = "clip video vid film movie mov sample example seq sequence action take shot scene"
COUNTERS += " img dsc dscn dcim gopr gx gh mvi pxl wa cam rec output result frame file c v"
COUNTERS = frozenset(COUNTERS.split())


def clip_source(name, label=""):
    """Say what a clip was cut from, by its name.

    In this order: ``v_Run_g01_c02`` of UCF101 is of ``v_Run_g01``; ``person07_walking_d1`` of KTH
    of ``person07``; ``Film_brush_hair_u_cm_np2_ri_med_1`` of HMDB51 of ``Film``; and of
    ``match3_012`` or ``match3_clip12`` the last number is taken off, which leaves ``match3``.
    A name that only counts tells of no film, so the clip stands for itself, by its whole path: a
    bare number, the class and a number, or what cameras and programs write (``clip_007``,
    ``IMG_1234``).

    Parameters
    ----------
    name : str or path
        The clip's file or folder, as it is called within its set.
    label : str
        The name of its class.

    Returns
    -------
    str
        Clips of one source have the same.

    Examples
    --------
    >>> [clip_source(f"run/{name}", "run") for name in ("v_Run_g01_c02.avi", "match3_012.mp4")]
    ['v_Run_g01', 'match3']
    >>> clip_source("run/run_4.mp4", "run")
    'run/run_4'

    Lesson 17 teaches it.
    """
    path = PurePath(str(name).replace("\\", "/"))
    if re.fullmatch(r"\.[A-Za-z]\w{1,4}", path.suffix):
        path = path.with_suffix("")
    if found := UCF101.fullmatch(path.name) or KTH.fullmatch(path.name):
        return found[1]
    if found := HMDB51.fullmatch(path.name):
        return _without(found[1], label)
    found = COUNTED.fullmatch(path.name)
    family = (found[1] or found[2]) if found else path.name
    word = _plain(family).rstrip("0123456789")
    return str(path) if word in ("", *COUNTERS, _plain(label)) else family


def _without(film, label):
    """Take the class off the end of a film's name."""
    ending = f"_{label}"
    return film[: -len(ending)] if label and film.lower().endswith(ending.lower()) else film


def _plain(words):
    return re.sub(r"[\W_]+", "", words).casefold()
