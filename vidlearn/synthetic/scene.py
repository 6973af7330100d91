"""A generated video with its exact truth."""

from dataclasses import dataclass
from itertools import pairwise
from numbers import Real

import numpy as np

from vidlearn.boxes import Tracks


@dataclass(frozen=True, eq=False, repr=False)
class Scene:
    """A video of T frames with K objects, and all that is true of it.

    An object keeps its number k from the first frame to the last: k is its track.

    Attributes
    ----------
    frames : ndarray
        (T, H, W, 3) uint8 RGB.
    masks : ndarray
        (T, H, W) uint8: k + 1 where object k is seen, 0 where none is.
    boxes : ndarray
        (T, K, 4) float32 xyxy in pixels, tight round the pixels of the object that are seen;
        0, 0, 0, 0 where none is.
    full_boxes : ndarray
        (T, K, 4) float32 xyxy in pixels, round the whole object, hidden parts and parts outside
        the frame included; 0, 0, 0, 0 in the shots of an edited video it is no part of.
    visible : ndarray
        (T, K) float32, 0 to 1: which fraction of the object's pixels is seen.
    labels : ndarray
        (K,) int64, index into `names`.
    names : tuple of str
        The classes this video may hold.
    cuts : tuple of int
        Frames at which a new shot starts; a cut at t separates t - 1 from t.
    fps : float
        Frames per second.

    Examples
    --------
    >>> from vidlearn.synthetic import moving_objects
    >>> scene = moving_objects(10, (60, 80), 2, kinds=["coin"])
    >>> scene
    Scene(10 frames of 60 x 80, 2 objects: coin, coin)
    >>> boxes, labels, tracks = scene.truth(0)
    >>> boxes.shape, tracks.tolist()
    ((2, 4), [0, 1])
    """

    frames: np.ndarray
    masks: np.ndarray
    boxes: np.ndarray
    full_boxes: np.ndarray
    visible: np.ndarray
    labels: np.ndarray
    names: tuple
    cuts: tuple = ()
    fps: float = 25.0

    def __repr__(self):
        count, height, width = self.masks.shape
        kinds = ", ".join(self.names[label] for label in self.labels)
        cuts = f", cuts at {', '.join(map(str, self.cuts))}" if self.cuts else ""
        objects = f"{len(self.labels)} objects: {kinds}" if kinds else "no objects"
        return f"Scene({count} frames of {height} x {width}, {objects}{cuts})"

    @property
    def shots(self):
        """Return the shots as half-open (start, end), a list of pairs of int."""
        edges = [0, *self.cuts, len(self.frames)]
        return list(pairwise(edges))

    def mask_of(self, track):
        """Return where object `track` is seen: (T, H, W) bool."""
        return self.masks == track + 1

    def truth(self, frame, *, min_visible=0.25):
        """Return the objects of one frame as a detector should find them.

        Parameters
        ----------
        frame : int
            Index of the frame, from 0.
        min_visible : float
            Leave out objects of which a smaller fraction is seen.

        Returns
        -------
        boxes : ndarray
            (N, 4) float32 xyxy.
        labels : ndarray
            (N,) int64.
        tracks : ndarray
            (N,) int64, the number of each object.
        """
        seen = self.visible[frame] >= max(min_visible, 1e-6)
        return self.boxes[frame, seen], self.labels[seen], np.flatnonzero(seen)

    def tracks(self, *, min_visible=0.25):
        """Return who is where in which frame, as a tracker should tell it.

        A row is an object in a frame in which it is seen, its box tight round what is seen, its
        identity the object's number. Where it is wholly hidden or outside the frame there is no
        row: to find it again under the same identity is the tracker's work.

        Parameters
        ----------
        min_visible : float
            Rows of objects of which a smaller fraction is seen are `ignored`: finding them counts
            neither for nor against.

        Returns
        -------
        Tracks
            As many frames as the scene has.

        Raises
        ------
        ValueError
            If min_visible is not a number from 0 to 1.

        Examples
        --------
        >>> from vidlearn.synthetic import moving_objects
        >>> moving_objects(10, (60, 80), 2, kinds=["coin"]).tracks()
        Tracks(2 in 10 frames, 20 boxes)

        Lesson 16 uses it.
        """
        if not (isinstance(min_visible, Real) and 0 <= min_visible <= 1):
            raise ValueError(f"min_visible must lie in 0 to 1. Received: {min_visible!r}")
        frames, ids = np.nonzero(self.visible > 0)
        return Tracks(
            frames,
            ids,
            self.boxes[frames, ids],
            labels=self.labels[ids],
            ignored=self.visible[frames, ids] < min_visible,
            length=len(self.frames),
        )
