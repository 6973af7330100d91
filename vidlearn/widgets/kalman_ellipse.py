"""A Kalman filter on a film: its ellipse swells while a thing is unseen and snaps back small."""

import numpy as np
from traitlets import Bool, Int, List, Tuple, validate

from vidlearn.tracking import kalman_predict, kalman_update

from .base import Interactive
from .media import as_bytes, opened, pressed_alike
from .traits import Number, Wholes

MOST_FRAMES, MOST_BYTES = 200, 400_000
FORESEEN, BELIEVED, HIDDEN = "#ff9a3c", "#56b4e9", "#30343a"


class KalmanEllipse(Interactive):
    r"""Hide a thing in a film for a while and see how sure a Kalman filter still is of its place.

    Each frame shows where the filter foresees the thing, what the detector saw, and what the
    filter believes then, with ellipses of two standard deviations. The reader hides the thing over
    any span of frames: the ellipse grows, and snaps small when the thing is seen again inside the
    gate (95 % of the chi-square distribution); outside it is taken for a stranger. The browser
    does as `vidlearn.tracking.kalman_predict` and `kalman_update` do, with the state
    :math:`(x, y, v_x, v_y)`, one step a frame.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        The film, 2 to 200 frames. Their pictures are compressed until they take at most 400 kB.
    measured : array_like, (T, 4) or (T, 2)
        Boxes xyxy or centres (x, y) that the detector saw, in pixels; NaN where it saw nothing.
    truth : array_like, (T, 4) or (T, 2), optional
        Where the thing really was; boxes are drawn, NaN where it was not there.
    hidden : sequence of int
        Frames that are hidden from the filter at first.
    motion_noise : float or (float, float), default 0.5
        Standard deviation of the acceleration in pixels per frame², above 0: of both axes, or of
        x and of y. The slider changes both alike.
    measurement_noise : float or (float, float), default 2
        Standard deviation of what the detector measures in pixels, above 0.
    speed : float, default 5
        Standard deviation of the speed in pixels per frame when the thing is first seen.
    fps : float, default 10
        Frames per second of the player.
    max_width : int, default 320
        Wider frames are stored at this width.

    Attributes
    ----------
    hidden, motion_noise, measurement_noise : list of int, float, float
        What the reader chose last; of a pair of noises, that of x.
    gate : bool
        Whether what lies outside the gate is refused.
    frame : int
        The frame that is shown, once the film stands still; a new value goes there.

    Raises
    ------
    ValueError
        If the lists differ in length, nothing is ever measured, a number is infinite or out of
        its range, or the film is too large for a notebook.

    Examples
    --------
    >>> frames = np.zeros((20, 48, 64, 3), np.uint8)
    >>> centres = np.linspace([8, 30], [56, 20], 20)
    >>> KalmanEllipse(frames, centres, hidden=range(8, 14))
    KalmanEllipse(20 frames of 64×48, measured in 20, 6 hidden; noise of motion 0.5, measurement 2)

    Lesson 16 uses it.
    """

    motion_noise = Number(above=0, most=1000).tag(sync=True)
    measurement_noise = Number(above=0, most=1000).tag(sync=True)
    speed = Number(above=0, most=1000).tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    gate = Bool(True).tag(sync=True)
    hidden = Wholes().tag(sync=True)
    frame = Int(0, help="The frame shown").tag(sync=True)
    _ratios = List(help="Noise of y by that of x, of motion and measurement").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)
    _measured = List(help="Centre and, where known, sides; None where unseen").tag(sync=True)
    _truth = List(help="The same of the truth").tag(sync=True)

    def __init__(
        self,
        frames,
        measured,
        truth=None,
        *,
        hidden=(),
        motion_noise=0.5,
        measurement_noise=2.0,
        speed=5.0,
        fps=10,
        max_width=320,
    ):
        count = len(frames)
        if not 2 <= count <= MOST_FRAMES:
            raise ValueError(f"frames must be 2 to {MOST_FRAMES}. Received: {count}")
        pictures, sizes = pressed_alike(frames, max_width, most=MOST_BYTES)
        measured = _places("measured", measured, count)
        if not any(measured):
            raise ValueError("measured must hold a place in at least one frame. Received: only NaN")
        motion, upright = _pair("motion_noise", motion_noise)
        measurement, tall = _pair("measurement_noise", measurement_noise)
        super().__init__(
            _frames=pictures,
            _sizes=sizes,
            _measured=measured,
            _truth=[None] * count if truth is None else _places("truth", truth, count),
            _ratios=[upright, tall],
            motion_noise=motion,
            measurement_noise=measurement,
            speed=speed,
            fps=fps,
            hidden=list(hidden),
        )

    @validate("hidden")
    def _inside(self, proposal):
        frames, last = proposal["value"], len(self._frames) - 1
        if frames and not 0 <= frames[0] <= frames[-1] <= last:
            raise ValueError(f"hidden must hold frames from 0 to {last}. Received: {frames}")
        return frames

    @validate("frame")
    def _there(self, proposal):
        last = len(self._frames) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"frame must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        (_, (width, height)), count = self._sizes, len(self._frames)
        seen = sum(place is not None for place in self._measured)
        hidden = f", {len(self.hidden)} hidden" if self.hidden else ""
        return (
            f"{count} frames of {width}×{height}, measured in {seen}{hidden}; noise of motion "
            f"{self.motion_noise:.3g}, measurement {self.measurement_noise:.3g}"
        )

    def _followed(self):
        """Return for each frame (seen, mean, covariance) by the library; the gate is left out."""
        f = np.eye(4) + np.eye(4, k=2)
        push = np.array([[0.5, 0], [0, 0.5], [1, 0], [0, 1]])
        axes = self.motion_noise * np.array([1, self._ratios[0]])
        q = push @ np.diag(axes**2) @ push.T
        r = np.diag((self.measurement_noise * np.array([1, self._ratios[1]])) ** 2)
        mean, covariance, found = None, None, []
        for t, place in enumerate(self._measured):
            seen = place is not None and t not in self.hidden
            if mean is not None:
                mean, covariance = kalman_predict(mean, covariance, f, q)
            if seen and mean is None:
                mean = np.array([*place[:2], 0, 0])
                covariance = np.diag([*np.diag(r), self.speed**2, self.speed**2])
            elif seen:
                mean, covariance = kalman_update(
                    mean, covariance, np.array(place[:2]), np.eye(2, 4), r
                )
            found.append((seen, mean, covariance))
        return found

    def poster(self):
        """Return three frames with the ellipse: the first, the least sure, the last, as JPEG."""
        from PIL import Image

        followed = self._followed()
        known = [t for t, (_, mean, _) in enumerate(followed) if mean is not None]
        known = known or [0, len(followed) - 1]  # all is hidden: nothing is believed
        least = max(known, key=lambda t: (not followed[t][0], _spread(followed[t][2])))
        pictures = [self._face(t, *followed[t]) for t in (known[0], least, known[-1])]
        width, height = pictures[0].size
        strip = Image.new("RGB", (3 * (width + 6) - 6, height), "white")
        for place, picture in enumerate(pictures):
            strip.paste(picture, (place * (width + 6), 0))
        return "image/jpeg", as_bytes(strip, "JPEG", quality=75, optimize=True)

    def _face(self, t, seen, mean, covariance):
        """Return one frame, 240 pixels wide, with the ellipse of two standard deviations.

        Nothing is drawn where nothing is believed.
        """
        from PIL import ImageDraw

        (width, height), (given, _) = self._sizes
        scale = 240 / given
        picture = opened(self._frames[t]).convert("RGB")
        picture = picture.resize((240, max(1, round(240 * height / width))))
        if mean is None:
            return picture
        brush = ImageDraw.Draw(picture)
        variances, ways = np.linalg.eigh(covariance[:2, :2])
        angles = np.linspace(0, 2 * np.pi, 61)
        circle = np.stack([np.cos(angles), np.sin(angles)])
        rim = mean[:2, None] + 2 * ways @ (np.sqrt(variances)[:, None] * circle)
        points = [tuple(point) for point in (scale * rim).T]
        for colour, thick in ((HIDDEN, 5), (BELIEVED if seen else FORESEEN, 3)):
            brush.line(points, fill=colour, width=thick, joint="curve")
        return picture


def _spread(covariance):
    """Return how unsure a place is: the sum of both variances, 0 where nothing is believed."""
    return 0 if covariance is None else np.trace(covariance[:2, :2])


def _places(name, values, count):
    """Return for each frame (x, y) or (x, y, width, height), None where nothing is."""
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must hold numbers for each frame, a row of NaN where there is none. "
            f"Received: {values!r}"
        ) from error
    if array.ndim != 2 or array.shape not in ((count, 2), (count, 4)):
        raise ValueError(
            f"{name} must have shape ({count}, 4) or ({count}, 2), a box or a centre for each "
            f"frame, NaN where there is none. Received shape: {array.shape}"
        )
    missing = np.isnan(array).any(axis=1)
    if not np.isfinite(array[~missing]).all():
        raise ValueError(f"{name} must hold finite numbers or NaN. Received infinity.")
    if array.shape[1] == 4:
        first, end = array[:, :2], array[:, 2:]
        flat = ~missing & (first >= end).any(axis=1)
        if flat.any():
            raise ValueError(
                f"{name} must hold boxes x1 < x2 and y1 < y2, NaN where there is none. "
                f"Received: {array[flat][0].tolist()}"
            )
        array = np.concatenate([(first + end) / 2, end - first], axis=1)
    return [None if gone else row.tolist() for gone, row in zip(missing, array, strict=True)]


def _pair(name, value):
    """Return the noise of x, and that of y as a share of it."""
    pair = np.asarray(value, np.float64)
    good = pair.shape in ((), (2,)) and np.isfinite(pair).all() and (pair > 0).all()
    if not good:
        raise ValueError(f"{name} must be a number above 0, or two, of x and y. Received: {value}")
    first, second = np.broadcast_to(pair, 2)
    return float(first), float(second / first)
