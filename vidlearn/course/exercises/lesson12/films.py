"""What lesson 12 draws: a picture that falls together, recall against the number of boxes."""

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


def recall_chart(counts, recalls):
    """Draw recall against the number of boxes, one panel for each IoU threshold.

    Parameters
    ----------
    counts : sequence of int
        Numbers of boxes.
    recalls : dict of str to pair of arrays
        For each way to propose, its recalls at an IoU of 0.5 and of 0.75, each (len(counts),).

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(8, 3), sharey=True, layout="constrained")
    for panel, row, threshold in zip(panels, (0, 1), (0.5, 0.75), strict=True):
        for (name, pair), mark in zip(recalls.items(), "osD", strict=True):
            panel.plot(counts, pair[row], marker=mark, ms=5, label=name)
        title = f"IoU of at least {threshold}"
        panel.set(xscale="log", xlabel="boxes a frame", ylim=(0, 1.03), title=title)
        panel.set_xticks(counts, counts)
        panel.minorticks_off()
        panel.grid(color="#dddddd")
    panels[0].set_ylabel("recall")
    panels[0].legend(frameon=False)
    return figure
