"""Hold found transitions against true ones."""

import numpy as np

from .. import _checks
from . import inputs
from .matching import by_frame, in_order, nearest
from .results import ShotCount, ShotMetrics

# The rules, each with the tolerance that its numbers are published with.
RULES = {"vidlearn": 1, "transnetv2": 2, "pyscenedetect": 0}


def evaluate_shots(
    found,
    truth,
    *,
    tolerance=None,
    found_kinds=None,
    truth_kinds=None,
    rules="vidlearn",
    same_kind=False,
    frames=None,
):
    """Count which transitions were found: none twice, and none by two.

    A transition is [start, end), the frames that belong to neither shot alone; a cut at frame t,
    the first of the new shot, is [t, t). What was found matches a truth if at most `tolerance`
    frames lie between the two: for cuts, ``abs(found - truth) <= tolerance``; for gradual ones, the
    intervals overlap or touch once the tolerance is added. Each is matched at most once, as many
    as possible, those with starts and ends nearest to each other.

    Parameters
    ----------
    found, truth : array_like of int, or list of them
        (N, 2) transitions of a film, sorted, or a list with those of each film.
    tolerance : int, optional
        Frames, from 0 on. None: that of the rules: 1, 2 for "transnetv2", 0 for "pyscenedetect".
    found_kinds, truth_kinds : list of str, or list of them, optional
        "cut", "dissolve", "fade" or "wipe" of each. None: a cut where start and end are the same.
    rules : {"vidlearn", "transnetv2", "pyscenedetect"}
        Ours as above, or those of a program that others compare with; see Notes.
    same_kind : bool
        Under our rules: a cut is found only by a cut, a gradual one only by a gradual one.
    frames : int or list of int, optional
        How many the film has, or each film: transitions beyond are refused.

    Returns
    -------
    ShotMetrics
        Counts over all films together: over all transitions, and apart for cuts and gradual ones.
        A hit or a miss counts where the true one belongs, a false alarm where the found one says
        it belongs. So a dissolve found as a cut is a hit among the gradual ones, unless
        `same_kind`, and a dissolve found as three cuts is that hit and two false cuts.

    Raises
    ------
    ValueError
        If transitions are unsorted, overlap, are there twice, are negative or out of the film; if
        the numbers of films differ; or if an option is none of those.

    Notes
    -----
    "transnetv2": the transitions of both lists are gone through in time; those that come first and
    meet match. They meet as above, each being widened by half the tolerance at both ends; published
    is 2. As many match as under our rules with the same tolerance, though not always the same.
    There, nothing found and nothing to find give 0 in place of NaN; and a run of high scores that
    begins at frame i counts from frame i + 1 on, since its scores mark the last frame before a cut.

    "pyscenedetect": what was found is one frame, here the middle of a gradual one. One that lies in
    a true gradual one, or is the last frame before it or the first behind it, belongs to it,
    whatever the tolerance: the first such frame is a hit, more are false alarms of the gradual
    ones. The others are compared with the true cuts, the nearest pair first, then the nearest of
    the rest; that may leave pairs unmatched that our rules match. Its benchmark hands in the end of
    every scene, so that of the film, too; leave it out or have it in both.

    References
    ----------
    Souček and Lokoč, TransNet V2, arXiv 2008.04838, and its evaluate_scenes; the evaluator of
    PySceneDetect's benchmark.

    Examples
    --------
    True: cuts at 10 and 40, a dissolve from 20 to 30. Found: two cuts around 10, of which the
    nearer is the hit; a cut in the dissolve; a cut two frames late.

    >>> truth = [[10, 10], [20, 30], [40, 40]]
    >>> found = [[10, 10], [11, 11], [24, 24], [42, 42]]
    >>> print(evaluate_shots(found, truth))
    all:     precision 0.500, recall 0.667, F1 0.571 (2 hits, 2 false alarms, 1 misses)
    cuts:    precision 0.333, recall 0.500, F1 0.400 (1 hits, 2 false alarms, 1 misses)
    gradual: precision 1.000, recall 1.000, F1 1.000 (1 hits, 0 false alarms, 0 misses)
    >>> evaluate_shots(found, truth, rules="transnetv2").all  # two frames late is in time
    ShotCount(hits=3, false_alarms=1, misses=0)

    Lesson 21 teaches it.
    """
    _checks.one_of("rules", rules, tuple(RULES))
    _checks.whole("tolerance", tolerance, 0)
    if same_kind and rules != "vidlearn":
        raise ValueError(f"same_kind must be False with other rules than ours. Received: {rules!r}")
    tolerance = RULES[rules] if tolerance is None else int(tolerance)
    films = _films(found, truth, found_kinds, truth_kinds, frames)
    counts, rows = np.zeros((2, 3), int), ([], [], [])
    for film, (ours, theirs, kinds) in enumerate(films):
        pairs, kind = _matched(ours, theirs, kinds, tolerance, rules, same_kind)
        pairs = pairs[np.argsort(pairs[:, 0])]
        wrong = np.setdiff1d(np.arange(len(ours)), pairs[:, 0])
        missed = np.setdiff1d(np.arange(len(theirs)), pairs[:, 1])
        for column, which in enumerate((kinds[1][pairs[:, 1]], kind[wrong], kinds[1][missed])):
            counts[:, column] += np.bincount(which, minlength=2)
        for row, each in zip(rows, (pairs, wrong[:, None], missed[:, None]), strict=True):
            row.append(np.insert(each, 0, film, axis=1))
    cuts, gradual = (ShotCount(*row.tolist()) for row in counts)
    return ShotMetrics(cuts + gradual, cuts, gradual, *map(np.concatenate, rows), len(films))


def _matched(found, truth, kinds, tolerance, rules, same_kind):
    """Return pairs (H, 2), and whether each found one belongs to the gradual ones."""
    if rules == "transnetv2":
        return in_order(found, truth, tolerance), kinds[0]
    if rules == "pyscenedetect":
        return by_frame(found, truth, tolerance, kinds[1])
    return nearest(found, truth, tolerance, kinds=kinds if same_kind else None), kinds[0]


def _films(found, truth, found_kinds, truth_kinds, frames):
    """Return for each film what was found, what is true, and which of both are gradual."""
    (found, several), (truth, also) = (
        inputs.films(name, one) for name, one in (("found", found), ("truth", truth))
    )
    if several != also or len(found) != len(truth):
        shapes = [
            f"{len(one)} films" if many else "one film, no list of films"
            for one, many in ((found, several), (truth, also))
        ]
        raise ValueError(
            "found and truth must both be the transitions (N, 2) of one film, or both lists with "
            f"those of each film. Received: found: {shapes[0]}; truth: {shapes[1]}"
        )
    found_kinds, truth_kinds, frames = (
        inputs.partners(name, one, several, len(truth))
        for name, one in (
            ("found_kinds", found_kinds),
            ("truth_kinds", truth_kinds),
            ("frames", frames),
        )
    )
    films = []
    rows = zip(found, truth, found_kinds, truth_kinds, frames, strict=True)
    for film, (f, t, *kinds, most) in enumerate(rows):
        of = f"[{film}]" if several else ""
        _checks.whole(f"frames{of}", most, 0)
        f, t = inputs.transitions(f"found{of}", f, most), inputs.transitions(f"truth{of}", t, most)
        named = ((f"found_kinds{of}", kinds[0], f), (f"truth_kinds{of}", kinds[1], t))
        films.append((f, t, tuple(inputs.gradual(*one) for one in named)))
    return films
