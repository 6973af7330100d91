"""SORT: things keep their identity from frame to frame, by where they must be next."""

from numbers import Real

import numpy as np
from scipy.special import gammaincinv

from vidlearn.boxes import Detections, Tracks, iou

from .appearance import Appearance
from .assignment import assign
from .kalman import kalman_predict, kalman_update, mahalanobis
from .state import THIN, box_motion, box_noise, box_states, state_boxes


class Sort:
    """A tracker: takes the detections of one frame after another, and gives them an identity.

    Each frame: every track is moved on by its Kalman filter; tracks and detections are paired, by
    IoU, at the least cost; a pair's track is corrected by its detection; a detection without a
    track begins one. What it holds does not grow with the length of a film.

    Parameters
    ----------
    overlap : float
        Least IoU of a detection and the box where its track was expected, 0 to 1. At 0 they must
        still touch.
    birth : int
        Hits in a row before a track is told, 1 or more. A track that misses before is dropped.
    early : bool
        In the first frames of a film, a track that was hit in all of them is told at once.
    coast : int
        Frames in a row that a told track lives without a detection, moved on by its filter alone.
    tell : int
        Frames in a row that a track without a detection is still told, at the box expected and
        with its last score; at most `coast` of them come about. At 0, only what was detected.
    gate : float or None
        Let a track take only what lies in this share, 0 to 1, of all that its filter expects: by
        the Mahalanobis distance against chi-square, beside `overlap`.
    by_label : bool
        Whether a track takes only detections of its own label. Else it keeps its first label.
    appearance : callable or Appearance, optional
        Pair by look, too: a function ``(frame, boxes)`` that returns (N, D), as
        `colour_histogram`, or an `Appearance` with its weight, gate and memory.

    Attributes
    ----------
    frame : int
        The number of the next frame: how many there were.
    ids : ndarray
        (N,) int64, of all tracks that are held; 0 where one has not been told yet.
    coasting : ndarray
        (C,) int64, those of `ids` that live without a detection in the last frame.
    mean : ndarray
        (N, 7), x: what is believed of their boxes, see `box_motion`.
    covariance : ndarray
        (N, 7, 7), P.

    Raises
    ------
    ValueError
        If an option is out of its range.

    Notes
    -----
    Departures from the paper: noise grows with the size of the box (`box_noise`), forbidden pairs
    are kept out before pairing (`assign`), a track that was told once stays told, it lives on
    without detections for longer than the paper's single frame, and is told in the first of them.
    The paper's own: ``coast=1, tell=0``.

    References
    ----------
    Bewley et al.: Simple Online and Realtime Tracking. ICIP 2016. Gate and appearance: Wojke et
    al.: Simple Online and Realtime Tracking with a Deep Association Metric. ICIP 2017.

    Examples
    --------
    >>> tracker = Sort()
    >>> for x in range(4):
    ...     rows = tracker.update(Detections([[x, 0, x + 8, 9], [40 - x, 0, 48 - x, 9]], [1, 1]))
    >>> rows.ids.tolist(), rows.frames.tolist(), rows.boxes[:, 0].round().tolist()
    ([1, 2], [3, 3], [3.0, 37.0])

    Lesson 16 teaches it.
    """

    def __init__(
        self,
        *,
        overlap=0.3,
        birth=3,
        early=True,
        coast=10,
        tell=1,
        gate=None,
        by_label=True,
        appearance=None,
    ):
        for name, value, least in (("birth", birth, 1), ("coast", coast, 0), ("tell", tell, 0)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise ValueError(
                    f"{name} must be a whole number of frames, {least} or more. Received: {value!r}"
                )
        if not (isinstance(overlap, Real) and 0 <= overlap <= 1):
            raise ValueError(f"overlap must lie in 0 to 1. Received: {overlap!r}")
        if not (gate is None or (isinstance(gate, Real) and 0 < gate < 1)):
            raise ValueError(f"gate must be None, or lie between 0 and 1. Received: {gate!r}")
        if not (appearance is None or isinstance(appearance, Appearance)):
            appearance = Appearance(appearance)
        self.overlap, self.birth, self.early = overlap, birth, early
        self.coast, self.tell, self.by_label = coast, tell, by_label
        self.gate, self.appearance = gate, appearance
        self._farthest = None if gate is None else 2 * gammaincinv(2, gate)  # of chi-square, 4
        self._f, self._h = box_motion()
        self.frame = self._told = 0
        self.mean, self.covariance = np.zeros((0, 7)), np.zeros((0, 7, 7))
        self.ids, self._streak, self._missed, self._labels = np.zeros((4, 0), np.int64)
        self._scores, self._looks = np.zeros(0), None

    def __len__(self):
        return len(self.ids)

    @property
    def coasting(self):
        """Identities (K,) int64 of the tracks without a detection in the last frame."""
        return self.ids[(self.ids > 0) & (self._missed > 0)]

    def update(self, detections, frame=None):
        """Take the detections of the next frame; return who is where in it.

        Parameters
        ----------
        detections : Detections
            (M,) of one frame, also where there are none. Those without area are passed
            over.
        frame : ndarray, optional
            The picture, for `appearance`.

        Returns
        -------
        Tracks
            The rows of this frame, by rising identity: the boxes as filtered, the scores of the
            detections, identities from 1 that no other thing ever has, `frames` counted from 0.

        Raises
        ------
        ValueError
            If detections is something else, a box is inverted, or appearance has no frame.
        """
        boxes, scores, labels = _usable(detections)
        looks = self._look(frame, boxes)
        z = box_states(boxes)
        r = self._predict()
        rows, columns = self._pair(boxes, z, r, labels, looks)
        self._correct(rows, columns, z, r, scores, looks)
        free = np.ones(len(z), bool)
        free[columns] = False
        self._bury()
        if free.any():
            self._bear(z[free], scores[free], labels[free], looks if looks is None else looks[free])
        return self._tell()

    def _look(self, frame, boxes):
        """Return the features of boxes, or None where nothing is to be looked at."""
        if self.appearance is None:
            return None
        if frame is None:
            raise ValueError(
                "frame must be the picture in which the detections were found, as appearance is "
                "on. Received: None"
            )
        if not len(boxes):
            return None
        looks = self.appearance.look(frame, boxes)
        if self._looks is not None and looks.shape[1] != self._looks.shape[1]:
            raise ValueError(
                "appearance must return as many numbers for each box as before, "
                f"{self._looks.shape[1]}. Received: {looks.shape[1]}"
            )
        return looks

    def _predict(self):
        """Move all tracks on by a frame; return how unsure an observation of each would be."""
        shrunk = self.mean[:, 2] + self.mean[:, 6] <= 0
        self.mean[shrunk, 6] = 0  # an area stays above 0
        q, r, _ = box_noise(self.mean)
        self.mean, self.covariance = kalman_predict(self.mean, self.covariance, self._f, q)
        return r

    def _pair(self, boxes, z, r, labels, looks):
        """Pair tracks with detections; return the numbers of both."""
        overlaps = iou(state_boxes(self.mean), boxes)  # (N, M)
        forbidden = (overlaps < self.overlap) | (overlaps == 0)
        costs = 1 - overlaps
        if self.by_label:
            forbidden |= self._labels[:, None] != labels
        if self.gate is not None:
            far = mahalanobis(self.mean, self.covariance, z, self._h, r)
            forbidden |= far > self._farthest
        if looks is not None and self._looks is not None:
            unlike = self.appearance.unlike(self._looks, looks)
            forbidden |= unlike > self.appearance.most
            costs += self.appearance.weight * (unlike - costs)
        costs[forbidden] = np.inf
        return assign(costs)

    def _correct(self, rows, columns, z, r, scores, looks):
        """Update the tracks that were hit."""
        self._missed += 1
        self._missed[rows] = 0
        self._streak[rows] += 1
        self._scores[rows] = scores[columns]
        self.mean[rows], self.covariance[rows] = kalman_update(
            self.mean[rows], self.covariance[rows], z[columns], self._h, r[rows]
        )
        if looks is not None and len(rows):
            self._looks[rows] = self.appearance.remember(self._looks[rows], looks[columns])

    def _bury(self):
        """Drop what was lost for too long, and what was never told and missed."""
        alive = self._missed <= np.where(self.ids > 0, self.coast, 0)
        if not alive.all():
            for name in ("mean", "covariance", "ids", "_streak", "_missed", "_labels", "_scores"):
                setattr(self, name, getattr(self, name)[alive])
            self._looks = self._looks if self._looks is None else self._looks[alive]

    def _bear(self, z, scores, labels, looks):
        """Begin a track with each of these detections."""
        count = len(z)
        still = np.concatenate([z, np.zeros((count, 3))], axis=1)
        self.mean = np.concatenate([self.mean, still])
        self.covariance = np.concatenate([self.covariance, box_noise(z)[2]])
        self.ids = np.append(self.ids, np.zeros(count, np.int64))
        self._streak = np.append(self._streak, np.ones(count, np.int64))
        self._missed = np.append(self._missed, np.zeros(count, np.int64))
        self._labels = np.append(self._labels, labels)
        self._scores = np.append(self._scores, scores)
        if looks is not None:
            self._looks = looks if self._looks is None else np.concatenate([self._looks, looks])

    def _tell(self):
        """Name the tracks that are sure enough, and return the rows of this frame."""
        needed = min(self.birth, self.frame + 1) if self.early else self.birth
        new = np.flatnonzero((self.ids == 0) & (self._streak >= needed))
        self.ids[new] = self._told + 1 + np.arange(len(new))
        self._told += len(new)
        told = np.flatnonzero((self.ids > 0) & (self._missed <= self.tell))
        self.frame += 1
        return Tracks._made_of(
            frames=np.full(len(told), self.frame - 1),
            ids=self.ids[told],
            boxes=state_boxes(self.mean[told]),
            scores=self._scores[told],
            labels=self._labels[told],
            ignored=np.zeros(len(told), bool),
            length=self.frame,
        )


def track(detections, *, tracker=None, frames=None):
    """Follow things through a film: give the detections of its frames identities.

    Parameters
    ----------
    detections : iterable of Detections
        One for each frame, in order, also where nothing was found.
    tracker : Sort, optional
        Any with ``update(detections, frame)``; `Sort` with its defaults if not given. One that
        has run goes on: its identities are not given again.
    frames : iterable of ndarray, optional
        The pictures, one for each frame, where the tracker looks at them.

    Returns
    -------
    Tracks
        All rows, frames counted from 0 at the first of `detections`.

    Raises
    ------
    ValueError
        If there are more frames than detections, or fewer, or tracker is none.

    Examples
    --------
    >>> found = [Detections([[x, 0, x + 8, 9]], [0.9]) for x in range(5)]
    >>> tracks = track(found)
    >>> tracks, tracks.frames.tolist()
    (Tracks(1 in 5 frames, 5 boxes), [0, 1, 2, 3, 4])

    Lesson 16 teaches it.
    """
    if isinstance(detections, Detections):
        raise ValueError(
            "detections must hold the Detections of each frame; put those of a single one in a "
            "list. Received: Detections"
        )
    tracker = Sort() if tracker is None else tracker
    if isinstance(tracker, type | dict) or not hasattr(tracker, "update"):
        raise ValueError(f"tracker must be one that is made, as Sort(). Received: {tracker!r}")
    told, length = [], 0
    for found, frame in _together(detections, frames):
        told.append(tracker.update(found, frame))
        length += 1
    names = "ids", "boxes", "scores", "labels"
    columns = [np.concatenate([getattr(rows, name) for rows in told] or [[]]) for name in names]
    numbers = np.repeat(np.arange(length), [len(rows) for rows in told])
    return Tracks(numbers, *columns, length=length)


def _together(detections, frames):
    """Yield each frame's detections with its picture."""
    if frames is None:
        yield from ((found, None) for found in detections)
        return
    frames, end = iter(frames), object()
    for count, found in enumerate(detections):
        if (frame := next(frames, end)) is end:
            raise ValueError(
                f"frames must hold a picture for each of detections. Received: {count}, and more "
                "detections"
            )
        yield found, frame
    if next(frames, end) is not end:
        raise ValueError(
            "frames must hold a picture for each of detections. Received: more pictures than "
            "detections"
        )


def _usable(detections):
    """Return boxes, scores and labels of those with an area."""
    if not isinstance(detections, Detections):
        raise ValueError(
            "detections must be the Detections of one frame; track takes those of a film. "
            f"Received: {type(detections).__name__}"
        )
    boxes, scores, labels = detections.boxes, detections.scores, detections.labels
    sides = boxes[:, 2:] - boxes[:, :2]
    good = (sides >= THIN).all(axis=1)
    if good.all():
        return boxes, scores, labels
    if not (sides >= 0).all():
        raise ValueError(
            "detections must have x1 <= x2 and y1 <= y2; use convert if these are of another "
            f"form. Received: {boxes[~(sides >= 0).all(axis=1)][0].tolist()}"
        )
    return boxes[good], scores[good], labels[good]
