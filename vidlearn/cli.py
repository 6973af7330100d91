"""The command ``vidlearn``: lab, doctor, reset, data, train, evaluate, predict, track, export.

What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings

import vidlearn
from vidlearn.messages import text


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Default: what the shell gave.

    Returns
    -------
    int
        The exit code: 0 when all went well, 1 when not, 2 when the command was not understood,
        130 when it was stopped by Ctrl-C.
    """
    parser = _parser()
    chosen, rest = parser.parse_known_args(arguments)
    if rest and chosen.command is not _lab:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    chosen.options = [option for option in rest if option != "--"]
    try:
        with warnings.catch_warnings():
            if chosen.command not in (_lab, _doctor, _reset, _version):
                warnings.showwarning = _warned
            return chosen.command(chosen)
    except ImportError as error:  # an installation that was cut short, or damaged
        print(f"vidlearn: {error}\n{text('doctor')['reinstall']}", file=sys.stderr)
    except (OSError, ValueError) as error:
        print(f"vidlearn: {error}", file=sys.stderr)
    except KeyboardInterrupt as stop:  # nothing half-written stays; what is kept is said
        print(f"vidlearn: {str(stop) or text('cli')['stopped']}", file=sys.stderr)
        return 130
    return 1


def _warned(told, *_):
    print(f"vidlearn: {told}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    words = text("cli")
    parser = argparse.ArgumentParser(prog="vidlearn", description=words["about"])
    parser.add_argument("--version", action="version", version=vidlearn.__version__)
    commands = parser.add_subparsers(metavar="command", required=True)

    def command(name, run, **more):
        added = commands.add_parser(name, help=words[name], description=words[name], **more)
        added.set_defaults(command=run)
        return added

    lab = command("lab", _lab, epilog=words["lab_more"])
    lab.add_argument("folder", nargs="?", help=words["folder"])
    lab.add_argument("--no-browser", action="store_true", help=words["no_browser"])
    lab.add_argument("--port", type=int, default=8888, help=words["port"])
    doctor = command("doctor", _doctor)
    doctor.add_argument("--json", action="store_true", help=words["json"])
    reset = command("reset", _reset)
    reset.add_argument("number", metavar="NN", help=words["number"])
    reset.add_argument("folder", nargs="?", help=words["folder"])
    _add_data(commands)
    _add_runs(commands)
    command("version", _version)
    return parser


def _add_data(commands):
    """Add the group ``vidlearn data``."""
    words = text("data") | {key: text("download")[key] for key in ("list", "download")}
    group = commands.add_parser("data", help=words["about"], description=words["about"])
    kinds = group.add_subparsers(metavar="command", required=True)

    def command(name, run, *places):
        added = kinds.add_parser(name, help=words[name], description=words[name])
        added.set_defaults(command=run)
        for place in places:
            added.add_argument(place, help=words["target" if place == "target" else "folder"])
        return added

    check = command("check", _data_check, "folder")
    check.add_argument("--form", help=words["form"])
    check.add_argument("--json", action="store_true", help=words["json"])
    check.add_argument("--all", action="store_true", help=words["all"])
    check.add_argument("--fast", action="store_true", help=words["fast"])
    check.add_argument("--repair", metavar="NAMES", help=words["repair"])
    convert = command("convert", _data_convert, "source", "target")
    convert.add_argument("--to", required=True, metavar="FORM", help=words["to"])
    convert.add_argument("--from", dest="form", metavar="FORM", help=words["form"])
    how = convert.add_mutually_exclusive_group()
    how.add_argument("--copy", action="store_false", dest="link", help=words["copy"])
    how.add_argument("--link", action="store_true", help=words["link"])
    convert.add_argument("--skip", action="store_true", help=words["skip"])
    show = command("show", _data_show, "folder")
    show.add_argument("--form", help=words["form"])
    show.add_argument("--out", default="sheet.png", help=words["out"])
    show.add_argument("--number", type=int, default=12, help=words["number"])
    show.add_argument("--seed", type=int, default=0, help=words["seed"])
    show.add_argument("--split", help=words["split"])
    frames = command("frames", _data_frames)
    frames.add_argument("film", metavar="VIDEO", help=words["film"])
    frames.add_argument("--out", required=True, metavar="DIR", help=words["out_frames"])
    which = frames.add_mutually_exclusive_group()
    which.add_argument("--every", type=float, metavar="SECONDS", help=words["every"])
    which.add_argument("--number", type=int, metavar="N", help=words["number_frames"])
    frames.add_argument("--start", type=float, default=0.0, metavar="SECONDS", help=words["start"])
    frames.add_argument("--stop", type=float, metavar="SECONDS", help=words["stop"])
    frames.add_argument(
        "--png", action="store_const", const="png", default="jpg", dest="kind", help=words["png"]
    )
    for one in (check, convert, show):
        one.add_argument("--origin", type=int, choices=(0, 1), default=1, help=words["origin"])
    words = text("download")
    listed = command("list", _data_list)
    fetched = command("download", _data_download)
    fetched.add_argument("name", metavar="NAME", help=words["name"])
    fetched.add_argument("--yes", action="store_true", help=words["yes"])
    offline = {"action": "store_true", "default": None, "help": words["offline_option"]}
    fetched.add_argument("--offline", **offline)
    for one in (listed, fetched):
        one.add_argument("--to", metavar="DIR", help=words["to"])


def _add_runs(commands):
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
    train.add_argument("--size", type=_size, metavar="HxW", help=words["size"])
    train.add_argument("--seed", type=int, metavar="S", help=words["seed"])
    train.add_argument("--colour", help=words["colour"])
    turned = {"action": "store_true", "default": None, "help": words["upside_down"]}
    train.add_argument("--upside-down", **turned)
    evaluate = command("evaluate", _evaluate, "run")
    evaluate.add_argument("--split", help=words["split"])
    evaluate.add_argument("--json", metavar="FILE", help=words["json_evaluate"])
    for one in (train, evaluate):
        one.add_argument("--data", required=True, metavar="DIR", help=words["data"])
        one.add_argument("--form", help=words["form"])
        one.add_argument("--skip", action="store_true", help=words["skip"])
        one.add_argument(
            "--origin", type=int, choices=(0, 1), default=1, help=text("data")["origin"]
        )
    predict = command("predict", _predict, "run", "source")
    predict.add_argument("--track", action="store_true", help=words["tracks"])
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


def _size(word):
    """Read 192x256, or leave it to `train` to say what was meant."""
    sides = word.lower().split("x")
    return tuple(map(int, sides)) if len(sides) == 2 and all(map(str.isdecimal, sides)) else word


def _lab(chosen) -> int:
    from vidlearn.course import lab, server
    from vidlearn.course.progress import begun

    work = lab.work_folder(chosen.folder)
    for line in [*lab.give_copies(work), *begun()]:
        print(line)
    server.serve(work, port=chosen.port, browser=not chosen.no_browser, options=chosen.options)
    return 0


def _doctor(chosen) -> int:
    from vidlearn.course.doctor import doctor

    diagnosis = doctor()
    print(diagnosis.as_json() if chosen.json else diagnosis)
    return 0 if diagnosis.healthy else 1


def _reset(chosen) -> int:
    from vidlearn.course import lab

    print(lab.reset(chosen.number, lab.work_folder(chosen.folder)))
    return 0


def _data_check(chosen) -> int:
    from vidlearn import datasets

    how = {"form": chosen.form, "origin": chosen.origin}
    most = None if chosen.all else 5
    if chosen.repair:
        names = [name.strip() for name in chosen.repair.split(",")]
        repaired = datasets.repair(chosen.folder, names, **how)
        print(
            repaired.as_text(None if chosen.all else 20), file=sys.stderr if chosen.json else None
        )
    progress = sys.stderr.isatty()
    report = datasets.check(chosen.folder, pictures=not chosen.fast, progress=progress, **how)
    print(report.as_json() if chosen.json else report.as_text(most))
    return 0 if report.ok else 1


def _data_convert(chosen) -> int:
    from vidlearn import datasets

    how = {"form": chosen.form, "origin": chosen.origin, "link": chosen.link, "skip": chosen.skip}
    pictures = datasets.convert(chosen.source, chosen.target, to=chosen.to, **how)
    said = text("data")["converted"]
    print(said.format(pictures=pictures, folder=chosen.target, form=chosen.to))
    return 0


def _data_show(chosen) -> int:
    from vidlearn import datasets

    how = {"form": chosen.form, "origin": chosen.origin, "split": chosen.split}
    drawn = datasets.write_sheet(
        chosen.folder, chosen.out, number=chosen.number, seed=chosen.seed, **how
    )
    print(text("data")["shown"].format(n=drawn, file=chosen.out))
    return 0


def _data_frames(chosen) -> int:
    from vidlearn import datasets

    how = {"every": chosen.every, "number": chosen.number, "kind": chosen.kind}
    how |= {"start": chosen.start, "stop": chosen.stop, "progress": True}
    written = datasets.write_frames(chosen.film, chosen.out, **how)
    told = {"n": len(written), "folder": chosen.out, "first": written[0].name}
    print(text("data")["framed"].format(**told, last=written[-1].name))
    return 0


def _data_list(chosen) -> int:
    from vidlearn.datasets.downloads import shown_list

    print(shown_list(chosen.to))
    return 0


def _data_download(chosen) -> int:
    from vidlearn.datasets import download

    download(chosen.name, to=chosen.to, yes=chosen.yes, offline=chosen.offline)
    return 0


def _train(chosen) -> int:
    from vidlearn.course.presets import preset

    runs = _runs()
    runs.training.expect_outside(chosen.out, chosen.data)
    pictures = _pictures(chosen)
    given = chosen.preset or (None if chosen.resume else preset())
    how = {"epochs": chosen.epochs, "size": chosen.size, "seed": chosen.seed}
    how |= {"colour": chosen.colour, "upside_down": chosen.upside_down, "resume": chosen.resume}
    runs.train(chosen.kind, pictures, chosen.out, preset=given, **how)
    return 0


def _evaluate(chosen) -> int:
    runs = _runs()
    run = runs.Run(chosen.run)
    found = runs.evaluate(run, _pictures(chosen), split=chosen.split, progress=True)
    print(runs.as_text(found))
    if chosen.json:
        runs.write_text(chosen.json, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return 0


def _predict(chosen) -> int:
    how = {"found": chosen.json, "threshold": chosen.threshold, "progress": True}
    how["tracks"] = chosen.track
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


def _pictures(chosen):
    from vidlearn import datasets

    how = {"form": chosen.form, "origin": chosen.origin, "skip": chosen.skip}
    return datasets.read(chosen.data, **how)


def _version(chosen) -> int:
    print(vidlearn.__version__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
