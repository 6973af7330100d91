"""Which frames of a clip matter to a model, and which places: cover them and ask again."""

from dataclasses import dataclass
from itertools import pairwise
from numbers import Integral

import numpy as np

FILLS = ("mean", "previous", "grey")


@dataclass(frozen=True)
class Occlusion:
    """What a model says to a clip as it is, and with each frame covered in turn.

    Attributes
    ----------
    whole : ndarray, (K,)
        Probabilities of the clip as it is.
    frames : ndarray, (T, K)
        Probabilities with the frames around frame t covered.
    places : ndarray, (T, GH, GW, K), or None
        Probabilities with one cell of a grid covered in the frames around frame t.
    window : int
        How many frames are covered at a time.
    fill : str
        What stands in their place.

    Notes
    -----
    Lesson 17 teaches it.
    """

    whole: np.ndarray
    frames: np.ndarray
    places: np.ndarray | None = None
    window: int = 1
    fill: str = "mean"

    def drop(self, label):
        """Return by how much a class's probability falls with each frame covered: (T,)."""
        return self.whole[label] - self.frames[:, label]

    def drop_of_places(self, label):
        """Return the same for each cell of the grid: (T, GH, GW)."""
        if self.places is None:
            raise ValueError("no places were covered. Call occlusion with grid=(rows, columns).")
        return self.whole[label] - self.places[..., label]


def occlusion(predict, clip, *, window=1, fill="mean", grid=None, batch_size=32):
    """Cover each frame of a clip in turn and see what a model says then.

    Where the probability of a class falls most, the model took most of its evidence for it; where
    it rises, the frame spoke against it. What is found depends on what stands in the place of a
    covered frame, so look at more than one.

    Parameters
    ----------
    predict : callable
        Takes clips (N, T, H, W, C) and gives probabilities (N, K), such as
        ``lambda clips: predict_clips(model, clips)``.
    clip : array_like, (T, H, W, C), uint8 or float
        One clip of 0 to 255.
    window : int, default 1
        How many frames around frame t are covered: ``t - (window - 1) // 2`` to
        ``t + window // 2``, fewer at the ends. From 1 to T - 1.
    fill : {"mean", "previous", "grey"}
        What stands in their place: the mean of the clip's frames, which keeps what never moves;
        the frame before them (after them at the start), as if time stood still; or grey, 128.
    grid : (int, int), optional
        Rows and columns of a grid; then each cell is covered alone, too.
    batch_size : int, default 32
        Clips that `predict` gets at a time.

    Returns
    -------
    Occlusion
        Probabilities of the whole clip (K,), of each covered frame (T, K) and, with a grid, of
        each covered cell (T, GH, GW, K).

    Raises
    ------
    ValueError
        If the clip is none, an option lies outside its range, or `predict` gives other things
        than probabilities.

    References
    ----------
    Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks, section 4.2:
    pictures there, here frames.

    Examples
    --------
    A model that looks at the last frame only:

    >>> def predict(clips):
    ...     bright = clips[:, -1].mean(axis=(1, 2, 3)) / 255
    ...     return np.stack([bright, 1 - bright], axis=1)
    >>> clip = np.full((4, 8, 8, 3), 51.0)
    >>> clip[-1] = 255.0
    >>> occlusion(predict, clip).drop(0).tolist()
    [0.0, 0.0, 0.0, 0.6]

    Lesson 17 teaches it.
    """
    clip = _checked(clip, window, fill, grid)
    if not isinstance(batch_size, Integral) or batch_size < 1:
        raise ValueError(f"batch_size must be a whole number from 1 on. Received: {batch_size!r}")
    spans = [_span(t, len(clip), window) for t in range(len(clip))]
    height, width = clip.shape[1:3]
    cells = [(slice(0, height), slice(0, width))]  # first the whole frame
    if grid is not None:
        cells += [
            (rows, cols) for rows in _parts(height, grid[0]) for cols in _parts(width, grid[1])
        ]

    def covered():
        yield clip
        for first, last in spans:
            stand_in = _stand_in(clip, first, last, fill)
            for rows, columns in cells:
                other = clip.copy()
                other[first:last, rows, columns] = stand_in[rows, columns]
                yield other

    found = _asked(predict, covered(), batch_size)
    whole, rest = found[0], found[1:].reshape(len(clip), len(cells), -1)
    places = None if grid is None else rest[:, 1:].reshape(len(clip), *grid, -1)
    return Occlusion(whole, rest[:, 0], places, window, fill)


def _checked(clip, window, fill, grid):
    clip = np.asarray(clip)
    if clip.ndim != 4 or len(clip) < 2 or not clip.size or clip.dtype.kind not in "uif":
        raise ValueError(
            "clip must be one clip (T, H, W, C) of at least two frames. "
            f"Received dtype {clip.dtype} and shape {clip.shape}."
        )
    if not np.isfinite(clip).all():
        raise ValueError("clip must be of finite numbers. Received: NaN or infinity among them")
    if not isinstance(window, Integral) or not 1 <= window < len(clip):
        raise ValueError(
            f"window must be from 1 to {len(clip) - 1}: some frame must stay. Received: {window!r}"
        )
    if fill not in FILLS:
        raise ValueError(f"fill must be one of {', '.join(FILLS)}. Received: {fill!r}")
    sides = clip.shape[1:3]
    if grid is not None and not _fits(grid, sides):
        raise ValueError(
            f"grid must be rows and columns from 1 to {sides[0]} and {sides[1]}, the pixels of a "
            f"frame. Received: {grid}"
        )
    return clip


def _fits(grid, sides):
    """Say whether a grid is two whole numbers, of no more cells than a side has pixels."""
    if not isinstance(grid, tuple | list | np.ndarray) or len(grid) != 2:
        return False
    pairs = zip(grid, sides, strict=True)
    return all(isinstance(n, Integral) and 1 <= n <= side for n, side in pairs)


def _span(t, count, window):
    """Return the first frame that is covered around frame t, and the first after it that is not."""
    return max(0, t - (window - 1) // 2), min(count, t + window // 2 + 1)


def _parts(side, count):
    """Cut a side into `count` nearly equal slices."""
    ends = [side * k // count for k in range(count + 1)]
    return [slice(*pair) for pair in pairwise(ends)]


def _stand_in(clip, first, last, fill):
    """Return the picture (H, W, C) that stands in the place of frames first to last - 1."""
    if fill == "grey":
        return np.full_like(clip[0], 128)
    if fill == "previous":
        return clip[first - 1] if first else clip[last]
    mean = clip.mean(axis=0)
    return (mean if clip.dtype.kind == "f" else np.rint(mean)).astype(clip.dtype)


def _asked(predict, clips, batch_size):
    """Return what `predict` says to each of the clips, (N, K), asked in batches."""
    found, batch = [], []
    for clip in clips:
        batch.append(clip)
        if len(batch) == batch_size:
            found.append(_probabilities(predict, batch))
            batch = []
    if batch:
        found.append(_probabilities(predict, batch))
    return np.concatenate(found)


def _probabilities(predict, batch):
    found = np.asarray(predict(np.stack(batch)), float)
    good = found.ndim == 2 and len(found) == len(batch) and np.isfinite(found).all()
    if not good or (found < 0).any() or not np.allclose(found.sum(axis=1), 1, atol=1e-3):
        raise ValueError(
            f"predict must give probabilities ({len(batch)}, K) for {len(batch)} clips, rows that "
            f"sum to 1. Received shape {found.shape}. Put a softmax behind logits."
        )
    return found
