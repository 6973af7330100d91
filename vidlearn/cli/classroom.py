"""The commands of ``vidlearn classroom``."""

from pathlib import Path

from vidlearn.messages import text


def add(commands):
    """Add the command and its own commands.

    Parameters
    ----------
    commands : argparse subparsers
        Of the command line.
    """
    words = text("classroom_cli")
    about = words["about"]
    classroom = commands.add_parser("classroom", help=about, description=about)
    parts = classroom.add_subparsers(metavar="command", required=True)

    def command(name, run):
        added = parts.add_parser(name, help=words[name], description=words[name])
        added.set_defaults(command=run)
        return added

    init = command("init", _init)
    init.add_argument("folder", metavar="DIR", help=words["dir"])
    init.add_argument("--course", metavar="NAME", help=words["course"])
    init.add_argument("--students", metavar="FILE.csv", help=words["students"])
    release = command("release", _release)
    release.add_argument("--due", metavar="TIME", help=words["due"])
    collect = command("collect", _collect)
    collect.add_argument("inbox", nargs="?", metavar="FOLDER", help=words["inbox"])
    grade = command("grade", _grade)
    grade.add_argument("--jobs", type=int, metavar="N", help=words["jobs"])
    grade.add_argument("--scheduler", metavar="tcp://...", help=words["scheduler"])
    grade.add_argument("--again", action="store_true", help=words["again"])
    grade.add_argument("--unsafe", action="store_true", help=words["unsafe"])
    feedback = command("feedback", _feedback)
    export = command("export", _export)
    export.add_argument("file", metavar="marks.csv", help=words["file"])
    report = command("report", _report)
    formgrader = command("formgrader", _formgrader)
    formgrader.add_argument("--port", type=int, default=8899, help=words["port"])
    formgrader.add_argument("--no-browser", action="store_true", help=words["no_browser"])
    for part in (release, grade, feedback, report):
        part.add_argument("name", metavar="NAME", help=words["name"])
    for part in (release, collect, grade, feedback, export, report, formgrader):
        part.add_argument("--folder", metavar="DIR", default=".", help=words["folder"])


def _course(chosen):
    from vidlearn.classroom.course import Course

    return Course(chosen.folder)


def _init(chosen) -> int:
    from vidlearn.classroom import course

    course.init(chosen.folder, name=chosen.course, students=chosen.students)
    return 0


def _release(chosen) -> int:
    from vidlearn.classroom import course

    with _course(chosen).alone() as known:
        course.release(known, chosen.name, due=chosen.due)
    return 0


def _collect(chosen) -> int:
    from vidlearn.classroom.collect import collect

    course = _course(chosen)
    inbox = Path(chosen.inbox).expanduser() if chosen.inbox else course.folder / "inbox"
    if not inbox.is_dir():
        raise ValueError(text("classroom_cli")["no_inbox"].format(folder=inbox))
    parts = (course.folder / part for part in ("release", "submitted"))
    with course.alone():
        print(collect(inbox, *parts, course.roster()))
    return 0


def _grade(chosen) -> int:
    from vidlearn.classroom.grade import grade

    options = {key: getattr(chosen, key) for key in ("jobs", "scheduler", "again", "unsafe")}
    with _course(chosen).alone() as course:
        _, failed = grade(course, chosen.name, **options)
    return 1 if failed else 0


def _feedback(chosen) -> int:
    from vidlearn.classroom.grade import feedback

    with _course(chosen).alone() as course:
        feedback(course, chosen.name)
    return 0


def _export(chosen) -> int:
    from vidlearn.classroom.grade import export

    with _course(chosen).alone() as course:
        export(course, Path(chosen.file))
    return 0


def _report(chosen) -> int:
    from vidlearn.classroom.grade import reported

    with _course(chosen).alone() as course:
        print(reported(course, chosen.name))
    return 0


def _formgrader(chosen) -> int:
    from vidlearn.classroom import nbgrader

    return nbgrader.formgrader(_course(chosen).folder, chosen.port, not chosen.no_browser)
