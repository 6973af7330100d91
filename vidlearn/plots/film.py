"""Numbers and clips made ready to be played: painted, enlarged, side by side."""

import numpy as np

from .arguments import numeric, positive, whole
from .colours import PALETTE, signed_map

TONES = "sky", "orange"
"""The colours of shots, in turn."""


def paint(values, limit=None, *, signed=True):
    """Turn numbers into pixels, for a clip of them.

    Parameters
    ----------
    values : array_like
        Numbers of any shape, such as (T, H, W). NaN, where nothing is known, becomes grey.
    limit : float, optional
        The size that gets the full colour, the same for all; by default the greatest there is.
        Beyond it the colour stays.
    signed : bool, default True
        Whether to use the map for numbers with a sign (orange, white, blue). Else the size alone
        is shown, from black to white.

    Returns
    -------
    ndarray
        The shape of `values` and an axis more: (..., 3) uint8 RGB.

    Raises
    ------
    ValueError
        If `values` are no numbers, or `limit` is none above 0.

    Examples
    --------
    >>> paint([-2.0, 0.0, 2.0])[1].tolist()
    [255, 255, 255]
    >>> paint([-2.0, 0.0, 1.0], signed=False)[:, 0].tolist()
    [255, 0, 127]
    """
    values = numeric("values", values, "an array")
    if limit is None:
        limit = float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0
    share = (values / positive("limit", limit)).clip(-1, 1)
    known, share = ~np.isnan(share), np.nan_to_num(share)
    if signed:
        painted = signed_map()((share + 1) / 2, bytes=True)[..., :3]
    else:
        painted = np.repeat((255 * np.abs(share)).astype(np.uint8)[..., None], 3, axis=-1)
    return np.where(known[..., None], painted, np.uint8(128))


def side_by_side(*clips, height=None, gap=4):
    """Put clips beside one another, so that one player shows them in step.

    Parameters
    ----------
    *clips : ndarray
        Each (T, H, W, 3) or (T, H, W) uint8, or a picture (H, W, 3) that stands still. A shorter
        clip ends the film for all. Each is enlarged by a whole number of times to come near
        `height`; pixels stay square and sharp. What is lower is set in the middle, on white.
    height : int, optional
        Rows to come near; by default those of the highest clip.
    gap : int, default 4
        White columns between two clips.

    Returns
    -------
    ndarray
        (T, height, W, 3) uint8.

    Raises
    ------
    ValueError
        If no clip is given, one is not uint8 or of another shape, or `height` or `gap` is no whole
        number.

    Examples
    --------
    >>> film, kernel = np.zeros((5, 40, 60, 3), np.uint8), np.zeros((5, 3, 3, 3), np.uint8)
    >>> side_by_side(film, kernel).shape
    (5, 40, 103, 3)
    """
    clips = [np.asarray(clip) for clip in clips]
    if not clips or any(clip.dtype != np.uint8 for clip in clips):
        kinds = [str(clip.dtype) for clip in clips]
        raise ValueError(f"clips must be uint8 arrays, at least one. Received: {kinds}")
    shapes = [clip.shape for clip in clips]
    if not all(_is_clip(shape) for shape in shapes):
        raise ValueError(
            "clips must be (T, H, W, 3) or (T, H, W), or pictures (H, W, 3), none of them empty. "
            f"Received: shapes {shapes}"
        )
    height, gap = height and whole("height", height, 1), whole("gap", gap, 0)
    moving = [len(clip) for clip in clips if clip.ndim == 4 or clip.shape[-1] != 3]
    frames = min(moving, default=1)
    panels = []
    for clip in clips:
        if clip.ndim == 3:
            still = clip.shape[-1] == 3
            clip = np.repeat(clip[None], frames, axis=0) if still else clip[..., None]
        panels.append(np.broadcast_to(clip[:frames], (*clip[:frames].shape[:3], 3)))
    height = height or max(panel.shape[1] for panel in panels)
    panels = [_enlarged(panel, max(1, height // panel.shape[1])) for panel in panels]
    tallest = max(height, *(panel.shape[1] for panel in panels))
    white = np.full((frames, tallest, gap, 3), 255, np.uint8)
    parts = []
    for panel in panels:
        above = (tallest - panel.shape[1]) // 2
        below = tallest - panel.shape[1] - above
        filled = np.pad(panel, ((0, 0), (above, below), (0, 0), (0, 0)), constant_values=255)
        parts += [filled, white]
    return np.concatenate(parts[:-1], axis=2)


def _is_clip(shape):
    return 0 not in shape and (len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3)))


def _enlarged(panel, times):
    return panel.repeat(times, axis=1).repeat(times, axis=2)


def shot_bar(frames, cuts=(), *, height=8):
    """Put a time line below a film: its shots in two colours in turn, and how far it has run.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    cuts : sequence of int
        First frames of all shots but the first.
    height : int, default 8
        Rows of the bar; two black ones part it from the film.

    Returns
    -------
    ndarray
        (T, H + 2 + height, W, 3) uint8. What has run is in full colour, what is to come is dark,
        and a white mark stands at the frame that is shown.

    Raises
    ------
    ValueError
        If the frames are of another shape or type or there are none, a cut is no whole number or
        lies outside the film, or `height` is no whole number, at least 1.

    Examples
    --------
    >>> shot_bar(np.zeros((5, 40, 60, 3), np.uint8), [2]).shape
    (5, 50, 60, 3)
    """
    frames = np.asarray(frames)
    good = frames.ndim == 4 and frames.shape[3] == 3 and frames.dtype == np.uint8
    if not good or not frames.size:
        raise ValueError(
            f"frames must be (T, H, W, 3) uint8. Received: {frames.dtype} of shape {frames.shape}"
        )
    total, _, width = frames.shape[:3]
    cuts, height = _first_frames(cuts, total), whole("height", height, 1)
    at = np.arange(width) * total // width  # the frame that each column stands for
    tones = np.array([[int(PALETTE[name][i : i + 2], 16) for i in (1, 3, 5)] for name in TONES])
    tones = tones[np.searchsorted(sorted(cuts), at, side="right") % 2]
    below = np.zeros((total, 2 + height, width, 3), np.uint8)
    for t in range(total):
        bar = np.where((at <= t)[:, None], tones, tones // 3)
        mark = min(width - 2, (2 * t + 1) * width // (2 * total))
        bar[max(0, mark - 1) : mark + 2] = 255
        below[t, 2:] = bar
    return np.concatenate([frames, below], axis=1)


def _first_frames(cuts, total):
    """Return cuts as a list of int, or refuse what are none."""
    array = np.asarray(list(cuts) if np.iterable(cuts) and not isinstance(cuts, str) else None)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"cuts must be whole numbers in a list. Received: {cuts!r}")
    if ((array < 1) | (array >= total)).any():
        raise ValueError(f"cuts must lie from 1 to {total - 1}. Received: {array.tolist()}")
    return array.astype(int).tolist()
