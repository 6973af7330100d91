"""Who acts, in which clothes and at which place: drawn once for each source of clips."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vidlearn.synthetic.pictures import picture
from vidlearn.synthetic.skeleton import body

WORLDS = ("seen", "unseen people", "new place", "new clothes", "new viewpoint")
"""The worlds of `actions`: to train in, and to test in what was held out."""
PEOPLE = 400  # people of a world
PLACES = ("china", "cat", "rocket", "hubble", "brick", "coffee")
NEW_PLACES = ("camera", "flower", "retina", "tissue")
FLOORS, NEW_FLOORS = ("gravel", "brick"), ("grass",)
CLOTHS = ("flower", "tissue", "cat", "coffee", "retina", "brick")
NEW_CLOTHS = ("astronaut", "coins", "gravel", "grass")
HEIGHTS, NEW_HEIGHTS = (1.0, 1.9), (2.5, 3.3)
"""Metres of the camera over the floor."""
ASIDE, NEW_ASIDE = (0.0, 0.45), (0.8, 1.3)
"""How far the middle of the turns looks past the camera, radians to either side."""
SKINS = ((244, 208, 180), (226, 178, 142), (198, 142, 102), (150, 100, 70), (104, 68, 48))
HAIRS = ((42, 30, 26), (88, 56, 34), (150, 104, 52), (206, 168, 96), (150, 150, 150), (140, 54, 30))
CLOTH = 48  # pixels of a piece of cloth, each way


@dataclass(frozen=True, eq=False)
class Source:
    """A person in clothes at a place; numbers in metres and radians, colours 0 to 255."""

    sizes: dict
    cloths: np.ndarray
    skin: np.ndarray
    hair: np.ndarray
    photograph: str
    floor: str
    height: float
    aside: float
    side: int
    hinge: int
    seed: int


def check_world(world):
    """Refuse a world that there is not."""
    if world not in WORLDS:
        raise ValueError(f"world must be one of {', '.join(WORLDS)}. Received: {world!r}")


@lru_cache(maxsize=4096)
def source(world, number):
    """Draw a source of clips.

    Parameters
    ----------
    world : str
        One of `WORLDS`.
    number : int
        0 to `PEOPLE` - 1 in its world.

    Returns
    -------
    Source
        The same for the same arguments.

    Examples
    --------
    >>> source("seen", 3).photograph in PLACES, source("new place", 3).photograph in PLACES
    (True, False)
    """
    rng = np.random.default_rng([WORLDS.index(world), number])
    sizes = body(rng)
    skin = np.array(SKINS[rng.integers(len(SKINS))]) * rng.uniform(0.92, 1.04)
    hair = np.array(HAIRS[rng.integers(len(HAIRS))]) * rng.uniform(0.8, 1.1)
    wardrobe = NEW_CLOTHS if world == "new clothes" else CLOTHS
    cloths = np.stack([_cloth(wardrobe, rng) for _ in range(4)])
    photographs, floors = (NEW_PLACES, NEW_FLOORS) if world == "new place" else (PLACES, FLOORS)
    high, aside = (NEW_HEIGHTS, NEW_ASIDE) if world == "new viewpoint" else (HEIGHTS, ASIDE)
    return Source(
        sizes,
        cloths,
        np.clip(skin, 0, 255).astype(np.float32),
        np.clip(hair, 0, 255).astype(np.float32),
        photographs[rng.integers(len(photographs))],
        floors[rng.integers(len(floors))],
        rng.uniform(*high),
        rng.uniform(*aside) * rng.choice([-1, 1]),
        int(rng.choice([-1, 1])),
        int(rng.choice([-1, 1])),
        int(rng.integers(2**31)),
    )


def _cloth(wardrobe, rng):
    """Cut a piece of cloth out of a photograph and dye it: (CLOTH, CLOTH, 3) float32."""
    photo = picture(wardrobe[rng.integers(len(wardrobe))])
    top, left = (rng.integers(side - CLOTH + 1) for side in photo.shape[:2])
    part = photo[top : top + CLOTH, left : left + CLOTH].astype(np.float32)
    part = 128 + (part - part.mean()) * min(1.2, 34 / (part.std() + 1))
    dye = 255 * np.array(_hue(rng.random(), rng.uniform(0.25, 0.85), rng.uniform(0.35, 1.0)))
    return np.clip(part / 128 * dye, 4, 255).astype(np.float32)


def _hue(hue, saturation, value):
    from colorsys import hsv_to_rgb

    return hsv_to_rgb(hue, saturation, value)
