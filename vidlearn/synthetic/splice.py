"""Join clips of your own by drawn transitions, with exact truth."""

from itertools import pairwise

import numpy as np

from vidlearn.synthetic import asked
from vidlearn.synthetic.joins import Join, draw_join
from vidlearn.synthetic.montage import Cutter, Montage, truth, weighed


def join_clips(clips, *, size=None, seed=0, transitions=None, most=40, fps=25.0):
    """Join clips of your own by cuts, dissolves, fades and wipes.

    In a dissolve or a wipe the end of one clip and the beginning of the next are seen at once, so
    the film is shorter than its clips together. A transition takes at most a third of the shorter
    of its two clips; where that is less than 4 frames, there is a cut.

    Parameters
    ----------
    clips : sequence
        In this order, each an array (T, H, W, 3) of uint8 RGB, or the path of a video. A boundary
        inside a clip would be missing from the truth: give clips that have none.
    size : (int, int), optional
        Height and width of the film in pixels; those of the first clip when not given. The others
        are stretched or shrunk to it.
    seed : int or numpy.random.Generator
        Draws the transitions.
    transitions : dict of float, optional
        As in `montage`.
    most : int
        Frames of a dissolve or a wipe, and of each half of a fade, at most; 4 to 40.
    fps : float
        Frames per second.

    Returns
    -------
    Montage
        Its `traps` are empty.

    Raises
    ------
    ValueError
        If there is no clip, or a clip is no film.

    Examples
    --------
    >>> dark, light = np.zeros((30, 27, 48, 3), np.uint8), np.full((30, 27, 48, 3), 250, np.uint8)
    >>> film = join_clips([dark, light], transitions={"dissolve": 1}, seed=1)
    >>> film.transitions.tolist(), len(film.frames), film.frames[25:31, 0, 0, 0].tolist()
    ([[26, 30]], 56, [0, 50, 100, 150, 200, 250])

    Lesson 21 uses it.
    """
    weights, rng = weighed(transitions), asked.drawn(seed)
    most = asked.whole("most", most, 4, 40)
    size = size if size is None else asked.sized(size, 1)
    films = []
    for number, clip in enumerate(clips):
        films.append(_opened(clip, number, size))
        size = films[0].shape[1:3]
    if not films:
        raise ValueError("clips must hold at least one clip. Received: none")
    kinds, chances = list(weights), np.array(list(weights.values())) / sum(weights.values())
    joins = []
    for old, new in pairwise(films):
        room = min(most, min(len(old), len(new)) // 3)
        kind = str(rng.choice(kinds, p=chances))
        joins.append(draw_join(kind, rng, most=room) if room >= 4 else Join("cut"))
    spans, start = [], 0
    for k, clip in enumerate(films):
        head = joins[k - 1].head if k else 0
        tail = joins[k].tail if k < len(joins) else 0
        spans.append((start, start + len(clip) - head - tail))
        start = spans[-1][1] + (joins[k].frames if k < len(joins) else 0)
    cutter = Cutter(np.empty((start, *size, 3), np.uint8), joins)
    for k, clip in enumerate(films):
        cutter.add(k, spans[k][0], clip)
    return Montage(cutter.film, *truth(spans, joins), [], fps)


def _opened(clip, number, size):
    """Return a clip as (T, H, W, 3) uint8 of a size, or of its own."""
    if not isinstance(clip, np.ndarray):
        from vidlearn.video import read_video

        return read_video(clip, size=size)
    fine = clip.dtype == np.uint8 and clip.ndim == 4 and clip.shape[3] == 3 and clip.size
    if not fine:
        raise ValueError(
            f"clips must be arrays (T, H, W, 3) of uint8, or paths of videos. Received: clip "
            f"{number} of {clip.dtype}, {clip.shape}"
        )
    if size is None or clip.shape[1:3] == tuple(size):
        return clip
    import cv2

    way = cv2.INTER_AREA if size[0] < clip.shape[1] else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, size[::-1], interpolation=way) for frame in clip])
