"""Some frames of a video as a clip: which ones, by which rule."""

from __future__ import annotations

import numpy as np

from .arguments import fitting, picture_options, whole
from .door import opened
from .errors import VideoError
from .facts import nothing_decodes
from .read import wanted_frames

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
    total, (frames, step) = whole("total", total, 1), _counts(frames, step)
    if mode not in MODES:
        raise VideoError(f"mode must be one of {', '.join(MODES)}. Received: {mode!r}")
    if mode == "uniform":
        return (2 * np.arange(frames) + 1) * total // (2 * frames)
    room = max(total - ((frames - 1) * step + 1), 0)  # places a window can start at, less one
    start = room // 2 if mode == "dense" else int(generator(rng).integers(room + 1))
    return np.minimum(start + min(step, total) * np.arange(frames), total - 1)


def sample_clip(
    path,
    *,
    frames=16,
    mode=None,
    step=None,
    size=None,
    colour="rgb",
    rng=None,
    max_bytes=2 * 2**30,
) -> np.ndarray:
    """Read a few frames of a video as one clip.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures.
    frames, mode, step, rng
        Which frames: see :func:`sample_indices`. Where no mode is given, it is "uniform"; or
        "dense" where a step is, for "uniform" has no use for one.
    size, colour
        As in :func:`read_frames`.
    max_bytes : int
        More than this is refused before memory is full.

    Returns
    -------
    np.ndarray
        (frames, H, W, 3) uint8, or (frames, H, W) for "gray".

    Raises
    ------
    VideoError
        If the file cannot be read, an argument makes no sense, or the array would be larger than
        ``max_bytes``.
    """
    if mode is None:
        mode = "uniform" if step is None else "dense"
    rng, (frames, step) = generator(rng), _counts(frames, 1 if step is None else step)
    if mode not in MODES:
        raise VideoError(f"mode must be one of {', '.join(MODES)}. Received: {mode!r}")

    def choose(total):
        return sample_indices(total, frames, mode=mode, step=step, rng=rng)[np.newaxis]

    return read_chosen(path, choose, frames, size, colour, max_bytes)[0]


def sample_clips(
    path,
    *,
    clips,
    frames=16,
    mode="uniform",
    step=1,
    size=None,
    colour="rgb",
    rng=None,
    max_bytes=2 * 2**30,
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
    max_bytes : int
        More than this is refused before memory is full.

    Returns
    -------
    np.ndarray
        (clips, frames, H, W, 3) uint8, or (clips, frames, H, W) for "gray".

    Raises
    ------
    VideoError
        If the file cannot be read, an argument makes no sense, or the array would be larger than
        ``max_bytes``.
    """
    clips, (frames, step) = whole("clips", clips, 1), _counts(frames, step)
    if mode not in ("uniform", "random"):
        raise VideoError(f"mode must be 'uniform' or 'random'. Received: {mode!r}")
    rng = generator(rng)

    def choose(total):
        if mode == "random" or clips == 1:
            way = "random" if mode == "random" else "dense"
            rows = [
                sample_indices(total, frames, mode=way, step=step, rng=rng) for _ in range(clips)
            ]
            return np.stack(rows)
        room = max(total - ((frames - 1) * step + 1), 0)
        starts = np.round(np.linspace(0, room, clips)).astype(np.int64)
        steps = min(step, total) * np.arange(frames)
        return np.minimum(starts[:, np.newaxis] + steps, total - 1)

    return read_chosen(path, choose, clips * frames, size, colour, max_bytes)


def _counts(frames, step):
    return whole("frames", frames, 1), whole("step", step, 1)


def generator(rng):
    """Return a random generator; a seed makes a new one."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise VideoError(f"rng must be a generator or a seed. Received: {rng!r}") from error


def read_chosen(path, choose, frames, size, colour, max_bytes):
    """Read the ``frames`` frames that ``choose(total)``, (N, T) int, names."""
    size, colour = picture_options(size, colour)
    source, max_bytes = opened(path), whole("max_bytes", max_bytes, 1)
    pixels = size[0] * size[1] if size else source.pixels
    need = frames * pixels * (3 if colour in ("rgb", "bgr") else 1)
    fitting(
        source.path, frames, need, max_bytes, "Take fewer (frames, clips) or smaller ones (size)"
    )
    if not source.count:
        raise VideoError(nothing_decodes(source.path))
    chosen, clips = choose(source.count), None
    while clips is None:
        clips = _filled(source, chosen, size, colour)
        if clips is None:  # fewer frames came than the packets foretold; now they are counted
            chosen = choose(source.count)
    return clips


def _filled(source, chosen, size, colour):
    """Return the chosen frames as one array, never twice in memory; None if some did not come."""
    numbers, places = np.unique(chosen, return_inverse=True)
    places, clips, found = places.reshape(chosen.shape), None, 0
    for number, frame in wanted_frames(source, numbers.tolist(), size=size, colour=colour):
        if clips is None:
            clips = np.empty((*chosen.shape, *frame.shape), np.uint8)
        clips[places == np.searchsorted(numbers, number)] = frame
        found += 1
    return clips if found == len(numbers) else None
