"""What a search for shots returns: transitions, and the shots between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from numbers import Integral, Real

import numpy as np

KINDS = ("cut", "dissolve", "fade", "wipe")


class ShotsError(ValueError):
    """Shots cannot be made, read or written so. The message says why and how to mend it."""


def _plain(one, **kinds):
    """Make of NumPy's numbers Python's, as JSON has them, or raise where it is no such number."""
    for name, kind in kinds.items():
        value = getattr(one, name)
        if not isinstance(value, Integral if kind is int else Real):
            what = "a whole number" if kind is int else "a number"
            raise ShotsError(f"{name} must be {what}. Received: {value!r}")
        if isinstance(value, np.generic):
            object.__setattr__(one, name, kind(value))


@dataclass(frozen=True)
class Transition:
    """A change from one shot to the next.

    Attributes
    ----------
    start, end : int
        The frames [start, end) that belong to neither shot alone. At a cut both are the first
        frame of the new shot.
    kind : {"cut", "dissolve", "fade", "wipe"}
    score : float
        How sure the method is, 0 to 1; at 0.5 it just decides so.

    Examples
    --------
    >>> Transition(12, 12).middle, Transition(20, 31, "dissolve", 0.9).middle
    (12, 25)
    """

    start: int
    end: int
    kind: str = "cut"
    score: float = 1.0

    def __post_init__(self):
        _plain(self, start=int, end=int, score=float)
        if self.kind not in KINDS:
            raise ShotsError(f"kind must be one of {', '.join(KINDS)}. Received: {self.kind!r}")
        fine = self.start > 0 and (self.start < self.end or self.kind == "cut")
        if not fine or (self.kind == "cut" and self.start != self.end):
            raise ShotsError(
                "start and end must be one frame after the first for a cut, and start < end for "
                f"what is gradual. Received: {self.kind} ({self.start}, {self.end})"
            )
        if not 0 <= self.score <= 1:
            raise ShotsError(f"score must be 0 to 1. Received: {self.score!r}")

    @property
    def middle(self):
        """The frame at which a film is cut in two here; what is gradual is halved."""
        return (self.start + self.end) // 2


@dataclass(frozen=True, eq=False)
class Shots:
    """The shots of a film.

    Attributes
    ----------
    video : str
        The name of the film.
    fps : float
        Frames per second; the mean where the rate varies.
    frames : int
        How many frames the film has, at least 1.
    transitions : tuple of Transition
        In order; between two of them, and at both ends, there is a frame at least.
    seconds : ndarray
        (N, 2) float64: when each shot begins and when it ends, from the time stamps of the film.
        Default: frame / fps.

    Raises
    ------
    ShotsError
        If the transitions overlap or lie outside of the film.

    Examples
    --------
    >>> shots = Shots("a.mp4", 25.0, 60, (Transition(20, 20), Transition(30, 40, "dissolve")))
    >>> shots.shots, shots.cuts, shots.pieces
    ([(0, 20), (20, 30), (40, 60)], [20], [(0, 20), (20, 35), (35, 60)])
    >>> shots.seconds.tolist()
    [[0.0, 0.8], [0.8, 1.2], [1.6, 2.4]]
    """

    video: str
    fps: float
    frames: int
    transitions: tuple[Transition, ...] = ()
    seconds: np.ndarray | None = None

    def __post_init__(self):
        set_ = object.__setattr__
        _plain(self, frames=int, fps=float)
        fine = isinstance(self.transitions, tuple | list)
        if not fine or not all(isinstance(one, Transition) for one in self.transitions):
            raise ShotsError(f"transitions must be Transitions. Received: {self.transitions!r}")
        set_(self, "transitions", tuple(self.transitions))
        if self.frames < 1 or not 0 < self.fps < float("inf"):
            raise ShotsError(
                f"frames must be at least 1 and fps above 0. Received: {self.frames}, {self.fps}"
            )
        for start, end in self.shots:
            if start >= end:
                raise ShotsError(
                    f"transitions must rise within the {self.frames} frames of the film, a frame "
                    f"at least between two of them. Received a shot ({start}, {end})"
                )
        if self.seconds is None:
            set_(self, "seconds", np.array(self.shots, float) / self.fps)
        set_(self, "seconds", np.asarray(self.seconds, float))
        if self.seconds.shape != (len(self.shots), 2):
            raise ShotsError(
                f"seconds must be ({len(self.shots)}, 2), a row for each shot. Received: "
                f"{self.seconds.shape}"
            )
        if not np.isfinite(self.seconds).all():
            raise ShotsError("seconds must be finite numbers, and one of them is not")

    @property
    def shots(self):
        """The half-open frame ranges (start, end) of the shots, in order."""
        starts = [0, *(change.end for change in self.transitions)]
        ends = [*(change.start for change in self.transitions), self.frames]
        return list(zip(starts, ends, strict=True))

    @property
    def cuts(self):
        """The first frame of each shot that follows a cut."""
        return [change.start for change in self.transitions if change.kind == "cut"]

    @property
    def pieces(self):
        """The frame ranges into which the film is split: gradual transitions are halved."""
        edges = [0, *(change.middle for change in self.transitions), self.frames]
        return list(pairwise(edges))

    @property
    def piece_seconds(self):
        """When each of the `pieces` begins and ends, (N, 2) float64.

        Within a gradual transition frames are taken as even, for only its two ends are known.
        """
        first, last = self.seconds[0, 0], self.seconds[-1, 1]
        starts, ends = self.seconds[:-1, 1], self.seconds[1:, 0]
        share = [(c.middle - c.start) / max(c.end - c.start, 1) for c in self.transitions]
        edges = np.r_[first, starts + (ends - starts) * share, last]
        return np.stack([edges[:-1], edges[1:]], axis=1)

    def __len__(self):
        return len(self.transitions) + 1

    def to_dict(self):
        """Return plain numbers and words, as they stand in the JSON file.

        Returns
        -------
        dict
            "video", "fps", "frames", "shots", "transitions"; `shots.schema.json` describes it.
        """
        shots = [
            {"start": a, "end": b, "start_seconds": round(s, 6), "end_seconds": round(e, 6)}
            for (a, b), (s, e) in zip(self.shots, self.seconds.tolist(), strict=True)
        ]
        changes = [
            {"start": c.start, "end": c.end, "kind": c.kind, "score": round(c.score, 4)}
            for c in self.transitions
        ]
        head = {"video": self.video, "fps": self.fps, "frames": self.frames}
        return head | {"shots": shots, "transitions": changes}

    def to_json(self, path):
        """Write a JSON file; see `write_json`."""
        from .files import write_json

        return write_json(self, path)

    def to_csv(self, path):
        """Write a CSV file; see `write_csv`."""
        from .files import write_csv

        return write_csv(self, path)

    def to_edl(self, path):
        """Write an edit decision list; see `write_edl`."""
        from .files import write_edl

        return write_edl(self, path)

    def to_otio(self, path):
        """Write an OpenTimelineIO file; see `write_otio`."""
        from .files import write_otio

        return write_otio(self, path)
