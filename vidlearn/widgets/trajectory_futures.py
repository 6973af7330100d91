"""Where things will be in a second: constant velocity beside an LSTM, on a film or a drawn path."""

import numpy as np
from traitlets import Bytes, Int, List, Tuple, validate

from vidlearn.boxes import Tracks
from vidlearn.scratch.lstm import lstm_forward
from vidlearn.tracking import constant_velocity, decode_future, displacement_errors, encode_past

from .base import Interactive
from .judged import packed
from .media import as_bytes, opened, pressed_alike
from .traits import Number, Whole

MOST_BYTES, MOST_FRAMES, MOST_UNITS = 350_000, 300, 128
PAST, VELOCITY, NETWORK, TRUTH = "#d0d4da", "#ff9a3c", "#56b4e9", "#ffffff"


class TrajectoryFutures(Interactive):
    """See where a network expects things to go, beside constant velocity and what came to pass.

    In every frame each thing that was there for `past` frames has its path so far and three
    futures, with their errors one second on. On the picture the reader draws a path, and the
    network answers at every move. The browser computes what `vidlearn.tracking.constant_velocity`
    and a network of `vidlearn.models.build_forecaster` do.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        The film, 1 to 300 frames of one size.
    tracks : vidlearn.boxes.Tracks
        Where things are; their centres make the paths. A path with a gap goes on as a new one.
    lstm : (array_like, array_like, array_like)
        w (2, 4U), u (U, 4U) and b (4U,), the columns of i, f, g, o; U at most 128.
    dense : (array_like, array_like)
        w (U, 2F) and b (2F,) for F frames of future.
    past : int, default 12
        Frames that a forecast looks back on, at least 2.
    scale : float, default 3
        Unit of the network's numbers in pixels, as in `build_forecaster`.
    fit : int, default 2
        As in `constant_velocity`, at most `past`.
    fps : float, default 12
        Frames per second. Errors are told one second on, or at the last frame of the future.
    max_width : int, default 320
        Wider frames are stored at this width.

    Attributes
    ----------
    frame : int
        The frame that is shown, once the film stands still; a new value goes there.

    Raises
    ------
    TypeError
        If tracks are none.
    ValueError
        If shapes do not belong together, an option is out of range, no path is long enough for a
        forecast and its truth, or it is more than a notebook should hold.

    Examples
    --------
    >>> places = np.arange(20)[:, None] * [3.0, 1.0]
    >>> tracks = Tracks(range(20), [1] * 20, np.hstack([places, places + 8]))
    >>> lstm = np.zeros((2, 16)), np.zeros((4, 16)), np.zeros(16)
    >>> dense = np.zeros((4, 10)), np.zeros(10)
    >>> frames = np.zeros((20, 48, 64, 3), np.uint8)
    >>> TrajectoryFutures(frames, tracks, lstm=lstm, dense=dense, past=6, fps=5)
    TrajectoryFutures(20 frames of 64×48, 1 path; at 1 s constant velocity 0.0 px off, LSTM 15.8)

    Lesson 16 uses it.
    """

    fps = Number(above=0).tag(sync=True)
    past = Whole(2, 100).tag(sync=True)
    fit = Whole(2, 100).tag(sync=True)
    scale = Number(above=0).tag(sync=True)
    frame = Int(0, help="The frame shown").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)
    _paths = List(help="[identity, first frame, places] of each path without a gap").tag(sync=True)
    _weights = Bytes(help="float32: w, u, b of the LSTM, w, b of the dense layer").tag(sync=True)
    _shape = Tuple(help="Units U, frames of future F").tag(sync=True)
    _film = List(help="Mean errors at the horizon, and of how many forecasts").tag(sync=True)

    def __init__(
        self, frames, tracks, *, lstm, dense, past=12, scale=3.0, fit=2, fps=12, max_width=320
    ):
        if not 1 <= len(frames) <= MOST_FRAMES:
            raise ValueError(f"frames must be 1 to {MOST_FRAMES}. Received: {len(frames)}")
        paths = _paths_of(tracks, len(frames))
        weights, shape = _weights(lstm, dense)
        pictures, sizes = pressed_alike(frames, max_width, most=MOST_BYTES)
        self._arrays = weights
        super().__init__(
            fps=fps,
            past=past,
            fit=fit,
            scale=scale,
            _frames=pictures,
            _sizes=sizes,
            _paths=[[identity, first, places.tolist()] for identity, first, places in paths],
            _weights=packed(weights, "<f4"),
            _shape=shape,
        )
        if fit > past:
            raise ValueError(f"fit must be at most past = {past}. Received: {fit}")
        self._film = self._errors()

    @validate("frame")
    def _there(self, proposal):
        last = len(self._frames) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"frame must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    @property
    def _horizon(self):
        """Frames after which errors are told."""
        return min(self._shape[1], max(1, round(self.fps)))

    def _futures(self, past):
        """Return what constant velocity and the network expect after (N, P, 2): (N, F, 2) each."""
        w, u, b, dense_w, dense_b = self._arrays
        states, _ = lstm_forward(encode_past(past, scale=self.scale), w, u, b)
        offsets = states[:, -1] @ dense_w + dense_b
        network = decode_future(offsets, past, scale=self.scale)
        return constant_velocity(past, self._shape[1], fit=self.fit), network

    def _errors(self):
        """Return the mean errors of both at the horizon over the film, and how many there are."""
        ahead = self._horizon
        windows = [
            np.array(places[start : start + self.past + ahead])
            for _, _, places in self._paths
            for start in range(len(places) - self.past - ahead + 1)
        ]
        if not windows:
            longest = max((len(places) for _, _, places in self._paths), default=0)
            raise ValueError(
                f"tracks must hold a path of {self.past + ahead} frames without a gap, for past "
                f"and future. Received: {longest} frames at most"
            )
        windows = np.stack(windows)  # (N, P + horizon, 2)
        past, truth = windows[:, : self.past], windows[:, self.past :]
        both = [displacement_errors(f[:, :ahead], truth)[1].mean() for f in self._futures(past)]
        return [*map(float, both), len(windows)]

    def describe(self):
        (_, (width, height)), count = self._sizes, len(self._frames)
        paths = len({identity for identity, _, _ in self._paths})
        velocity, network, _ = self._film
        return (
            f"{count} frame{'s' * (count != 1)} of {width}×{height}, {paths} "
            f"path{'s' * (paths != 1)}; at {self._horizon / self.fps:.3g} s constant "
            f"velocity {velocity:.1f} px off, LSTM {network:.1f}"
        )

    def poster(self):
        """Return the frame with most futures, with paths and futures drawn in, as JPEG."""
        from PIL import ImageDraw

        now = {t: self._at(t) for t in range(len(self._frames))}
        frame = max(now, key=lambda t: len(now[t]))
        (_, (given, _)), wide = self._sizes, 480
        picture = opened(self._frames[frame]).convert("RGB")
        picture = picture.resize((wide, round(wide * picture.height / picture.width)))
        brush = ImageDraw.Draw(picture)
        for past, truth in now[frame]:
            futures = [one[0] for one in self._futures(past[None])]
            rows = ((past, PAST), (truth, TRUTH), (futures[0], VELOCITY), (futures[1], NETWORK))
            for places, colour in rows:
                line = np.vstack([past[-1:], places]) if places is not past else past
                brush.line([tuple(p) for p in (line * wide / given).tolist()], colour, 3)
        return "image/jpeg", as_bytes(picture, "JPEG", quality=75, optimize=True)

    def _at(self, frame):
        """Return the (P, 2) past and the known future of what has a forecast in a frame."""
        found = []
        for _, first, places in self._paths:
            place = frame - first
            if self.past - 1 <= place < len(places):
                places = np.array(places)
                past = places[place - self.past + 1 : place + 1]
                found.append((past, places[place + 1 : place + 1 + self._shape[1]]))
        return found


def _paths_of(tracks, count):
    """Return identity, first frame and centres (T, 2) of each stretch without a gap."""
    if not isinstance(tracks, Tracks):
        raise TypeError(f"tracks must be vidlearn.boxes.Tracks. Received: {type(tracks).__name__}")
    if tracks.length > count:
        raise ValueError(
            f"tracks must lie in the {count} frames given. Received: {tracks.length} frames"
        )
    paths = []
    for identity in np.unique(tracks.ids).tolist():
        own = tracks[tracks.ids == identity]
        places = (own.boxes[:, :2].astype(float) + own.boxes[:, 2:]) / 2
        cuts = np.flatnonzero(np.diff(own.frames) > 1) + 1
        for rows in np.split(np.arange(len(own)), cuts):
            paths.append((identity, int(own.frames[rows[0]]), places[rows].round(3)))
    return paths


def _weights(lstm, dense):
    """Return the five arrays as float64 of float32's numbers, and (units, frames of future)."""
    arrays = [np.asarray(array, np.float32).astype(float) for array in (*lstm, *dense)]
    units, future = len(arrays[1]), arrays[3].shape[-1] // 2
    wanted = {
        "w of lstm": (2, 4 * units),
        "u of lstm": (units, 4 * units),
        "b of lstm": (4 * units,),
        "w of dense": (units, 2 * future),
        "b of dense": (2 * future,),
    }
    for (name, shape), array in zip(wanted.items(), arrays, strict=True):
        if array.shape != shape or 0 in shape:
            raise ValueError(f"{name} must have shape {shape}. Received: {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must hold finite numbers. Received NaN or infinity.")
    if units > MOST_UNITS:
        raise ValueError(f"lstm must have at most {MOST_UNITS} units. Received: {units}")
    return arrays, (units, future)
