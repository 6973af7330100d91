"""What PySceneDetect finds in the same film, where it is installed."""

from __future__ import annotations

import numpy as np

from vidlearn.messages import text
from vidlearn.video import frame_times

NEAR = 1  # frames between two boundaries that are taken as the same


def compare(video, shots):
    """Set the boundaries beside those of PySceneDetect's adaptive detector.

    Parameters
    ----------
    video : str or Path
        The film.
    shots : Shots
        Of this film.

    Returns
    -------
    str
        A table of both lists, in which each line that is in one of them only is marked; or a line
        that says that PySceneDetect is not installed, or cannot read the film.
    """
    words = text("shots")
    try:
        theirs = peer_cuts(video)
    except Exception as error:  # it has errors of its own, other ones in each version
        return words["peer_failed"].format(file=video, why=" ".join(str(error).split()))
    if theirs is None:
        return words["no_peer"]
    ours = [change.middle for change in shots.transitions]
    pairs = side_by_side(ours, theirs, [(c.start, c.end) for c in shots.transitions])
    lines = [words["compared"].format(a="vidlearn", b="PySceneDetect")]
    for a, b in pairs:
        mark = "" if a is not None and b is not None else words["differs"]
        told = ["" if side is None else str(side) for side in (a, b)]
        lines.append(words["compared"].format(a=told[0], b=told[1]) + mark)
    both = sum(a is not None and b is not None for a, b in pairs)
    lines.append(
        words["agreed"].format(both=both, ours=len(ours) - both, theirs=len(theirs) - both)
    )
    return "\n".join(line.rstrip() for line in lines)


def peer_cuts(video, detector="adaptive"):
    """Ask PySceneDetect, with its own settings.

    Parameters
    ----------
    video : str or Path
        The film.
    detector : {"adaptive", "content"}

    Returns
    -------
    list of int or None
        First frames of new shots; None where PySceneDetect is not installed.
    """
    try:
        import scenedetect
    except ImportError:
        return None
    chosen = {"adaptive": "AdaptiveDetector", "content": "ContentDetector"}[detector]
    scenes = scenedetect.detect(str(video), getattr(scenedetect, chosen)())
    if not scenes[1:]:
        return []
    times, start = frame_times(video), scenes[0][0]
    return [_number(first, start, times) for first, _ in scenes[1:]]


def side_by_side(ours, theirs, spans):
    """Pair the boundaries of two lists.

    Parameters
    ----------
    ours, theirs : list of int
        Rising frame numbers.
    spans : list of (int, int)
        Of each of ours, the frames that it covers.

    Returns
    -------
    list of (int or None, int or None)
        In order; one of theirs that lies within `NEAR` frames of the span of ours is its partner.

    Examples
    --------
    >>> side_by_side([10, 30, 50], [11, 40, 55], [(10, 10), (30, 30), (45, 56)])
    [(10, 11), (30, None), (None, 40), (50, 55)]
    """
    left, pairs = list(theirs), []
    for frame, (start, end) in zip(ours, spans, strict=True):
        near = [b for b in left if start - NEAR <= b <= end + NEAR]
        best = min(near, key=lambda b: abs(b - frame), default=None)
        if best is not None:
            left.remove(best)
        pairs.append((frame, best))
    pairs += [(None, b) for b in left]
    return sorted(pairs, key=lambda pair: min(side for side in pair if side is not None))


def _number(moment, start, times):
    """Return the frame number of a moment, whatever the version calls it.

    From 0.7 on moments are times, and their numbers those of even frames at the mean rate.
    """
    if getattr(moment, "pts", None) is not None:
        return int(np.abs(times - (moment.seconds - start.seconds)).argmin())
    number = getattr(moment, "frame_num", None)
    return int(moment.get_frames() if number is None else number)
