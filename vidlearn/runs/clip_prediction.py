"""Say what is done in a film, window by window, second by second, and write it on the film."""

from __future__ import annotations

import json
from collections import deque
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

import vidlearn
from vidlearn import video
from vidlearn.messages import text
from vidlearn.plots import draw_label
from vidlearn.video.door import opened
from vidlearn.video.write import film_place

from . import clip_data
from .files import AS_TEXT, RunError, replaced
from .film import Clock, bar_over, checked_threshold, expect_files, written
from .run import SETTINGS
from .settings import readable

BATCH = 16  # windows that are looked at together


def predict_actions(run, source, out, *, found=None, threshold=None, stride=None, progress=False):
    """Do what `predict` does, for a network that says what is done in clips.

    The film is gone through twice: a window must be seen to its end before its first frame can be
    named, and so no more than a batch of windows of small frames is in memory, however long the
    film.

    Parameters
    ----------
    run : Run
    source, out : str or Path
    found : str or Path, optional
    threshold : float, optional
    stride : int, optional
    progress : bool

    Returns
    -------
    str
    """
    least = checked_threshold(0.0 if threshold is None else threshold)
    expect_files(run, source, out, found)
    film_place(out)  # before the film is gone through
    settings = readable(run.settings, run.folder / SETTINGS)
    frames, step = settings["frames"], settings["step"]
    span = (frames - 1) * step + 1
    stride = max(span // 4, 1) if stride is None else _checked(stride, span)
    clock, info = Clock(video.frame_times(source)), video.probe(source, decode=False)
    model = clip_data.fitting_model(run)
    with bar_over(len(clock.times), progress) as bar:
        seen = Seen(model, source, settings, stride, bar)
    told = {"video": Path(source).name, "fps": round(info.fps, 4), "frames": seen.frames}
    told |= {"classes": list(run.classes), "window": {"frames": frames, "step": step}}
    told["window"] |= {"stride": stride}

    def look(bar):
        film = opened(source)
        for number, frame in film.pick(range(2**62), size=None, colour="rgb"):
            bar.update(1)
            yield frame, seen.at(min(number, seen.frames - 1))

    def draw(frame, scores):
        label = int(scores.argmax())
        sure = scores[label] >= least
        named = {"score": scores[label], "names": run.classes}
        return scores, {}, draw_label(frame, label, **named) if sure else frame

    with ExitStack() as stack:
        seconds = Seconds()
        if found:
            stack.enter_context(_told_in(found, told, seen, seconds, clock))
        count = written(clock, source, out, look, draw, [seconds.add], progress=progress)
    return text("runs")["predicted_clips"].format(
        frames=count, windows=len(seen.starts), file=out, labels=", ".join(seen.names(run.classes))
    )


def _checked(stride, span):
    if not isinstance(stride, int | np.integer) or not 1 <= stride <= span:
        told = {"name": "stride", "least": 1, "most": span, "value": stride}
        raise RunError(text("runs")["whole"].format(**told))
    return int(stride)


class Seen:
    """What a network says of each window of a film, and of each frame: the mean of its windows.

    Parameters
    ----------
    model : keras.Model
    source : str or Path
    settings : dict
        Of the training.
    stride : int
        Frames from one window to the next. The last window ends with the film.
    bar : tqdm

    Attributes
    ----------
    frames : int
        Of the film.
    span : int
        Of a window.
    starts : ndarray
        (W,) int64, the first frame of each window.
    scores : ndarray
        (W, K) float32, 0 to 1.
    """

    def __init__(self, model, source, settings, stride, bar):
        self.model, self.stride, self.step = model, stride, settings["step"]
        self.span = (settings["frames"] - 1) * self.step + 1
        self.frames, self._waiting, starts, self._scores = 0, [], [], []
        held = deque(maxlen=self.span)
        film = opened(source)
        for _, frame in film.pick(range(2**62), size=tuple(settings["size"]), colour="rgb"):
            held.append(frame)
            self.frames += 1
            bar.update(1)
            start = self.frames - self.span
            if start >= 0 and start % stride == 0:
                starts.append(start)
                self._ask(held)
        last = max(self.frames - self.span, 0)
        if not starts or starts[-1] != last:
            held.extend([held[-1]] * max(self.span - self.frames, 0))  # too short: it stands still
            starts.append(last)
            self._ask(held)
        self._answer()
        self.starts, self.scores = np.array(starts), np.concatenate(self._scores)

    def _ask(self, held):
        self._waiting.append(np.stack(list(held)[:: self.step]))
        if len(self._waiting) == BATCH:
            self._answer()

    def _answer(self):
        from vidlearn.models import predict_clips

        if self._waiting:
            self._scores.append(predict_clips(self.model, np.stack(self._waiting)))
        self._waiting = []

    def at(self, frame):
        """Return (K,): the mean of the scores of all windows in which a frame is."""
        first, last = np.searchsorted(self.starts, [frame - self.span + 1, frame + 1])
        return self.scores[first:last].mean(axis=0)

    def names(self, classes):
        """Return the classes that are found in some window, the most frequent first."""
        labels, counts = np.unique(self.scores.argmax(axis=1), return_counts=True)
        return [classes[k] for k in labels[np.argsort(-counts, kind="stable")]]


class Seconds:
    """The mean scores of each second, added up as the frames go by."""

    def __init__(self):
        self.sums, self.counts = {}, {}

    def add(self, number, seconds, scores, more):
        """Take the scores of a frame, the next one."""
        second = int(seconds + 1e-6)
        self.sums[second] = self.sums.get(second, 0) + scores
        self.counts[second] = self.counts.get(second, 0) + 1

    def means(self):
        """Yield which second it is, and its scores (K,)."""
        for second, total in self.sums.items():
            yield {"second": second}, total / self.counts[second]


@contextmanager
def _told_in(path, head, seen, seconds, clock):
    """Give a file in which all is told once the film is written: it appears whole."""
    with replaced(path) as part, open(part, "w", **AS_TEXT) as file:
        yield
        parts = {"windows": _windows(seen, clock), "seconds": seconds.means()}
        told = json.dumps({"vidlearn": vidlearn.__version__} | head, ensure_ascii=False)[:-1]
        for name, rows in parts.items():
            file.write(f'{told}, "{name}": [\n')
            lines = (_line(place, scores, head["classes"]) for place, scores in rows)
            file.write(",\n".join(lines))
            told = "\n]"
        file.write("\n]}\n")


def _windows(seen, clock):
    """Yield where each window is, frames half-open from 0, and its scores."""
    for start, scores in zip(seen.starts.tolist(), seen.scores, strict=True):
        end = min(start + seen.span, seen.frames)
        times = (round(clock.seconds_of(frame), 6) for frame in (start, end))
        names = ("start", "end", "start_seconds", "end_seconds")
        yield dict(zip(names, (start, end, *times), strict=True)), scores


def _line(place, scores, classes):
    label = int(scores.argmax())
    best = {"label": classes[label], "score": round(float(scores[label]), 4)}
    return json.dumps(place | best, ensure_ascii=False)
