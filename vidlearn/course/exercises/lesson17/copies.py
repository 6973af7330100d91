"""Clips to learn from: nobody who is tested on, twice more of each, every label still true."""

import numpy as np

from vidlearn.course.exercises import Refusal

LEFT, RIGHT = 8, 9
WAYS = ("as it is", "backwards", "mirrored", "both")


def fair_clips(clips, labels, people, tested):
    """Leave out whoever is tested on; add the rest backwards, and the rest mirrored."""
    fair = ~np.isin(people, tested)
    clips, labels = clips[fair], labels[fair]
    backwards, reverse = clips[:, ::-1], labels ^ 1
    mirrored = clips[:, :, :, ::-1]
    swapped = np.where(labels >= 8, labels ^ 1, labels)
    return (
        np.concatenate([clips, backwards, mirrored]),
        np.concatenate([labels, reverse, swapped]),
    )


def fair_cases():
    rng = np.random.default_rng(18)
    cases = []
    for labels, people, tested, size in (
        ([0, 8], [0, 1], [], (2, 2, 2, 1)),
        ([5, 9, 2], [7, 4, 4], [4], (3, 2, 4, 1)),
        ([8, 3, 6, 9, 1, 4, 8], [5, 1, 2, 1, 5, 3, 0], [5, 2], (4, 3, 5, 3)),
        ([9, 7, 0, 8], [3, 0, 3, 1], [9], (3, 4, 2, 3)),
    ):
        shape = (len(labels), *size)
        clips = rng.permutation(np.arange(np.prod(shape)) % 251).reshape(shape).astype(np.uint8)
        cases.append((clips, np.array(labels), np.array(people), np.array(tested, int)))
    return cases


def told(result, clips, labels, people, tested):
    """Say of every clip that came whose copy it is, and under which label.

    Parameters
    ----------
    result : (ndarray, ndarray)
        The answer.
    clips, labels, people, tested : ndarray
        What it was given.

    Returns
    -------
    dict

    Raises
    ------
    Refusal
        If it is no pair of clips and labels, one for each.
    """
    try:
        found, names = result
        found, names = np.asarray(found), np.asarray(names)
    except (TypeError, ValueError):
        raise Refusal("Two things come out, clips and labels: `return clips, labels`.") from None
    if found.ndim != clips.ndim or found.shape[1:] != clips.shape[1:]:
        shape = ", ".join(map(str, clips.shape[1:]))
        raise Refusal(f"Clips come out as they went in, (N, {shape}). Yours: {found.shape}.")
    if names.shape != found.shape[:1]:
        raise Refusal(
            f"Each clip has a label: {len(found)} clips came, and labels of shape {names.shape}."
        )
    known = {}
    for n, clip in enumerate(clips):
        turned = clip, clip[::-1], clip[:, :, ::-1], clip[::-1, :, ::-1]
        for way, each in zip(WAYS, turned, strict=True):
            known.setdefault(each.astype(float).tobytes(), (n, way))
    rows = [(*known.get(each.astype(float).tobytes(), (-1, "something else")), int(name))
            for each, name in zip(found, names, strict=True)]  # fmt: skip
    counts = {f"clips {way}": sum(row[1] == way for row in rows) for way in WAYS}
    counts["clips of something else"] = sum(row[0] < 0 for row in rows)
    ours = sorted({int(people[row[0]]) for row in rows if row[0] >= 0} & set(tested.tolist()))
    said = {"people who are tested on": ours or "none"} | counts
    for way in WAYS[:3]:
        pairs = sorted((int(labels[n]), name) for n, how, name in rows if how == way)
        said[f"labels of clips {way}"] = ", ".join(f"{a} is called {b}" for a, b in pairs)
    return said


def _made(*, leave="people", back=1, axis=1, reverse="all", mirror=3, swap="turns", copies="both"):
    """Return the reference with some of its parts changed."""

    def fair(clips, labels, people, tested):
        kept = {
            "people": ~np.isin(people, tested),
            "nobody": np.ones(len(clips), bool),
            "the others": np.isin(people, tested),
            "places": ~np.isin(np.arange(len(clips)), tested),
            "labels": ~np.isin(labels, tested),
            "the first": people != (tested[0] if len(tested) else -1),
        }[leave]
        clips, labels = clips[kept], labels[kept]
        turns = np.where(labels >= LEFT, labels ^ 1, labels)
        new = {
            "all": labels ^ 1,
            "turns": turns,
            "none": labels,
            "other": 9 - labels,
            "next": (labels + 1) % 10,
            "left alone": np.where(labels == LEFT, RIGHT, labels),
            "right alone": np.where(labels == RIGHT, LEFT, labels),
        }
        parts = [(clips, labels)]
        if copies in ("both", "backwards", "four"):
            parts.append((np.flip(clips, axis), new[reverse]))
        if copies in ("both", "mirrored", "four"):
            parts.append((np.flip(clips, mirror), new[swap]))
        if copies == "four":
            parts.append((clips[:, ::-1, :, ::-1], np.where(labels >= LEFT, labels, labels ^ 1)))
        if copies == "on top":
            parts.append((clips[:, ::-1, :, ::-1], new[reverse]))
        if copies == "instead":
            parts = [(clips[:, ::-1], new[reverse]), (clips[:, :, :, ::-1], new[swap])]
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))

    return fair


FAIR_MISTAKES = {
    "not-swapped": _made(swap="none"),
    "leak": _made(leave="nobody"),
    "leak-and-not-swapped": _made(leave="nobody", swap="none"),
    "by-place": _made(leave="places"),
    "by-label": _made(leave="labels"),
    "first-of-the-tested": _made(leave="the first"),
    "only-the-tested": _made(leave="the others"),
    "not-reversed": _made(reverse="none"),
    "labels-as-they-were": _made(reverse="none", swap="none"),
    "reversed-turns-only": _made(reverse="turns"),
    "mirrored-is-reversed": _made(swap="all"),
    "one-way-only": _made(swap="left alone"),
    "one-after-the-other": _made(swap="right alone"),
    "clips-backwards": _made(axis=0),
    "rows-for-time": _made(axis=2),
    "upside-down": _made(mirror=2),
    "colours-swapped": _made(mirror=4),
    "time-for-columns": _made(mirror=1),
    "label-of-the-mirror-image": _made(reverse="other"),
    "plus-one": _made(reverse="next"),
    "no-mirror": _made(copies="backwards"),
    "no-backwards": _made(copies="mirrored"),
    "both-at-once": _made(copies="on top"),
    "four": _made(copies="four"),
    "instead": _made(copies="instead"),
    "no-copies": _made(copies="none"),
}
