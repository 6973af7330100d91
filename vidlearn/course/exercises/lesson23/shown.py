"""What lesson 23 shows: films with masks over them, things cut out, and where a mask is wrong."""

import numpy as np

FRAMES, SIZE = 40, (72, 96)
STAGE = "rocket"


def film_of(seed):
    """Make a film of a thing that goes behind others and comes back; it is object 0.

    Parameters
    ----------
    seed : int

    Returns
    -------
    vidlearn.synthetic.Scene
        40 frames of 72 x 96.
    """
    from vidlearn.synthetic import hide_and_seek

    return hide_and_seek(FRAMES, SIZE, world="unseen", seed=seed)


def tinted(frames, *masks, times=5, words=()):
    """Draw masks over an enlarged film; of several, side by side.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    *masks : ndarray
        (T, H, W) bool each.
    times : int
        By how much frames are enlarged.
    words : sequence of str
        A line to stand above each.

    Returns
    -------
    ndarray
        (T, height, width, 3) uint8.
    """
    from PIL import Image

    from vidlearn.course.exercises._films import captioned
    from vidlearn.plots import draw_masks

    height, width = times * frames.shape[1], times * frames.shape[2]
    parts = []
    for k, some in enumerate(masks):
        film = np.empty((len(frames), height, width, 3), np.uint8)
        for t, frame in enumerate(frames):
            large = Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC)
            film[t] = draw_masks(np.asarray(large), some[t].repeat(times, 0).repeat(times, 1))
        parts.append(captioned(film, [words[k]] * len(film), times=1) if words else film)
    gap = np.full((*parts[0].shape[:2], 4, 3), 255, np.uint8)
    film = parts[0]
    for part in parts[1:]:
        film = np.concatenate([film, gap, part], axis=2)
    return film


def one_thing(mask):
    """Keep the largest piece of a mask that hangs together, by sides and corners.

    Parameters
    ----------
    mask : ndarray
        (H, W) bool.

    Returns
    -------
    ndarray
        (H, W) bool; empty if `mask` is.
    """
    from scipy import ndimage

    pieces, _ = ndimage.label(mask, np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return (pieces == sizes.argmax()) & (pieces > 0)


def worst_frames(found, truth, count):
    """Find the frames in which a mask is farthest from the truth, no two side by side.

    Parameters
    ----------
    found, truth : ndarray
        (T, H, W) bool.
    count : int

    Returns
    -------
    list of int
        Sorted.
    """
    from vidlearn.metrics import region_similarity

    chosen = []
    for t in np.argsort(region_similarity(found, truth), kind="stable").tolist():
        if len(chosen) < count and all(abs(t - other) > 3 for other in chosen):
            chosen.append(t)
    return sorted(chosen)


def cut_out(frame, box):
    """Draw a mask round the thing in a box, by what is in it and what is not (GrabCut).

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    box : sequence of int
        x1, y1, x2, y2 in pixels, round the thing.

    Returns
    -------
    ndarray
        (H, W) bool.

    Raises
    ------
    ValueError
        If the box lies outside the frame, is empty, or nothing in it stands out.

    References
    ----------
    C. Rother, V. Kolmogorov, A. Blake, "GrabCut: Interactive Foreground Extraction using Iterated
    Graph Cuts", SIGGRAPH 2004; the implementation is OpenCV's.
    """
    import cv2

    height, width = frame.shape[:2]
    x1, y1, x2, y2 = map(int, box)
    if not (0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height) or (x2 - x1, y2 - y1) == (
        width,
        height,
    ):
        raise ValueError(
            f"box must be x1, y1, x2, y2 inside the {width} x {height} frame, x1 < x2 and y1 < y2, "
            f"with something of the frame left around it. Received: {tuple(box)}"
        )
    labels, models = np.zeros((height, width), np.uint8), np.zeros((2, 1, 65))
    cv2.setRNGSeed(0)
    bgr = np.ascontiguousarray(frame[..., ::-1])
    rect = (x1, y1, x2 - x1, y2 - y1)
    cv2.grabCut(bgr, labels, rect, models[0], models[1], 5, cv2.GC_INIT_WITH_RECT)
    mask = one_thing((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
    if not mask.any():
        raise ValueError(
            f"Nothing in the box {tuple(box)} stands out from what is around it. Draw the box "
            "wider, or give a mask of your own."
        )
    return mask


def on_stage(frames, masks, *, times=5):
    """Put what the masks hold before another photograph, enlarged.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    masks : ndarray
        (T, H, W) bool.
    times : int
        By how much all is enlarged.

    Returns
    -------
    ndarray
        (T, times * H, times * W, 3) uint8.
    """
    import cv2

    from vidlearn.synthetic import picture as photo

    size = times * frames.shape[2], times * frames.shape[1]
    ground = cv2.resize(photo(STAGE), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    film = np.empty((len(frames), *size[::-1], 3), np.uint8)
    for picture, frame, mask in zip(film, frames, masks, strict=True):
        large = cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC)
        soft = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        alpha = cv2.GaussianBlur(soft, (0, 0), times / 3)[..., None]
        picture[:] = np.rint(ground + alpha * (large - ground))
    return film
