"""Smoothing that a live caption may use: three faults to find."""

import numpy as np


def live_majority(labels, window):
    """Say at each frame what most of the last `window` frames said, this one among them."""
    said = []
    for t in range(len(labels)):
        last = list(labels[max(0, t - window + 1) : t + 1])
        most = max(last.count(label) for label in last)
        newest = [label for label in reversed(last) if last.count(label) == most]
        said.append(newest[0])
    return np.array(said)


def as_given(labels, window):
    """Look at a window around the frame, wrap round at the start, and let the lowest label win."""
    said = []
    for t in range(len(labels)):
        last = np.take(labels, range(t - window // 2, t + window // 2 + 1), mode="wrap")
        said.append(np.bincount(last).argmax())
    return np.array(said)


def smoothing_cases():
    rng = np.random.default_rng(8)
    flicker = np.repeat([3, 0, 2], [9, 8, 7])
    flicker[[4, 12, 19]] = [1, 3, 0]
    return [
        (np.array([5, 5, 2, 5, 5]), 3),
        (np.array([4, 1, 1, 1, 4, 4, 4]), 3),
        (np.array([2, 0, 1, 2, 2, 7]), 2),
        (np.array([7, 7, 1, 1, 7]), 6),
        (np.array([0, 0, 1, 1, 2]), 5),
        (np.array([6]), 5),
        (np.array([1, 2, 3]), 9),
        (flicker, 5),
        (np.array([0, 1, 0, 1, 2, 1, 2, 0]), 4),
        (np.array([3, 8, 1]), 1),
        (rng.integers(0, 3, 40), 6),
    ]


def _slices(low, high, *, beyond=None, lowest=False, oldest=False):
    """Return the reference with another window, another way to settle a tie, or
    np.take's mode for what lies beyond the film."""

    def said(labels, window):
        out = []
        for t in range(len(labels)):
            first, stop = low(t, window), high(t, window)
            if beyond:
                last = list(np.take(labels, range(first, stop), mode=beyond))
            else:
                last = list(labels[max(first, 0) : max(stop, 0)])
            last = last or [labels[t]]
            most = max(last.count(label) for label in last)
            tied = [label for label in reversed(last) if last.count(label) == most]
            out.append(min(tied) if lowest else tied[-1] if oldest else tied[0])
        return np.array(out)

    return said


def _past(t, window):
    return t - window + 1


def _now(t, window):
    return t + 1


def _around(t, window):
    return t - window // 2


def _ahead(t, window):
    return t + window // 2 + 1


def _of_what_was_said(labels, window):
    """Take the majority of what was said before, not of what was seen."""
    out = []
    for t in range(len(labels)):
        last = [*out[max(0, t - window + 1) : t], labels[t]]
        most = max(last.count(label) for label in last)
        out.append(next(label for label in reversed(last) if last.count(label) == most))
    return np.array(out)


def _median(labels, window):
    return np.array(
        [np.median(labels[max(0, t - window + 1) : t + 1]) for t in range(len(labels))]
    ).astype(int)


def _waits(labels, window):
    """Say nothing new before the window is full: the labels as they are."""
    out = live_majority(labels, window)
    out[: window - 1] = labels[: window - 1]
    return out


def _settled_by(choose):
    """Return the reference with another choice among the tied, newest first."""

    def said(labels, window):
        out = []
        for t in range(len(labels)):
            last = list(labels[max(0, t - window + 1) : t + 1])
            most = max(last.count(label) for label in last)
            tied = [label for label in reversed(last) if last.count(label) == most]
            out.append(choose(tied, last, out))
        return np.array(out)

    return said


def _sticky(tied, last, out):
    """Keep what was said, as long as it is among the most frequent."""
    return out[-1] if out and out[-1] in tied else tied[0]


def _more_than_half(tied, last, out):
    """Change only to what has more than half of the window."""
    return tied[0] if 2 * last.count(tied[0]) > len(last) or not out else out[-1]


def _now_wins(tied, last, out):
    """Take the label of now where others are tied, whether it is one of them or not."""
    return tied[0] if len(set(tied)) == 1 else last[-1]


def _without_now_from_the_end(labels, window):
    """Slice as Python does: a start below zero counts from the end, and nothing is left."""
    out = []
    for t in range(len(labels)):
        last = list(labels[t - window : t]) or [labels[t]]
        most = max(last.count(label) for label in last)
        out.append(next(label for label in reversed(last) if last.count(label) == most))
    return np.array(out)


SMOOTHING_MISTAKES = {
    "as-given": as_given,
    # one of three mended, or two
    "future": _slices(_around, _ahead),
    "future-lowest": _slices(_around, _ahead, lowest=True),
    "future-wrapped": _slices(_around, _ahead, beyond="wrap"),
    "wrapped": _slices(_past, _now, beyond="wrap"),
    "wrapped-lowest": _slices(_past, _now, beyond="wrap", lowest=True),
    "held": _slices(_past, _now, beyond="clip"),
    "held-lowest": _slices(_past, _now, beyond="clip", lowest=True),
    "future-held": _slices(_around, _ahead, beyond="clip", lowest=True),
    "lowest": _slices(_past, _now, lowest=True),
    "oldest": _slices(_past, _now, oldest=True),
    "highest": _settled_by(lambda tied, last, out: max(tied)),
    "without-now": _slices(lambda t, w: t - w, lambda t, w: t),
    "one-more": _slices(lambda t, w: t - w, _now),
    "one-less": _slices(lambda t, w: t - w + 2, _now),
    "future-only": _slices(lambda t, w: t, lambda t, w: t + w),
    "of-what-was-said": _of_what_was_said,
    "median": _median,
    "waits": _waits,
    "sticky": _settled_by(_sticky),
    "more-than-half": _settled_by(_more_than_half),
    "now-wins-ties": _settled_by(_now_wins),
    "start-below-zero-without-now": _without_now_from_the_end,
    "all-of-the-past": _slices(lambda t, w: 0, _now),
    "unchanged": lambda labels, window: labels.copy(),
}
