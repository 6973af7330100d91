"""A picture that falls together, as a film."""

import numpy as np


def melting(frame, merging, steps=48):
    """Film how regions merge: each in its mean colour, and the box of the newest ones.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    merging : vidlearn.proposals.Merging
        Of that frame.
    steps : int
        Frames of the film; the last merges get one each, earlier ones share.

    Returns
    -------
    regions : ndarray
        (steps, H, W, 3) uint8.
    newest : ndarray
        (steps, H, W, 3) uint8: the frame with the boxes born in that step.
    """
    from vidlearn.plots import draw_boxes

    total = len(merging)
    counts = np.unique(np.round(total * (1 - np.linspace(1, 0, steps) ** 3)).astype(int))
    first = len(merging.boxes) - total
    regions, newest, before = [], [], 0
    for count in counts:
        which = merging.after(int(count)).ravel()
        sizes = np.maximum(np.bincount(which), 1)
        colours = [np.bincount(which, frame[..., c].ravel()) / sizes for c in range(3)]
        regions.append(np.stack(colours, axis=-1)[which].reshape(frame.shape).astype(np.uint8))
        born = merging.boxes[first + before : first + count]
        newest.append(draw_boxes(frame, born))
        before = count
    return np.array(regions), np.array(newest)
