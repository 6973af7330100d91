"""Films of lesson 21: a calm one, a wild one, some to choose by, and some to be judged by."""

from functools import cache
from itertools import pairwise

import numpy as np

SWINGS = ("whip pan", "jolt", "crash zoom", "crossing")
SHOWN = {
    "calm": {"frames": 170, "seed": 58, "lengths": (12, 40)},
    "wild": {"frames": 170, "seed": 16, "lengths": (12, 40), "traps": SWINGS},
    "first": {
        "frames": 240,
        "seed": 3,
        "lengths": (14, 50),
        "traps": ("flash", "whip pan", "crossing", "jolt"),
    },
}
SEEDS = {"choose": 211000, "judge": 212000}


@cache
def short_film(name):
    """Make one of the three films that the lesson shows, all of cuts.

    Parameters
    ----------
    name : {"calm", "wild", "first"}

    Returns
    -------
    vidlearn.synthetic.Montage
        170 to 240 frames of 45 x 80.
    """
    from vidlearn.synthetic import montage

    return montage(size=(45, 80), world="new", transitions={"cut": 1}, **SHOWN[name])


@cache
def films(part):
    """Make films with every kind of transition and every trap.

    Parameters
    ----------
    part : {"choose", "judge"}
        To choose thresholds on, from pictures of one world, and to be judged by, from another.

    Returns
    -------
    list of vidlearn.synthetic.Montage
    """
    from vidlearn.course.presets import choose
    from vidlearn.synthetic import montage

    count, frames = choose(tiny=(2, 200), cpu=(8, 750), gpu=(24, 1500))
    size = choose(tiny=(45, 80), cpu=(90, 160), gpu=(180, 320))
    world = "seen" if part == "choose" else "new"
    return [
        montage(
            frames, size=size, seed=SEEDS[part] + k, world=world, traps="all", lengths=(10, 120)
        )
        for k in range(count)
    ]


def edges_of(film, kind=None):
    """Return the transitions of a film, all or those of cuts or the gradual ones.

    Parameters
    ----------
    film : vidlearn.synthetic.Montage
    kind : {"cut", "gradual"}, optional

    Returns
    -------
    ndarray
        (N, 2).
    """
    cut = np.array([each == "cut" for each in film.kinds], bool)
    return film.transitions[cut == (kind == "cut")] if kind else film.transitions


def signal_of(film, how):
    """Measure one signal over a film.

    Parameters
    ----------
    film : vidlearn.synthetic.Montage
    how : {"pixels", "colours", "histogram", "edges"}

    Returns
    -------
    ndarray
        (T,); 0 for frame 0.
    """
    import cv2

    from vidlearn import shots

    if how == "pixels":
        return shots.frame_differences(film.frames)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in film.frames]
    states, compare = {
        "colours": lambda: ([shots.to_hsv(f) for f in film.frames], shots.content_difference),
        "histogram": lambda: ([shots.histogram(g) for g in grey], shots.histogram_distance),
        "edges": lambda: ([shots.edges(g) for g in grey], shots.edge_change),
    }[how]()
    return np.array([0.0, *(compare(a, b) for a, b in pairwise(states))])


def as_cuts(frames):
    """Return frames as transitions (N, 2)."""
    frames = np.asarray(frames, int)
    return np.stack([frames, frames], axis=1)


def by_peer(film, folder):
    """Ask PySceneDetect's two detectors, with their own settings.

    Parameters
    ----------
    film : vidlearn.synthetic.Montage
    folder : Path
        Where the film is written for them.

    Returns
    -------
    dict of str to ndarray
        (N, 2) cuts by the name of the detector; empty where it is not installed.
    """
    from vidlearn.shots import peer_cuts
    from vidlearn.video import write_video

    path = write_video(folder / "film.mp4", film.frames, fps=film.fps)
    found = {name: peer_cuts(path, name) for name in ("content", "adaptive")}
    return {
        f"PySceneDetect, {name}": as_cuts(cuts) for name, cuts in found.items() if cuts is not None
    }
