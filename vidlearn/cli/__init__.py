"""The command ``vidlearn``: lab, doctor, reset, data, train, evaluate, predict, track, shots,
classroom ...

What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import sys
import warnings

import vidlearn
from vidlearn.messages import text

from . import classroom, data, shots, training


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
    if hasattr(sys.stdout, "reconfigure"):  # a console without a sign shows its number
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        chosen = _parsed(arguments)
        with warnings.catch_warnings():
            if chosen.command not in (_lab, _doctor, _reset, _version):
                warnings.showwarning = _warned_once()
            return chosen.command(chosen)
    except ImportError as error:  # an installation that was cut short, or damaged
        print(f"vidlearn: {error}\n{text('doctor')['reinstall']}", file=sys.stderr)
    except (OSError, ValueError) as error:
        print(f"vidlearn: {error}", file=sys.stderr)
    except KeyboardInterrupt as stop:  # nothing half-written stays; what is kept is said
        print(f"vidlearn: {str(stop) or text('cli')['stopped']}", file=sys.stderr)
        return 130
    return 1


def _parsed(arguments):
    parser = _parser()
    chosen, rest = parser.parse_known_args(arguments)
    if rest and chosen.command is not _lab:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    chosen.options = [option for option in rest if option != "--"]
    return chosen


def _warned_once():
    """Return what prints a warning; a film that is gone through twice is told of once."""
    known = set()

    def warned(told, *_):
        if str(told) not in known:
            known.add(str(told))
            print(f"vidlearn: {told}", file=sys.stderr)

    return warned


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
    data.add(commands)
    training.add(commands)
    shots.add(commands)
    classroom.add(commands)
    command("version", _version)
    return parser


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


def _version(chosen) -> int:
    print(vidlearn.__version__)
    return 0
