"""What lesson 13 draws: anchors that light up as things pass, and the curves of a training."""

import numpy as np

TIMES = 2  # by how much frames are enlarged


def handed_on(frames, truths, anchors):
    """Film a clip beside its anchors: each lights up while a thing fits it.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    truths : sequence of vidlearn.boxes.Truth
        T.
    anchors : ndarray
        (A, 4) xyxy, in the order of `vidlearn.boxes.anchors`.

    Returns
    -------
    ndarray
        (T, H * 2, W * 2, 3) uint8: the frames enlarged and darkened, a dot in the middle of every
        anchor, and the anchors that learn a thing, in its colour.
    """
    from PIL import Image

    from vidlearn.boxes import iou, match
    from vidlearn.plots import draw_boxes

    middles = (TIMES * (anchors[:, :2] + anchors[:, 2:]) / 2).round().astype(int)
    panels = []
    for frame, truth in zip(frames, truths, strict=True):
        size = frame.shape[1] * TIMES, frame.shape[0] * TIMES
        large = np.asarray(Image.fromarray(frame // 2).resize(size, Image.BICUBIC)).copy()
        inside = (middles < size).all(axis=1)
        large[middles[inside, 1], middles[inside, 0]] = 255
        assigned = match(iou(anchors, truth.boxes.astype(float)))
        lit = np.flatnonzero(assigned >= 0)
        colours = truth.labels[assigned[lit]].tolist()
        words = [""] * (max(colours, default=0) + 1)
        panels.append(draw_boxes(large, TIMES * anchors[lit], colours, names=words))
    return np.array(panels)


def curves(history, parts):
    """Draw losses by epoch, in training and in validation, one panel for each part.

    Parameters
    ----------
    history : dict of str to list of float
        As Keras gives it.
    parts : dict of str to str
        Title of each panel to the name of its loss.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(
        1, len(parts), figsize=(2.15 * max(len(parts), 3), 2.4), layout="constrained"
    )
    for panel, (title, name) in zip(np.ravel(panels), parts.items(), strict=True):
        epochs = np.arange(1, len(history[name]) + 1)
        panel.plot(epochs, history[name], marker="o", ms=4, label="training")
        panel.plot(epochs, history[f"val_{name}"], marker="s", ms=4, label="validation")
        panel.set(title=title, xlabel="epoch", ylim=(0, None))
        panel.set_xticks(epochs[:: max(len(epochs) // 4, 1)])
        panel.grid(color="#dddddd")
    np.ravel(panels)[0].legend(frameon=False, fontsize=8)
    return figure


def faults(found, truth, least=0.5):
    """Count what was missed and what was seen that is not there.

    Parameters
    ----------
    found : vidlearn.boxes.Detections
    truth : vidlearn.boxes.Truth
    least : float
        Only detections with this score or more count.

    Returns
    -------
    int
        Truths without a detection of their class at an IoU of 0.5, and detections without a truth.
    """
    from vidlearn.boxes import iou

    found = found[found.scores >= least]
    hit = iou(found.boxes, truth.boxes) >= 0.5
    hit &= found.labels[:, None] == truth.labels
    return int((~hit.any(axis=0)).sum() + (~hit.any(axis=1)).sum())
