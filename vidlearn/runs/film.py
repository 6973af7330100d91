"""The one way through a film: every frame is looked at, drawn, told, and forgotten."""

from __future__ import annotations

import json
from collections import deque
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

import vidlearn
from vidlearn import video
from vidlearn.datasets.files import is_picture
from vidlearn.messages import text
from vidlearn.video.door import opened

from .evaluation import BATCH
from .files import AS_TEXT, RunError, replaced
from .run import CLASSES, METRICS, MODEL, SETTINGS
from .state import NAME as STATE

PIXELS = 2**25  # of the frames that are in memory together
KEPT = (SETTINGS, CLASSES, MODEL, METRICS, STATE)  # files of a training that nothing replaces


def go_through(run, source, out, step, tellers, *, threshold, progress):
    """Look at a film with the model of a training, and write it anew.

    Parameters
    ----------
    run : Run
    source, out : str or Path
    step : callable
        Gets a frame and its Detections, in the order of the film; returns the rows that are to be
        told (boxes, scores, labels), a dict of what else is, and the frame as it is to be seen.
    tellers : sequence of callable
        Each gets number, seconds, rows and that dict.
    threshold : float
        Least score of the detections.
    progress : bool

    Returns
    -------
    int
        The frames that were written.
    """
    clock = Clock(video.frame_times(source))
    look = partial(_seen, run.model(), source, threshold)
    return written(clock, source, out, look, step, tellers, progress=progress)


def written(clock, source, out, look, step, tellers, *, progress):
    """Write a film anew, as it is seen.

    Parameters
    ----------
    clock : Clock
        Of the source.
    source, out : str or Path
    look : callable
        Gets a bar; yields each frame and what was found in it.
    step, tellers, progress
        As in `go_through`.

    Returns
    -------
    int
        The frames that were written.
    """
    count = [0]

    def drawn():
        size = None
        for frame, found in look(bar):
            number, count[0] = count[0], count[0] + 1
            seconds = clock.at(number)
            rows, more, frame = step(frame, found)
            for tell in tellers:
                tell(number, seconds, rows, more)
            size = size or frame.shape[:2]
            yield frame if frame.shape[:2] == size else _brought(frame, size)

    with bar_over(len(clock.times), progress) as bar:
        video.write_video(out, drawn(), times=clock, sound=source)
    return count[0]


def checked_threshold(threshold):
    """Return the least score as a number, or refuse it."""
    least = float(threshold)
    if not 0 <= least <= 1:
        raise RunError(text("runs")["share"].format(name="threshold", value=threshold))
    return least


def expect_files(run, source, *files):
    """Refuse to write onto the source, the training, a folder, or two things into one file."""
    words = text("runs")
    source, folder = (Path(path).expanduser().resolve() for path in (source, run.folder))
    taken = {source: "onto_itself"} | {folder / name: "of_the_run" for name in KEPT}
    for file in files:
        if file is None:
            continue
        place = Path(file).expanduser().resolve()
        why = taken.get(place) or ("folder" if place.is_dir() else None)
        if place.parent == source and place.is_file() and is_picture(place):
            why = "of_the_source"
        if why:
            raise RunError(words[why].format(file=file))
        if place.suffix.lower() != ".mp4" and not place.parent.is_dir():
            raise RunError(words["no_folder"].format(file=file, folder=place.parent))
        taken[place] = "both"


class Clock:
    """The times of the frames, handed out as the frames come: damage may leave fewer of them."""

    def __init__(self, times):
        self.times, self.waiting = times, deque()

    def at(self, number):
        """Return the seconds of a frame that comes."""
        self.waiting.append(self.seconds_of(number))
        return self.waiting[-1]

    def seconds_of(self, number):
        """Return the seconds of a frame; past the last one known, as long apart as those were."""
        last = len(self.times) - 1
        gap = (self.times[-1] - self.times[0]) / last if last else 0.04
        return float(self.times[min(number, last)] + max(number - last, 0) * gap)

    def __iter__(self):
        while self.waiting:
            yield self.waiting.popleft()


def bar_over(frames, progress):
    """Return a bar for so many frames."""
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


def _brought(frame, size):
    from vidlearn.models import letterbox

    return letterbox(frame, size)[0]


@contextmanager
def json_teller(path, source, run, threshold):
    """Give what writes a line for each frame; the file appears when all are written."""
    with replaced(path) as part, open(part, "w", **AS_TEXT) as file:
        head = {"vidlearn": vidlearn.__version__, "source": Path(source).name}
        head |= {"classes": list(run.classes), "threshold": threshold}
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "frames": [')

        def tell(number, seconds, rows, more):
            line = {"frame": number, "seconds": round(seconds, 6)}
            line["boxes"] = np.round(rows.boxes.astype(float), 2).tolist()
            line["scores"] = np.round(rows.scores, 4).tolist()
            line["names"] = [run.classes[k] for k in rows.labels]
            words = json.dumps(line | more, ensure_ascii=False)
            file.write((",\n" if number else "\n") + words)

        yield tell
        file.write("\n]}\n")
