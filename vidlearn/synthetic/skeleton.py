"""A person of sticks in space: proportions, and where each joint is for a pose."""

import numpy as np

CHANNELS = (
    *("x", "depth", "air", "yaw", "tilt", "roll", "lean", "nod"),
    *("hip_left", "hip_right", "apart_left", "apart_right", "knee_left", "knee_right"),
    *("arm_left", "arm_right", "out_left", "out_right"),
    *("forearm_left", "forearm_right", "outer_left", "outer_right"),
)
"""What a pose says: metres for the first three, radians for all others."""
AT = {name: k for k, name in enumerate(CHANNELS)}
JOINTS = (
    *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
    *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    *("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
)
"""The 17 keypoints of COCO, in its order; left is the person's left."""
POINTS = (
    *JOINTS,
    *("head", "neck", "pelvis", "left_hand", "right_hand", "left_toe", "right_toe"),
    *("left_heel", "right_heel"),
)
LENGTHS = {
    "thigh": 0.43,
    "shin": 0.42,
    "foot": 0.17,
    "hips": 0.10,
    "torso": 0.50,
    "shoulders": 0.19,
    "arm": 0.28,
    "forearm": 0.25,
    "hand": 0.08,
    "neck": 0.11,
    "head": 0.135,
}
"""Metres of a person of middle size; hips, shoulders: half their width; head: its radius."""
ANKLE = 0.07  # metres over the sole
FLESH = 0.06  # metres from a joint to the skin


def body(rng):
    """Draw a person's proportions.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    dict of str to float
        The `LENGTHS` in metres, and "girth", how stout the person is, 0.85 to 1.25.

    Examples
    --------
    >>> sorted(set(body(np.random.default_rng(0))) - set(LENGTHS))
    ['girth']
    """
    tall = rng.uniform(0.9, 1.08)
    own = {name: tall * size * rng.uniform(0.94, 1.06) for name, size in LENGTHS.items()}
    own["head"] = LENGTHS["head"] * rng.uniform(0.95, 1.1)  # small people have large heads
    own["girth"] = rng.uniform(0.85, 1.25)
    return own


def other_side(names):
    """Return for each name the index of that with left and right exchanged."""
    swap = {"left": "right", "right": "left"}
    words = [name.split("_") for name in names]
    return [words.index([swap.get(one, one) for one in each]) for each in words]


def axes(yaw, tilt, roll):
    """Return the directions left, up and forward of a body, each (..., 3), in the world.

    The three angles are radians, each (...).
    """
    zero, one = np.zeros_like(yaw), np.ones_like(yaw)
    ahead = np.stack([np.sin(yaw), zero, -np.cos(yaw)], -1)
    left = np.stack([np.cos(yaw), zero, np.sin(yaw)], -1)
    up = np.stack([zero, one, zero], -1)
    up, ahead = turned(up, ahead, tilt)
    up, left = turned(up, left, roll)
    return left, up, ahead


def turned(first, second, angle):
    """Turn two directions in their plane, the first towards the second."""
    c, s = np.cos(angle)[..., None], np.sin(angle)[..., None]
    return c * first + s * second, c * second - s * first


def points(pose, sizes):
    """Find every point of the skeleton: forward kinematics.

    The world's x points right, y up and z away from the camera. At yaw 0 the person looks into the
    camera, a growing yaw turns to the person's left. The lowest point of the feet, or of the whole
    body when it lies, touches the floor, y = 0, unless "air" lifts it.

    Parameters
    ----------
    pose : ndarray
        (..., C) float, the `CHANNELS`.
    sizes : dict of str to ndarray
        A body's lengths, each a number or of a shape that fits the leading axes of `pose`.

    Returns
    -------
    ndarray
        (..., Q, 3) the `POINTS` in metres.

    Examples
    --------
    >>> standing = points(np.zeros((1, len(CHANNELS))), LENGTHS)
    >>> standing.shape, round(float(standing[0, POINTS.index("left_hip"), 1]), 2)
    ((1, 26, 3), 0.92)
    """
    at = {name: pose[..., k] for name, k in AT.items()}
    size = {name: np.asarray(value)[..., None] for name, value in sizes.items()}
    left, up, ahead = axes(at["yaw"], at["tilt"], at["roll"])
    found = {"pelvis": np.zeros((*pose.shape[:-1], 3))}
    for side, sign in (("left", 1), ("right", -1)):
        _leg(found, at, size, side, sign, (left, up, ahead))
    chest, front = turned(up, ahead, at["lean"])  # the back's direction, and where the chest looks
    for side, sign in (("left", 1), ("right", -1)):
        _arm(found, at, size, side, sign, (left, chest, front))
    found["neck"] = size["torso"] * chest
    _head(found, at, size, (left, chest, front))
    every = np.stack([found[name] for name in POINTS], -2)
    others = every[..., : POINTS.index("left_toe"), 1].min(-1) - FLESH
    floor = np.minimum(every[..., POINTS.index("left_toe") :, 1].min(-1), others)
    place = np.stack([at["x"], at["air"] - floor, at["depth"]], -1)
    return every + place[..., None, :]


def _limb(left, up, ahead, forward, outward, sign):
    """Return the direction of a limb that hangs down at angles 0."""
    c, s = np.cos(outward)[..., None], sign * np.sin(outward)[..., None]
    f = forward[..., None]
    return c * (np.sin(f) * ahead - np.cos(f) * up) + s * left


def _leg(found, at, size, side, sign, frame):
    left, up, ahead = frame
    hip = sign * size["hips"] * left
    bend, apart = at[f"hip_{side}"], at[f"apart_{side}"]
    knee = hip + size["thigh"] * _limb(*frame, bend, apart, sign)
    ankle = knee + size["shin"] * _limb(*frame, bend - at[f"knee_{side}"], apart, sign)
    found |= {f"{side}_hip": hip, f"{side}_knee": knee, f"{side}_ankle": ankle}
    # The foot stays level while the shin leans a little, and follows it beyond.
    lift = 0.6 * (bend - at[f"knee_{side}"])
    down, along = turned(-up, ahead, np.where(lift < -0.3, lift + 0.3, 0.0))
    heel = ankle + ANKLE * down
    found |= {f"{side}_heel": heel, f"{side}_toe": heel + size["foot"] * along}


def _arm(found, at, size, side, sign, frame):
    left, chest, _ = frame
    shoulder = 0.94 * size["torso"] * chest + sign * size["shoulders"] * left
    along = _limb(*frame, at[f"arm_{side}"], at[f"out_{side}"], sign)
    elbow = shoulder + size["arm"] * along
    along = _limb(*frame, at[f"forearm_{side}"], at[f"outer_{side}"], sign)
    wrist = elbow + size["forearm"] * along
    found |= {f"{side}_shoulder": shoulder, f"{side}_elbow": elbow, f"{side}_wrist": wrist}
    found[f"{side}_hand"] = wrist + size["hand"] * along


def _head(found, at, size, frame):
    left, chest, front = frame
    crown, face = turned(chest, front, at["nod"])
    radius = size["head"]
    head = found["neck"] + size["neck"] * chest + 0.8 * radius * crown
    found["head"] = head
    found["nose"] = head + radius * (-0.05 * crown + 1.05 * face)
    for part, out, high, deep in (("eye", 0.34, 0.12, 0.93), ("ear", 1.0, 0.0, 0.0)):
        for side, sign in (("left", 1), ("right", -1)):
            found[f"{side}_{part}"] = head + radius * (
                sign * out * left + high * crown + deep * face
            )
