"""Find things in a film or a folder of pictures, frame by frame, and draw them."""

from __future__ import annotations

import json
from collections import deque
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

import vidlearn
from vidlearn import video
from vidlearn.messages import text
from vidlearn.plots import draw_boxes
from vidlearn.video.door import opened

from .evaluation import BATCH
from .files import RunError, replaced
from .run import Run

PIXELS = 2**25  # of the frames that are in memory together


def predict(run, source, out, *, found=None, threshold=0.5, progress=False):
    """Find things in a film with the model of a training, and write the film with boxes drawn.

    Only a batch of frames is in memory at a time, however long the film.

    Parameters
    ----------
    run : str, Path or Run
        The folder of the training.
    source : str or Path
        A video file, or a folder of pictures (25 a second; those of other sizes than the first
        are brought into its size in the film, not in `found`).
    out : str or Path
        The film to write, ".mp4", with the frames, the time stamps and the sound of the source.
    found : str or Path, optional
        A JSON file for what was found: an object with "classes" and "frames". Each frame has a
        line of its own, with "frame", "seconds", "boxes" (x1, y1, x2, y2 in pixels of the
        source), "scores" and "names".
    threshold : float
        Least score, 0 to 1.
    progress : bool
        Show a bar.

    Returns
    -------
    str
        What was written, in a sentence.

    Raises
    ------
    RunError
        If `run` is no training or has no model yet, `out` is the source, or the disk is full.
    vidlearn.video.VideoError
        If the source cannot be read, or `out` not be written.

    Notes
    -----
    Both files appear when they are whole, or not at all.

    Lesson 15 uses it.
    """
    run = run if isinstance(run, Run) else Run(run)
    words, least = text("runs"), float(threshold)
    if not 0 <= least <= 1:
        raise RunError(words["share"].format(name="threshold", value=threshold))
    _expect_files(source, out, found)
    clock = _Clock(video.frame_times(source))
    model = run.model()
    with ExitStack() as stack:
        tell = stack.enter_context(_teller(found, source, run, least)) if found else None
        bar = _bar(len(clock.times), progress)
        seen = _seen(model, source, least, stack.enter_context(bar))
        counts = [0, 0]
        drawn = _drawn(seen, clock, run.classes, tell, counts)
        video.write_video(out, drawn, times=clock, sound=source)
    return words["predicted"].format(frames=counts[0], boxes=counts[1], file=out)


def _expect_files(source, out, found):
    """Refuse to write onto the source, two things into one file, or a file onto a folder."""
    words = text("runs")
    taken = {Path(source).expanduser().resolve(): "onto_itself"}
    for file in (out, found):
        if file is None:
            continue
        place = Path(file).expanduser().resolve()
        why = taken.get(place) or ("folder" if place.is_dir() else None)
        if why:
            raise RunError(words[why].format(file=file))
        taken[place] = "both"


class _Clock:
    """The times of the frames, handed out as the frames come: damage may leave fewer of them."""

    def __init__(self, times):
        self.times, self.waiting = times, deque()

    def at(self, number):
        """Return the seconds of a frame; past the last one known, as long apart as those were."""
        last = len(self.times) - 1
        gap = (self.times[-1] - self.times[0]) / last if last else 0.04
        seconds = float(self.times[min(number, last)] + max(number - last, 0) * gap)
        self.waiting.append(seconds)
        return seconds

    def __iter__(self):
        while self.waiting:
            yield self.waiting.popleft()


def _bar(frames, progress):
    from tqdm import tqdm

    return tqdm(total=frames, disable=None if progress else True, unit=text("runs")["frame"])


def _seen(model, source, threshold, bar):
    """Yield every frame with what was found in it."""
    film = opened(source)
    frames = (frame for _, frame in film.pick(range(2**62), size=None, colour="rgb"))
    size = int(np.clip(PIXELS // film.pixels, 1, BATCH))
    while batch := list(islice(frames, size)):
        # The last batch is filled up: a batch of another length would be compiled anew.
        whole = batch + [batch[-1]] * (size - len(batch))
        found = model.predict(whole, threshold=threshold, batch_size=size)
        yield from zip(batch, found, strict=False)
        bar.update(len(batch))


def _drawn(seen, clock, classes, tell, counts):
    """Yield every frame with its boxes drawn; tell what was found, and count it."""
    size = None
    for number, (frame, found) in enumerate(seen):
        seconds = clock.at(number)
        if tell is not None:
            tell(number, seconds, found)
        counts[0], counts[1] = number + 1, counts[1] + len(found)
        frame = draw_boxes(frame, found, names=classes)
        size = size or frame.shape[:2]
        yield frame if frame.shape[:2] == size else _brought(frame, size)


def _brought(frame, size):
    from vidlearn.models import letterbox

    return letterbox(frame, size)[0]


@contextmanager
def _teller(path, source, run, threshold):
    """Give what writes a line for each frame; the file appears when all are written."""
    with replaced(path) as part, open(part, "w", encoding="utf-8", newline="\n") as file:
        head = {"vidlearn": vidlearn.__version__, "source": Path(source).name}
        head |= {"classes": list(run.classes), "threshold": threshold}
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "frames": [')

        def tell(number, seconds, found):
            line = {"frame": number, "seconds": round(seconds, 6)}
            line["boxes"] = np.round(found.boxes.astype(float), 2).tolist()
            line["scores"] = np.round(found.scores, 4).tolist()
            line["names"] = [run.classes[k] for k in found.labels]
            words = json.dumps(line, ensure_ascii=False)
            file.write((",\n" if number else "\n") + words)

        yield tell
        file.write("\n]}\n")
