"""Clips of one thing that goes right, left, down or up, and what a network says of them."""

from functools import cache

import numpy as np

WAYS = "right", "left", "down", "up"


def clips_and_ways(seeds):
    """Cut films of one thing into clips, each forwards and backwards, with the way it goes.

    Parameters
    ----------
    seeds : iterable of int
        Of the films.

    Returns
    -------
    clips : ndarray
        (N, 13, 48) float32: how much each frame differs from the empty scene, in 6 x 8 blocks.
    ways : ndarray
        (N,) 0 to 3: right, left, down, up.
    """
    clips, ways = [], []
    for seed in seeds:
        blocks, centres, _ = _scene(seed)
        for first in range(0, 228, 6):
            moved = centres[first + 12] - centres[first]
            axis = int(np.abs(moved).argmax())
            if abs(moved[axis]) >= 8:
                clip, way = blocks[first : first + 13], 2 * axis + int(moved[axis] < 0)
                clips += [clip, clip[::-1]]
                ways += [way, way ^ 1]  # played backwards, right is left and down is up
    return np.stack(clips), np.array(ways)


def a_clip(seed=11, first=28):
    """Return one clip as it is looked at and as a network reads it.

    Returns
    -------
    frames : ndarray
        (13, 48, 64, 3) uint8.
    blocks : ndarray
        (13, 48) float32.
    """
    blocks, _, frames = _scene(seed)
    return frames[first : first + 13], blocks[first : first + 13]


def with_bars(frames, shares, *, times=6):
    """Enlarge a clip, and set below each frame what a network makes of it so far.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    shares : ndarray
        (T, 4): the probability of right, left, down, up.
    times : int
        How much larger.

    Returns
    -------
    ndarray
        (T, H times + 88, W times, 3) uint8.
    """
    from PIL import Image, ImageDraw, ImageFont

    large = frames.repeat(times, axis=1).repeat(times, axis=2)
    rows, columns = large.shape[1:3]
    font, film = ImageFont.load_default(14), []
    for frame, share in zip(large, shares, strict=True):
        sheet = Image.new("RGB", (columns, rows + 88), "white")
        sheet.paste(Image.fromarray(frame))
        pen = ImageDraw.Draw(sheet)
        for k, (way, part) in enumerate(zip(WAYS, share, strict=True)):
            top = rows + 4 + 21 * k
            pen.text((6, top), way, fill="black", font=font)
            pen.rectangle((56, top + 1, 56 + part * (columns - 70), top + 16), fill="#0072B2")
        film.append(np.asarray(sheet))
    return np.array(film)


@cache
def _scene(seed):
    from vidlearn import scratch, synthetic

    kinds = ["coin", "cup", "flower", "horse"] if seed != 11 else ["coin"]
    scene = synthetic.moving_objects(
        240, (48, 64), 1, seed=seed, speed=2.5, scale=0.35, kinds=kinds
    )
    grey = scene.frames.mean(axis=-1, dtype=np.float32)
    differs = np.abs(grey - np.median(grey, axis=0))[..., None] / 64
    blocks, _ = scratch.avg_pool2d_forward(differs, size=8)
    centres = (scene.boxes[:, 0, :2] + scene.boxes[:, 0, 2:]) / 2
    return blocks.reshape(len(blocks), 48), centres, scene.frames
