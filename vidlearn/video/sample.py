"""Some frames of a video as a clip: which ones, by which rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .errors import VideoError, warn
from .info import probe
from .read import count_frames, wanted_frames

MODES = ("uniform", "dense", "random")


def sample_indices(total, frames, *, mode="uniform", step=1, rng=None) -> np.ndarray:
    """Choose frame numbers for a clip.

    Parameters
    ----------
    total : int
        Frames in the video.
    frames : int
        Frames in the clip.
    mode : {"uniform", "dense", "random"}
        "uniform" cuts the video into ``frames`` equal parts and takes the middle of each, frame
        ``floor((i + 0.5) * total / frames)``: the whole video at a glance.
        "dense" takes neighbours ``step`` apart around the middle of the video: one movement,
        seen closely.
        "random" is "dense" at a random place; each place is equally likely.
    step : int
        Distance between neighbours for "dense" and "random".
    rng : np.random.Generator or int, optional
        The generator, or its seed, for "random".

    Returns
    -------
    np.ndarray
        (frames,) int64, never falling, within 0 and total - 1.

    Notes
    -----
    A video that is too short is not an error. "uniform" then shows some frames twice; "dense"
    and "random" start at frame 0 and hold the last frame.

    Examples
    --------
    >>> sample_indices(100, 4)
    array([12, 37, 62, 87])
    >>> sample_indices(100, 4, mode="dense", step=2)
    array([46, 48, 50, 52])
    >>> sample_indices(3, 6)
    array([0, 0, 1, 1, 2, 2])
    >>> sample_indices(3, 6, mode="dense")
    array([0, 1, 2, 2, 2, 2])
    """
    for name, value in (("total", total), ("frames", frames), ("step", step)):
        if value != int(value) or value < 1:
            raise VideoError(f"{name} must be a whole number >= 1. Received: {value!r}")
    if mode not in MODES:
        raise VideoError(f"mode must be one of {', '.join(MODES)}. Received: {mode!r}")
    if mode == "uniform":
        return (2 * np.arange(frames) + 1) * int(total) // (2 * int(frames))
    room = max(total - ((frames - 1) * step + 1), 0)  # places a window can start at, less one
    start = room // 2 if mode == "dense" else int(np.random.default_rng(rng).integers(room + 1))
    return np.minimum(start + step * np.arange(frames), total - 1)


def sample_clip(
    path, *, frames=16, mode="uniform", step=1, size=None, colour="rgb", rng=None
) -> np.ndarray:
    """Read a few frames of a video as one clip.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures.
    frames, mode, step, rng
        Which frames: see :func:`sample_indices`.
    size, colour
        As in :func:`read_frames`.

    Returns
    -------
    np.ndarray
        (frames, H, W, 3) uint8, or (frames, H, W) for "gray".

    Raises
    ------
    VideoError
        If the file cannot be read or an argument makes no sense.
    """
    rng = np.random.default_rng(rng)

    def choose(total):
        return sample_indices(total, frames, mode=mode, step=step, rng=rng)[np.newaxis]

    return _read_clips(path, choose, size, colour)[0]


def sample_clips(
    path, *, clips, frames=16, mode="uniform", step=1, size=None, colour="rgb", rng=None
) -> np.ndarray:
    """Read several clips of a video, each of neighbours ``step`` apart.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures.
    clips : int
        How many.
    frames, step
        Frames in a clip, and the distance between them.
    mode : {"uniform", "random"}
        Where the clips start. "uniform": spread evenly, the first at the start of the video, the
        last at its end, a single one in the middle; they overlap where the video is short.
        "random": anywhere, independently.
    size, colour
        As in :func:`read_frames`.
    rng : np.random.Generator or int, optional
        The generator, or its seed, for "random".

    Returns
    -------
    np.ndarray
        (clips, frames, H, W, 3) uint8, or (clips, frames, H, W) for "gray".

    Raises
    ------
    VideoError
        If the file cannot be read or an argument makes no sense.
    """
    if clips != int(clips) or clips < 1:
        raise VideoError(f"clips must be a whole number >= 1. Received: {clips!r}")
    if mode not in ("uniform", "random"):
        raise VideoError(f"mode must be 'uniform' or 'random'. Received: {mode!r}")
    rng = np.random.default_rng(rng)

    def choose(total):
        if mode == "random" or clips == 1:
            way = "random" if mode == "random" else "dense"
            rows = [
                sample_indices(total, frames, mode=way, step=step, rng=rng) for _ in range(clips)
            ]
            return np.stack(rows)
        room = max(total - ((frames - 1) * step + 1), 0)
        starts = np.round(np.linspace(0, room, clips)).astype(np.int64)
        return np.minimum(starts[:, np.newaxis] + step * np.arange(frames), total - 1)

    return _read_clips(path, choose, size, colour)


def _read_clips(path, choose, size, colour):
    """Read the frames that ``choose(total)``, (N, T) int, names."""
    chosen = choose(count_frames(path))
    found = _read_numbers(path, chosen, size, colour)
    if not set(chosen.flat) <= set(found):
        total = probe(path).frames
        note = f"{Path(path)}: only {total} frames can be decoded; the clip is taken from those."
        warn(note)
        chosen = choose(total)
        found = _read_numbers(path, chosen, size, colour)
    clips = [[found[number] for number in row] for row in chosen.tolist()]
    return np.array(clips)


def _read_numbers(path, chosen, size, colour):
    return dict(wanted_frames(path, np.unique(chosen).tolist(), size=size, colour=colour))
