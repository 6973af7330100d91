"""A wheel that is looked at once a frame: how it turns, and how it seems to turn."""

import math

from traitlets import Bool

from .base import Interactive
from .poster import INK, MARK, Sheet
from .traits import Number, Whole


class TurningWheel(Interactive):
    """Turn a wheel with equal spokes by any angle a frame, and see which way it seems to go.

    A slider says how far the wheel turns from frame to frame. The eye takes each spoke for the
    one that stood nearest to it a frame ago; one painted spoke shows the truth for longer. The
    frame before can be shown in grey.

    Parameters
    ----------
    spokes : int, default 8
        Of the wheel, 3 to 12.
    degrees : float, default 5
        That it turns from frame to frame, 0 to 90.
    painted : bool, default False
        Start with one spoke painted.
    fps : float, default 8
        Frames per second while it plays, 1 to 30.

    Attributes
    ----------
    degrees, painted
        What the reader chose last.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> TurningWheel(degrees=40)
    TurningWheel(8 spokes, 40 degrees a frame, seems to turn by -5)

    Lesson 02 uses it.
    """

    spokes = Whole(3, 12).tag(sync=True)
    degrees = Number(0, 90).tag(sync=True)
    painted = Bool(False).tag(sync=True)
    fps = Number(1, 30).tag(sync=True)

    def __init__(self, *, spokes=8, degrees=5, painted=False, fps=8):
        super().__init__(spokes=spokes, degrees=degrees, painted=painted, fps=fps)

    def seen(self):
        """Return by how many degrees a frame the wheel seems to turn; below 0: backwards.

        Halfway between two spokes either is as near; then it is above 0.
        """
        period = 360 if self.painted else 360 / self.spokes
        return period / 2 - (period / 2 - self.degrees) % period

    def describe(self):
        return (
            f"{self.spokes} spokes, {self.degrees:g} degrees a frame, "
            f"seems to turn by {self.seen():g}"
        )

    def poster(self):
        """Return the wheel with the frame before in grey, as SVG."""
        sheet, middle = Sheet(), (120.0, 140.0)
        sheet.text(8, 20, self.describe(), bold=True)
        rim = [self._at(middle, 96, 5 * k) for k in range(73)]
        sheet.line(rim, thick=5)
        for turn, colour in ((-self.degrees, "#b0b6bd"), (0, INK)):
            for spoke in range(self.spokes - 1, -1, -1):
                marked = self.painted and spoke == 0 and turn == 0
                tip = self._at(middle, 94, turn + 360 * spoke / self.spokes)
                sheet.line([middle, tip], colour=MARK if marked else colour, thick=4)
        return "image/svg+xml", sheet.svg(420, 250)

    @staticmethod
    def _at(middle, radius, degrees):
        turn = math.radians(degrees)
        return middle[0] + radius * math.cos(turn), middle[1] + radius * math.sin(turn)
