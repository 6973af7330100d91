"""A stack of dilated convolutions over time: which frames reach an output, and which do not."""

import numpy as np
from traitlets import Bool, Int, validate

from .base import Interactive
from .poster import BLUE, GREY, INK, LINE, MARK, Sheet
from .traits import Checked, Number, Whole

DEEPEST, WIDEST, LONGEST = 6, 32, 120
MOST_WIRES = 1500  # of a poster


class Dilations(Checked):
    """A trait for 1 to 6 whole numbers from 1 to 32, one for each block."""

    def validate(self, obj, value):
        numbers = np.asarray(value)
        good = numbers.ndim == 1 and 1 <= len(numbers) <= DEEPEST and numbers.dtype.kind in "iu"
        if not good or numbers.min() < 1 or numbers.max() > WIDEST:
            self.refuse(f"1 to {DEEPEST} whole numbers from 1 to {WIDEST}", repr(value))
        return numbers.tolist()


class DilatedStack(Interactive):
    """Build a stack of dilated convolutions and see which frames reach an output.

    Frames lie at the bottom, a row for each convolution above. The frames that the chosen output
    depends on light up with the paths that they take; frames in between that are skipped, zeros
    around the clip and, where the stack is not causal, frames of the future are told apart. The
    receptive field is that of `vidlearn.models.receptive_field`.

    Parameters
    ----------
    frames : int, default 48
        Frames of the clip, 8 to 120.
    kernel_size : int, default 3
        Frames that a kernel reads, k, 2 to 7.
    dilations : sequence of int, default (1, 2, 4)
        Dilation of each block, 1 to 32, at most 6 blocks.
    convolutions : int, default 2
        Convolutions of a block, 1 or 2.
    causal : bool, default True
        Whether a kernel ends at its own frame; else its frame is the middle, as with the padding
        "same".
    frame : int, optional
        The output that is shown first; by default two thirds of the way.
    fps : float, default 12
        Frames per second, for the receptive field in seconds.

    Attributes
    ----------
    kernel_size, dilations, convolutions, causal, frame
        What the reader chose last.

    Raises
    ------
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> DilatedStack(30, dilations=(1, 2, 4, 8), convolutions=1)
    DilatedStack(30 frames, kernel 3, dilations 1, 2, 4, 8, causal: output 20 sees 21 frames)

    Lesson 19 uses it.
    """

    frames = Whole(8, LONGEST).tag(sync=True)
    kernel_size = Whole(2, 7).tag(sync=True)
    dilations = Dilations().tag(sync=True)
    convolutions = Whole(1, 2).tag(sync=True)
    causal = Bool(True).tag(sync=True)
    frame = Int(0).tag(sync=True)
    fps = Number(above=0).tag(sync=True)

    def __init__(
        self,
        frames=48,
        *,
        kernel_size=3,
        dilations=(1, 2, 4),
        convolutions=2,
        causal=True,
        frame=None,
        fps=12,
    ):
        super().__init__(
            frames=frames,
            kernel_size=kernel_size,
            dilations=dilations,
            convolutions=convolutions,
            causal=causal,
            frame=2 * frames // 3 if frame is None else frame,
            fps=fps,
        )

    @validate("frame")
    def _there(self, proposal):
        if not 0 <= proposal["value"] < self.frames:
            raise ValueError(
                f"frame must be from 0 to {self.frames - 1}. Received: {proposal['value']}"
            )
        return proposal["value"]

    def levels(self):
        """Return what reaches the output, row by row: from the output alone down to the frames.

        Returns
        -------
        levels : list of lists of int
            Places in the clip, sorted; zeros put around it are left out.
        """
        found = [[self.frame]]
        for dilation in self.dilations[::-1]:
            for _ in range(self.convolutions):
                found.append(
                    sorted({p for place in found[-1] for p in self._read(place, dilation)})
                )
        return found

    def describe(self):
        listed = ", ".join(map(str, self.dilations))
        kind = "causal" if self.causal else "centred"
        return (
            f"{self.frames} frames, kernel {self.kernel_size}, dilations {listed}, {kind}: output "
            f"{self.frame} sees {len(self.levels()[-1])} frames"
        )

    def poster(self):
        """Return the stack with what reaches the output lit, as SVG."""
        levels = self.levels()
        space, gap, left = 620 / self.frames, 22, 70
        sheet, dots, lit, wires = Sheet(), [], [], []

        def x(place):
            return round(left + (place + 0.5) * space, 1)

        for row, places in enumerate(levels):
            y = 24 + gap * row
            dots += [f"M{x(place)} {y}h0" for place in range(self.frames)]
            lit += [f"M{x(place)} {y}h0" for place in places]
            if row:
                block = -1 - (row - 1) // self.convolutions
                if (row - 1) % self.convolutions == 0:
                    words = f"d = {self.dilations[block]}"
                    sheet.text(left - 10, y - 7, words, anchor="end", colour=GREY, size=12)
                wires += [
                    f"M{x(above)} {y - gap}L{x(place)} {y}"
                    for above in levels[row - 1]
                    for place in self._read(above, self.dilations[block])
                ]
        if len(wires) <= MOST_WIRES:
            sheet.items.append(f'<path d="{"".join(wires)}" stroke="{BLUE}" opacity=".5"/>')
        for path, colour, thick in ((dots, LINE, 4), (lit, BLUE, 6)):
            sheet.items.append(
                f'<path d="{"".join(path)}" stroke="{colour}" stroke-width="{thick}" '
                'stroke-linecap="round"/>'
            )
        bottom = 24 + gap * (len(levels) - 1)
        seen = set(levels[-1])
        for place in range(self.frames):
            fill = "none" if place not in seen else MARK if place > self.frame else BLUE
            box = x(place) - 0.4 * space, bottom - 7, 0.8 * space, 14
            sheet.rect(*box, fill=fill, line=LINE)
        at = x(self.frame)
        sheet.text(at, 14, self.frame, anchor="middle", bold=True, colour=INK, size=12)
        return "image/svg+xml", sheet.svg(left + 630, bottom + 20)

    def _read(self, place, dilation):
        """Return the places in the clip that the kernel of a place reads."""
        first = -(self.kernel_size - 1) * dilation
        first = first if self.causal else -(-first // 2)
        found = [place + first + k * dilation for k in range(self.kernel_size)]
        return [one for one in found if 0 <= one < self.frames]
