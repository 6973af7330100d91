"""A film with masks drawn over it: where they are right, and how that changes over time."""

import numpy as np
from traitlets import Bytes, Int, List, Tuple, validate

from vidlearn.metrics.masks import region_similarity

from .base import Interactive
from .media import as_bytes, opened, pressed_alike
from .poster import BLUE, LINE
from .traits import Choice, Number

MOST_FRAMES, MOST_METHODS, MOST_PIXELS = 150, 5, 16_000_000
MOST_BYTES, MOST_MASK_BYTES = 150_000, 120_000
RIGHT, ONLY, MISSING = (86, 180, 233), (255, 154, 60), (255, 255, 255)


class MaskPlayer(Interactive):
    """Play a film with a mask drawn over it, and see where mask and truth differ.

    What both have is blue, what only the mask has is striped orange, what only the truth has is
    white. Below run J of each method over the frames, and how large the thing is. The browser
    counts as `vidlearn.metrics.region_similarity` does.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        The film, 1 to 150 frames, stored in 150 kB at most.
    truth : array_like of bool, (T, H, W)
        Where the thing is.
    masks : array_like of bool, (T, H, W), or dict of str to array_like
        Where it was found; up to 5 methods by their names. Masks are stored as run lengths, in
        120 kB at most.
    fps : float, default 12
        Frames per second.
    shown : {"differences", "mask", "truth"}
        What is drawn over the film.
    max_width : int, default 160
        Wider frames are stored at this width; masks keep their size.

    Attributes
    ----------
    method : int
        Which of the methods is shown.
    frame : int
        The frame that is shown, once the film stands still; a new value goes there.

    Raises
    ------
    ValueError
        If masks are not bool, have not the size of the frames, or it is more than a notebook should
        hold.

    Examples
    --------
    >>> film, truth = np.zeros((4, 36, 48, 3), np.uint8), np.zeros((4, 36, 48), bool)
    >>> truth[:, 9:20, 5:30] = True
    >>> MaskPlayer(film, truth, {"as it was": truth, "moved": np.roll(truth, 5, axis=2)})
    MaskPlayer(4 frames of 48×36; J of as it was 1.00, moved 0.67)

    Lesson 23 uses it.
    """

    method = Int(0, help="Which of the methods is shown").tag(sync=True)
    frame = Int(0, help="The frame shown").tag(sync=True)
    shown = Choice("differences", "mask", "truth").tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    names = List(help="Of the methods").tag(sync=True)
    _masks = Bytes(help="Run lengths of the truth, then of each method").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)

    def __init__(self, frames, truth, masks, *, fps=12, shown="differences", max_width=160):
        total = len(frames)
        if not 1 <= total <= MOST_FRAMES:
            raise ValueError(
                f"frames must be 1 to {MOST_FRAMES}. Received: {total}. Show fewer: frames[::2] "
                "and masks[::2]."
            )
        methods = dict(masks) if isinstance(masks, dict) else {"": masks}
        if not 1 <= len(methods) <= MOST_METHODS:
            raise ValueError(f"masks must be of 1 to {MOST_METHODS} methods. Got: {len(methods)}")
        pictures, sizes = pressed_alike(frames, max_width, most=MOST_BYTES)
        wanted = (total, *sizes[1][::-1])
        stack = [_checked("truth", truth, wanted)]
        for name, one in methods.items():
            stack.append(_checked(f"masks of {name!r}" if name else "masks", one, wanted))
        packed = pack_masks(np.stack(stack))
        if len(packed) > MOST_MASK_BYTES or len(stack) * stack[0].size > MOST_PIXELS:
            raise ValueError(
                f"masks are too much for a notebook: {len(packed) / 1000:.0f} kB for {len(stack)} "
                f"times {wanted}, where {MOST_MASK_BYTES // 1000} kB and {MOST_PIXELS} pixels are "
                "allowed. Show fewer frames or methods, or smaller ones."
            )
        self._similar = [region_similarity(one, stack[0]) for one in stack[1:]]
        self._drawn = stack
        super().__init__(
            fps=fps,
            shown=shown,
            names=[str(name) for name in methods],
            _masks=packed,
            _frames=pictures,
            _sizes=sizes,
        )

    @validate("frame", "method")
    def _there(self, proposal):
        name = proposal["trait"].name
        last = len(self._frames if name == "frame" else self.names) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"{name} must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        (_, (width, height)), total = self._sizes, len(self._frames)
        means = ", ".join(
            f"{name} {one.mean():.2f}".strip()
            for name, one in zip(self.names, self._similar, strict=True)
        )
        noun = "frame" if total == 1 else "frames"
        return f"{total} {noun} of {width}×{height}; J{' of' if any(self.names) else ''} {means}"

    def poster(self):
        """Return three frames with their masks above J over time, as PNG."""
        from PIL import Image, ImageDraw

        (_, (width, height)), last = self._sizes, len(self._frames) - 1
        tall = max(1, round(150 * height / width))
        sheet = Image.new("RGB", (600, tall + 90), "white")
        truth, found = self._drawn[0], self._drawn[1 + self.method]
        for place, t in enumerate(sorted({0, last // 2, last})):
            picture = np.asarray(opened(self._frames[t]).convert("RGB").resize((width, height)))
            picture = picture.astype(float)
            for where, colour in (
                (truth[t] & found[t], RIGHT),
                (found[t] & ~truth[t], ONLY),
                (truth[t] & ~found[t], MISSING),
            ):
                picture[where] += 0.6 * (np.array(colour) - picture[where])
            picture = Image.fromarray(picture.astype(np.uint8)).resize((150, tall))
            sheet.paste(picture, (225 * place, 0))
        brush, top, foot = ImageDraw.Draw(sheet), tall + 10, tall + 84
        brush.line((0, top, 600, top), fill=LINE)
        brush.line((0, foot, 600, foot), fill=LINE)
        for k, values in enumerate(self._similar):
            x = 599 * np.arange(last + 1) / max(last, 1)
            line = list(zip(x.tolist(), (foot - (foot - top) * values).tolist(), strict=True))
            chosen = k == self.method
            brush.line(line * (2 if last == 0 else 1), fill=BLUE if chosen else LINE, width=3)
        return "image/png", as_bytes(sheet.quantize(200), "PNG", optimize=True)


def pack_masks(masks):
    """Return masks as run lengths: how many pixels are off, then on, then off, and so on.

    Parameters
    ----------
    masks : ndarray of bool
        Any shape, read row by row.

    Returns
    -------
    bytes
        Each length in groups of 7 bits, the lowest first; bit 8 says that another group follows.

    Examples
    --------
    >>> list(pack_masks(np.array([[False, True, True], [True, False, False]])))
    [1, 3, 2]
    >>> list(pack_masks(np.arange(301) < 300))
    [0, 172, 2, 1]
    """
    flat = np.ravel(masks)
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]]))
    if flat.size and flat[0]:
        runs = np.concatenate([[0], runs])
    groups = runs[:, None] >> np.arange(0, 35, 7)
    more = groups[:, 1:] > 0
    kept = np.pad(more, ((0, 0), (1, 0)), constant_values=True)
    data = (groups & 127) | (np.pad(more, ((0, 0), (0, 1))) * 128)
    return data[kept].astype(np.uint8).tobytes()


def _checked(name, masks, wanted):
    masks = np.asarray(masks)
    if masks.shape != wanted or masks.dtype != bool:
        raise ValueError(
            f"{name} must be bool {wanted}, a mask for each frame and as large. Received: "
            f"{masks.dtype} of shape {masks.shape}. Of labels, take one: labels == 1."
        )
    return masks
