"""How good a trained network is on labelled pictures or clips, and how fast."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from vidlearn.boxes import Truth
from vidlearn.messages import text
from vidlearn.metrics import evaluate_detections

from . import data
from .files import RunError
from .run import Run

LEAST = 0.01  # the least score of a detection that is held against the truth
BATCH = 16  # pictures that are looked at together


def precision(model, frames, truths, classes):
    """Return mAP50 and mAP; None where there is nothing to find.

    Parameters
    ----------
    model : vidlearn.models.Detector
    frames : sequence of ndarray
    truths : sequence of Truth
        In the pixels of the frames.
    classes : sequence of str

    Returns
    -------
    mAP50, mAP : float or None
    """
    found = model.predict(frames, threshold=LEAST, batch_size=BATCH)
    measured = evaluate_detections(found, truths, classes=classes)
    return tuple(None if np.isnan(x) else float(x) for x in (measured.AP50, measured.AP))


def evaluate(run, pictures, *, split=None, skip=False, form=None, views=None, progress=False):
    """Hold the model of a training against labelled pictures or clips.

    Parameters
    ----------
    run : str, Path or Run
        The folder of the training.
    pictures : str, Path, DetectionSet or ClipSet
        Labelled pictures: a folder in a form that `vidlearn.datasets.read` knows; or clips, as
        `vidlearn.datasets.read_clips` reads them. The classes are matched with the model's by
        their names.
    split : str, optional
        Of which split; default: "test" where there is one, else "val" (of an undivided folder
        that the training knew, what it put aside), else all.
    skip : bool
        Leave out labels at fault and clips that are broken, rather than refuse the folder.
    form : str, optional
        Of pictures: the form of the labels; default: found out.
    views : int, optional
        Of clips: how many stretches of each film are looked at, evenly, whose scores are averaged;
        default: one, in the middle.
    progress : bool
        Show a bar.

    Returns
    -------
    dict
        Of a detector "mAP50", "mAP", "per_class" and "by_size" (small: area to 32², medium: to
        96², large, in pixels of the picture itself), "pictures", "split", "frames_per_second".
        Of clips "top1", "top5" (from ten classes on), "mAP", "per_class", "classes", "confusion"
        (rows the truth); what the network needs: "one_frame", its top-1 where it sees the middle
        frame all the time, and "shuffled", where it sees the frames in an order by chance;
        "clips", "split", "views", "clips_per_second" ("network", "with_decoding"), "parameters"
        and "multiply_adds" (of one clip). What cannot be had is None.

    Raises
    ------
    RunError
        If the pictures or clips have classes that the model does not know, or there are none.
    vidlearn.datasets.DatasetError
        If the pictures cannot be read.

    Notes
    -----
    Frames per second counts from the picture in memory to the boxes: fitting, network, decoding
    and non-maximum suppression, in batches of 16; not the reading of files, nor the compilation.
    Clips per second are the films of one after another, the network and then the next batch of 16
    from the processes that decode; None where there is only one batch.

    Lesson 15 uses it.
    """
    run = run if isinstance(run, Run) else Run(run)
    run.expect_no_films("evaluate")
    for name, value, what in (("form", form, "clips"), ("views", views, "pictures")):
        if value is not None and what == run.task.COUNTED:
            raise RunError(text("runs")[f"no_{name}"].format(name=name))
    if run.task.COUNTED == "clips":
        from .clip_evaluation import evaluate_clips

        how = {"split": split, "skip": skip, "progress": progress}
        return evaluate_clips(run, pictures, views=1 if views is None else views, **how)
    whole = data.as_set(pictures, form=form, skip=skip)
    split, chosen = chosen_split(run, whole, split)
    chosen = with_classes(chosen, run.classes)
    found, seconds = _look(run.model(), chosen, progress)
    measured = evaluate_detections(found, [i.truth for i in chosen], classes=run.classes)
    return {
        "mAP50": _plain(measured.AP50),
        "mAP": _plain(measured.AP),
        "per_class": {
            name: {
                "mAP50": _plain(row["AP50"]),
                "mAP": _plain(row["AP"]),
                "boxes": row["truths"],
            }
            for name, row in measured.per_class.items()
        },
        "by_size": {size: _plain(measured.ap(size=size)) for size in measured.sizes[1:]},
        "pictures": len(chosen),
        "split": split,
        "frames_per_second": round(len(chosen) / seconds, 1),
    }


def _plain(value):
    return None if np.isnan(value) else round(float(value), 4)


def chosen_split(run, whole, split):
    """Return the split's name and its pictures, or clips."""
    if "val" not in whole.splits:
        whole = data.as_trained(whole, run.settings.get("data"))
    there = whole.splits
    if split is None:
        split = next((name for name in ("test", "val") if name in there), "")
        chosen = whole.split(split) if split else whole
    elif split in there:
        chosen = whole.split(split)
    else:
        known = ", ".join(filter(None, there)) or text("runs")["none"]
        raise RunError(text("runs")["no_split"].format(split=split, known=known))
    if not len(chosen):
        raise RunError(text("runs")["no_pictures"])
    return split, chosen


def with_classes(pictures, classes):
    """Return the set with the model's labels, by the names of the classes.

    Parameters
    ----------
    pictures : DetectionSet
    classes : sequence of str
        The model's.

    Returns
    -------
    DetectionSet

    Raises
    ------
    RunError
        If boxes have a class that the model does not know.
    """
    used = pictures.counts()
    unknown = [name for name in pictures.classes if used[name] and name not in classes]
    if unknown:
        told = {"unknown": ", ".join(unknown), "known": ", ".join(classes)}
        raise RunError(text("runs")["other_classes"].format(**told))
    places = [classes.index(name) if name in classes else -1 for name in pictures.classes]
    places = np.array([*places, -1])
    items = []
    for item in pictures:
        t = item.truth
        truth = Truth(t.boxes, places[t.labels], t.difficult, t.crowd, t.areas)
        items.append(replace(item, truth=truth))
    return replace(pictures, classes=tuple(classes), items=tuple(items), category_ids=None)


def _look(model, pictures, progress):
    """Return the detections of all pictures, and the seconds that this took."""
    from tqdm import tqdm

    found, seconds, warm = [], 0.0, set()
    starts = range(0, len(pictures), BATCH)
    for start in tqdm(starts, disable=None if progress else True, unit=text("runs")["batch"]):
        frames = [item.frame() for item in pictures[start : start + BATCH]]
        if len(frames) not in warm:  # a batch of another length is compiled anew
            model.predict(frames, threshold=LEAST, batch_size=BATCH)
            warm.add(len(frames))
        begun = perf_counter()
        found += model.predict(frames, threshold=LEAST, batch_size=BATCH)
        seconds += perf_counter() - begun
    return found, seconds


def as_text(found):
    """Say what `evaluate` returned, as a table.

    Parameters
    ----------
    found : dict
        What `evaluate` returned.

    Returns
    -------
    str
    """
    if "clips" in found:
        from .clip_evaluation import as_table

        return as_table(found)
    words = text("runs")
    split = found["split"] or words["all"]
    lines = [words["of"].format(pictures=found["pictures"], split=split)]
    width = max([4, *map(len, found["per_class"])])
    lines.append(f"{'':{width}}  mAP50    mAP")
    rows = {words["all"]: found, **found["per_class"]}
    for name, row in rows.items():
        lines.append(f"{name:{width}}  {_shown(row['mAP50'])}  {_shown(row['mAP'])}")
    sizes = ", ".join(f"{size} {_shown(value)}" for size, value in found["by_size"].items())
    lines += [words["sizes"].format(sizes=sizes)]
    return "\n".join([*lines, words["speed"].format(fps=found["frames_per_second"])])


def _shown(value):
    return "  -  " if value is None else f"{value:.3f}"
