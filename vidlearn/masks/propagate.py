"""A mask carried from frame to frame by flow alone: nothing is learnt."""

import numpy as np

from ._checks import check_frames, checked_mask
from .flow import backward_flow, unseen_before, warp


def carried(mask, frame, before, *, method="dis", check=True):
    """Carry a mask from one frame to the next.

    Parameters
    ----------
    mask : ndarray
        (H, W) bool, or soft, 0 to 1: of frame t - 1.
    frame, before : ndarray
        (H, W, 3) uint8 RGB, frames t and t - 1.
    method : str
        As in `backward_flow`.
    check : bool
        Whether what was hidden a frame ago is left out; it costs a second flow.

    Returns
    -------
    ndarray
        (H, W) float32, 0 to 1.

    Raises
    ------
    ValueError
        If a shape, a method or a value of the mask does not fit.

    Examples
    --------
    >>> still = np.zeros((24, 32, 3), np.uint8)
    >>> mask = np.zeros((24, 32), bool)
    >>> mask[4:9, 3:9] = True
    >>> np.array_equal(carried(mask, still, still) > 0.5, mask)
    True

    Lesson 23 teaches it.
    """
    back, mask = backward_flow(frame, before, method=method), np.asarray(mask)
    fine = mask.shape == back.shape[:2] and mask.dtype.kind in "buif"
    if not fine or not (mask.min() >= 0 and mask.max() < 1.01):  # mixtures are rounded
        raise ValueError(
            f"mask must be {back.shape[:2]} bool, or soft from 0 to 1; of 0 and 255 take mask > 0. "
            f"Received: {mask.dtype} of shape {mask.shape}"
        )
    found = warp(mask, back)
    if check:
        found[unseen_before(back, backward_flow(before, frame, method=method))] = 0
    return found


def propagate(frames, first, *, method="dis", check=True, soft=True):
    """Carry the mask of the first frame through a film.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8 RGB.
    first : ndarray
        (H, W) bool: the mask of frame 0.
    method, check
        As in `carried`.
    soft : bool
        Whether the soft mask is carried on, and made hard at 0.5 only to be returned. Else it is
        made hard in every frame, and what is rounded away from its edge is gone for all later ones.

    Returns
    -------
    ndarray
        (T, H, W) bool; the first is the one that was given.

    Raises
    ------
    ValueError
        If the frames are not (T, H, W, 3) uint8, or the mask is not of their size or is empty.

    Notes
    -----
    What is lost does not come back: a thing that was hidden for one frame has no pixel left that
    flow could carry.

    Examples
    --------
    >>> from vidlearn.synthetic import moving_objects
    >>> scene = moving_objects(8, (60, 80), 1, kinds=["coin"], seed=3)
    >>> found = propagate(scene.frames, scene.mask_of(0)[0])
    >>> truth = scene.mask_of(0)
    >>> bool((found[-1] & truth[-1]).sum() > 0.6 * (found[-1] | truth[-1]).sum())
    True

    Lesson 23 teaches it.
    """
    check_frames(frames)
    mask = checked_mask("first", first, frames.shape[1:3])
    found = [mask]
    for t in range(1, len(frames)):
        mask = carried(mask, frames[t], frames[t - 1], method=method, check=check)
        found.append(mask > 0.5)
        mask = mask if soft else found[-1]
    return np.stack(found)
