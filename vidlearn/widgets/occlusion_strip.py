"""The frames of a clip, each covered in turn: which of them a network needs."""

import numpy as np
from traitlets import Bytes, Int, List, Unicode, validate

from .base import Interactive
from .judged import packed
from .media import as_bytes, opened, pressed
from .traits import Number, Whole

MOST_CLIPS, MOST_FRAMES, MOST_NAMES, MOST_BYTES = 12, 32, 20, 150_000
FILLS = {"mean": "the mean frame", "previous": "the frame before", "grey": "grey"}
BLUE, ORANGE = "#0072b2", "#e69f00"
PARTS = ("whole", "frames", "places", "window", "fill")


class OcclusionStrip(Interactive):
    """Guess which frame of a clip a network needs, then cover frames and see what it says.

    `vidlearn.models.occlusion` asked the network beforehand. Below each frame a bar tells by how
    much the probability of the clip's class falls when this frame is covered. The reader first
    marks the frame that matters most, then sees the bars, and covers frames to read the
    probabilities of all classes.

    Parameters
    ----------
    clips : array_like, (N, T, H, W, 3), uint8
        Clips to choose from, at most 12 of at most 32 frames.
    found : sequence of vidlearn.models.Occlusion
        What `occlusion` found for each clip, all with the same window, fill and grid.
    labels : sequence of int
        The class of each clip.
    names : sequence of str
        The K classes, 2 to 20.
    fps : float, default 8
        Frames per second.
    max_width : int, default 96
        Wider frames are stored at this width.

    Attributes
    ----------
    clip : int
        Which of the clips is shown.
    covered : int
        The frame that is covered, -1 for none.

    Raises
    ------
    TypeError
        If `found` holds other things than `Occlusion`.
    ValueError
        If shapes do not belong together, or it is more than a notebook should hold.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> clips = np.random.default_rng(0).integers(0, 256, (1, 3, 8, 9, 3), np.uint8)
    >>> told = {"places": None, "window": 1, "fill": "mean"}
    >>> frames = np.array([[0.8, 0.2], [0.3, 0.7], [0.9, 0.1]])
    >>> found = SimpleNamespace(whole=np.array([0.9, 0.1]), frames=frames, **told)
    >>> OcclusionStrip(clips, [found], [0], ["open", "close"])
    OcclusionStrip(1 clip of 3 frames of 9×8, 2 classes; the mean frame covers 1 frame)

    Lesson 17 uses it.
    """

    clip = Int(0).tag(sync=True)
    covered = Int(-1, help="The frame that is covered").tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    names = List(help="Of the classes").tag(sync=True)
    labels = List(help="The class of each clip").tag(sync=True)
    window = Whole(1, MOST_FRAMES, help="Frames covered at a time").tag(sync=True)
    fill = Unicode(help="What stands in their place").tag(sync=True)
    _clips = List(help="For each clip its frames as WebP pictures").tag(sync=True)
    _means = List(help="The mean frame of each clip, where that is the fill").tag(sync=True)
    _size = List(help="Width and height of the stored pictures").tag(sync=True)
    _whole = List(help="Probabilities of each clip, (N, K)").tag(sync=True)
    _frames = Bytes(help="With each frame covered, (N, T, K) float64").tag(sync=True)
    _grid = List(help="Rows and columns, or nothing").tag(sync=True)
    _places = Bytes(help="Drop of the clip's class, (N, T, GH, GW) float32").tag(sync=True)

    def __init__(self, clips, found, labels, names, *, fps=8, max_width=96):
        clips, labels = np.asarray(clips), [int(label) for label in labels]
        _check_clips(clips, labels, names)
        window, fill, grid = _check_found(found, clips, len(names))
        times = max(1, 72 // clips.shape[3])  # small pictures blur when they are compressed
        pictures = [*clips.reshape(-1, *clips.shape[2:])]
        if fill == "mean":
            pictures += [np.rint(clip.mean(axis=0)).astype(np.uint8) for clip in clips]
        pictures = [one.repeat(times, 0).repeat(times, 1) for one in pictures]
        stored, sizes = pressed(pictures, max_width, most=MOST_BYTES)
        (count, total), self._given = clips.shape[:2], clips.shape[2:4]
        drops = [
            (one.whole - np.asarray(one.places))[..., label]
            for one, label in zip(found, labels, strict=True)
            if grid
        ]
        super().__init__(
            fps=fps,
            names=[str(name) for name in names],
            labels=labels,
            window=window,
            fill=fill,
            _clips=[stored[n * total : (n + 1) * total] for n in range(count)],
            _means=stored[count * total :],
            _size=list(sizes[0][0]),
            _whole=[np.asarray(one.whole, float).tolist() for one in found],
            _frames=packed([one.frames for one in found], "<f8"),
            _grid=grid,
            _places=packed(drops, "<f4"),
        )

    @validate("clip")
    def _there(self, proposal):
        last = len(self._clips) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"clip must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    @validate("covered")
    def _coverable(self, proposal):
        last = len(self._clips[0]) - 1
        if not -1 <= proposal["value"] <= last:
            raise ValueError(
                f"covered must be a frame from 0 to {last}, or -1 for none. "
                f"Received: {proposal['value']}"
            )
        return proposal["value"]

    def describe(self):
        count, total, (height, width) = len(self._clips), len(self._clips[0]), self._given
        clips = f"{count} clip{'s' if count > 1 else ''} of {total} frames of {width}×{height}"
        covers = f"covers {self.window} frame{'s' if self.window > 1 else ''}"
        return f"{clips}, {len(self.names)} classes; {FILLS[self.fill]} {covers}"

    def poster(self):
        """Return the frames of the clip with a bar under each, as PNG."""
        from PIL import Image, ImageDraw

        (width, height), frames = self._size, self._clips[self.clip]
        label, n, shape = self.labels[self.clip], self.clip, (len(self._clips), len(frames), -1)
        covered = np.frombuffer(self._frames, "<f8").reshape(shape)[n, :, label]
        drops = self._whole[n][label] - covered
        wide, tall = min(64, width), round(height * min(64, width) / width)
        strip = Image.new("RGB", ((wide + 4) * len(frames) - 4, tall + 50), "white")
        brush, most = ImageDraw.Draw(strip), max(0.05, np.abs(drops).max())
        for t, (data, drop) in enumerate(zip(frames, drops / most, strict=True)):
            left, base = t * (wide + 4), tall + 36
            strip.paste(opened(data).convert("RGB").resize((wide, tall)), (left, 0))
            ends = sorted([base, base - round((32 if drop > 0 else 12) * drop)])
            brush.rectangle(
                (left, ends[0], left + wide - 1, ends[1]), fill=BLUE if drop > 0 else ORANGE
            )
        return "image/png", as_bytes(strip.quantize(128), "PNG", optimize=True)


def _check_clips(clips, labels, names):
    good = clips.ndim == 5 and clips.shape[4] == 3 and clips.dtype == np.uint8
    if not good or not 1 <= clips.shape[0] <= MOST_CLIPS or not 2 <= clips.shape[1] <= MOST_FRAMES:
        raise ValueError(
            f"clips must be uint8 (N, T, H, W, 3), N from 1 to {MOST_CLIPS} and T from 2 to "
            f"{MOST_FRAMES}. Received dtype {clips.dtype} and shape {clips.shape}. Show fewer: "
            "clips[:6, ::2]."
        )
    if not 2 <= len(names) <= MOST_NAMES:
        raise ValueError(f"names must be 2 to {MOST_NAMES} classes. Received: {len(names)}")
    if len(labels) != len(clips) or not all(0 <= label < len(names) for label in labels):
        raise ValueError(
            f"labels must be {len(clips)} numbers from 0 to {len(names) - 1}, one for each clip. "
            f"Received: {labels}"
        )


def _check_found(found, clips, classes):
    """Return window, fill and grid (rows, columns) or [], or say what does not fit."""
    found = list(found)
    if not all(all(hasattr(one, part) for part in PARTS) for one in found):
        raise TypeError(
            "found must be a list of vidlearn.models.Occlusion, as occlusion returns them, one for "
            f"each clip. Received: a list of {type(found[0]).__name__}"
        )
    if len(found) != len(clips):
        raise ValueError(f"found must be one for each clip, {len(clips)}. Received: {len(found)}")
    asked = {(one.window, one.fill, np.shape(one.places)[1:3]) for one in found}
    if len(asked) > 1:
        raise ValueError(f"found must have one window, fill and grid. Received: {sorted(asked)}")
    ((window, fill, grid),) = asked
    wanted = {"whole": (classes,), "frames": (clips.shape[1], classes)}
    if grid:
        wanted["places"] = (clips.shape[1], *grid, classes)
    for name, shape in wanted.items():
        came = {np.shape(getattr(one, name)) for one in found}
        if came != {shape}:
            raise ValueError(f"{name} of found must have shape {shape}. Received: {sorted(came)}")
    return window, fill, list(grid)
