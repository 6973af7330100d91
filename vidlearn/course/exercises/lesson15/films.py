"""What lesson 15 shows moving: things that come nearer, and the map that each belongs to."""

import numpy as np

TIMES = 2  # by how much frames are enlarged
LEFT = 0.6  # share of a thing that must be in the picture


def approach(seed=0, frames=60, size=(120, 160), times=4.0, backgrounds=None):
    """Film a picture from farther and nearer: things grow, and leave at the sides.

    Parameters
    ----------
    seed : int
        Draws the picture.
    frames : int
        Number of frames, T: nearer in the first half, back in the second.
    size : (int, int)
        Height and width of a frame.
    times : float
        How much larger things are at the nearest.
    backgrounds : sequence of str, optional
        Names of photographs, as `vidlearn.synthetic.stills` takes them.

    Returns
    -------
    frames : ndarray
        (T, height, width, 3) uint8.
    truths : list of vidlearn.boxes.Truth
        T; what is in the picture by more than half.
    """
    from PIL import Image

    from vidlearn.boxes import Truth
    from vidlearn.synthetic import stills

    large = tuple(int(times * side) for side in size)
    still = stills(1, large, seed=seed, objects=(4, 5), scale=(0.1, 0.22), backgrounds=backgrounds)
    truth, picture = still.truths[0], Image.fromarray(still.frames[0])
    sides = truth.boxes[:, 2:] - truth.boxes[:, :2]
    middle = (truth.boxes[:, :2] + sides / 2)[sides.min(axis=1).argmax()]
    whole = np.array(large[::-1], float)
    seen, there = [], []
    for step in np.linspace(0, 2, frames, endpoint=False):
        factor = times ** (step if step < 1 else 2 - step)
        window = whole / factor
        corner = np.clip(middle - window / 2, 0, whole - window)
        scale = size[1] / window[0]
        view = picture.resize(size[::-1], Image.Resampling.BOX, box=(*corner, *(corner + window)))
        moved = (truth.boxes - np.tile(corner, 2)) * scale
        inside = np.clip(moved, 0, [size[1], size[0]] * 2)
        share = np.prod(inside[:, 2:] - inside[:, :2], axis=1)
        kept = share > LEFT * np.prod(moved[:, 2:] - moved[:, :2], axis=1)
        seen.append(np.asarray(view))
        there.append(Truth(inside[kept], truth.labels[kept]))
    return np.array(seen), there


def changing_hands(frames, truths, laid):
    """Film the default boxes that learn each thing, one panel for each map.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    truths : sequence of vidlearn.boxes.Truth
        T.
    laid : sequence of ndarray
        The default boxes (A, 4) of each map.

    Returns
    -------
    list of ndarray
        For each map (T, 2 H, 2 W, 3) uint8: the frames enlarged and darkened, and over them the
        default boxes that learn a thing, in its colour.
    """
    from PIL import Image

    from vidlearn.boxes import iou, match
    from vidlearn.plots import draw_boxes

    every, ends = np.concatenate(laid), np.cumsum([len(each) for each in laid])[:-1]
    films = [[] for _ in laid]
    for frame, truth in zip(frames, truths, strict=True):
        large = np.asarray(
            Image.fromarray((frame * 0.6).astype(np.uint8)).resize(
                (frame.shape[1] * TIMES, frame.shape[0] * TIMES), Image.Resampling.BICUBIC
            )
        )
        truth = truth if len(truth) else truth[:0]
        assigned = match(iou(every, truth.boxes.astype(float)), high=0.5, low=0.4)
        for film, own, learnt in zip(films, laid, np.split(assigned, ends), strict=True):
            lit = np.flatnonzero(learnt >= 0)
            colours = truth.labels[learnt[lit]].tolist()
            words = [""] * (max(colours, default=0) + 1)
            film.append(draw_boxes(large, TIMES * own[lit], colours, names=words))
    return [np.array(film) for film in films]
