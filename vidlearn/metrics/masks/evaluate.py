"""J and F of every object in every frame, and what is said of them over time."""

from dataclasses import dataclass

import numpy as np

from .. import _checks
from .similarity import TOLERANCE, contour_accuracy, region_similarity


@dataclass(frozen=True, eq=False, repr=False)
class MaskMetrics:
    """How good the masks of each object are, in each frame.

    Attributes
    ----------
    objects : tuple of tuple
        For each object its film and its label, (int, int).
    J, F : tuple of ndarray
        For each object (T,) region similarity and contour accuracy in each frame that counts.

    Examples
    --------
    See `evaluate_masks`. Lesson 23 teaches it.
    """

    objects: tuple
    J: tuple
    F: tuple

    @property
    def per_object(self):
        """Mean, recall and decay of J and of F for each object, by (film, label)."""
        rows = zip(self.objects, self.J, self.F, strict=True)
        return {
            one: {
                f"{letter} {name}": function(values)
                for letter, values in (("J", j), ("F", f))
                for name, function in STATISTICS.items()
            }
            for one, j, f in rows
        }

    @property
    def summary(self):
        """J&F, and each of `per_object` as a mean over the objects."""
        objects = list(self.per_object.values())
        means = {name: float(np.mean([one[name] for one in objects])) for name in objects[0]}
        return {"J&F": (means["J mean"] + means["F mean"]) / 2, **means}

    def __repr__(self):
        values = "  ".join(f"{name} {value:.3f}" for name, value in self.summary.items())
        return f"MaskMetrics: {len(self.objects)} objects\n{values}"


def evaluate_masks(found, truth, *, ends=True, tolerance=TOLERANCE, void=None):
    """Measure J and F of each object in each frame.

    Parameters
    ----------
    found, truth : array_like, or list of them
        (T, H, W) of a film, or a list with those of each film: bool, True for the object; or whole
        numbers, 0 for the background and one number from 1 on for each object.
    ends : bool
        Whether the first frame and the last count. DAVIS leaves both out where the mask of the
        first is given (semi-supervised): ``ends=False``.
    tolerance : float
        As in `contour_accuracy`.
    void : int, optional
        The number of pixels that do not count, such as 255.

    Returns
    -------
    MaskMetrics
        Of every object that is in the truth of a film, in whatever frame.

    Raises
    ------
    ValueError
        If films differ in number, shape or kind, no object is in the truth, something was found
        that is not, or no frame is left.

    Notes
    -----
    Over the frames of an object: the mean; the recall, the share of frames above 0.5; the decay,
    the mean over the first quarter less that over the last, so that a falling quality is above 0.
    Neighbouring quarters share a frame, as in DAVIS's tool. All are averaged over the objects of
    all films, whatever their length, and J&F is the mean of J's mean and F's.

    DAVIS's tool takes the objects of the first frame alone, and reads 255 as background: to do the
    same, write 0 there. It counts quarters in 8 bits, so its decay is another in longer films
    than 256 frames.

    References
    ----------
    Perazzi et al., CVPR 2016, sections 4.1 and 5; Pont-Tuset et al., The 2017 DAVIS Challenge on
    Video Object Segmentation, arXiv 1704.00675; the tool davis2017-evaluation.

    Examples
    --------
    A square that moves to the right for four frames, found where it was in the first.

    >>> truth = np.zeros((4, 9, 9), int)
    >>> for t in range(4):
    ...     truth[t, 3:6, t + 1 : t + 4] = 1
    >>> result = evaluate_masks(truth[[0, 0, 0, 0]], truth, tolerance=0)
    >>> result.J[0].round(2).tolist(), result.F[0].round(2).tolist()
    ([1.0, 0.5, 0.2, 0.0], [1.0, 0.5, 0.33, 0.33])
    >>> {name: round(value, 3) for name, value in result.summary.items() if name[0] == "J"}
    {'J&F': 0.483, 'J mean': 0.425, 'J recall': 0.25, 'J decay': 0.65}

    Lesson 23 teaches it.
    """
    _checks.whole("void", void, 1)
    objects, J, F = [], [], []
    for film, (of, ours, theirs) in enumerate(_films(found, truth)):
        kept = slice(None) if ends else slice(1, -1)
        if not len(theirs[kept]):
            raise ValueError(
                f"truth{of} must have a frame that counts, with ends=False 3 or more. "
                f"Received: {len(theirs)} frames"
            )
        ignore = None if void is None else theirs[kept] == void
        for label in _labels(of, ours, theirs, void):
            pair = ours[kept] == label, theirs[kept] == label
            objects.append((film, int(label)))
            J.append(region_similarity(*pair, ignore=ignore))
            F.append(contour_accuracy(*pair, tolerance=tolerance, ignore=ignore))
    return MaskMetrics(tuple(objects), tuple(J), tuple(F))


def _mean(values):
    return float(np.mean(values))


def _recall(values):
    return float(np.mean(values > 0.5))


def _decay(values):
    ends = np.floor(np.linspace(1, len(values), 5) + 0.5).astype(int)  # 1-based, halves go up
    return float(values[: ends[1]].mean() - values[ends[3] - 1 :].mean())


STATISTICS = {"mean": _mean, "recall": _recall, "decay": _decay}


def _films(found, truth):
    """Return of each film what an error calls it, and two label maps (T, H, W)."""
    films = [
        list(one) if several else [one]
        for one in (found, truth)
        for several in [isinstance(one, list | tuple) and len(one) > 0 and np.ndim(one[0]) == 3]
    ]
    if len(films[0]) != len(films[1]):
        raise ValueError(
            "found and truth must have as many films. "
            f"Received: {len(films[0])} and {len(films[1])}"
        )
    checked = []
    for film, (ours, theirs) in enumerate(zip(*films, strict=True)):
        of = f"[{film}]" if len(films[0]) > 1 else ""
        ours, theirs = _labelled(f"found{of}", ours), _labelled(f"truth{of}", theirs)
        if ours.shape != theirs.shape:
            raise ValueError(
                f"found{of} and truth{of} must be of one shape, (T, H, W). "
                f"Received: {ours.shape} and {theirs.shape}"
            )
        checked.append((of, ours, theirs))
    return checked


def _labelled(name, values):
    array = np.asarray(values)
    if array.ndim != 3 or array.dtype.kind not in "biu" or (array.size and array.min() < 0):
        raise ValueError(
            f"{name} must be (T, H, W) of bool or of whole numbers from 0 on, or a list of such, "
            f"one for each film. Received: {array.dtype} of shape {array.shape}"
        )
    return array


def _labels(of, found, truth, void):
    """Return the numbers of the objects of the truth."""
    nothing = [0] if void is None else [0, void]
    labels = np.setdiff1d(truth, nothing)
    if not len(labels):
        raise ValueError(
            f"truth{of} must have an object, a number from 1 on, in some frame. Received none"
        )
    extra = np.setdiff1d(found, [*nothing, *labels])
    alike = (found.dtype == bool) == (truth.dtype == bool) or labels.tolist() == [1]
    if len(extra) or not alike:
        raise ValueError(
            f"found{of} must have the same numbers for objects as truth, {labels.tolist()[:20]}. "
            f"Received: {np.unique(found).tolist()[:20]}"
        )
    return labels
