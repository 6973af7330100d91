"""What can be trained: one row for each network, its task, and what a preset makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import numpy as np

from vidlearn.messages import text

from .files import RunError


@dataclass(frozen=True)
class Preset:
    """How large, how long.

    Attributes
    ----------
    side : int
        Root of height times width of the network's pictures, in pixels.
    epochs, steps, batch_size : int
        An epoch is this many steps of this many pictures or clips, however many there are.
    rate, decay : float
        Of the optimiser.
    looked_at : int
        Most validation pictures or clips after an epoch.
    network : dict
        Options of the builder; for actions those of each kind.
    frames : int
        Of a clip.
    workers : int
        Most processes that decode clips; 0: none but the training's own.
    """

    side: int
    epochs: int
    steps: int
    batch_size: int
    rate: float
    decay: float
    looked_at: int
    network: dict
    frames: int = 0
    workers: int = 0


# cpu: SSD on 205 photographs of blood cells, from nothing: mAP50 of .89 on those for the test after
# six of these epochs, some four minutes on two cores.
PICTURES = {
    "tiny": Preset(56, 2, 4, 4, 2e-3, 1e-4, 16, {"width": 4, "depth": 1}),
    "cpu": Preset(222, 16, 100, 8, 1.5e-3, 0.02, 200, {"width": 16, "depth": 2}),
    "gpu": Preset(400, 60, 250, 16, 1e-3, 0.02, 400, {"backbone": "resnet50", "width": 32}),
}

DEEP = (64, 128, (256, 256), (512, 512))
CLIPS = {
    "tiny": Preset(
        *(32, 2, 4, 4, 2e-3, 1e-4, 16),
        {
            "c3d": {"filters": (4, 8)},
            "r2plus1d": {"filters": (4, 8)},
            "cnn_rnn": {"filters": (4, 4), "features": 8, "units": 8},
            "tcn": {"filters": (4, 4), "features": 8, "units": 8, "dilations": (1, 2)},
        },
        frames=8,
    ),
    "cpu": Preset(
        *(64, 20, 100, 16, 4e-3, 0.01, 300),
        {
            "c3d": {"filters": (8, 16, 32, 64), "centred": True},
            "r2plus1d": {"filters": (8, 16, 32, 64), "centred": True},
            "cnn_rnn": {"filters": (16, 32, 32), "features": 64, "units": 64},
            "tcn": {"filters": (16, 32, 32), "features": 64, "units": 64},
        },
        frames=16,
        workers=1,
    ),
    "gpu": Preset(
        *(112, 60, 500, 24, 1e-3, 0.02, 1000),
        {
            "c3d": {"filters": DEEP, "dropout": 0.5, "centred": True},
            "r2plus1d": {"filters": DEEP, "dropout": 0.5, "centred": True},
            "cnn_rnn": {"filters": (32, 64, 128, 256), "features": 256, "units": 256},
            "tcn": {"filters": (32, 64, 128, 256), "features": 256, "units": 256, "dropout": 0.3},
        },
        frames=16,
        workers=14,
    ),
}

# cpu: 10 to 20 minutes on two cores; weights of shotnet of it come with the library.
FILMS = {
    "tiny": Preset(
        *(36, 2, 4, 2, 2e-3, 1e-3, 1),
        {
            "shotnet": {"filters": (2,), "dilations": (1, 2), "reach": 6, "bins": 3, "units": 16},
            "segmenter": {"filters": (4, 4), "features": 8, "units": 8},
        },
        frames=32,
    ),
    "cpu": Preset(
        *(36, 50, 100, 8, 3e-3, 0.01, 8),
        {"shotnet": {}, "segmenter": {}},
        frames=64,
    ),
    "gpu": Preset(
        *(36, 60, 400, 16, 2e-3, 0.01, 16),
        {
            "shotnet": {"filters": (12, 24), "units": 128},
            "segmenter": {"filters": (24, 48, 64), "features": 128, "units": 128},
        },
        frames=100,
    ),
}


def two_maps(low, high, ratios):
    """Return options for anchors on maps of stride 8 and 16: four sides, even in their ratio."""
    sides = low * (high / low) ** (np.array([1, 3, 5, 7]) / 8)
    sides = sides.round(1).tolist()
    return {"sizes": (tuple(sides[:2]), tuple(sides[2:])), "ratios": ratios}


def one_limit(low, high, ratios):
    """Return the option of a detector without anchors: the side at which the maps change."""
    return {"limits": (round(float(np.sqrt(low * high)), 1),)}


@dataclass(frozen=True)
class Kind:
    """A network that can be trained.

    Attributes
    ----------
    task : str
        The module of this package that says what only its task needs.
    builder : str
        In `vidlearn.models`.
    options : dict
        Of the builder, whatever the preset.
    anchors : callable, optional
        Gives further ones, by the boxes.
    """

    task: str
    builder: str
    options: dict
    anchors: callable = None


KINDS = {
    "faster_rcnn": Kind("detection", "build_faster_rcnn", {}, two_maps),
    "yolo": Kind("detection", "build_yolo", {}, one_limit),
    "ssd": Kind("detection", "build_ssd", {}, two_maps),
    "c3d": Kind("actions", "build_c3d", {"form": "3d"}),
    "r2plus1d": Kind("actions", "build_c3d", {"form": "2+1d"}),
    "cnn_rnn": Kind("actions", "build_cnn_rnn", {}),
    "tcn": Kind("actions", "build_cnn_tcn", {}),
    "shotnet": Kind("boundaries", "build_shotnet", {}),
    "segmenter": Kind("boundaries", "build_segmenter", {}),
}
PRESETS = {"detection": PICTURES, "actions": CLIPS, "boundaries": FILMS}


def checked(kind, preset):
    """Refuse a network or preset that is not in the tables."""
    for name, value, known in (("kind", kind, KINDS), ("preset", preset, PICTURES)):
        if value not in known:
            told = {"name": name, "known": ", ".join(known), "value": value}
            raise RunError(text("runs")["one_of"].format(**told))


def task_of(kind):
    """Return the class that says what only the task of a kind needs; refuse an unknown kind."""
    checked(kind, "cpu")
    task = KINDS[kind].task
    return getattr(import_module(f".{task}", __package__), task.capitalize())


def preset_of(kind, preset):
    """Return how large and how long, for the task of a kind."""
    return PRESETS[KINDS[kind].task][preset]


def options_from(kind, truths, preset):
    """Return the builder's options that the boxes of the training pictures call for.

    Each class counts alike, however many boxes it has: else the anchors fit the frequent ones
    only.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    truths : sequence of Truth
        In pixels of the network, with one box at least.
    preset : str

    Returns
    -------
    dict
    """
    boxes, labels = (
        np.concatenate([getattr(truth, name) for truth in truths]) for name in ("boxes", "labels")
    )
    width, height = np.maximum(boxes[:, 2:] - boxes[:, :2], 1).T
    share = 1 / np.bincount(labels)[labels]
    low, high = np.exp(_quantiles(np.log(width * height) / 2, share, (0.05, 0.95)))
    narrow, middle, tall = _quantiles(np.log(height / width), share, (0.2, 0.5, 0.8))
    apart = np.clip((tall - narrow) / 2, np.log(2) / 2, np.log(3))  # twofold at least
    ratios = tuple(round(float(np.exp(middle + way * apart)), 2) for way in (-1, 1))
    return PICTURES[preset].network | KINDS[kind].anchors(low, high, ratios)


def _quantiles(values, weights, shares):
    order = np.argsort(values)
    below = np.cumsum(weights[order]) - weights[order] / 2
    return np.interp(np.array(shares) * weights.sum(), below, values[order])


def build(kind, shape, classes, options):
    """Build a network from its row.

    Parameters
    ----------
    kind : str
    shape : tuple of int
        Of the network's pictures or clips.
    classes : sequence of str or int
        The names, or for actions how many there are.
    options : dict
        Of the builder.

    Returns
    -------
    keras.Model
    """
    from vidlearn import models

    row = KINDS[kind]
    return getattr(models, row.builder)(shape, classes, **row.options, **options)


def fitting_size(sizes, preset, kind="ssd"):
    """Choose height and width of the network's pictures: like the pictures, by multiples of 16.

    Parameters
    ----------
    sizes : sequence of (int, int)
        (height, width) of the pictures, or of the clips.
    preset : str
    kind : str
        Of what task.

    Returns
    -------
    (int, int)

    Examples
    --------
    >>> fitting_size([(480, 640)], "cpu"), fitting_size([(120, 160)], "cpu")
    ((192, 256), (128, 160))
    """
    heights, widths = np.array(sizes, float).T
    stretch = np.sqrt(np.median(heights / widths))
    chosen = preset_of(kind, preset)
    side = min(chosen.side, np.median(np.sqrt(heights * widths)))
    unit = 32 if "backbone" in chosen.network else 16
    return tuple(max(2, round(side * by / unit)) * unit for by in (stretch, 1 / stretch))


def checked_size(size):
    """Refuse a size that the networks do not take."""
    try:
        height, width = (int(side) for side in size)
        fits = height % 16 == 0 and width % 16 == 0 and min(height, width) >= 32
        fits = fits and max(height, width) <= 2048 and (height, width) == tuple(size)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise RunError(text("runs")["size_wrong"].format(value=size))
    return height, width
