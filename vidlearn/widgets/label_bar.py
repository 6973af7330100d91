"""What a network says to each frame of a film, above it the truth, smoothed by the reader."""

import numpy as np
from traitlets import Bytes, Int, List, Tuple, validate

from .base import Interactive
from .judged import packed
from .labelled import checked_labels, checked_names
from .media import as_bytes, pressed_alike, three_frames
from .traits import Choice, Number, Whole

MOST_FRAMES, MOST_PICTURES, MOST_PREDICTORS, MOST_WINDOW, MOST_LEAST = 2_000, 150, 4, 121, 200
MOST_BYTES, MOST_NUMBERS = 130_000, 50_000
TONES = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#a9a9a9")


class LabelBar(Interactive):
    """Play a film above what a network says to each frame and what is true, and smooth it.

    Bars show the truth, the prediction and the smoothed prediction; sliders choose over how many
    frames it is smoothed and how short a segment may be. Frame accuracy, edit score and F1 at 10,
    25 and 50 % follow at once: a prediction that jitters has a high accuracy and far too many
    segments. The browser counts as `vidlearn.metrics.frame_accuracy`, `edit_score` and
    `segmental_f1` do.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        The film, 2 to 2000 frames. At most 150 of them, evenly spaced, are stored as pictures that
        take at most 130 kB.
    truth : array_like of int, (T,)
        The label of each frame, -1 for none.
    scores : array_like, (T, K), or dict of str to array_like
        Probabilities of the K classes in each frame, or such of up to 4 networks by their names.
        Labels (T,) are taken, too.
    names : sequence of str
        The K classes, at most 24.
    fps : float, default 12
        Frames per second.
    ignore : sequence of int, default ()
        Labels that do not count, as in `segmental_f1`.
    smoothing : {"average", "majority"}
        Over the window, the mean of the probabilities, or the label that most frames have.
    window : int, default 1
        Frames that are smoothed over, an odd number up to 121; 1 smooths nothing.
    least : int, default 1
        The shortest segment that may stay, in frames; the longer neighbour takes a shorter one.
    max_width : int, default 160
        Wider frames are stored at this width.

    Attributes
    ----------
    frame : int
        The frame that is shown, once the film stands still; a new value goes there.
    predictor : int
        Which of the networks is shown.

    Raises
    ------
    ValueError
        If lengths differ, a label has no name, or it is more than a notebook should hold.

    Examples
    --------
    >>> film = np.zeros((40, 36, 48, 3), np.uint8)
    >>> truth = [0] * 15 + [1] * 25
    >>> LabelBar(film, truth, {"one frame": np.eye(2)[truth]}, names=["walk", "wave"])
    LabelBar(40 frames of 48×36, 2 segments, 2 classes; one frame)

    Lesson 19 uses it.
    """

    frame = Int(0, help="The frame shown").tag(sync=True)
    predictor = Int(0, help="Which of the networks is shown").tag(sync=True)
    smoothing = Choice("average", "majority").tag(sync=True)
    window = Whole(1, MOST_WINDOW).tag(sync=True)
    least = Whole(1, MOST_LEAST).tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    names = List(help="Of the classes").tag(sync=True)
    ignore = List(help="Labels that do not count").tag(sync=True)
    truth = List(help="The label of each frame").tag(sync=True)
    predictors = List(help="Names of the networks").tag(sync=True)
    _scores = Bytes(help="(P, T, K) float32").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _every = Int(1, help="Frames from one picture to the next").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)

    def __init__(
        self,
        frames,
        truth,
        scores,
        *,
        names,
        fps=12,
        ignore=(),
        smoothing="average",
        window=1,
        least=1,
        max_width=160,
    ):
        total = len(frames)
        if not 2 <= total <= MOST_FRAMES:
            raise ValueError(
                f"frames must be 2 to {MOST_FRAMES}. Received: {total}. Show a part of the film."
            )
        truth = checked_labels("truth", truth, total)
        names = checked_names(names, truth)
        scores = dict(scores) if isinstance(scores, dict) else {"": scores}
        stored = _checked_scores(scores, total, len(names))
        every = -(-total // MOST_PICTURES)
        pictures, sizes = pressed_alike(frames[::every], max_width, most=MOST_BYTES)
        super().__init__(
            smoothing=smoothing,
            window=window,
            least=least,
            fps=fps,
            names=names,
            ignore=[int(label) for label in ignore],
            truth=truth,
            predictors=[str(name) for name in scores],
            _scores=packed(stored, "<f4"),
            _frames=pictures,
            _every=every,
            _sizes=sizes,
        )

    @validate("window")
    def _odd(self, proposal):
        if proposal["value"] % 2 == 0:
            raise ValueError(
                f"window must be odd, so that as many frames lie before as behind. "
                f"Received: {proposal['value']}"
            )
        return proposal["value"]

    @validate("frame", "predictor")
    def _there(self, proposal):
        name = proposal["trait"].name
        last = len(self.truth if name == "frame" else self.predictors) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"{name} must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        (_, (width, height)), total = self._sizes, len(self.truth)
        parts = 1 + int(np.count_nonzero(np.diff(self.truth)))
        film = f"{total} frames of {width}×{height}, {parts} segment{'' if parts == 1 else 's'}"
        known = ", ".join(name for name in self.predictors if name)
        return f"{film}, {len(self.names)} classes" + (f"; {known}" if known else "")

    def poster(self):
        """Return three frames above the bars of truth and prediction, as PNG."""
        from PIL import ImageDraw

        sheet, tall = three_frames(self._frames, self._sizes[0], 72)
        shape = (len(self.predictors), len(self.truth), len(self.names))
        found = np.frombuffer(self._scores, "<f4").reshape(shape)[self.predictor].argmax(axis=1)
        brush = ImageDraw.Draw(sheet)
        for top, labels in ((tall + 8, self.truth), (tall + 42, found)):
            for x in range(600):
                label = labels[x * len(labels) // 600]
                colour = "white" if label < 0 else TONES[label % 8]
                brush.line((x, top, x, top + 28), fill=colour)
                if label >= 8 and x % 6 < 2:  # the stripes of a ninth colour and more
                    brush.line((x, top + 20, x, top + 28), fill="black")
        return "image/png", as_bytes(sheet.quantize(128), "PNG", optimize=True)


def _checked_scores(scores, total, classes):
    """Return the scores of each network as (T, K) arrays; labels become ones and zeros."""
    if not 1 <= len(scores) <= MOST_PREDICTORS:
        raise ValueError(
            f"scores must be of 1 to {MOST_PREDICTORS} networks. Received: {len(scores)}"
        )
    if len(scores) * total * classes > MOST_NUMBERS:
        raise ValueError(
            f"scores are too much for a notebook: {len(scores)} × {total} × {classes} numbers, "
            f"where {MOST_NUMBERS} are allowed. Show a part of the film or fewer networks."
        )
    found = []
    for name, one in scores.items():
        one, called = np.asarray(one), f"scores of {name!r}" if name else "scores"
        if one.ndim == 1:
            one = np.array(checked_labels(called, one, total))
            if not 0 <= one.min() <= one.max() < classes:
                raise ValueError(
                    f"{called} must be labels from 0 to {classes - 1}. Received: {one.min()} to "
                    f"{one.max()}"
                )
            one = np.eye(classes)[one]
        if one.shape != (total, classes) or not np.isfinite(one).all():
            raise ValueError(
                f"{called} must hold finite numbers of shape {(total, classes)}, one for each "
                f"frame and class. Received shape {one.shape}."
            )
        found.append(one)
    return found
