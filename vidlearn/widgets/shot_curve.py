"""A film above a curve of its changes, with a line that decides what is a new shot."""

from numbers import Integral

import numpy as np
from traitlets import Bool, Bytes, Int, List, Tuple, validate

from vidlearn.metrics.shots import inputs
from vidlearn.metrics.shots.curve import peaks

from .base import Interactive
from .judged import packed
from .media import as_bytes, pressed_alike, three_frames
from .poster import BLUE, GREY, INK, MARK
from .traits import Number, Whole

MOST_FRAMES, MOST_CURVES, MOST_PICTURES, MOST_BYTES = 2_000, 6, 160, 150_000
RATIO, LEAST, WINDOW = 2.5, 10.0, 2  # those of vidlearn.shots.adaptive_threshold


class ShotCurve(Interactive):
    """Draw the line above which a change is a new shot, and see what it finds and what it misses.

    Two pictures show the frame before and the frame; below them runs a curve that tells how much
    they differ, with the true transitions behind it. Frames above the line that follow each other
    are one detection, a cut at the highest of them, the first of equals; so it is for the straight
    line and for the adaptive one. The browser counts as `vidlearn.metrics.evaluate_shots` does.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        The film, 2 to 2000 frames. At most 160 of them are stored, in 150 kB at most: those around
        the transitions, the traps and the highest peaks, and others evenly spaced.
    curves : array_like, (T,), or dict of str to array_like
        For each frame how much it differs from the one before, in any unit; up to 6 curves by
        their names.
    truth : array_like of int, (N, 2)
        The transitions [start, end), sorted; of a cut both are the first frame of the new shot.
    kinds : list of str, optional
        "cut", "dissolve", "fade" or "wipe" of each. None: a cut where start and end are the same.
    traps : sequence of (str, int, int), default ()
        Name, start and end of what is no transition, though it may look like one.
    tolerance : int, default 1
        Frames that a detection may lie beside a transition.
    fps : float, default 25
        Frames per second.
    adaptive : bool, default False
        Whether the line follows the curve: the ratio times the mean of the frames around.
    max_width : int, default 112
        Wider frames are stored at this width.

    Attributes
    ----------
    curve : int
        Which of the curves is shown.
    thresholds : list of float
        The straight line of each curve, at first half of its highest value. Above means higher, as
        in `vidlearn.metrics.shot_curve`.
    ratio, window, least : float, int, float
        Of the adaptive line, as in `vidlearn.shots.adaptive_threshold`, which returns the frames on
        it or above it. A curve that stays within 0 and 1 is taken times 100 there.
    frame : int
        The frame that is shown, once the film stands still; a new value goes there.

    Raises
    ------
    ValueError
        If lengths differ, transitions are not sorted, a trap lies outside the film, or it is more
        than a notebook should hold.

    Examples
    --------
    >>> film, cuts = np.zeros((40, 36, 48, 3), np.uint8), [[12, 12], [20, 30]]
    >>> ShotCurve(film, {"pixels": np.arange(40) % 12 == 0}, cuts, traps=[("flash", 24, 25)])
    ShotCurve(40 frames of 48×36, 2 transitions, 1 trap; pixels)

    Lessons 21 and 22 use it.
    """

    curve = Int(0, help="Which of the curves is shown").tag(sync=True)
    thresholds = List(help="The straight line of each curve").tag(sync=True)
    adaptive = Bool(help="Does the line follow the curve?").tag(sync=True)
    ratio = Number(1, 20).tag(sync=True)
    window = Whole(1, 30).tag(sync=True)
    least = Number(0, 255).tag(sync=True)
    tolerance = Whole(0, 30).tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    frame = Int(0, help="The frame shown").tag(sync=True)
    names = List(help="Of the curves").tag(sync=True)
    truth = List(help="Start and end of each transition").tag(sync=True)
    kinds = List(help="The kind of each transition").tag(sync=True)
    traps = List(help="Name, start and end of each").tag(sync=True)
    _curves = Bytes(help="(C, T) float64").tag(sync=True)
    _stored = List(help="The frame of each picture").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)

    def __init__(
        self,
        frames,
        curves,
        truth,
        *,
        kinds=None,
        traps=(),
        tolerance=1,
        fps=25,
        adaptive=False,
        max_width=112,
    ):
        total = len(frames)
        if not 2 <= total <= MOST_FRAMES:
            raise ValueError(
                f"frames must be 2 to {MOST_FRAMES}. Received: {total}. Show a part of the film."
            )
        curves = dict(curves) if isinstance(curves, dict) else {"": curves}
        values = _checked_curves(curves, total)
        truth = inputs.transitions("truth", truth, total)
        gradual = inputs.gradual("kinds", kinds, truth)
        if kinds is None:
            kinds = ["dissolve" if one else "cut" for one in gradual]
        traps = _checked_traps(traps, total)
        stored = _chosen(values, truth, traps, total)
        pictures, sizes = pressed_alike([frames[t] for t in stored], max_width, most=MOST_BYTES)
        super().__init__(
            thresholds=[float(one.max() / 2) for one in values],
            adaptive=adaptive,
            ratio=RATIO,
            window=WINDOW,
            least=LEAST,
            tolerance=tolerance,
            fps=fps,
            names=[str(name) for name in curves],
            truth=truth.tolist(),
            kinds=list(kinds),
            traps=traps,
            _curves=packed(values, "<f8"),
            _stored=stored,
            _frames=pictures,
            _sizes=sizes,
        )

    @validate("thresholds")
    def _one_each(self, proposal):
        values = np.asarray(proposal["value"], float)
        wanted = (len(self.names),) if self.names else values.shape
        if values.ndim != 1 or values.shape != wanted or not np.isfinite(values).all():
            raise ValueError(
                f"thresholds must be {len(self.names)} numbers, one for each curve. Received: "
                f"{proposal['value']!r}"
            )
        return values.tolist()

    @validate("frame", "curve")
    def _there(self, proposal):
        name = proposal["trait"].name
        last = (
            len(self._curves) // 8 // len(self.names) if name == "frame" else len(self.names)
        ) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"{name} must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def _total(self):
        return len(self._curves) // 8 // len(self.names)

    def describe(self):
        _, (width, height) = self._sizes
        counts = [
            f"{count} {noun}{'' if count == 1 else 's'}"
            for noun, count in (("transition", len(self.truth)), ("trap", len(self.traps)))
            if count or noun == "transition"
        ]
        known = ", ".join(name for name in self.names if name)
        film = f"{self._total()} frames of {width}×{height}, {', '.join(counts)}"
        return f"{film}; {known}" if known else film

    def poster(self):
        """Return three frames above the curve, the line and the true transitions, as PNG."""
        from PIL import ImageDraw

        sheet, tall = three_frames(self._frames, self._sizes[0], 140)
        values = np.frombuffer(self._curves, "<f8").reshape(len(self.names), -1)[self.curve]
        line, top = self.thresholds[self.curve], max(values.max(), 1e-9)
        x = 600 * (np.arange(len(values)) + 0.5) / len(values)
        y = tall + 134 - 118 * np.clip(values / top, 0, 1)
        brush = ImageDraw.Draw(sheet)
        for start, end in self.truth:
            ends = 600 * start / len(values), 600 * max(end, start + 0.3) / len(values)
            brush.rectangle((ends[0], tall + 10, max(ends[0] + 1, ends[1]), tall + 136), "#cfe3f1")
        brush.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=GREY, width=2)
        level = tall + 134 - 118 * line / top
        brush.line((0, level, 600, level), fill=INK, width=2)
        for t in peaks(values, line):
            near = any(a - self.tolerance <= t <= b + self.tolerance for a, b in self.truth)
            spot = x[t] - 3, y[t] - 3, x[t] + 3, y[t] + 3
            brush.ellipse(spot, fill=BLUE if near else MARK)
        return "image/png", as_bytes(sheet.quantize(255), "PNG", optimize=True)


def _checked_curves(curves, total):
    """Return the curves as float64 arrays (T,)."""
    if not 1 <= len(curves) <= MOST_CURVES:
        raise ValueError(f"curves must be 1 to {MOST_CURVES}. Received: {len(curves)}")
    found = []
    for name, one in curves.items():
        one, called = np.asarray(one), f"curve {name!r}" if name else "curves"
        if one.shape != (total,) or one.dtype.kind not in "biuf" or not np.isfinite(one).all():
            raise ValueError(
                f"{called} must hold a finite number for each of the {total} frames. Received: "
                f"{one.dtype} of shape {one.shape}"
            )
        found.append(one.astype(np.float64))
    return found


def _checked_traps(traps, total):
    found = []
    for one in traps:
        name, start, end = one if isinstance(one, tuple | list) and len(one) == 3 else [None] * 3
        whole = isinstance(start, Integral) and isinstance(end, Integral)
        if not whole or not 0 <= start < end <= total:
            raise ValueError(
                f"traps must be (name, start, end), whole numbers with 0 <= start < end <= {total}."
                f" Received: {one!r}"
            )
        found.append([str(name), int(start), int(end)])
    return found


def _chosen(curves, truth, traps, total):
    """Return the frames to be stored: what is worth a look first, the rest evenly spaced."""
    spots = [0, *truth.ravel().tolist(), *(t for _, a, b in traps for t in (a, b))]
    high = np.argsort(-np.max([one / max(one.max(), 1e-9) for one in curves], axis=0))
    spots += high[: MOST_PICTURES // 4].tolist()
    wanted = [t for spot in spots for t in (spot, spot - 1) if 0 <= t < total]
    wanted = list(dict.fromkeys(wanted))[: 3 * MOST_PICTURES // 4]
    every = np.linspace(0, total - 1, min(total, MOST_PICTURES - len(wanted))).round()
    return sorted({*wanted, *every.astype(int).tolist()})
