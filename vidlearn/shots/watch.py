"""One pass over a film: what is measured of each frame, and what the guards say of each change.

However long the film, only the small pictures of the last few frames are in memory, and a few
numbers of each frame.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

import numpy as np

from .alike import found_again, likeness, without_bars
from .gradual import unmixed
from .signals import content_difference, to_hsv
from .thresholds import LEAST, RATIO, WINDOW, across, local_ratio

FLASH = 6  # frames that a flash lasts at most
RETURNED = 0.5  # share of a change that a flash leaves behind at most
MOVED = 0.45  # share of the picture that is found again: it only moved
LIT = 0.93  # as much like the one before: only the light changed

TINY = (18, 32)  # height and width of the pictures in which mixes are looked for
SPANS = (8, 16, 32, 64)  # frames from end to end of what may be a mix
STRIDE = 4  # frames from one look to the next
AHEAD = SPANS[-1]
APART = 14.0  # grey levels that the ends of a mix differ by at least
PURE = 0.2  # `unmixed` in a dissolve at most
SAME = 0.5  # likeness of the ends at most: more is a change of light
WHOLE = 0.75  # share of the picture that changes at least


class Watch:
    """Look at a film frame by frame.

    Parameters
    ----------
    ratio : float
        How far a change stands out that is looked at again, as `local_ratio` gives it.
    guards : bool
        Look again at each strong change: is it a flash, or did things only move?
    gradual : bool
        Look for mixes.

    Attributes
    ----------
    content, level, spread : array of float
        Of each frame so far: the content difference to the frame before, and mean and variance
        of its levels.
    vetoed : set of int
        Frames whose change is a flash or a motion.
    mixes : list of (int, int, float)
        Start, end and score of each dissolve.
    """

    def __init__(self, *, ratio=RATIO, guards=True, gradual=True):
        self.content, self.level, self.spread = array("d"), array("d"), array("d")
        self.ratio, self.guards, self.gradual = ratio, guards, gradual
        self.vetoed, self.jumps, self.mixes = set(), [0], []
        self._hsv, self._rgb, self._tiny = {}, {}, {}
        self.grey = None  # of the last frame, (h, w) uint8

    def add(self, picture):
        """Take the next frame as a small picture, (h, w, 3) uint8 RGB."""
        import cv2

        t, hsv = len(self.content), to_hsv(picture)
        self.grey = grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        self.content.append(content_difference(self._hsv[t - 1], hsv) if t else 0.0)
        mean, deviation = cv2.meanStdDev(grey)
        self.level.append(float(mean[0, 0]))
        self.spread.append(float(deviation[0, 0]) ** 2)
        self._hsv[t], self._rgb[t] = hsv, picture
        self._hsv.pop(t - 2 * FLASH - 2, None)
        self._rgb.pop(t - 2 * FLASH - 2, None)
        if self.gradual:
            small = cv2.resize(grey, TINY[::-1], interpolation=cv2.INTER_AREA)
            self._tiny[t] = small.astype(np.float32)
            self._tiny.pop(t - 2 * AHEAD - 1, None)
        self._look(t - FLASH)
        if t >= AHEAD:
            self._look_for_mix(t - AHEAD)

    def end(self):
        """Look at the last frames, behind which none comes."""
        total = len(self.content)
        for t in range(max(total - FLASH, 0), total):
            self._look(t)
        for t in range(max(total - AHEAD, 0), total):
            self._look_for_mix(t)

    def _look(self, t):
        """Judge the change before frame t, now that the frames behind it are known."""
        if t < 1 or self.content[t] < LEAST or not self.guards:
            return
        first = max(t - WINDOW - 1, 0)  # the first one of a list tells nothing
        near = self.content[first : t + WINDOW + 1]
        if local_ratio(near)[t - first] < self.ratio:
            return
        flash = across(self._hsv, t, reach=FLASH) < RETURNED * self.content[t]
        if flash or is_same(self._rgb[t - 1], self._rgb[t]):
            self.vetoed.add(t)
        else:
            self.jumps.append(t)

    def _look_for_mix(self, t):
        """See whether frame t is in the midst of a dissolve."""
        if not self.gradual or t % STRIDE:
            return
        for span in SPANS:
            half = span // 2
            a, b = self._tiny.get(t - half), self._tiny.get(t + half)
            if a is None or b is None or self._jumped(t - half, t + half):
                return
            if np.abs(a - b).mean() < APART / 2:
                continue
            rest = unmixed(a, self._tiny[t], b)
            if rest > PURE:
                continue
            first, last = without_bars(a, b)
            change = np.abs(first - last)
            if change.mean() < APART or np.mean(change > APART / 3) < WHOLE:
                continue
            if min(a.std(), b.std()) < 4.0 or likeness(first, last) > SAME:
                continue
            quarter, three = self._tiny[t - half // 2], self._tiny[t + half // 2]
            if max(_off(a, quarter, b, 0.25), _off(a, three, b, 0.75)) <= 1.5 * PURE:
                self._mixed(t, half, 1 - rest / (2 * PURE))
                return

    def _jumped(self, first, last):
        return self.jumps[bisect_right(self.jumps, last) - 1] > first

    def _mixed(self, t, half, score):
        """Tell how far a mix reaches: where the line through its middle meets both pictures."""
        first = max([t - 2 * half, *(j for j in self.jumps if j <= t)])
        last = min([t + 2 * half, len(self.content) - 1, *(j - 1 for j in self.jumps if j > t)])
        before, behind = self._tiny[first], self._tiny[last]
        shares = [_share(before, self._tiny[k], behind) for k in (t - half // 2, t, t + half // 2)]
        slope = (shares[2] - shares[0]) / (2 * (half // 2))
        if slope <= 0:
            return
        start, end = t - shares[1] / slope, t + (1 - shares[1]) / slope
        start, end = max(round(start) + 1, first + 1), min(round(end), last)
        if end - start >= 2:
            self.mixes.append((start, end, score))


def is_same(a, b):
    """Judge whether two pictures show one scene, moved or in another light.

    Parameters
    ----------
    a, b : ndarray
        (h, w, 3) uint8 RGB.

    Returns
    -------
    bool
    """
    a, b = without_bars(a, b)
    return likeness(a, b) >= LIT or found_again(a, b) >= MOVED


def _share(first, picture, last):
    """Return the share of `last` in a mix, by least squares."""
    way = last - first
    return float(((picture - first) * way).sum() / max((way * way).sum(), 1e-9))


def _off(first, picture, last, share):
    apart = np.abs(first - last).mean()
    wanted = (1 - share) * first + share * last
    return float(np.abs(picture - wanted).mean() / max(apart, 1e-9))


def joined(mixes):
    """Join looks at one and the same mix: the median of their ends, the best of their scores.

    Parameters
    ----------
    mixes : list of (int, int, float)

    Returns
    -------
    list of (int, int, float)
    """
    groups = []
    for mix in sorted(mixes):
        if groups and mix[0] < max(m[1] for m in groups[-1]):
            groups[-1].append(mix)
        else:
            groups.append([mix])
    return [
        (int(np.median([m[0] for m in g])), int(np.median([m[1] for m in g])), max(m[2] for m in g))
        for g in groups
        if len(g) > 1
    ]
