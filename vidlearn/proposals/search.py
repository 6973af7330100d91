"""Selective search: boxes of all regions that merging comes by, from several points of view."""

import numpy as np

from ._checks import check_frame, check_names, check_number
from .colours import SPACES, to_space
from .graph import check_segmentation, segment, sorted_edges
from .merging import SIMILARITIES, merge
from .regions import count_colours, count_slopes, neighbours, slopes

FAST = (SIMILARITIES, ("texture", "size", "fill"))


def selective_search(
    frame,
    *,
    scale=(100, 300),
    space=("hsv", "lab"),
    similarities=FAST,
    sigma=0.8,
    least=100,
    most=None,
    seed=0,
):
    r"""Propose boxes where an object might be: the boxes of all regions of several mergings.

    Every colour space is cut into segments at every scale, and these are merged by every set of
    similarities; the boxes of all regions, segments and merged, are put together, and equal ones
    kept once. Diversity is what finds objects: they are told from what is around them by colour
    here and by texture there.

    Regions made later come first, but not strictly, or the largest of every merging would fill the
    top: the i-th region from the end has the rank i times a random number from 0 to 1.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) RGB or (H, W) grey, uint8.
    scale : float or sequence of float
        As in `graph_segments`.
    space : str or sequence of str
        Some of "rgb", "grey", "hsv" and "lab".
    similarities : str, sequence of str, or sequence of such sequences
        One or several sets of "colour", "texture", "size" and "fill".
    sigma : float
        Of the Gaussian before segmentation, pixels.
    least : int
        Pixels of the smallest segment.
    most : int, optional
        Keep so many boxes; all by default.
    seed : int
        Of those random numbers.

    Returns
    -------
    ndarray
        (N, 4) float32 xyxy in pixels, those first that are most likely to hold an object.

    Raises
    ------
    ValueError
        If the frame is not of that kind, or an option is out of range.

    Notes
    -----
    Colour spaces and similarities are those of the paper's "fast" search, whose scales are 50 and
    100; these here suit frames of some hundred pixels.

    Time grows with the number of pixels: scale large pictures down first, and the boxes up again.

    References
    ----------
    Uijlings et al.: Selective search for object recognition. IJCV 104 (2), 2013, section 3; the
    order of the boxes is that of 3.3.

    Examples
    --------
    >>> frame = np.full((40, 60, 3), 30, np.uint8)
    >>> frame[10:30, 20:50] = (200, 40, 40)
    >>> selective_search(frame, scale=50, sigma=0).tolist()
    [[0.0, 0.0, 60.0, 40.0], [20.0, 10.0, 50.0, 30.0]]

    Lesson 12 teaches it.
    """
    check_frame(frame)
    spaces = check_names("space", space, SPACES)
    one_set = isinstance(similarities, str) or all(isinstance(s, str) for s in similarities)
    sets = [similarities] if one_set else similarities
    sets = [check_names("similarities", names, SIMILARITIES) for names in sets]
    scales = [scale] if np.ndim(scale) == 0 else list(scale)
    for value in scales or [None]:
        check_segmentation(value, sigma, least)
    if most is not None:
        check_number("most", most, 0, "boxes", whole=True)
    rng = np.random.default_rng(seed)
    boxes, ranks = [], []
    for merging in _mergings(frame, scales, spaces, sets, sigma, least):
        boxes.append(merging.boxes)
        ranks.append(rng.random(len(merging.boxes)) * np.arange(len(merging.boxes), 0, -1))
    boxes = np.concatenate(boxes)[np.argsort(np.concatenate(ranks), kind="stable")]
    _, first = np.unique(boxes, axis=0, return_index=True)
    return boxes[np.sort(first)][:most]


def _mergings(frame, scales, spaces, sets, sigma, least):
    """Yield the merging of every colour space, scale and set of similarities."""
    named = {name for names in sets for name in names}
    for space in spaces:
        pixels = to_space(frame, space)
        edges = sorted_edges(pixels, sigma)
        rises = slopes(pixels) if "texture" in named else None
        for scale in scales:
            segments = segment(edges, pixels.shape[:2], scale, least)
            pairs, histograms = neighbours(segments), {}
            if "colour" in named:
                histograms["colour"] = count_colours(pixels, segments)
            if "texture" in named:
                histograms["texture"] = count_slopes(rises, segments)
            for names in sets:
                yield merge(segments, pairs, histograms, names)
