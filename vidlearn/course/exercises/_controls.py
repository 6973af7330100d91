"""What a network on clips is compared with: one frame, their mean, no order, flow and a forest."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np


def one_frame(some, *, seed=0):
    """Keep one frame of each clip, drawn at random: clips of a single frame.

    Parameters
    ----------
    some : vidlearn.synthetic.Actions or ndarray
        N clips, or their frames (N, T, H, W, 3).
    seed : int
        Of the draw.

    Returns
    -------
    ndarray
        (N, 1, H, W, 3) uint8.
    """
    frames = getattr(some, "frames", some)
    chosen = np.random.default_rng(seed).integers(frames.shape[1], size=len(frames))
    return frames[np.arange(len(frames)), chosen][:, None]


def mean_frame(some):
    """Average each clip over time: clips of a single, blurred frame.

    Parameters
    ----------
    some : vidlearn.synthetic.Actions or ndarray
        N clips, or their frames (N, T, H, W, 3).

    Returns
    -------
    ndarray
        (N, 1, H, W, 3) uint8.
    """
    means = [clip.mean(axis=0, keepdims=True) for clip in getattr(some, "frames", some)]
    return np.array(means).round().astype(np.uint8)


def shuffled(some, *, seed=0):
    """Shuffle the frames of each clip, by an order of its own.

    Parameters
    ----------
    some : vidlearn.synthetic.Actions or ndarray
        N clips, or their frames (N, T, H, W, 3).
    seed : int
        Of the orders.

    Returns
    -------
    vidlearn.synthetic.Actions or ndarray
        The same clips, with frames in another order.
    """
    frames, rng = getattr(some, "frames", some), np.random.default_rng(seed)
    mixed = np.array([clip[rng.permutation(len(clip))] for clip in frames])
    return mixed if frames is some else replace(some, frames=mixed)


def flow_statistics(some, *, cells=4):
    """Describe each clip by how things move in it: optical flow, cell by cell, over time.

    Parameters
    ----------
    some : vidlearn.synthetic.Actions or ndarray
        N clips, or their frames (N, T, H, W, 3).
    cells : int
        Rows and columns of the grid.

    Returns
    -------
    ndarray
        (N, F): for each cell the mean of the flow to the right, of that downwards and of its
        length, over the first and over the second half of the clip, and their spread.

    References
    ----------
    G. Farnebäck: Two-frame motion estimation based on polynomial expansion. SCIA 2003.
    """
    frames = getattr(some, "frames", some)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # the flow lets other threads run
        return np.array(list(pool.map(lambda clip: _flow_of(clip, cells), frames)))


def _flow_of(clip, cells):
    import cv2

    greys = [cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY) for frame in clip]
    flows = []
    for before, after in pairwise(greys):
        flow = cv2.calcOpticalFlowFarneback(before, after, None, 0.5, 2, 9, 2, 5, 1.1, 0)
        three = np.dstack([flow, np.hypot(flow[..., 0], flow[..., 1])])
        flows.append(cv2.resize(three, (cells, cells), interpolation=cv2.INTER_AREA))
    flows = np.array(flows)  # (T - 1, cells, cells, 3)
    half = len(flows) // 2
    parts = [flows[:half].mean(axis=0), flows[half:].mean(axis=0), flows.std(axis=0)]
    return np.concatenate(parts, axis=None).astype(np.float32)


def forest(features, labels, test_features, *, seed=0):
    """Train a random forest, and say what it takes other clips for.

    Parameters
    ----------
    features : ndarray
        (N, F) of the clips to learn from.
    labels : ndarray
        (N,) their classes.
    test_features : ndarray
        (M, F).
    seed : int
        Of the trees.

    Returns
    -------
    ndarray
        (M,) classes.

    References
    ----------
    L. Breiman: Random forests. Machine Learning 45, 2001.
    """
    from sklearn.ensemble import RandomForestClassifier

    trees = RandomForestClassifier(400, random_state=seed, n_jobs=-1)
    return trees.fit(features, labels).predict(test_features)
