r"""The state of a box that moves, as SORT has it.

What is observed of a box, and what is believed of it::

    observation   u, v, s, r                    centre, area, height / width
    state         u, v, s, r, u', v', s'        and how the first three change from frame to frame

The centre and the area move evenly, the shape stays (SORT's program has r as width / height).
Both noises grow with the box: of a box twice as wide, twice as many pixels are unsure.
"""

import numpy as np

from vidlearn.boxes import convert

EDGE = 0.1  # how far an edge of a detection is off: standard deviation, in sides of the box
PUSH = 0.05  # by how much a velocity changes in a frame, in sides of the box
THIN = 1e-6  # pixels: a box with a shorter side has no area
START = 0.25  # how fast a new thing may be, in sides of the box a frame


def box_motion():
    """Return how the state of a box moves in a frame, and what of it is observed.

    Returns
    -------
    f : ndarray
        F, (7, 7): u, v and s go on by their velocities.
    h : ndarray
        H, (4, 7): u, v, s and r are seen.

    References
    ----------
    Bewley et al.: Simple Online and Realtime Tracking. ICIP 2016, equation 1.

    Examples
    --------
    >>> f, h = box_motion()
    >>> (f @ [10, 20, 300, 2, 1, -3, 50]).tolist(), (h @ f).shape
    ([11.0, 17.0, 350.0, 2.0, 1.0, -3.0, 50.0], (4, 7))

    Lesson 16 teaches it.
    """
    return np.eye(7) + np.eye(7, k=4), np.eye(4, 7)


def box_noise(states):
    """Return how unsure motion and observation of a box are, by its size.

    Parameters
    ----------
    states : array_like
        (N, 4) or (N, 7): u, v, s, r and, not looked at, velocities.

    Returns
    -------
    q : ndarray
        Q, (N, 7, 7): a velocity changes by 0.05 sides of the box in a frame (standard
        deviation), evenly within the frame, so that the place changes by half of it.
    r : ndarray
        R, (N, 4, 4): each edge of a detection is off by 0.1 sides, on its own.
    p : ndarray
        P, (N, 7, 7), of a new thing: observed once, its velocity unknown, at 0.25 sides a frame.

    Raises
    ------
    ValueError
        If states is not (N, 4) or (N, 7).

    Notes
    -----
    SORT's paper leaves the noise open, its program has the same number of pixels for every box.
    A side counts as 1 pixel at least.

    Examples
    --------
    >>> q, r, p = box_noise([[50, 50, 800, 2]])  # 20 wide, 40 high
    >>> np.sqrt(r[0].diagonal()).round(3).tolist()
    [1.414, 2.828, 160.0, 0.4]

    Lesson 16 teaches it.
    """
    states = np.asarray(states, float)
    if states.ndim != 2 or states.shape[1] not in (4, 7):
        raise ValueError(f"states must be (N, 4) or (N, 7). Received shape {states.shape}")
    height = np.sqrt(states[:, 2] * states[:, 3])
    width = height / states[:, 3]
    width, height = np.maximum(width, 1), np.maximum(height, 1)
    area, ratio = width * height, height / width
    scale = np.stack([width, height, area, ratio, width, height, area], axis=1)  # (N, 7)
    scale = scale[:, :, None] * scale[:, None, :]  # (N, 7, 7)
    return scale * _Q, scale[:, :4, :4] * _R, scale * _P


def box_states(boxes):
    """Return what is observed of boxes: centre, area, height / width.

    Parameters
    ----------
    boxes : array_like
        (N, 4) xyxy in pixels, each with an area: sides of 1e-6 pixels at least.

    Returns
    -------
    ndarray
        (N, 4) float64: u, v in pixels, s in square pixels, r.

    Raises
    ------
    ValueError
        If boxes is not (N, 4) finite numbers, or a box is inverted or without area.

    Examples
    --------
    >>> box_states([[10, 20, 14, 30]]).tolist()
    [[12.0, 25.0, 40.0, 2.5]]

    Lesson 16 teaches it.
    """
    u, v, width, height = convert(boxes, "xyxy", "cxcywh").astype(float).T
    if not (np.minimum(width, height) >= THIN).all():
        worst = np.minimum(width, height).argmin()
        raise ValueError(
            "boxes must have x1 < x2 and y1 < y2, and sides of 1e-6 pixels at least. "
            f"Received: {np.asarray(boxes)[worst].tolist()}"
        )
    return np.stack([u, v, width * height, height / width], axis=1)


def state_boxes(states):
    """Return the boxes of states.

    Parameters
    ----------
    states : array_like
        (N, 4) or (N, 7): u, v, s, r and, not looked at, velocities; s and r above 0.

    Returns
    -------
    ndarray
        (N, 4) float64 xyxy in pixels.

    Raises
    ------
    ValueError
        If states is not (N, 4) or (N, 7), or an area or shape is not above 0.

    Examples
    --------
    >>> state_boxes([[12, 25, 40, 2.5]]).tolist()
    [[10.0, 20.0, 14.0, 30.0]]

    Lesson 16 teaches it.
    """
    states = np.asarray(states, float)
    if states.ndim != 2 or states.shape[1] not in (4, 7):
        raise ValueError(f"states must be (N, 4) or (N, 7). Received shape {states.shape}")
    if not (states[:, 2:4] > 0).all():
        worst = states[~(states[:, 2:4] > 0).all(axis=1)][0]
        raise ValueError(f"states must have s and r above 0. Received: {worst.tolist()}")
    height = np.sqrt(states[:, 2] * states[:, 3])
    half = np.stack([height / states[:, 3], height], axis=1) / 2  # (N, 2)
    return np.concatenate([states[:, :2] - half, states[:, :2] + half], axis=1)


def _noises():
    """Return Q, R and P of a box of 1 x 1 pixel."""
    # Of two edges that are off by e, the middle is off by e / sqrt(2) and the side by e sqrt(2);
    # area and ratio, of two sides, by 2 e.
    r = EDGE**2 * np.diag([0.5, 0.5, 4, 4])
    pull = np.array([[0.25, 0.5], [0.5, 1]])  # a push all through the frame: half of it, and it
    q, p = np.zeros((2, 7, 7))
    for place, times in ((0, 1), (1, 1), (2, 4)):
        pair = np.ix_([place, place + 4], [place, place + 4])
        q[pair] = times * PUSH**2 * pull
        p[place + 4, place + 4] = times * START**2
    q[3, 3] = PUSH**2
    p[:4, :4] = r
    return q, r, p


_Q, _R, _P = _noises()
