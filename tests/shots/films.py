"""Small films with shots that no two frames of two shots share anything of."""

import cv2
import numpy as np

SIZE = (90, 160)


def place(seed, size=(180, 720)):
    """Return one place, (H, W, 3) uint8: coloured blobs of several sizes."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((*size, 3), np.float32)
    for width in (9, 20, 60):
        small = rng.normal(0, 1, (size[0] // width + 2, size[1] // width + 2, 3))
        picture += cv2.resize(small.astype(np.float32), size[::-1], interpolation=cv2.INTER_CUBIC)
    picture = 128 + 40 * picture + rng.uniform(-40, 40, 3)
    return picture.clip(0, 255).astype(np.uint8)


def shot(seed, frames, *, pan=0.5, size=SIZE):
    """Film a place with a camera that goes to the right, `pan` pixels a frame."""
    picture = place(seed)
    lefts = (20 + pan * np.arange(frames)).astype(int)
    return np.stack([picture[20 : 20 + size[0], x : x + size[1]] for x in lefts])


def dissolve(a, b, frames):
    """Join two shots by a dissolve of so many mixed frames."""
    share = (np.arange(1, frames + 1) / (frames + 1))[:, None, None, None]
    mix = ((1 - share) * a[-frames:] + share * b[:frames]).round().astype(np.uint8)
    return np.concatenate([a[:-frames], mix, b[frames:]])


def faded(clip, frames):
    """Let the last frames of a shot sink into black."""
    light = np.ones(len(clip))
    light[-frames:] = np.arange(frames - 1, -1, -1) / frames
    return (clip * light[:, None, None, None]).round().astype(np.uint8)
