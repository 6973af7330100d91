"""How good a network for clips is, what it needs of them, and how fast it is."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from vidlearn.datasets import DatasetError
from vidlearn.messages import text
from vidlearn.metrics import (
    class_average_precision,
    label_confusion,
    mean_average_precision,
    top_k_accuracy,
)

from . import clip_data, table
from .evaluation import chosen_split
from .files import RunError
from .run import SETTINGS
from .settings import readable

BATCH = 16  # clips that are looked at together
MANY = 10  # classes from which on the first five tell something


def evaluate_clips(run, clips, *, split=None, skip=False, views=1, progress=False):
    """Do what `evaluate` does, for a network that says what is done in clips.

    Parameters
    ----------
    run : Run
    clips : str, Path or ClipSet
    split : str, optional
    skip, progress : bool
    views : int

    Returns
    -------
    dict
    """
    if not isinstance(views, int | np.integer) or not 1 <= views <= 100:
        told = {"name": "views", "least": 1, "most": 100, "value": views}
        raise RunError(text("runs")["whole"].format(**told))
    readable(run.settings, run.folder / SETTINGS)
    whole = clip_data.as_clips(clips, skip=skip)
    split, chosen = chosen_split(run, whole, split)
    try:
        chosen = chosen.as_classes(run.classes)
    except DatasetError as error:
        raise RunError(_unknown(chosen, run.classes)) from error
    model, labels = clip_data.fitting_model(run), chosen.labels
    scores, controls, speeds = _look(run, model, chosen, views, progress)
    found = {"clips": len(chosen), "split": split, "views": views}
    found |= measured(scores, labels, run.classes)
    found |= {name: _plain(top_k_accuracy(one, labels)) for name, one in controls.items()}
    return found | {"clips_per_second": speeds, **cost(model)}


def _unknown(clips, classes):
    names = [name for name, n in clips.counts().items() if n and name not in classes]
    told = {"unknown": ", ".join(names), "known": ", ".join(classes), "what": "clips"}
    return text("runs")["other_classes_clips"].format(**told)


def measured(scores, labels, classes):
    """Return what scores are worth.

    Parameters
    ----------
    scores : ndarray
        (N, K).
    labels : ndarray
        (N,) int.
    classes : sequence of str

    Returns
    -------
    dict
        "top1", "top5", "mAP", "per_class", "classes" and "confusion", whose rows are the truth.
    """
    confusion = label_confusion(scores.argmax(axis=1), labels, len(classes))
    each = class_average_precision(scores, labels)
    per_class = {}
    for k, name in enumerate(classes):
        count = int(confusion[k].sum())
        top1 = float("nan") if not count else confusion[k, k] / count
        per_class[name] = {"top1": _plain(top1), "AP": _plain(each[k]), "clips": count}
    return {
        "top1": _plain(top_k_accuracy(scores, labels)),
        "top5": _plain(top_k_accuracy(scores, labels, k=5)) if len(classes) >= MANY else None,
        "mAP": _plain(mean_average_precision(scores, labels)),
        "per_class": per_class,
        "classes": list(classes),
        "confusion": confusion.tolist(),
    }


def cost(model):
    """Return the parameters of a model and its multiply-adds for a clip, None if not to be had."""
    from vidlearn.models import multiply_adds

    try:
        products = int(multiply_adds(model))
    except ValueError:
        products = None
    return {"parameters": int(model.count_params()), "multiply_adds": products}


def _plain(value):
    return None if np.isnan(value) else round(float(value), 4)


def _look(run, model, clips, views, progress):
    """Return scores (N, K), those of the controls, and clips a second.

    The controls see the same stretches: one frame, the middle one, all the time; and all frames
    in an order by chance.
    """
    from tqdm import tqdm

    settings = run.settings
    workers = table.preset_of(settings["kind"], settings["preset"]).workers
    rng, scores, controls = np.random.default_rng(0), [], {"one_frame": [], "shuffled": []}
    _predicted(model, np.zeros((BATCH, *model.input_shape[1:]), np.uint8))  # warm
    waited, looked, rest = 0.0, 0.0, 0
    bar = tqdm(total=len(clips), disable=None if progress else True, unit=text("runs")["clip"])
    with bar, clip_data.reader(clips, settings, workers, views=views) as reader:
        batches, begun = reader.batches(BATCH), perf_counter()
        for number, (frames, labels) in enumerate(batches):
            frames = frames.reshape(len(labels), views, *model.input_shape[1:])
            if number:  # the first one waited for the processes to start
                waited += perf_counter() - begun
                rest += len(labels)
            begun = perf_counter()
            scores.append(_averaged(model, frames))
            looked += perf_counter() - begun
            middle = frames[:, :, [frames.shape[2] // 2] * frames.shape[2]]
            controls["one_frame"].append(_averaged(model, middle))
            mixed = rng.permuted(np.tile(np.arange(frames.shape[2]), (len(frames), 1)), axis=1)
            mixed = frames[np.arange(len(frames))[:, None], :, mixed].swapaxes(1, 2)
            controls["shuffled"].append(_averaged(model, mixed))
            bar.update(len(labels))
            begun = perf_counter()
    speeds = {"network": round(len(clips) / looked, 1), "with_decoding": None}
    if rest:
        speeds["with_decoding"] = round(1 / (waited / rest + looked / len(clips)), 1)
    controls = {name: np.concatenate(parts) for name, parts in controls.items()}
    return np.concatenate(scores), controls, speeds


def _averaged(model, frames):
    """Return (N, K) of clips (N, V, T, H, W, 3): the mean over their views."""
    count, views = frames.shape[:2]
    found = _predicted(model, frames.reshape(count * views, *frames.shape[2:]))
    return found.reshape(count, views, -1).mean(axis=1)


def _predicted(model, clips):
    from vidlearn.models import predict_clips

    return predict_clips(model, clips, batch_size=BATCH)


def as_table(found):
    """Say what `evaluate_clips` returned, as a table.

    Parameters
    ----------
    found : dict

    Returns
    -------
    str
    """
    words, told = text("runs"), found | {"split": found["split"] or text("runs")["all"]}
    lines = [words["of_clips"].format(**told)]
    width = max(5, *map(len, found["classes"]))
    lines.append(f"{'':{width}}  top-1     AP  {words['clips']}")
    all_of_them = {"top1": found["top1"], "AP": found["mAP"], "clips": found["clips"]}
    for name, row in {words["all"]: all_of_them, **found["per_class"]}.items():
        lines.append(f"{name:{width}}  {_shown(row['top1'])}  {_shown(row['AP'])}  {row['clips']}")
    if found["top5"] is not None:
        lines.append(words["top5"].format(top5=found["top5"]))
    chance = 1 / len(found["classes"])
    lines.append(words["controls"].format(**found, chance=chance))
    lines += _confusion(found, width)
    speeds = found["clips_per_second"]
    decoding = speeds["with_decoding"] or "-"
    lines.append(words["clip_speed"].format(network=speeds["network"], decoding=decoding))
    products = found["multiply_adds"]
    products = "-" if products is None else f"{products / 1e6:,.1f}"
    lines.append(words["cost"].format(parameters=found["parameters"], products=products))
    return "\n".join(lines)


def _confusion(found, width):
    """The confusion matrix as lines, or of many classes what is confused most."""
    words, names, rows = text("runs"), found["classes"], np.array(found["confusion"])
    wide = max(4, len(str(rows.max())) + 1)
    if len(names) * wide + width <= 100:
        lines = ["", words["confusion"]]
        lines.append(" " * width + "".join(f"{k:{wide}}" for k in range(1, len(names) + 1)))
        for k, (name, row) in enumerate(zip(names, rows, strict=True), 1):
            shown = "".join(f"{n or '.':>{wide}}" for n in row)
            lines.append(f"{name:{width}}{shown}   {k}")
        return [*lines, ""]
    np.fill_diagonal(rows, 0)
    most = np.argsort(-rows, axis=None, kind="stable")[:10]
    places = [divmod(int(k), len(names)) for k in most if rows.flat[k]]
    told = [f"{names[a]}: {names[b]} ({rows[a, b]})" for a, b in places]
    return [words["confused"].format(told="; ".join(told))] if told else []


def _shown(value):
    return "  -  " if value is None else f"{value:.3f}"
