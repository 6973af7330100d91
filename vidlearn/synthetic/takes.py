"""A take: what one camera shows without a break, of a world to train in or one to test in."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from vidlearn.synthetic.activity import activity
from vidlearn.synthetic.camera import MOVES, camera_moves, views
from vidlearn.synthetic.pictures import picture
from vidlearn.synthetic.things import draw_things

PHOTOGRAPHS = {
    "seen": ("china", "cat", "rocket", "hubble", "brick", "coffee", "gravel"),
    "new": ("camera", "flower", "retina", "tissue", "grass", "astronaut", "coins"),
}
"""The photographs of the world to train in, and of the one to test in."""
ACTORS = {"seen": "seen", "new": "new place"}
"""Where the people of each come from: a world of `actions`."""
MOODS = {"plain day": 0.62, "grey": 0.08, "dark": 0.1, "faint": 0.1, "bare": 0.1}
"""Light and colour of a take. A bare one is nearly of one colour."""
CLOUDS, PEOPLE, SUBJECTS = 0.08, 0.06, 8  # how often, and how many films of people a world has


@dataclass(frozen=True, eq=False)
class Look:
    """What is filmed, and in which light.

    Attributes
    ----------
    subject : str
        A photograph's name, "clouds" or "people".
    number : int
        Which clouds, which people.
    mood : str
        A key of `MOODS`.
    mirror : bool
        Whether left and right change places.
    colours : ndarray
        (3, 4) float32: by what red, green, blue and 1 are multiplied.
    grain : float
        Standard deviation of the sensor's noise, of 255 levels.
    """

    subject: str
    number: int
    mood: str
    mirror: bool
    colours: np.ndarray
    grain: float


def draw_look(world, rng, *, people=True):
    """Draw what is filmed.

    Parameters
    ----------
    world : str
        "seen" or "new".
    rng : numpy.random.Generator
        Draws it.
    people : bool
        Whether it may be people.

    Returns
    -------
    Look
    """
    chance = rng.random()
    subject = str(rng.choice(PHOTOGRAPHS[world]))
    if chance < CLOUDS:
        subject = "clouds"
    elif people and chance < CLOUDS + PEOPLE:
        subject = "people"
    mood = str(rng.choice(list(MOODS), p=list(MOODS.values())))
    grain = float(rng.choice([0.0, rng.uniform(0.5, 4)], p=[0.3, 0.7]))
    mirror = bool(rng.random() < 0.5)
    return Look(subject, int(rng.integers(2**31)), mood, mirror, _colours(mood, rng), grain)


def _colours(mood, rng):
    """Draw a grade: turned hue, more or less colour, contrast, light, a tint."""
    turn = rng.normal(0, 0.35)
    axis = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    hue = np.cos(turn) * np.eye(3) + (1 - np.cos(turn)) / 3 + np.sin(turn) * axis
    grey = np.tile([0.299, 0.587, 0.114], (3, 1))
    vivid = 0.0 if mood == "grey" else rng.uniform(0.5, 1.4)
    grade = (vivid * np.eye(3) + (1 - vivid) * grey) @ hue
    contrast, light = rng.uniform(0.7, 1.2), rng.uniform(-20, 25)
    if mood == "dark":
        contrast, light = rng.uniform(0.2, 0.45), rng.uniform(-80, -60)
    elif mood == "faint":
        contrast, light = rng.uniform(0.1, 0.3), rng.uniform(-50, 70)
    elif mood == "bare":
        contrast, light = rng.uniform(0.2, 0.6), rng.uniform(-80, 80)
    tint = np.zeros(3) if mood == "grey" else rng.normal(0, 8, 3)
    return np.column_stack([contrast * grade, 128 * (1 - contrast) + light + tint]).astype("f4")


def shoot(frames, size, world, rng, *, look=None, sudden=()):
    """Film a take.

    Parameters
    ----------
    frames : int
        T.
    size : (int, int)
        H and W.
    world : str
        "seen" or "new".
    rng : numpy.random.Generator
        Draws what is not given: where in the picture, the camera's way, what moves in front.
    look : Look, optional
        The same look twice gives the same place seen from elsewhere.
    sudden : sequence of (str, int, int)
        As `camera_moves` takes it.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.
    """
    look = look or draw_look(world, rng)
    film = np.empty((frames, *size, 3), np.uint8)
    chances = [0.3, 0.25, 0.15, 0.05, 0.2, 0.05]
    way = camera_moves(str(rng.choice(MOVES, p=chances)), frames, rng, sudden=sudden)
    part = rng.uniform(0.3, 0.5 if sudden else 0.95)
    detail = float(np.clip(way[:, 2].max(), 1, 2))
    if look.subject == "people":
        grounds = _people(look, size, world, detail / max(part, 0.6))
    else:
        ground = _ground(look, size, detail / part)
        grounds = lambda t: ground  # noqa: E731
    centre = _centre(grounds(0).shape, way, detail, size, rng)
    views(grounds, way, centre, detail, size, film)
    if look.mood != "bare" and look.subject != "people":
        for thing in draw_things(way, size, world, look.colours, rng):
            thing.lay_on(film)
    if look.grain:
        add_noise(film, look.grain, rng)
    return film


def _centre(shape, way, detail, size, rng):
    """Draw where the view begins, so that it leaves the picture as little as can be."""
    centre = np.empty(2)
    for axis, (length, side) in enumerate(zip(shape[1::-1], size[::-1], strict=True)):
        reach = detail * side * way[:, axis]
        half = detail * side / way[:, 2].min() / 2
        low, high = half - reach.min(), length - half - reach.max()
        centre[axis] = rng.uniform(low, high) if low < high else (low + high) / 2
    return centre


@cache
def _smaller(name, halvings):
    """Return a photograph, halved so many times."""
    import cv2

    if not halvings:
        return picture(name)
    large = _smaller(name, halvings - 1)
    return cv2.resize(large, (large.shape[1] // 2, large.shape[0] // 2), interpolation=3)


def _ground(look, size, zoom):
    """Prepare a whole picture, of which a part as large as the frame is 1 / zoom: (h, w, 3)."""
    import cv2

    if look.subject == "clouds":
        photo = _clouds(look.number)
        height, width = photo.shape[:2]
    else:
        height, width = picture(look.subject).shape[:2]
    scale = max(size[0] / height, size[1] / width) * zoom
    if look.subject != "clouds":
        photo = _smaller(look.subject, max(0, int(np.log2(1 / scale))))
    if look.mood == "bare":  # only its large blotches
        photo = cv2.resize(photo, (7, 5), interpolation=cv2.INTER_AREA)
    shape = max(2, round(scale * width)), max(2, round(scale * height))
    smaller = shape[0] < photo.shape[1]
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return _graded(cv2.resize(photo, shape, interpolation=way), look)


def _graded(photo, look):
    import cv2

    photo = cv2.transform(photo, look.colours)
    return cv2.flip(photo, 1) if look.mirror else photo


def _clouds(number):
    """Make a picture of no place at all, of large and small blotches: (144, 256, 3) uint8."""
    import cv2

    rng = np.random.default_rng(number)
    rough = rng.uniform(0.4, 0.75)
    picture = np.zeros((144, 256, 3), np.float32)
    for octave in range(6):
        blotches = rng.standard_normal((2 + 2**octave, 3 + 2**octave, 3)).astype(np.float32)
        picture += rough**octave * cv2.resize(blotches, (256, 144), interpolation=cv2.INTER_CUBIC)
    mixed = picture @ rng.uniform(-0.2, 1, (3, 3)).astype(np.float32)
    return np.clip(128 + 45 * mixed / mixed.std(), 0, 255).astype(np.uint8)


def _people(look, size, world, zoom):
    """Return the frames of a film of people, each shown twice, as 12 are a second there."""
    import cv2

    film = _acted(world, look.number % SUBJECTS, int(np.clip(min(size), 54, 108)))
    scale = max(size[0] / film.shape[1], size[1] / film.shape[2]) * zoom
    shape = round(scale * film.shape[2]), round(scale * film.shape[1])

    @lru_cache(1)
    def ground(k):
        return _graded(cv2.resize(film[k], shape, interpolation=cv2.INTER_LINEAR), look)

    return lambda t: ground(abs((t // 2 + len(film) - 1) % (2 * len(film) - 2) - len(film) + 1))


@lru_cache(2 * SUBJECTS)
def _acted(world, number, side):
    size = (side, 16 * side // 9)
    return activity(
        60, size=size, people=1 + number % 2, seed=number, world=ACTORS[world], noise=0.0
    ).frames


def add_noise(film, strength, rng):
    """Add a sensor's noise to a film (T, H, W, 3) uint8 in place, of so many grey levels."""
    import cv2

    size = film.shape[1:3]
    bank = rng.standard_normal((size[0] + 31, size[1] + 31, 3), np.float32)
    bank = np.clip(np.rint(bank * np.float32(strength)), -127, 127).astype(np.int8)
    for frame, (y, x) in zip(film, rng.integers(0, 32, (len(film), 2)), strict=True):
        part = np.ascontiguousarray(bank[y : y + size[0], x : x + size[1]])
        cv2.add(frame, part, dst=frame, dtype=cv2.CV_8U)
