"""Which anchor is to learn which truth, and which anchors a training step looks at."""

from heapq import heapify, heappop, heappush

import numpy as np

from ._checks import check_count, check_share, floating

BACKGROUND, IGNORED = -1, -2


def match(overlaps, *, high=0.7, low=0.3, best=True):
    """Assign a truth, background or nothing to every anchor.

    Parameters
    ----------
    overlaps : array_like
        (N, M) IoU of N anchors with M truths, 0 to 1.
    high : float
        An anchor that overlaps a truth so much or more learns the one it overlaps most; of equals,
        the first.
    low : float
        An anchor that overlaps every truth less than this learns background. Those between are
        ignored.
    best : bool
        Whether a truth that no anchor overlaps enough gets its best ones all the same.

    Returns
    -------
    ndarray
        (N,) int64: the index of the truth, -1 for background, -2 for ignored.

    Raises
    ------
    ValueError
        If overlaps are not (N, M) numbers from 0 to 1, or not 0 <= low <= high <= 1.

    Notes
    -----
    With `best`, as in the paper, all anchors that tie for a truth's highest overlap learn it; where
    several truths want one anchor, it goes to the one it overlaps more (of equals, the first). The
    paper lets the others go without; here each then gets the best anchor still free, pairs being
    taken by falling overlap, of equals the anchor with the lower index first. Only a truth that
    overlaps no free anchor at all goes without.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, section 3.1.2. One anchor for each: Liu et al.:
    SSD. ECCV 2016, section 2.2.

    Examples
    --------
    >>> match([[0.8, 0.1], [0.5, 0.2], [0.1, 0.4], [0.0, 0.2]]).tolist()
    [0, -2, 1, -1]

    Lesson 11 teaches it.
    """
    overlaps = floating(overlaps)
    if overlaps.ndim != 2:
        raise ValueError(
            f"overlaps must be (N, M), anchors by truths. Received shape {overlaps.shape}"
        )
    if overlaps.size and not (overlaps.min() >= 0 and overlaps.max() <= 1):
        raise ValueError("overlaps must lie in 0 to 1. Received: numbers outside, or NaN")
    if check_share("low", low) > check_share("high", high):
        raise ValueError(f"low must not be above high. Received: low={low!r}, high={high!r}")
    assigned = np.full(len(overlaps), BACKGROUND)
    if overlaps.size:
        most = overlaps.max(axis=1)
        assigned[most >= low] = IGNORED
        assigned[most >= high] = overlaps.argmax(axis=1)[most >= high]
        if best:
            _give_the_best(assigned, overlaps)
    return assigned


def sample(assigned, *, count=256, share=0.5, rng):
    """Draw the anchors of one training step, so that background does not drown the rest.

    Parameters
    ----------
    assigned : array_like
        (N,) whole numbers, as `match` returns them.
    count : int
        How many to draw.
    share : float
        0 to 1, how much of `count` may be positive at most. Background fills up what is missing.
    rng : numpy.random.Generator or int
        Or a seed.

    Returns
    -------
    positive, negative : ndarray
        int64 indices, rising; fewer than `count` together only where there is not enough
        background.

    Raises
    ------
    ValueError
        If `assigned` is not (N,) whole numbers from -2, or an option is out of range.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, section 3.1.3.

    Examples
    --------
    >>> positive, negative = sample([0, -1, -1, 1, -2, 0, -1], count=4, rng=0)
    >>> len(positive), negative.size
    (2, 2)

    Lesson 11 teaches it.
    """
    assigned = np.asarray(assigned)
    if assigned.ndim != 1 or assigned.dtype.kind not in "iu" or assigned.min(initial=0) < IGNORED:
        raise ValueError(
            "assigned must be (N,) whole numbers from -2, as match returns them. "
            f"Received: {assigned.dtype} of shape {assigned.shape}"
        )
    check_count("count", count)
    rng = np.random.default_rng(rng)
    chosen = []
    for candidates, room in (
        (np.flatnonzero(assigned >= 0), int(count * check_share("share", share))),
        (np.flatnonzero(assigned == BACKGROUND), count),
    ):
        room = min(room, len(candidates), count - sum(map(len, chosen)))
        chosen.append(np.sort(rng.choice(candidates, room, replace=False)))
    return tuple(chosen)


def _give_the_best(assigned, overlaps):
    """Give every truth the anchors that tie for its best, and at least one of its own."""
    highest = overlaps.max(axis=0)  # (M,)
    tied = (overlaps == highest) & (highest > 0)
    wanted = np.flatnonzero(tied.any(axis=1))
    assigned[wanted] = np.where(tied[wanted], overlaps[wanted], -1).argmax(axis=1)
    taken = []
    queue = [(-highest[k], anchor, k) for k, anchor in enumerate(overlaps.argmax(axis=0))]
    heapify(queue)
    while queue:
        overlap, anchor, truth = heappop(queue)
        if overlap == 0:
            return
        if anchor not in taken:
            taken.append(anchor)
            assigned[anchor] = truth
        else:  # lost to a better one: queue again with the best that is free
            free = overlaps[:, truth].copy()
            free[taken] = 0
            heappush(queue, (-free.max(), free.argmax(), truth))
