"""The group ``vidlearn data``: labelled pictures and clips, checked, converted, fetched."""

from __future__ import annotations

import sys

from vidlearn.messages import text

from .training import size


def add(commands):
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
    acted = command("actions", _data_actions)
    acted.add_argument("folder", metavar="DIR", help=words["target"])
    acted.add_argument("--count", type=int, default=600, metavar="N", help=words["count_clips"])
    acted.add_argument("--size", type=size, default=(48, 48), metavar="HxW", help=words["size"])
    acted.add_argument("--frames", type=int, default=16, metavar="T", help=words["frames_clips"])
    acted.add_argument("--seed", type=int, default=0, help=words["seed_clips"])
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


def _data_actions(chosen) -> int:
    from vidlearn import datasets

    how = {"count": chosen.count, "size": chosen.size, "frames": chosen.frames}
    how |= {"seed": chosen.seed, "progress": sys.stderr.isatty()}
    clips = datasets.write_actions(chosen.folder, **how)
    told = {"n": len(clips), "folder": chosen.folder, "classes": len(clips.classes)}
    print(text("data")["acted"].format(**told))
    return 0


def _data_list(chosen) -> int:
    from vidlearn.datasets.downloads import shown_list

    print(shown_list(chosen.to))
    return 0


def _data_download(chosen) -> int:
    from vidlearn.datasets import download

    download(chosen.name, to=chosen.to, yes=chosen.yes, offline=chosen.offline)
    return 0
