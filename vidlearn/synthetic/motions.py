"""How people move: poses over time."""

import numpy as np

from vidlearn.synthetic.skeleton import AT, CHANNELS, LENGTHS, other_side

STATES = ("hips", "door", "distance", "hand", "yaw")
"""What can change in a clip of the timed classes; each is 0 to 1."""
NEAR, FAR = -0.4, 1.9  # metres from the middle of the stage
PODIUM = 0.07  # metres: the height of what turns and rolls with the person
TURN = np.radians(200)  # of the body, from state 0 to state 1
SIDES = ("left", "right")
SWAPPED = other_side(CHANNELS)
CYCLES = ("walk", "run", "wave", "clap", "squat", "stand")
"""What goes on as long as it is seen; all else begins, and ends."""
SPEED = {"walk": 1.0, "run": 1.7}  # metres a second
RATES = {"walk": 0.85, "run": 1.35, "wave": 1.7, "clap": 2.0, "squat": 0.6, "stand": 0.3}  # hertz


def state_pose(states, aside, hand):
    """Return the pose of a person whose states are given.

    Parameters
    ----------
    states : ndarray
        (..., 5) 0 to 1, the `STATES`: hips 0 standing to 1 sitting, door, distance 0 far to 1 near,
        hand 0 low to 1 high, yaw 0 to the person's right to 1 to the left.
    aside : float
        Radians: the yaw at one half.
    hand : {"left", "right"}
        The hand that holds the thing.

    Returns
    -------
    ndarray
        (..., C) the `CHANNELS`.
    """
    hips, _, distance, lift, yaw = np.moveaxis(states, -1, 0)
    pose = np.zeros((*states.shape[:-1], len(CHANNELS)))
    sit = np.arccos(1 - 0.965 * hips)  # up to 88 degrees: the height of the hips goes evenly
    changes = {
        "air": PODIUM,
        "yaw": aside + TURN * (yaw - 0.5),
        "lean": 0.42 * np.sin(np.pi * hips),
    }
    for side in SIDES:
        holds = hand == side
        changes |= {
            f"hip_{side}": sit,
            f"knee_{side}": sit + 0.07 * hips,
            f"apart_{side}": 0.1,
            f"arm_{side}": 2.1 * lift if holds else 0.05 + 0.35 * hips,
            f"out_{side}": 0.5 + 0.25 * lift if holds else 0.15,
            f"forearm_{side}": 0.5 + 2.25 * lift if holds else 0.2 + 0.9 * hips,
            f"outer_{side}": 0.45 + 0.3 * lift if holds else 0.08,
        }
    back = LENGTHS["thigh"] * np.sin(sit)  # the feet stay, the hips go back
    changes["x"] = -back * np.sin(changes["yaw"])
    changes["depth"] = FAR + (NEAR - FAR) * distance + back * np.cos(changes["yaw"])
    for name, value in changes.items():
        pose[..., AT[name]] = value
    return pose


def move(kind, seconds, part, rng, *, hand="right"):
    """Return how a person moves who does something.

    Parameters
    ----------
    kind : str
        A natural class.
    seconds : ndarray
        (T,) time since it began.
    part : ndarray
        (T,) 0 to 1: how much of it is done; for what does not go on for ever.
    rng : numpy.random.Generator
        Draws how the person does it.
    hand : {"left", "right"}
        The hand that waves or throws.

    Returns
    -------
    pose : ndarray
        (T, C) the `CHANNELS`; yaw counts from where it began, x and depth are 0.
    way : ndarray
        (T, 2) metres that the hips went forwards and to the person's left since it began.
    """
    pose = np.zeros((len(seconds), len(CHANNELS)))
    rate = RATES.get(kind, 1.0) * rng.uniform(0.85, 1.15)
    phase = 2 * np.pi * (rate * seconds + rng.random())
    changes = _standing(2 * np.pi * 0.3 * seconds)
    changes |= _MOVES[kind](phase, part, rng)
    for name, value in changes.items():
        pose[:, AT[name]] = value
    if hand == "left" and kind in ("wave", "throw"):
        pose = pose[:, SWAPPED]
    speed = SPEED.get(kind, 0.0) * rate / RATES.get(kind, 1.0)
    way = 0.8 * np.sin(pose[:, [AT["tilt"], AT["roll"]]])  # who falls turns round the feet
    way[:, 0] += speed * seconds
    return pose, way


def ease(part):
    """Go from 0 to 1 softly: 3 p^2 - 2 p^3, and stay."""
    part = np.clip(part, 0, 1)
    return part * part * (3 - 2 * part)


def between(part, stops, values):
    """Pass through values at stops, softly; `stops` grow from 0 to 1."""
    found = np.full(len(part), float(values[0]))
    for k in range(len(stops) - 1):
        share = ease((part - stops[k]) / (stops[k + 1] - stops[k]))
        found += share * (values[k + 1] - values[k])
    return found


def _both(**values):
    return {f"{name}_{side}": value for name, value in values.items() for side in SIDES}


def _standing(phase):
    sway = 0.03 * np.sin(phase)
    return {
        **_both(apart=0.09, out=0.14, outer=0.1),
        **_both(arm=sway, forearm=0.2 + sway, hip=0.03, knee=0.06),
        "lean": 0.02 + 0.4 * sway,
    }


def _stand(phase, part, rng):
    return {"nod": 0.08 * np.sin(phase)}


def _stride(phase, swing, bend, lift, arms, elbow):
    """Swing legs and arms in turn; a knee bends while its leg swings forwards."""
    changes = {}
    for side, half in (("left", 0.0), ("right", np.pi)):
        s, c = np.sin(phase + half), np.cos(phase + half)
        changes[f"hip_{side}"] = swing * s + 0.4 * swing * np.maximum(c, 0) * lift
        changes[f"knee_{side}"] = bend + lift * np.maximum(c, 0) ** 1.5 + 0.1 * lift * (1 - s)
        changes[f"arm_{side}"] = -arms * s
        changes[f"forearm_{side}"] = -arms * s + elbow
    return changes


def _walk(phase, part, rng):
    swing = rng.uniform(0.38, 0.48)
    return {**_stride(phase, swing, 0.08, 0.85, swing, 0.3), "lean": 0.05, **_both(out=0.12)}


def _run(phase, part, rng):
    swing = rng.uniform(0.62, 0.76)
    strides = _stride(phase, swing, 0.25, 1.5, 0.7, 1.5)
    return {**strides, "lean": 0.22, "air": 0.07 * np.sin(phase) ** 2, **_both(out=0.2)}


def _wave(phase, part, rng):
    return {
        "out_right": 1.6,
        "outer_right": 2.7 + 0.75 * np.sin(phase),
        "forearm_right": 0.25,
        "arm_right": 0.1,
        "out_left": 0.16,
    }


def _clap(phase, part, rng):
    apart = 0.5 + 0.5 * np.cos(phase)
    high = rng.uniform(0.75, 1.0)
    return {
        **_both(arm=high, out=0.1 + 0.4 * apart, forearm=high + 0.65),
        **_both(outer=-0.55 + 1.3 * apart),
    }


def _squat(phase, part, rng):
    deep = rng.uniform(0.8, 1.0) * (0.5 - 0.5 * np.cos(phase))
    return {
        **_both(hip=1.75 * deep, knee=2.05 * deep, apart=0.14 + 0.1 * deep),
        **_both(arm=1.45 * deep, forearm=0.2 + 1.3 * deep),
        "lean": 0.5 * deep,
    }


def _jump(phase, part, rng):
    crouch = between(part, (0, 0.28, 0.42, 0.72, 0.84, 1), (0, 1, -0.02, 0.1, 0.75, 0))
    flight = np.clip((part - 0.4) / 0.36, 0, 1)
    swing = between(part, (0, 0.25, 0.48, 0.8, 1), (0, -0.8, 2.7, 1.2, 0))
    return {
        **_both(hip=1.15 * crouch, knee=1.6 * crouch, arm=swing, forearm=swing + 0.3),
        "lean": 0.4 * crouch,
        "air": rng.uniform(0.28, 0.42) * 4 * flight * (1 - flight),
    }


def _throw(phase, part, rng):
    arm = between(part, (0, 0.42, 0.62, 0.75, 1), (0, 2.6, 1.7, 0.6, 0.05))
    fore = between(part, (0, 0.42, 0.62, 0.75, 1), (0.3, 4.3, 1.9, 0.8, 0.25))
    step = between(part, (0, 0.35, 0.6, 1), (0, -0.2, 0.4, 0))
    return {
        "arm_right": arm,
        "forearm_right": fore,
        "arm_left": 0.5 * np.sin(np.pi * np.clip(part, 0, 1)),
        "hip_left": step,
        "hip_right": -0.6 * step,
        "knee_left": 0.5 * np.abs(step),
        "lean": between(part, (0, 0.42, 0.66, 1), (0, -0.2, 0.35, 0.02)),
    }


def _fall(phase, part, rng):
    down = np.clip(part / 0.75, 0, 1) ** 2.2  # slowly at first, as a stick falls
    name, most = (("tilt", 1.45), ("tilt", -1.45), ("roll", 1.45), ("roll", -1.45))[rng.integers(4)]
    flail = np.sin(np.pi * np.clip(part / 0.8, 0, 1))
    return {
        name: most * down,
        **_both(arm=1.1 * flail + 0.4 * down, out=0.3 + 0.9 * flail, forearm=1.4 * flail),
        **_both(outer=0.3 + 0.8 * flail, knee=0.1 + 0.5 * flail, hip=0.3 * flail),
        "nod": 0.3 * flail,
    }


def _sit(part):
    """Go down to the floor: over a crouch, then onto the seat."""
    stops = (0, 0.55, 1)
    return {
        **_both(hip=between(part, stops, (0.03, 1.85, 1.95))),
        **_both(knee=between(part, stops, (0.06, 2.2, 1.5))),
        **_both(arm=between(part, stops, (0, 0.9, 0.75))),
        **_both(forearm=between(part, stops, (0.2, 1.1, 1.0))),
        "lean": between(part, stops, (0.02, 0.55, 0.1)),
    }


def _turn(sign):
    def turn(phase, part, rng):
        steps = 0.22 * np.sin(np.pi * np.clip(part, 0, 1)) * np.sin(4 * np.pi * part)
        return {
            "yaw": sign * rng.uniform(1.3, 2.4) * ease(part),
            "hip_left": np.maximum(steps, 0),
            "knee_left": 0.06 + 1.6 * np.maximum(steps, 0),
            "hip_right": np.maximum(-steps, 0),
            "knee_right": 0.06 + 1.6 * np.maximum(-steps, 0),
        }

    return turn


_MOVES = {
    "walk": _walk,
    "run": _run,
    "wave": _wave,
    "jump": _jump,
    "squat": _squat,
    "clap": _clap,
    "throw": _throw,
    "fall": _fall,
    "sit down": lambda phase, part, rng: _sit(part),
    "stand up": lambda phase, part, rng: _sit(1 - part),
    "turn left": _turn(1),
    "turn right": _turn(-1),
    "stand": _stand,
}
NATURAL = tuple(_MOVES)
"""Thirteen classes of natural motion, of which one frame often tells much."""
