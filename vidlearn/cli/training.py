"""The commands ``vidlearn train``, ``evaluate``, ``predict``, ``track`` and ``export``."""

from __future__ import annotations

import json
import os

from vidlearn.messages import text


def add(commands):
    """Add the commands ``vidlearn train``, ``evaluate``, ``predict``, ``track`` and ``export``."""
    words = text("runs")

    def command(name, run, *places):
        added = commands.add_parser(name, help=words[name], description=words[name])
        added.set_defaults(command=run)
        for place in places:
            added.add_argument(place, help=words[place])
        return added

    train = command("train", _train, "kind")
    train.add_argument("--out", required=True, metavar="RUN", help=words["out_run"])
    train.add_argument("--preset", help=words["preset"])
    train.add_argument("--resume", action="store_true", help=words["resume"])
    train.add_argument("--epochs", type=int, metavar="N", help=words["epochs"])
    train.add_argument("--size", type=size, metavar="HxW", help=words["size"])
    train.add_argument("--seed", type=int, metavar="S", help=words["seed"])
    train.add_argument("--colour", help=words["colour"])
    turned = {"action": "store_true", "default": None, "help": words["upside_down"]}
    train.add_argument("--upside-down", **turned)
    train.add_argument("--frames", type=int, metavar="N", help=words["frames"])
    train.add_argument("--step", type=int, metavar="N", help=words["frame_step"])
    mirrored = {"action": "store_true", "default": None, "help": words["mirror"]}
    train.add_argument("--mirror", **mirrored)
    evaluate = command("evaluate", _evaluate, "run")
    evaluate.add_argument("--split", help=words["split"])
    evaluate.add_argument("--views", type=int, metavar="N", help=words["views"])
    evaluate.add_argument("--json", metavar="FILE", help=words["json_evaluate"])
    for one in (train, evaluate):
        needed = one is evaluate  # some networks learn from films that are generated
        one.add_argument("--data", required=needed, metavar="DIR", help=words["data"])
        one.add_argument("--form", help=words["form"])
        one.add_argument("--skip", action="store_true", help=words["skip"])
        one.add_argument("--origin", type=int, choices=(0, 1), help=text("data")["origin"])
    predict = command("predict", _predict, "run", "source")
    predict.add_argument("--track", action="store_true", help=words["tracks"])
    predict.add_argument("--stride", type=int, metavar="N", help=words["stride"])
    track = command("track", _track, "run", "source")
    track.add_argument("--mot", metavar="FILE", help=words["mot"])
    track.add_argument("--birth", type=int, metavar="N", help=words["birth"])
    track.add_argument("--coast", type=int, metavar="N", help=words["coast"])
    for one, name in ((predict, "predict"), (track, "track")):
        one.add_argument("--out", required=True, metavar="FILE", help=words["out_film"])
        one.add_argument("--json", metavar="FILE", help=words[f"json_{name}"])
        one.add_argument("--threshold", type=float, metavar="S", help=words[f"threshold_{name}"])
    export = command("export", _export, "run")
    export.add_argument("--out", required=True, metavar="DIR", help=words["out_export"])


def size(word):
    """Read 192x256, or leave it to `train` to say what was meant."""
    sides = word.lower().split("x")
    return tuple(map(int, sides)) if len(sides) == 2 and all(map(str.isdecimal, sides)) else word


def _train(chosen) -> int:
    from vidlearn.course.presets import preset

    runs = _runs()
    task = runs.table.task_of(chosen.kind)
    if chosen.data is not None:
        runs.training.expect_outside(chosen.out, chosen.data)
    elif task.COUNTED != "films":
        raise ValueError(text("runs")["data_missing"].format(kind=chosen.kind))
    pictures = _labelled(chosen, task)
    given = chosen.preset or (None if chosen.resume else preset())
    how = {"epochs": chosen.epochs, "size": chosen.size, "seed": chosen.seed}
    how |= {"colour": chosen.colour, "skip": chosen.skip, "resume": chosen.resume}
    how["more"] = {n: getattr(chosen, n) for n in ("upside_down", "frames", "step", "mirror")}
    runs.train(chosen.kind, pictures, chosen.out, preset=given, **how)
    return 0


def _evaluate(chosen) -> int:
    runs = _runs()
    run = runs.Run(chosen.run)
    runs.film.expect_files(run, chosen.data, chosen.json)
    labelled = _labelled(chosen, run.task)
    how = {"split": chosen.split, "skip": chosen.skip, "views": chosen.views, "progress": True}
    found = runs.evaluate(run, labelled, **how)
    print(runs.as_text(found))
    if chosen.json:
        runs.write_text(chosen.json, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return 0


def _predict(chosen) -> int:
    how = {"found": chosen.json, "threshold": chosen.threshold, "progress": True}
    how |= {"tracks": chosen.track, "stride": chosen.stride}
    print(_runs().predict(chosen.run, chosen.source, chosen.out, **how))
    return 0


def _track(chosen) -> int:
    options = {"birth": chosen.birth, "coast": chosen.coast}
    how = {"found": chosen.json, "mot": chosen.mot, "progress": True}
    if chosen.threshold is not None:
        how["threshold"] = chosen.threshold
    how["tracker"] = {name: value for name, value in options.items() if value is not None}
    print(_runs().track(chosen.run, chosen.source, chosen.out, **how))
    return 0


def _export(chosen) -> int:
    _runs().export(chosen.run, chosen.out)
    script = f"{chosen.out}/stream.py"
    script = f'"{script}"' if " " in script else script
    print(text("runs")["exported"].format(folder=chosen.out, script=script))
    return 0


def _runs():
    """Load the part that trains, without what TensorFlow writes as it starts."""
    from vidlearn.course.quiet import quiet

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        from vidlearn import runs
    return runs


def _labelled(chosen, task):
    """Return what is in the folder: labelled pictures, or the folder itself, for clips."""
    from vidlearn import datasets

    if task.COUNTED != "pictures":
        for name in ("form", "origin"):
            if getattr(chosen, name) is not None:
                raise ValueError(text("runs")["no_form"].format(name=name))
        return chosen.data
    origin = 1 if chosen.origin is None else chosen.origin
    how = {"form": chosen.form, "origin": origin, "skip": chosen.skip}
    return datasets.read(chosen.data, **how)
