"""Where each pixel was a frame ago: dense flow, computed backwards, and what it carries along."""

from functools import cache

import numpy as np

from ._checks import check_frame, checked_flow

METHODS = ("dis", "farneback")
SMALL = 160  # frames with a side below it are enlarged for the search, in pixels


def backward_flow(frame, before, *, method="dis"):
    """Find where each pixel of a frame was in the frame before.

    Backwards, because then every pixel of the new frame has one answer. Followed forwards, two
    pixels may land on one place, and none on another.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB, frame t.
    before : ndarray
        (H, W, 3) uint8 RGB, frame t - 1.
    method : str
        "dis", by patches that are sought from coarse to fine, or "farneback", by fitting a
        parabola to each neighbourhood; both as OpenCV has them.

    Returns
    -------
    ndarray
        (H, W, 2) float32, right and down, in pixels: what is at (x, y) in `frame` was at
        ``(x, y) + flow[y, x]`` in `before`.

    Raises
    ------
    ValueError
        If the frames are not of that type, of two sizes, or lower or narrower than 16 pixels, or
        there is no such method.

    Notes
    -----
    DIS is run down to single pixels, finer than OpenCV's own settings, which are made for larger
    frames; those with a side below 160 pixels are enlarged two times before.

    References
    ----------
    T. Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016.
    G. Farnebäck, "Two-Frame Motion Estimation Based on Polynomial Expansion", SCIA 2003.

    Examples
    --------
    A film that moves to the right by two pixels a frame: it all was two pixels to the left.

    >>> rng = np.random.default_rng(0)
    >>> before = rng.integers(0, 255, (8, 12, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    >>> flow = backward_flow(np.roll(before, 2, axis=1), before)
    >>> np.median(flow[16:-16, 16:-16], axis=(0, 1)).round().astype(int).tolist()
    [-2, 0]

    Lesson 23 teaches it.
    """
    import cv2

    check_frame("frame", frame)
    check_frame("before", before)
    if frame.shape != before.shape or min(frame.shape[:2]) < 16:
        raise ValueError(
            "frame and before must be of one size, at least 16 x 16. "
            f"Received: {frame.shape} and {before.shape}"
        )
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}. Received: {method!r}")
    times = 2 if min(frame.shape[:2]) < SMALL else 1
    size = (times * frame.shape[1], times * frame.shape[0])
    grey = [
        cv2.resize(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_CUBIC)
        for one in (frame, before)
    ]
    if method == "dis":
        flow = _dis().calc(*grey, None)
    else:
        flow = cv2.calcOpticalFlowFarneback(*grey, None, 0.5, 3, 11 * times, 3, 5, 1.1, 0)
    return cv2.resize(flow, frame.shape[1::-1], interpolation=cv2.INTER_AREA) / times


@cache
def _dis():
    import cv2

    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dis.setFinestScale(0)
    return dis


def warp(values, flow):
    """Carry what was known of the frame before to where it is now.

    A place between four pixels gets a mixture of them, by how near it is to each: bilinear
    sampling. Beyond the edge of the frame all is 0.

    Parameters
    ----------
    values : ndarray
        (H, W) or (H, W, C), C from 1 to 128, of frame t - 1: a mask, probabilities, the frame.
    flow : ndarray
        (H, W, 2) of `backward_flow`.

    Returns
    -------
    ndarray
        (H, W) or (H, W, C) float32. A mask comes back soft, 0 to 1; ``> 0.5`` makes it hard.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the flow is not finite.

    Examples
    --------
    What is here was half a pixel to the left:

    >>> flow = np.tile(np.float32([-0.5, 0]), (1, 4, 1))
    >>> warp(np.array([[0, 1, 1, 0]]), flow).tolist()
    [[0.0, 0.5, 1.0, 0.5]]

    Lesson 23 teaches it.
    """
    import cv2

    values, flow = np.asarray(values, np.float32), checked_flow("flow", flow)
    channels = values.shape[2:] or (1,)
    fits = values.ndim in (2, 3) and values.shape[:2] == flow.shape[:2]
    if not fits or not 1 <= channels[0] <= 128:
        raise ValueError(
            "values must be (H, W) or (H, W, C), C from 1 to 128, and flow (H, W, 2). "
            f"Received: {values.shape} and {flow.shape}"
        )
    x, y = _places(flow)
    found = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return found.reshape(values.shape)  # OpenCV drops a single channel


def unseen_before(backward, forward):
    r"""Find what was hidden a frame ago: go back, come forward again, and see where you end.

    A pixel that both frames show comes back to where it set out. One that has just come to light
    has nothing to go back to; where it is sent all the same, the way forward belongs to something
    else and leads elsewhere.

    Parameters
    ----------
    backward : ndarray
        (H, W, 2), from frame t to t - 1, as ``backward_flow(frame, before)`` gives it.
    forward : ndarray
        (H, W, 2), from frame t - 1 to t, as ``backward_flow(before, frame)`` gives it.

    Returns
    -------
    ndarray
        (H, W) bool: True where ``|b + f|^2 > 0.01 (|b|^2 + |f|^2) + 0.5``, with f read where b
        leads, or where b leads out of the frame.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a flow is not finite.

    References
    ----------
    N. Sundaram, T. Brox, K. Keutzer, "Dense Point Trajectories by GPU-accelerated Large
    Displacement Optical Flow", ECCV 2010, equation 5.

    Examples
    --------
    Back by one pixel and forward by one fits; by three it does not; the first leads outside.

    >>> back, forth = np.tile(np.float32([-1, 0]), (2, 1, 4, 1)) * np.float32([[[[1]]], [[[-1]]]])
    >>> forth[0, 2] = 3, 0
    >>> unseen_before(back, forth).tolist()
    [[True, False, False, True]]

    Lesson 23 teaches it.
    """
    backward, forward = checked_flow("backward", backward), checked_flow("forward", forward)
    there = warp(forward, backward)
    gap = ((backward + there) ** 2).sum(axis=-1)
    allowed = 0.01 * ((backward**2).sum(axis=-1) + (there**2).sum(axis=-1)) + 0.5
    x, y = _places(backward)
    height, width = x.shape
    return (gap > allowed) | (x < 0) | (y < 0) | (x > width - 1) | (y > height - 1)


def _places(flow):
    """Return the x and y to which a flow leads, (H, W) float32 each."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    return x, flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
