"""All that a training depends on, in one dictionary; and what must not change when it goes on."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import numpy as np

import vidlearn
from vidlearn.messages import text

from . import data, table
from .files import RunError

NEW = {"preset": "cpu", "seed": 0, "colour": "mild", "upside_down": False}
HELD = {
    **dict.fromkeys(("kind", "preset", "colour", "vidlearn"), str),
    **dict.fromkeys(("classes", "size"), list),
    **dict.fromkeys(("network", "data"), dict),
    **dict.fromkeys(("epochs", "steps", "batch_size", "seed"), int),
    **dict.fromkeys(("rate", "decay"), int | float),
    "upside_down": bool,
}
FIXED = ("kind", "preset", "classes", "size", "seed", "colour", "upside_down")


def given_options(**options):
    """Return the options that are not None, or refuse them."""
    given = {name: value for name, value in options.items() if value is not None}
    words = text("runs")
    if given.get("colour", "mild") not in ("mild", "strong"):
        told = {"name": "colour", "known": "mild, strong", "value": given["colour"]}
        raise RunError(words["one_of"].format(**told))
    for name, least, most in (("epochs", 1, 10**6), ("seed", 0, 2**32 - 1)):
        value = given.get(name, least)
        if not isinstance(value, int | np.integer) or not least <= value <= most:
            told = {"name": name, "least": least, "most": most, "value": value}
            raise RunError(words["whole"].format(**told))
    if "size" in given:
        given["size"] = table.checked_size(given["size"])
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
        for name, kind in HELD.items():
            value = old[name]
            if not isinstance(value, kind) or (name in ("steps", "batch_size") and value < 1):
                raise ValueError(f"{name}: {value!r}")
        table.checked(old["kind"], old["preset"])
        given_options(**{name: old[name] for name in (*NEW, "epochs", "size")})
        for part in ("train", "val"):
            _pictures(old["data"], part)
    except KeyError as error:
        why = text("runs")["lacks"].format(name=error)
    except (ValueError, TypeError) as error:
        why = error
    else:
        return old
    raise RunError(text("runs")["damaged_settings"].format(file=path, why=why))


def decided(kind, whole, given, old=None):
    """Decide what was not given, by the pictures, and by the training that goes on.

    Parameters
    ----------
    kind : str
    whole : DetectionSet
        All pictures.
    given : dict
        What `given_options` returned.
    old : dict, optional
        The settings of the training that goes on.

    Returns
    -------
    settings : dict
        As JSON holds it.
    train, val : DetectionSet
    """
    chosen = {name: (old or NEW)[name] for name in NEW} | given
    preset = table.PRESETS[chosen["preset"]]
    train, val, how = data.divided(whole, chosen["seed"])
    size = chosen.get("size") or (old and old["size"])
    size = tuple(size or table.fitting_size([item.size for item in train], chosen["preset"]))
    truths = data.truths_of(train, size)
    if not any(map(len, truths)):
        raise RunError(text("runs")["no_boxes"].format(n=len(train)))
    settings = {
        "kind": kind,
        "preset": chosen["preset"],
        "classes": whole.classes,
        "size": size,
        "network": table.options_from(kind, truths, chosen["preset"]),
        "epochs": int(chosen.get("epochs") or (old and old["epochs"]) or preset.epochs),
        "steps": preset.steps,
        "batch_size": preset.batch_size,
        "rate": preset.rate,
        "decay": preset.decay,
        "seed": int(chosen["seed"]),
        "colour": chosen["colour"],
        "upside_down": bool(chosen["upside_down"]),
        "data": _about(whole, train, val, how),
        "vidlearn": vidlearn.__version__,
        "made_with": _versions(),
    }
    return json.loads(json.dumps(settings)), train, val


def _about(whole, train, val, how):
    names = dict(zip((item.path for item in whole), data.keys(whole), strict=True))
    return {
        "folder": data.common_folder(whole),
        "form": whole.form,
        "divided": how,
        "pictures": {"train": len(train), "val": len(val)},
        "boxes": {"train": sum(train.counts().values()), "val": sum(val.counts().values())},
        "fingerprint": {"train": data.fingerprint(train), "val": data.fingerprint(val)},
        "held_out": [] if how == "found" else [names[item.path] for item in val],
    }


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
    words, told = text("runs"), []
    pairs = [(name, old.get(name), new[name]) for name in FIXED]
    for part in ("train", "val"):
        before, now = (_pictures(one["data"], part) for one in (old, new))
        pairs.append((words["pictures_of"].format(part=part), before, now))
    told = [words["was_and_is"].format(name=n, old=a, new=b) for n, a, b in pairs if a != b]
    if told:
        raise RunError(words["differs"].format(folder=folder, what="; ".join(told)))
    return old | {"epochs": new["epochs"], "data": new["data"]}


def _pictures(about, part):
    return f"{about['pictures'][part]} ({about['fingerprint'][part]})"
