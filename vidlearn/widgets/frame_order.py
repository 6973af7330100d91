"""The same frames in another order, and what a recurrent network says to it."""

import numpy as np
from traitlets import Int, List, validate

from .base import Interactive
from .judged import float32_arrays
from .media import as_bytes, encode, opened
from .naming import few_classes

MOST = 16


class FrameOrder(Interactive):
    """Put the frames of a clip into another order, and read what the network makes of it.

    A CNN gave each frame its vector beforehand; they do not depend on the order. The browser runs
    the GRU over the vectors in the order shown, and the dense layer and softmax on each state, as
    `vidlearn.scratch.gru_forward`, `dense_forward` and `softmax_forward` do.

    Parameters
    ----------
    clips : array_like, (N, T, H, W, 3), uint8
        Clips to choose from, at most 16 of at most 16 frames.
    vectors : array_like, (N, T, F)
        What the CNN makes of each frame.
    gru : sequence of array_like
        w (F, 3U), u (U, 3U) and b (2, 3U) of the GRU, as Keras's ``get_weights`` gives them.
    dense : sequence of array_like
        w (U, K) and b (K,) of the layer that gives the logits.
    names : sequence of str
        The K classes, 2 to 6.
    labels : sequence of int
        The class of each clip.
    max_width : int, default 96
        Wider frames are stored at this width.

    Attributes
    ----------
    order : list of int
        The frames in the order in which the reader has put them; a new order is shown.
    clip : int
        Which of the clips is shown.

    Raises
    ------
    ValueError
        If shapes do not belong together, there are too many clips, frames or classes, or a number
        is not finite.

    Examples
    --------
    >>> gru = np.zeros((5, 12)), np.zeros((4, 12)), np.zeros((2, 12))
    >>> dense = np.zeros((4, 2)), np.zeros(2)
    >>> clips = np.zeros((1, 8, 32, 32, 3), np.uint8)
    >>> FrameOrder(clips, np.zeros((1, 8, 5)), gru, dense, ["left", "right"], [0])
    FrameOrder(1 clip of 8 frames of 32×32; GRU with 4 units, 2 classes)

    Lesson 10 uses it.
    """

    names = List().tag(sync=True)
    labels = List().tag(sync=True)
    clip = Int(0).tag(sync=True)
    order = List().tag(sync=True)
    _clips = List(help="For each clip its frames as WebP pictures").tag(sync=True)
    _size = List(help="Width and height of the stored pictures").tag(sync=True)
    _vectors = List().tag(sync=True)
    _gru = List(help="w, u, b").tag(sync=True)
    _dense = List(help="w, b").tag(sync=True)

    def __init__(self, clips, vectors, gru, dense, names, labels, *, max_width=96):
        clips, names = _clips(clips), few_classes(names)
        vectors, gru, dense = _check(clips, vectors, gru, dense, names, labels)
        times = max(1, 72 // clips.shape[3])  # small pictures blur when they are compressed
        pictures = [encode(clip.repeat(times, 1).repeat(times, 2), max_width) for clip in clips]
        self._given = clips.shape[2:4]
        super().__init__(
            names=names,
            labels=[int(label) for label in labels],
            _clips=[frames for frames, _ in pictures],
            _size=list(pictures[0][1][0]),
            _vectors=_short(vectors),
            _gru=[_short(array) for array in gru],
            _dense=[_short(array) for array in dense],
            order=list(range(clips.shape[1])),
        )

    @validate("order")
    def _all_frames(self, proposal):
        order, count = list(proposal["value"]), len(self._clips[0])
        if set(map(type, order)) - {int, float} or sorted(order) != list(range(count)):
            raise ValueError(
                f"order must hold each frame from 0 to {count - 1} once. Received: {order}"
            )
        return [int(frame) for frame in order]

    @validate("clip")
    def _there(self, proposal):
        last = len(self._clips) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"clip must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        count, (height, width) = len(self._clips), self._given
        clips = f"{count} clip{'s' if count > 1 else ''} of {len(self._clips[0])} frames"
        units, classes = len(self._gru[1]), len(self.names)
        return f"{clips} of {width}×{height}; GRU with {units} units, {classes} classes"

    def poster(self):
        """Return the frames of the clip in the order shown, as PNG."""
        from PIL import Image

        width, height = self._size
        wide, tall = min(64, width), round(height * min(64, width) / width)
        strip = Image.new("RGB", ((wide + 4) * len(self.order) - 4, tall), "white")
        for place, frame in enumerate(self.order):
            picture = opened(self._clips[self.clip][frame]).resize((wide, tall))
            strip.paste(picture, (place * (wide + 4), 0))
        return "image/png", as_bytes(strip.quantize(128), "PNG", optimize=True)


def _clips(given):
    """Return clips as an array, or say what is wrong with them."""
    try:
        clips = np.asarray(given)
    except ValueError:  # of several lengths
        clips = np.array(None)
    good = clips.ndim == 5 and clips.shape[4] == 3 and clips.dtype == np.uint8 and clips.size
    if not good or not 1 <= clips.shape[0] <= MOST or not 2 <= clips.shape[1] <= MOST:
        raise ValueError(
            f"clips must be uint8 (N, T, H, W, 3), N from 1 to {MOST} and T from 2 to {MOST}. "
            f"Received dtype {clips.dtype} and shape {clips.shape}. Show fewer: clips[:4, :10]."
        )
    return clips


def _check(clips, vectors, gru, dense, names, labels):
    """Return vectors and weights as float arrays, or say which does not fit."""
    numbers = np.asarray(labels)
    known = numbers.dtype.kind in "iu" and ((numbers >= 0) & (numbers < len(names))).all()
    if numbers.shape != clips.shape[:1] or not known:
        raise ValueError(
            f"labels must be {len(clips)} numbers from 0 to {len(names) - 1}, one for each clip. "
            f"Received: {labels!r}"
        )
    (vectors,) = float32_arrays("vectors", [vectors])
    gru, dense = float32_arrays("gru", gru, 3), float32_arrays("dense", dense, 2)
    arrays = [*gru, *dense]
    units, features = arrays[1].shape[0], vectors.shape[-1]
    wanted = {
        "vectors": (vectors, (*clips.shape[:2], features)),
        "w of gru": (arrays[0], (features, 3 * units)),
        "u of gru": (arrays[1], (units, 3 * units)),
        "b of gru": (arrays[2], (2, 3 * units)),
        "w of dense": (arrays[3], (units, len(names))),
        "b of dense": (arrays[4], (len(names),)),
    }
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape}. Received: {array.shape}")
    return vectors, gru, dense


def _short(array):
    """Return nested lists of numbers with the seven digits that float32 has."""
    if array.ndim > 1:
        return [_short(row) for row in array]
    return [float(f"{value:.7g}") for value in array]
