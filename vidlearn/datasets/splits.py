"""Divide pictures into train, val and test: the same each time, whole films on one side."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from .types import DatasetError, DatasetWarning, DetectionSet

CLIP = re.compile(r"(.*_g\d+)_c\d+.*")  # v_Class_g01_c02: of UCF101, clips of one film
UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")  # Label Studio puts it before every name
COUNTED = re.compile(r"(.*?)[ _.-]*(?:(?<![a-z])(?:frame|img|f|c))?[ _.-]*\d+", re.IGNORECASE)


def name_groups(names) -> dict[str, list[str]]:
    """Say which files belong together by their names, as ``split(groups="name")`` takes them.

    Files in different folders never do. Of the name without its ending, a last number is taken off
    together with what joins it on and the word frame, img, f or c before it; what is left is the
    group: ``film1_0001.jpg`` and ``film1_frame12.jpg`` are of ``film1``. ``v_Run_g01_c02`` is of
    ``v_Run_g01``. A name that is nothing but a number belongs to its folder: ``film1/0001.jpg`` is
    of ``film1``. A name that ends in no number stands for itself. What Label Studio puts before
    each name, eight signs and a hyphen, does not count.

    Parameters
    ----------
    names : sequence of str or path

    Returns
    -------
    dict of str to list of str
        Group to the names in it, in the order of their first names.

    Examples
    --------
    >>> name_groups(["a_001.jpg", "a_002.jpg", "b-frame7.png", "v_Run_g01_c02.avi", "7.jpg"])
    {'a': ['a_001.jpg', 'a_002.jpg'], 'b': ['b-frame7.png'], 'v_Run_g01': ['v_Run_g01_c02.avi'],
     '7': ['7.jpg']}

    Lesson 11 teaches it.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_group(name), []).append(str(name))
    return groups


def _group(name):
    path = PurePath(str(name).replace("\\", "/"))
    path = path.with_name(UPLOADED.sub("", path.name, count=1)) if path.name else path
    if found := CLIP.fullmatch(path.stem):
        return str(path.with_name(found[1]))
    found = COUNTED.fullmatch(path.stem)
    if found and found[1]:
        return str(path.with_name(found[1]))
    folder = str(path.parent)
    return folder if found and folder not in (".", "/") else str(path.with_suffix(""))


def split(pictures, shares=(0.8, 0.2), *, seed=0, groups=None):
    """Divide pictures at random, the same way each time, with every class in every part.

    The classes are dealt out from the rarest on: a picture goes where its rarest class is wanted
    most (the idea of Sechidis et al., with the order of the classes fixed at the start). Without
    groups the parts have exactly the sizes that the shares come to, rounded by largest remainder.

    Parameters
    ----------
    pictures : DetectionSet or sequence
        A set, or a list of names, paths or anything with a ``truth`` and a ``path`` or ``name``.
        Its order does not matter: what decides is the name.
    shares : tuple or dict
        (train, val) or (train, val, test), or names and shares; together 1.
    seed : int
        Another number deals another way.
    groups : None, "name" or callable
        Pictures of one group stay together: frames of one film are so alike that a test on some of
        them says nothing of a network that saw the others. None: each picture is by itself.
        "name": by file name, see `name_groups`. A callable gets an item and returns its group.

    Returns
    -------
    DetectionSet or dict of str to list
        The same set with every item's ``split`` filled; of a list, the parts by name.

    Raises
    ------
    ValueError
        If the shares are not shares, or there are fewer groups than parts.

    References
    ----------
    Sechidis, Tsoumakas, Vlahavas, "On the stratification of multi-label data", ECML 2011, Fig. 1.

    Examples
    --------
    >>> parts = split([f"film{f}_{t}.jpg" for f in range(4) for t in range(2)], (0.75, 0.25),
    ...               groups="name")
    >>> {name: len(part) for name, part in parts.items()}
    {'train': 6, 'val': 2}

    Lesson 11 teaches it.
    """
    shares = _shares(shares)
    items = list(pictures)
    units = _units(items, groups)
    if len(units) < len(shares):
        what = "pictures" if groups is None else f"groups ({', '.join(map(str, units))})"
        raise DatasetError(
            f"shares ask for {len(shares)} parts, and there are only {len(units)} {what}. "
            "Ask for fewer parts, or give more of them"
        )
    sizes = _sizes(len(items), list(shares.values()))
    part_of = _deal(list(units.values()), _presence(items), sizes, seed)
    names = list(shares)
    _warn_if_far_off(np.bincount(part_of, minlength=len(names)), sizes, names)
    if isinstance(pictures, DetectionSet):
        made = (replace(item, split=names[k]) for item, k in zip(items, part_of, strict=True))
        return replace(pictures, items=tuple(made))
    chosen = {name: [] for name in names}
    for item, k in zip(items, part_of, strict=True):
        chosen[names[k]].append(item)
    return chosen


def _shares(shares):
    if not hasattr(shares, "items"):
        names = ("train", "val", "test")
        if isinstance(shares, str) or not hasattr(shares, "__len__") or not 2 <= len(shares) <= 3:
            raise ValueError(
                f"shares must be 2 or 3 numbers, or a dict of names and shares. Received: {shares}"
            )
        shares = dict(zip(names, shares, strict=False))
    numbers = np.array(list(shares.values()), float)
    if len(shares) < 2 or not (numbers > 0).all() or not np.isclose(numbers.sum(), 1, atol=1e-6):
        raise ValueError(
            f"shares must be two or more, each above 0, together 1. Received: {shares}"
        )
    return {str(name): float(share) for name, share in shares.items()}


def _sizes(count, shares):
    """Whole numbers that come closest to the shares, at least 1 each: largest remainders."""
    exact = np.round(np.array(shares) / sum(shares) * count, 9)  # 0.1 * 30 is 3, not 3 and a crumb
    sizes = np.floor(exact).astype(int)
    order = np.argsort(sizes - exact, kind="stable")
    sizes[order[: count - sizes.sum()]] += 1
    while (sizes == 0).any() and count >= len(sizes):
        sizes[np.argmin(sizes)] += 1
        sizes[np.argmax(sizes)] -= 1
    return sizes


def _name(item):
    return str(getattr(item, "path", None) or getattr(item, "name", None) or item)


def _units(items, groups):
    """Indices of the items that stay together, by group, in the order of their names."""
    if groups not in (None, "name") and not callable(groups):
        raise ValueError(f'groups must be None, "name" or a function. Received: {groups!r}')
    units: dict = {}
    for k in sorted(range(len(items)), key=lambda k: _name(items[k])):
        if groups is None:
            key = (_name(items[k]), k)
        else:
            key = _group(_name(items[k])) if groups == "name" else groups(items[k])
        units.setdefault(key, []).append(k)
    return units


def _presence(items):
    """(N, K): which classes are in each picture; (N, 0) of items without truth."""
    labels = [np.unique(item.truth.labels) if hasattr(item, "truth") else () for item in items]
    known = sorted({int(label) for found in labels for label in found})
    present = np.zeros((len(items), len(known)), int)
    for k, found in enumerate(labels):
        present[k, np.searchsorted(known, np.asarray(found, int))] = 1
    return present


def _deal(units, present, sizes, seed):
    """Give each unit of pictures to a part; returns (N,) part numbers."""
    order = np.random.default_rng(seed).permutation(len(units))
    units = [units[k] for k in order]
    totals = present.sum(axis=0)
    counts = [present[unit].sum(axis=0) for unit in units]
    rarest = [_rarest(count, totals) for count in counts]
    # From the rarest class on, large groups before small ones; what has no class comes last.
    rank = sorted(
        range(len(units)),
        key=lambda u: (totals[rarest[u]] if rarest[u] is not None else np.inf, -len(units[u])),
    )
    room = np.array(sizes, float)
    wanted = totals * (room / room.sum())[:, None]  # (parts, classes)
    part_of = np.zeros(len(present), int)
    empty = set(range(len(sizes)))
    for place, u in enumerate(rank):
        allowed = [p for p in range(len(sizes)) if room[p] >= len(units[u])]
        allowed = allowed or list(range(len(sizes)))
        if len(rank) - place <= len(empty):  # each of the last ones fills a part that has none
            allowed = sorted(empty)
        need = wanted[:, rarest[u]] if rarest[u] is not None else room
        best = max(allowed, key=lambda p: (need[p], room[p] / sizes[p], -p))
        empty.discard(best)
        part_of[units[u]] = best
        room[best] -= len(units[u])
        wanted[best] -= counts[u]
    return part_of


def _rarest(count, totals):
    found = np.flatnonzero(count)
    return found[np.argmin(totals[found])] if len(found) else None


def _warn_if_far_off(got, sizes, names):
    far = [k for k in range(len(names)) if not sizes[k] / 2 <= got[k] <= sizes[k] * 2]
    if far:
        told = ", ".join(f"{names[k]} {got[k]} for {sizes[k]}" for k in range(len(names)))
        message = f"The groups are too large for these shares: pictures {told}"
        warnings.warn(message, DatasetWarning, stacklevel=3)
