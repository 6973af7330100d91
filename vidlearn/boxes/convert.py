"""From one form of a box to another, its area, and its part inside of the picture."""

from numbers import Real

import numpy as np

from ._checks import as_boxes

FORMS = ("xyxy", "xywh", "cxcywh", "rel_xyxy", "rel_xywh", "rel_cxcywh")


def convert(boxes, source, target, *, size=None):
    r"""Change boxes from one form into another.

    Parameters
    ----------
    boxes : array_like
        (N, 4). Nothing is judged: sides below 0 stay below 0.
    source, target : str
        ``"xyxy"`` (left, top, right, bottom), ``"xywh"`` (left, top, width, height), ``"cxcywh"``
        (centre, width, height), in pixels; the same after ``"rel_"`` as shares of the picture's
        width and height.
    size : (int, int), optional
        Height and width of the picture, for changes between pixels and shares.

    Returns
    -------
    ndarray
        (N, 4); float32 stays float32, all else becomes float64.

    Raises
    ------
    ValueError
        If a form is unknown, boxes are not (N, 4) finite numbers, or the size is missing or wrong.

    Notes
    -----
    Whole and half pixels come back exactly, others within one rounding. COCO's labels are
    ``"xywh"``, those of YOLO ``"rel_cxcywh"``. Where the first pixel counts as 1, as in VOC, take
    off 1 first.

    Examples
    --------
    >>> convert([[10, 20, 40, 60]], "xyxy", "cxcywh").tolist()
    [[25.0, 40.0, 30.0, 40.0]]
    >>> convert([[10, 20, 40, 60]], "xyxy", "rel_xywh", size=(80, 100)).tolist()
    [[0.1, 0.25, 0.3, 0.5]]

    Lesson 11 teaches it.
    """
    for name, form in (("source", source), ("target", target)):
        if form not in FORMS:
            raise ValueError(f"{name} must be one of {', '.join(FORMS)}. Received: {form!r}")
    boxes = as_boxes("boxes", boxes).copy()
    relative = source.startswith("rel_"), target.startswith("rel_")
    if relative[0] != relative[1]:
        height, width = check_size(size)
        scale = np.array([width, height, width, height], boxes.dtype)
    if relative == (True, False):
        boxes *= scale
    _change_form(boxes, source.removeprefix("rel_"), target.removeprefix("rel_"))
    return boxes / scale if relative == (False, True) else boxes


def _change_form(boxes, source, target):
    """Change in place, through left, top, width, height."""
    if source == target:
        return
    first, second = boxes[:, :2], boxes[:, 2:]  # (N, 2) each
    if source == "xyxy":
        second -= first
    elif source == "cxcywh":
        first -= second / 2
    if target == "xyxy":
        second += first
    elif target == "cxcywh":
        first += second / 2


def area(boxes):
    """Return the area of boxes, ``(x2 - x1) * (y2 - y1)``: edges lie between the pixels, no + 1.

    Parameters
    ----------
    boxes : array_like
        (N, 4) xyxy in pixels.

    Returns
    -------
    ndarray
        (N,) square pixels, 0 for a box without width or height; the dtype as in `convert`.

    Raises
    ------
    ValueError
        If boxes are not (N, 4) finite numbers, or one is inverted.

    Examples
    --------
    >>> area([[0, 0, 4, 2], [1, 1, 1, 9]]).tolist()
    [8.0, 0.0]

    Lesson 11 teaches it.
    """
    boxes = as_boxes("boxes", boxes, ordered=True)
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def clip(boxes, size):
    """Keep of boxes what lies inside of the picture.

    Parameters
    ----------
    boxes : array_like
        (N, 4) xyxy in pixels.
    size : (int, int)
        Height and width of the picture.

    Returns
    -------
    ndarray
        (N, 4); a box that lies outside altogether becomes one without area, on the border.

    Raises
    ------
    ValueError
        If boxes are not (N, 4) finite numbers, or the size is wrong.

    Examples
    --------
    >>> clip([[-3, 2, 9, 30]], (20, 8)).tolist()
    [[0.0, 2.0, 8.0, 20.0]]

    Lesson 11 teaches it.
    """
    boxes = as_boxes("boxes", boxes)
    height, width = check_size(size)
    return np.clip(boxes, 0, np.array([width, height, width, height], boxes.dtype))


def box_of_mask(mask):
    """Return the smallest box that holds every pixel of a mask.

    Parameters
    ----------
    mask : ndarray
        (H, W) bool.

    Returns
    -------
    ndarray
        (4,) float32 xyxy. The end is half-open, as in slices: ``mask[y1:y2, x1:x2]`` is the box.

    Raises
    ------
    ValueError
        If the mask is not (H, W), or is empty, which has no box.

    Examples
    --------
    >>> mask = np.zeros((4, 6), bool)
    >>> mask[1:3, 2:5] = True
    >>> box_of_mask(mask).tolist()
    [2.0, 1.0, 5.0, 3.0]

    Lesson 00 teaches it.
    """
    mask = np.asarray(mask)
    if mask.ndim != 2:
        raise ValueError(f"mask must be (H, W), that of one object. Received shape {mask.shape}")
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise ValueError("mask must hold at least one pixel. Received: none; test mask.any() first")
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def check_size(size):
    """Turn away what is not the height and width of a picture."""
    if np.shape(size) != (2,) or not all(
        isinstance(side, Real) and 0 < side < np.inf for side in size
    ):
        raise ValueError(
            f"size must be (height, width) of the picture, both above 0. Received: {size!r}"
        )
    return size
