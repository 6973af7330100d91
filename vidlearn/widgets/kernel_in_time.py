"""A kernel with a length in time steps through a clip: three frames, three slices, one sum."""

import numpy as np
from traitlets import Bool, Bytes, List, Tuple

from vidlearn import messages
from vidlearn.plots import signed_map
from vidlearn.scratch import conv3d_forward

from .base import Interactive
from .media import as_bytes, shrink
from .traits import Checked, Choice, Number

MOST_FRAMES, MOST_SIDE, MOST_TAPS = 24, 64, 3
LINE = np.eye(3) * 3 - 1  # row: frame, column: place; no row and no column has a sum but 0
EDGE = np.array([[-1, 0, 1]] * 3)
MIDDLE = np.pad([[1.0]], 1)
KERNELS = {
    "right": np.repeat(LINE[:, None], 3, axis=1),
    "left": np.repeat(LINE[:, None, ::-1], 3, axis=1),
    "change": np.stack([-MIDDLE, 0 * MIDDLE, MIDDLE]),
    "average": np.stack([MIDDLE / 3] * 3),
    "edge": EDGE[None],
}


class Taps(Checked):
    """A trait for a kernel (KT, KH, KW) of at most 3 numbers a side, as nested lists."""

    def validate(self, obj, value):
        return _checked(self.name, value, obj._shape or None)


class KernelInTime(Interactive):
    """Step a 3-D kernel through a clip: every product, a sum for each frame, and their sum.

    Three frames stand side by side with a slice of the kernel on each. The window moves through
    the picture and through time, and the response fills in. The clip can be run backwards: a
    kernel with one frame answers as strongly as before, one that looks for motion does not. The
    browser computes what `vidlearn.scratch.conv3d_forward` does, with no padding in space.

    Parameters
    ----------
    clip : ndarray, (T, H, W) or (T, H, W, 3), uint8
        1 to 24 frames of at most 64 rows, shown in grey so that a pixel is one number.
    kernel : str or array_like, (KT, KH, KW), optional
        Name of a kernel, or its numbers, at most 3 a side. The first of `kernels` otherwise.
    kernels : dict of str to array_like, optional
        Names and kernels to choose from. By default those that look for a line that moves right or
        left by a pixel a frame, for change, for the average over time, and a still edge (KT = 1).
    padding : {"valid", "same"}
        In time: none, or frames of zeros so that as many frames come out as go in.
    backwards : bool, default False
        Start with the clip running backwards.
    fps : float, default 4
        Frames per second while it plays.
    max_width : int, default 48
        Wider frames are shrunk to this width, at most 64.

    Attributes
    ----------
    clip : ndarray, (T, H', W'), uint8
        The grey clip that the kernel works on, forwards.
    kernel, padding, backwards
        What the reader chose last.

    Raises
    ------
    ValueError
        If the clip is no uint8 clip or too large, a kernel is not of such a size, or it is longer
        than the clip.

    Examples
    --------
    >>> clip = np.zeros((6, 9, 12), np.uint8)
    >>> clip[range(6), :, range(6)] = 255
    >>> KernelInTime(clip, [[[1, 1]], [[-1, -1]]])
    KernelInTime(6 frames of 12×9, kernel 2×1×2, 5 frames come out)

    Lesson 17 uses it.
    """

    kernel = Taps().tag(sync=True)
    padding = Choice("valid", "same").tag(sync=True)
    backwards = Bool().tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    _clip = Bytes(help="Grey, one byte a pixel").tag(sync=True)
    _shape = Tuple(help="Frames, rows, columns").tag(sync=True)
    _kernels = List(help="Name and numbers of each kernel").tag(sync=True)

    def __init__(
        self,
        clip,
        kernel=None,
        *,
        kernels=None,
        padding="valid",
        backwards=False,
        fps=4,
        max_width=48,
    ):
        if kernels is None:
            names = messages.text("kernel_in_time")["kernels"]
            kernels = {names[key]: taps for key, taps in KERNELS.items()}
        if not kernels:
            raise ValueError("kernels must hold at least one kernel. Received none.")
        self.clip = _grey(clip, max_width)
        listed = {
            str(name): _checked(f"kernels[{name!r}]", taps, self.clip.shape)
            for name, taps in kernels.items()
        }
        if isinstance(kernel, str) and kernel not in listed:
            raise ValueError(f"kernel must be one of {', '.join(listed)}. Received: {kernel!r}")
        kernel = next(iter(listed)) if kernel is None else kernel
        kernel = listed[kernel] if isinstance(kernel, str) else kernel
        super().__init__(
            kernel=_checked("kernel", kernel, self.clip.shape),
            padding=padding,
            backwards=backwards,
            fps=fps,
            _clip=self.clip.tobytes(),
            _shape=self.clip.shape,
            _kernels=[list(pair) for pair in listed.items()],
        )

    def response(self):
        """Return what comes out with the kernel, padding and direction chosen last, (OT, OH, OW).

        Returns
        -------
        out : ndarray, float64
        """
        clip = self.clip[::-1] if self.backwards else self.clip
        kernel = np.array(self.kernel)
        short = len(kernel) - 1 if self.padding == "same" else 0
        pads = ((short // 2, short - short // 2), (0, 0), (0, 0))
        out, _ = conv3d_forward(
            clip[None, ..., None].astype(float), kernel[..., None, None], padding=pads
        )
        return out[0, ..., 0]

    def describe(self):
        frames, rows, columns = self._shape
        size = "×".join(map(str, np.shape(self.kernel)))
        come = len(self.response())
        words = "frame comes" if come == 1 else "frames come"
        return (
            f"{frames} frame{'s' * (frames != 1)} of {columns}×{rows}, kernel {size}, "
            f"{come} {words} out"
        )

    def poster(self):
        """Return the frames of the strongest answer, with its window, and the response, as JPEG."""
        from PIL import Image, ImageDraw

        out, (length, tall, wide) = self.response(), np.shape(self.kernel)
        t, i, j = np.unravel_index(np.abs(out).argmax(), out.shape)
        short = length - 1 if self.padding == "same" else 0
        clip = self.clip[::-1] if self.backwards else self.clip
        clip = np.pad(clip, ((short // 2, short - short // 2), (0, 0), (0, 0)))
        shown = [np.repeat(frame[..., None], 3, axis=2) for frame in clip[t : t + length]]
        coloured = signed_map()((out[t] / (np.abs(out).max() or 1) + 1) / 2)[..., :3] * 255
        shown.append(coloured.round().astype(np.uint8))
        scale = max(1, 160 // clip.shape[2])
        room = scale * clip.shape[2] + 8
        strip = Image.new("RGB", (room * len(shown) - 8, scale * clip.shape[1]), "white")
        for place, frame in enumerate(shown):
            size = (scale * frame.shape[1], scale * frame.shape[0])
            picture = Image.fromarray(frame).resize(size, Image.Resampling.NEAREST)
            last = place == length
            box = (j, i, j + 1, i + 1) if last else (j, i, j + wide, i + tall)
            corners = [scale * side - (k > 1) for k, side in enumerate(map(int, box))]
            ImageDraw.Draw(picture).rectangle(corners, outline="#d55e00", width=2)
            strip.paste(picture, (room * place, (strip.height - picture.height) // 2))
        return "image/jpeg", as_bytes(strip, "JPEG", quality=75, optimize=True)


def _checked(name, kernel, clip=None):
    """Return a kernel as nested lists, if it is of such a size and no larger than the clip."""
    try:
        kernel = np.asarray(kernel, float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold numbers. Received: {kernel!r}") from None
    good = kernel.ndim == 3 and min(kernel.shape) > 0 and max(kernel.shape) <= MOST_TAPS
    if not good or not np.isfinite(kernel).all():
        raise ValueError(
            f"{name} must hold finite numbers, (KT, KH, KW) with 1 to {MOST_TAPS} a side. "
            f"Received shape {kernel.shape}."
        )
    if clip is not None and np.greater(kernel.shape, clip).any():
        raise ValueError(
            f"{name} must fit into the clip, (T, H, W) {tuple(clip)}. "
            f"Received shape {kernel.shape}."
        )
    return kernel.tolist()


def _grey(clip, max_width):
    """Return a clip as bytes of grey, (T, H, W), no wider than `max_width`."""
    clip = np.asarray(clip)
    if clip.dtype != np.uint8 or clip.ndim not in (3, 4) or not clip.size:
        raise ValueError(
            "clip must be uint8, (T, H, W) or (T, H, W, 3). Received dtype "
            f"{clip.dtype} and shape {clip.shape}."
        )
    if len(clip) > MOST_FRAMES:
        raise ValueError(
            f"clip must have at most {MOST_FRAMES} frames. Received {len(clip)}. Cut a part out: "
            f"clip[:{MOST_FRAMES}]."
        )
    frames = [shrink(frame, max_width, f"clip[{t}]") for t, frame in enumerate(clip)]
    grey = np.stack([np.array(frame.convert("L")) for frame in frames])
    if max(grey.shape[1:]) > MOST_SIDE:
        raise ValueError(
            f"clip must have at most {MOST_SIDE} rows and columns, so that its pixels stay "
            f"visible. Received {grey.shape[1]} rows of {grey.shape[2]} at this max_width."
        )
    return grey
