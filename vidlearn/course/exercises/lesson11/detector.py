"""The detector of lesson 11: windows of four sizes, and two small networks that look at each."""

import warnings
from functools import cache

import numpy as np

from vidlearn.course.exercises._scenes import HELD_OUT, KINDS, things

SEEN = ("china", "brick", "grass", "rocket", "hubble", "tissue")
SIDES = (24, 32, 42, 56)  # of the windows, in pixels
BINS = 6  # directions of edges
CORNERS = np.array([0, 4, 8, 12])  # of the cells in a window, which is 16 pixels wide when shrunk


def scene(seed, frames=1, backgrounds=SEEN, **options):
    """Make a film of things of 24 to 53 pixels; see `vidlearn.course.exercises._scenes.things`."""
    return things(seed, frames, backgrounds, least=0.2, times=2.2, **options)


def held_out(seed, frames=1, **options):
    """Make a film before a photograph that the detector was not trained on; else as `scene`."""
    return scene(seed, frames, HELD_OUT, **options)


def truth_of(film, frame=0):
    """Return what is to be found in a frame of a scene: a `vidlearn.boxes.Truth`."""
    from vidlearn.boxes import Truth

    boxes, labels, _ = film.truth(frame)
    return Truth(boxes, labels)


def drawn(frames, found, *, words=True, times=2):
    """Enlarge frames, and draw into each what was found in it.

    Parameters
    ----------
    frames : sequence of ndarray
        (H, W, 3) uint8 each.
    found : sequence of vidlearn.boxes.Detections
        One for each frame.
    words : bool
        Whether to write classes and scores beside the boxes.
    times : int
        By how much to enlarge.

    Returns
    -------
    ndarray
        (T, H * times, W * times, 3) uint8.
    """
    from PIL import Image

    from vidlearn.plots import draw_boxes

    panels = []
    for frame, one in zip(frames, found, strict=True):
        size = frame.shape[1] * times, frame.shape[0] * times
        large = np.asarray(Image.fromarray(frame).resize(size, Image.BICUBIC))
        names, scores = (KINDS, one.scores) if words else ([""] * len(KINDS), None)
        labels = one.labels.tolist()
        panels.append(draw_boxes(large, times * one.boxes, labels, scores, names=names))
    return np.array(panels)


class Detector:
    """A sliding window that looks at colours and edges, and corrects its own place.

    Parameters
    ----------
    pictures : int
        How many pictures to train on, each with three things.
    seed : int
        Draws the pictures and the first weights.
    """

    def __init__(self, pictures=160, seed=0):
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        rng = np.random.default_rng(seed)
        examples = [_examples(1000 * seed + k, rng) for k in range(pictures)]
        looks, kinds, near, corrections = map(np.concatenate, zip(*examples, strict=True))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # few rounds, and enough
            self._what = MLPClassifier(**_settings(seed)).fit(looks, kinds)
            wrong = np.concatenate([self._mistaken(_ground(rng)) for _ in range(pictures)])
            looks = np.concatenate([looks, wrong])
            kinds = np.append(kinds, np.full(len(wrong), len(KINDS)))
            self._what = MLPClassifier(**_settings(seed)).fit(looks, kinds)
            self._where = MLPRegressor(**_settings(seed)).fit(near, corrections)

    def _mistaken(self, frame):
        """Return looks of the windows of a frame without things that are taken for one."""
        _, looks, scores, _ = self._scored(frame)
        return looks[scores > 0.1]

    def __call__(self, frame, least=0.3):
        """Return every window that is surely enough one of the things, each with its score.

        Parameters
        ----------
        frame : ndarray
            (H, W, 3) uint8.
        least : float
            The lowest score to return.

        Returns
        -------
        vidlearn.boxes.Detections
            Neither sorted nor suppressed.
        """
        from vidlearn.boxes import Detections, clip, decode

        windows, looks, scores, labels = self._scored(frame)
        sure = np.flatnonzero(scores >= least)
        if not len(sure):
            return Detections([], [], [])
        boxes = decode(self._where.predict(looks[sure]), windows[sure])
        boxes = clip(boxes, frame.shape[:2])
        solid = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        return Detections(boxes, scores[sure], labels[sure])[solid]

    def windows(self, frame, least=0.3):
        """Return the windows of the same detections, before they are corrected."""
        from vidlearn.boxes import Detections

        windows, _, scores, labels = self._scored(frame)
        sure = scores >= least
        return Detections(windows[sure], scores[sure], labels[sure])

    def _scored(self, frame):
        windows, looks = windows_of(frame)
        shares = self._what.predict_proba(looks)[:, : len(KINDS)]
        return windows, looks, shares.max(axis=1), shares.argmax(axis=1)


@cache
def trained(pictures=160, seed=0):
    """Return a detector, trained once: see `Detector`."""
    return Detector(pictures, seed)


def _settings(seed):
    return {
        "hidden_layer_sizes": (48,),
        "max_iter": 25,
        "random_state": seed,
        "learning_rate_init": 3e-3,
    }


def _ground(rng):
    """Cut a part out of a photograph that holds no things, mirror it, exchange its colours."""
    from PIL import Image

    from vidlearn.synthetic import picture

    photo = picture(str(rng.choice([*SEEN, "astronaut"])))
    height, width = (rng.integers(side // 3, side) for side in photo.shape[:2])
    top, left = rng.integers(photo.shape[0] - height), rng.integers(photo.shape[1] - width)
    part = photo[top : top + height, left : left + width, rng.permutation(3)]
    part = np.asarray(Image.fromarray(part).resize((160, 120), Image.BOX))
    return part[:: rng.choice([1, -1]), :: rng.choice([1, -1])]


def _examples(seed, rng):
    """Return looks and classes of chosen windows; looks and corrections of those on a thing."""
    from vidlearn.boxes import encode, iou

    film = scene(seed)
    boxes, labels, _ = film.truth(0, min_visible=0.5)
    windows, looks = windows_of(film.frames[0])
    overlaps = iou(windows, boxes)
    best, which = overlaps.max(axis=1, initial=0), overlaps.argmax(axis=1)
    on = np.flatnonzero(best >= 0.5)
    groups = [(best < 0.1, 60), ((best >= 0.1) & (best < 0.3), 30)]
    off = [rng.permutation(np.flatnonzero(group))[:count] for group, count in groups]
    chosen = np.concatenate([on, *off])
    kinds = np.where(best[chosen] >= 0.5, labels[which[chosen]], len(KINDS))
    return looks[chosen], kinds, looks[on], encode(boxes[which[on]], windows[on])


def windows_of(frame):
    """Return all windows of a frame, (N, 4) xyxy, and how each looks, (N, 144)."""
    levels = [_level(frame, side) for side in SIDES]
    return tuple(map(np.concatenate, zip(*levels, strict=True)))


def _level(frame, side):
    """Return windows of one size: the frame is shrunk, so that each is 16 pixels wide."""
    from PIL import Image

    height, width = frame.shape[:2]
    h, w = (max(16, round(16 * length / side)) for length in (height, width))
    small = np.asarray(Image.fromarray(frame).resize((w, h), Image.BOX), np.float32) / 255
    cells = _cells(small)
    rows, columns = np.arange(0, h - 15, 4), np.arange(0, w - 15, 4)
    grid = (rows[:, None] + CORNERS)[:, None, :, None], (columns[:, None] + CORNERS)[:, None]
    looks = cells[grid].reshape(len(rows) * len(columns), -1)
    y, x = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    scale = np.array([width / w, height / h] * 2)
    return np.stack([x, y, x + 16, y + 16], axis=1) * scale, looks


def _cells(small):
    """Return mean colour and strength of the edges in each direction, of every 4 x 4 pixels."""
    down, right = np.gradient(small.mean(axis=-1))
    direction = (np.arctan2(down, right) % np.pi / np.pi * BINS).astype(int) % BINS
    edges = np.eye(BINS, dtype=np.float32)[direction] * np.hypot(down, right)[..., None]
    maps = np.concatenate([small - 0.5, 4 * edges], axis=-1)
    sums = np.pad(maps, [(1, 0), (1, 0), (0, 0)]).cumsum(axis=0).cumsum(axis=1)
    return (sums[4:, 4:] - sums[:-4, 4:] - sums[4:, :-4] + sums[:-4, :-4]) / 16
