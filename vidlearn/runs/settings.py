"""All that a training depends on, in one dictionary; and what must not change when it goes on."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import numpy as np

import vidlearn
from vidlearn.messages import text

from . import table
from .files import RunError

NEW = {"preset": "cpu", "seed": 0}
HELD = {
    **dict.fromkeys(("kind", "preset", "vidlearn"), str),
    **dict.fromkeys(("classes", "size"), list),
    **dict.fromkeys(("network", "data"), dict),
    **dict.fromkeys(("epochs", "steps", "batch_size", "seed"), int),
    **dict.fromkeys(("rate", "decay"), int | float),
}
FIXED = ("kind", "preset", "classes", "size", "seed")
MOST = 10**5  # steps of an epoch, and pictures or clips of a step
WHOLE = {"epochs": (1, 10**6), "seed": (0, 2**32 - 1), "frames": (2, 512), "step": (1, 512)}


def given_options(kind, **options):
    """Return the options that are not None, or refuse them."""
    given = {name: value for name, value in options.items() if value is not None}
    task = table.task_of(kind)
    words, known = text("runs"), {"epochs", "size", *NEW, *task.NEW}
    if odd := [name for name in given if name not in known]:
        told = {"kind": kind, "name": odd[0], "known": ", ".join(sorted(known))}
        raise RunError(words["no_option"].format(**told))
    if given.get("colour", "mild") not in ("mild", "strong"):
        told = {"name": "colour", "known": "mild, strong", "value": given["colour"]}
        raise RunError(words["one_of"].format(**told))
    for name, (least, most) in WHOLE.items():
        value = given.get(name, least)
        if not isinstance(value, int | np.integer) or not least <= value <= most:
            told = {"name": name, "least": least, "most": most, "value": value}
            raise RunError(words["whole"].format(**told))
    if "size" in given:
        given["size"] = getattr(task, "checked_size", table.checked_size)(given["size"])
    return given


def readable(old, path):
    """Return the settings of a training that is to go on; refuse what was spoilt by hand.

    Parameters
    ----------
    old : dict
    path : Path
        Where they were read.

    Returns
    -------
    dict
    """
    try:
        _expect_kinds(old, HELD)
        table.checked(old["kind"], old["preset"])
        task = table.task_of(old["kind"])
        _expect_kinds(old, task.HELD)
        names = (*NEW, *task.NEW, "epochs", "size")
        given_options(old["kind"], **{name: old[name] for name in names})
        for part in ("train", "val"):
            _what(old["data"], part, task.COUNTED)
    except KeyError as error:
        why = text("runs")["lacks"].format(name=error)
    except (ValueError, TypeError) as error:
        why = error
    else:
        return old
    raise RunError(text("runs")["damaged_settings"].format(file=path, why=why))


def _expect_kinds(old, held):
    for name, kind in held.items():
        value = old[name]
        fits = isinstance(value, kind) and (kind is not int or not isinstance(value, bool))
        if not fits or (name in ("steps", "batch_size") and not 1 <= value <= MOST):
            raise ValueError(f"{name}: {value!r}")


def decided(kind, whole, given, old=None):
    """Decide what was not given, by the pictures, and by the training that goes on.

    Parameters
    ----------
    kind : str
    whole : DetectionSet or ClipSet
        All pictures or clips.
    given : dict
        What `given_options` returned.
    old : dict, optional
        The settings of the training that goes on.

    Returns
    -------
    settings : dict
        As JSON holds it.
    train, val : DetectionSet or ClipSet
    """
    task = table.task_of(kind)
    chosen = {name: (old or NEW | task.NEW)[name] for name in (*NEW, *task.NEW)} | given
    preset = table.preset_of(kind, chosen["preset"])
    train, val, how = task.divided(whole, chosen["seed"])
    size = chosen.get("size") or (old and old["size"])
    settings = {
        "kind": kind,
        "preset": chosen["preset"],
        "classes": whole.classes,
        **{name: chosen[name] for name in task.NEW},
        **task.network_for(kind, train, chosen, size),
        "epochs": int(chosen.get("epochs") or (old and old["epochs"]) or preset.epochs),
        "steps": preset.steps,
        "batch_size": preset.batch_size,
        "rate": preset.rate,
        "decay": preset.decay,
        "seed": int(chosen["seed"]),
        "data": task.about(whole, train, val, how),
        "vidlearn": vidlearn.__version__,
        "made_with": _versions(),
    }
    return json.loads(json.dumps(settings)), train, val


def _versions():
    import keras

    backend = keras.backend.backend()
    found = {"python": platform.python_version(), "system": platform.system(), "backend": backend}
    return found | {name: version(name) for name in ("keras", backend, "numpy", "pillow")}


def gone_on(old, new, folder):
    """Return the settings of a training that goes on, or refuse what differs.

    Parameters
    ----------
    old, new : dict
        Settings; of the new ones only the number of epochs may be another.
    folder : Path

    Returns
    -------
    dict
    """
    words, task = text("runs"), table.task_of(old["kind"])
    pairs = [(name, old.get(name), value) for name, value in fixed(new).items()]
    for part in ("train", "val"):
        before, now = (_what(one["data"], part, task.COUNTED) for one in (old, new))
        what = words["pictures_of"].format(part=part, what=words[task.COUNTED])
        pairs.append((what, before, now))
    told = [words["was_and_is"].format(name=n, old=a, new=b) for n, a, b in pairs if a != b]
    if told:
        raise RunError(words["differs"].format(folder=folder, what="; ".join(told)))
    return old | {"epochs": new["epochs"], "data": new["data"]}


def fixed(settings):
    """Return those of the settings that must not change when a training goes on."""
    return {name: settings[name] for name in (*FIXED, *table.task_of(settings["kind"]).FIXED)}


def expect_as_trained(settings, trained, path):
    """Refuse settings that were changed by hand between two parts of a training.

    Parameters
    ----------
    settings : dict
        Of which the training is to go on.
    trained : dict
        What `fixed` returned when its state was saved; trainings of older versions have none.
    path : Path
        Where the settings were read.
    """
    words, now = text("runs"), fixed(settings)
    told = [
        words["was_and_is"].format(name=name, old=value, new=now.get(name))
        for name, value in trained.items()
        if value != now.get(name)
    ]
    if told:
        raise RunError(words["damaged_settings"].format(file=path, why="; ".join(told)))


def _what(about, part, counted):
    return f"{about[counted][part]} ({about['fingerprint'][part]})"
