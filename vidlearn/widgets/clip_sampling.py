"""Which frames of a film a clip takes: strategies on a time line."""

from traitlets import List, Tuple, validate

from .base import Interactive
from .labelled import checked_labels, checked_names
from .media import as_bytes, opened, pressed_alike
from .traits import Choice, Number, Whole

MODES = ("random", "segments", "uniform", "dense")
MOST_FRAMES, MOST_LENGTH, MOST_STEP, MOST_VIEWS = 600, 32, 32, 10
MOST_BYTES = 170_000
FACE = 8  # frames on the face without a script


class ClipSampling(Interactive):
    """Choose how a clip is taken from a film, and see which frames, seconds and actions it gets.

    The film lies on a time line with its actions. The reader chooses a strategy, the frames in a
    clip, the step between them, how many clips (views), and where the film ends; the taken frames
    are marked, shown and played as a network would see them. For each action it counts the frames
    taken, and tells how probable at least one was. The browser chooses as
    `vidlearn.datasets.clip_indices` does.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        The film, 2 to 600 frames. Their pictures are compressed until they take at most 170 kB.
    fps : float
        Frames per second.
    actions : array_like of int, (T,), optional
        The action in each frame, -1 for none.
    names : sequence of str, optional
        What the actions are called, at most 24.
    mode : {"random", "segments", "uniform", "dense"}
        The strategy to start with, as in `clip_indices`.
    length : int, default 16
        Frames in a clip, 1 to 32.
    step : int, default 2
        From one frame to the next for "random" and "dense", 1 to 32.
    views : int, default 1
        How many clips, 1 to 10.
    max_width : int, default 64
        Wider frames are stored at this width.

    Attributes
    ----------
    end : int
        The film counts up to this frame, which is no longer shown; less makes it a short film.
    indices : list of list of int
        The frames of each view that the reader sees.

    Raises
    ------
    ValueError
        If a number is out of range, an action has no name, or it is more than a notebook should
        hold.

    Examples
    --------
    >>> import numpy as np
    >>> film = np.zeros((120, 36, 48, 3), np.uint8)
    >>> ClipSampling(film, 12, actions=[-1] * 60 + [0] * 60, names=["jump"], mode="dense", step=3)
    ClipSampling(120 frames of 48×36, 12 per second, 1 action; dense, 1 clip of 16 frames, step 3)

    Lesson 18 uses it.
    """

    mode = Choice(*MODES).tag(sync=True)
    length = Whole(1, MOST_LENGTH).tag(sync=True)
    step = Whole(1, MOST_STEP).tag(sync=True)
    views = Whole(1, MOST_VIEWS).tag(sync=True)
    end = Whole(1, MOST_FRAMES).tag(sync=True)
    indices = List(help="The frames of each view that the reader sees").tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    names = List(help="Of the actions").tag(sync=True)
    _actions = List(help="The action in each frame, -1 for none").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)

    def __init__(
        self,
        frames,
        fps,
        *,
        actions=None,
        names=(),
        mode="random",
        length=16,
        step=2,
        views=1,
        max_width=64,
    ):
        total = len(frames)
        if not 2 <= total <= MOST_FRAMES:
            raise ValueError(
                f"frames must be 2 to {MOST_FRAMES}. Received: {total}. Show a part, or every "
                "second frame at half the fps."
            )
        actions = checked_labels("actions", [-1] * total if actions is None else actions, total)
        names = checked_names(names, actions)
        pictures, sizes = pressed_alike(frames, max_width, most=MOST_BYTES)
        super().__init__(
            mode=mode,
            length=length,
            step=step,
            views=views,
            end=total,
            fps=fps,
            names=names,
            _actions=actions,
            _frames=pictures,
            _sizes=sizes,
        )

    @validate("end")
    def _inside(self, proposal):
        total = len(self._frames)
        if proposal["value"] > total:
            raise ValueError(f"end must be from 1 to {total}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        (_, (width, height)), total = self._sizes, len(self._frames)
        known = len({label for label in self._actions if label >= 0})
        film = f"{total} frames of {width}×{height}, {self.fps:.4g} per second"
        film += f", {known} action{'' if known == 1 else 's'}" if known else ""
        clips = f"{self.views} clip{'' if self.views == 1 else 's'} of {self.length} frames"
        stepped = f", step {self.step}" if self.mode in ("random", "dense") else ""
        return f"{film}; {self.mode}, {clips}{stepped}"

    def poster(self):
        """Return frames spread over the film, as JPEG."""
        from PIL import Image

        (width, height), total = self._sizes[0], len(self._frames)
        tall = max(1, round(96 * height / width))
        chosen = sorted({(2 * k + 1) * total // (2 * FACE) for k in range(FACE)})
        strip = Image.new("RGB", (100 * len(chosen) - 4, tall), "white")
        for place, t in enumerate(chosen):
            picture = opened(self._frames[t]).convert("RGB").resize((96, tall))
            strip.paste(picture, (100 * place, 0))
        return "image/jpeg", as_bytes(strip, "JPEG", quality=75, optimize=True)
