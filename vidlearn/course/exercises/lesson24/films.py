"""What lesson 24 shows: films with what is found in them, and a curve to choose from."""

import numpy as np

from vidlearn.course.exercises.lesson24.project import CLASSES, looked_at

WIDE = 256  # pixels: smaller frames are enlarged before boxes are drawn into them


def project_film(path=None, frames=60, size=(192, 256), seed=5):
    """Film things far away that pass over one another.

    Parameters
    ----------
    path : str or Path, optional
        Where to write it as a video file.
    frames : int
        How many, 12 a second.
    size : (int, int)
        Height and width.
    seed : int

    Returns
    -------
    vidlearn.synthetic.Scene
    """
    from vidlearn import video
    from vidlearn.synthetic import moving_objects

    options = {"kinds": CLASSES, "background": "cat", "scale": 0.2, "speed": 3.0}
    scene = moving_objects(frames, size, 5, seed=seed, **options)
    if path is not None:
        video.write_video(path, scene.frames, fps=12)
    return scene


def found_in(frames, model, classes, threshold):
    """Draw what a detector finds into each frame of a film.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    model : vidlearn.models.Detector
    classes : sequence of str
    threshold : float

    Returns
    -------
    ndarray
        (T, h, w, 3) uint8, small frames enlarged.
    """
    from vidlearn.boxes import Detections
    from vidlearn.plots import draw_boxes

    times = max(1, -(-WIDE // frames.shape[2]))
    drawn = []
    for frame, each in zip(frames, looked_at(model, frames, threshold), strict=True):
        large = frame.repeat(times, axis=0).repeat(times, axis=1)
        moved = Detections(times * each.boxes, each.scores, each.labels)
        drawn.append(draw_boxes(large, moved, names=classes))
    return np.array(drawn)


def score_curve(told, line):
    """Draw precision, recall and F1 over the threshold.

    Parameters
    ----------
    told : vidlearn.metrics.DetectionErrors
        Of all detections.
    line : float
        The threshold that was chosen.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib.pyplot as plt

    order = np.argsort(-told.score)
    hits = np.cumsum(told.kind[order] == "right")
    count, things = np.arange(1, len(order) + 1), max((told.fate != "ignored").sum(), 1)
    lines = {"precision": hits / count, "recall": hits / things, "F1": 2 * hits / (count + things)}
    figure, panel = plt.subplots(figsize=(6.4, 3), layout="constrained")
    for (name, values), style in zip(lines.items(), ("--", ":", "-"), strict=True):
        panel.plot(told.score[order], values, style, label=name)
    panel.axvline(line, color="0.5", lw=1)
    panel.set(xlabel="threshold", ylim=(0, 1.02), xlim=(0, 1))
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, loc="lower center", ncols=3)
    return figure
