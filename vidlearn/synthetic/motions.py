"""How people move: poses over time."""

import numpy as np

from vidlearn.synthetic.skeleton import AT, CHANNELS

STATES = ("hips", "door", "distance", "hand", "yaw")
"""What can change in a clip of the timed classes; each is 0 to 1."""
NEAR, FAR = -0.75, 1.1  # metres from the middle of the stage
TURN = np.radians(170)  # of the body, from state 0 to state 1


def state_pose(states, aside, hand):
    """Return the pose of a person whose states are given.

    Parameters
    ----------
    states : ndarray
        (..., 5) 0 to 1, the `STATES`: hips 0 standing to 1 sitting, door, distance 0 far to 1 near,
        hand 0 low to 1 high, yaw 0 to the person's right to 1 to the left.
    aside : ndarray
        (...) radians: the yaw at one half.
    hand : ndarray
        (...) 0 or 1: the left or the right hand holds the thing.

    Returns
    -------
    ndarray
        (..., C) the `CHANNELS`.
    """
    hips, _, distance, lift, yaw = np.moveaxis(states, -1, 0)
    pose = np.zeros((*states.shape[:-1], len(CHANNELS)))
    sit = np.radians(88) * hips
    for side in ("left", "right"):
        pose[..., AT[f"hip_{side}"]] = sit
        pose[..., AT[f"knee_{side}"]] = sit + np.radians(4) * hips
        pose[..., AT[f"apart_{side}"]] = 0.1
    pose[..., AT["lean"]] = 0.42 * np.sin(np.pi * hips)
    for k, side in enumerate(("left", "right")):
        holds = hand == k
        pose[..., AT[f"arm_{side}"]] = np.where(holds, -0.1 + 2.3 * lift, 0.05 + 0.35 * hips)
        pose[..., AT[f"out_{side}"]] = np.where(holds, 0.3 + 0.3 * np.sin(np.pi * lift), 0.15)
        pose[..., AT[f"forearm_{side}"]] = np.where(holds, 0.25 + 2.5 * lift, 0.2 + 0.9 * hips)
        pose[..., AT[f"outer_{side}"]] = np.where(holds, 0.25, 0.08)
    pose[..., AT["yaw"]] = aside + TURN * (yaw - 0.5)
    pose[..., AT["depth"]] = FAR + (NEAR - FAR) * distance
    return pose
