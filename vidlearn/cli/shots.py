"""The command ``vidlearn shots``: where a film changes."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from vidlearn.messages import text

FORMS = ("json", "csv", "edl", "otio")


def add(commands):
    """Add the command ``vidlearn shots``."""
    words = text("shots")
    shots = commands.add_parser("shots", help=words["shots"], description=words["shots"])
    shots.set_defaults(command=_shots)
    shots.add_argument("video", metavar="VIDEO", help=words["video"])
    shots.add_argument(
        "--method",
        choices=("adaptive", "fixed", "network"),
        default="adaptive",
        help=words["method"],
    )
    shots.add_argument("--threshold", type=float, metavar="X", help=words["threshold"])
    shots.add_argument("--min-length", type=int, default=6, metavar="N", help=words["min_length"])
    shots.add_argument("--cuts-only", action="store_true", help=words["cuts_only"])
    for form in FORMS:
        shots.add_argument(f"--{form}", metavar="FILE", help=words[form])
    shots.add_argument("--split", metavar="DIR", help=words["split"])
    shots.add_argument("--contact-sheet", dest="sheet", metavar="FILE", help=words["sheet"])
    shots.add_argument("--compare", action="store_true", help=words["compare"])


def _shots(chosen) -> int:
    from vidlearn import shots
    from vidlearn.course.quiet import quiet

    files = {name: getattr(chosen, name) for name in (*FORMS, "sheet")}
    files = {name: file for name, file in files.items() if file is not None}
    shots.expect_files(chosen.video, *files.values(), pictures=chosen.sheet, folder=chosen.split)
    how = {"method": chosen.method, "threshold": chosen.threshold, "progress": True}
    how |= {"min_length": chosen.min_length, "gradual": not chosen.cuts_only}
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # a network brings TensorFlow in
    if chosen.method == "network":
        with quiet():
            shots.network.shipped_network()
    found = shots.detect_shots(chosen.video, **how)
    print(told(found))
    words = text("shots")
    for form in FORMS:
        if form in files:
            getattr(found, f"to_{form}")(files[form])
            print(words["wrote"].format(file=files[form]))
    if chosen.sheet:
        shots.write_contact_sheet(chosen.video, found, chosen.sheet)
        print(words["wrote"].format(file=chosen.sheet))
    if chosen.split is not None:
        made = shots.split(chosen.video, found, chosen.split, progress=True)
        print(words["wrote_split"].format(n=len(made), folder=Path(chosen.split)))
    if chosen.compare:
        print(shots.compare(chosen.video, found))
    sys.stdout.flush()
    return 0


def told(found):
    """Return the shots as a table for people."""
    from vidlearn.shots import clock

    words, counts = text("shots"), Counter(change.kind for change in found.transitions)
    kinds = ", ".join(f"{n} {words['one_' + k if n == 1 else k]}" for k, n in counts.items())
    head = {"video": found.video, "frames": found.frames, "fps": f"{found.fps:.5g}"}
    head |= {"time": clock(found.seconds[-1, 1]), "kinds": kinds or words["no_change"]}
    head["n"] = words["one_shot"] if len(found) == 1 else words["n_shots"].format(n=len(found))
    lines = [words["head"].format(**head), words["columns"]]
    names = ["", *(words[f"one_{change.kind}"] for change in found.transitions)]
    for number, ((start, end), (first, last), name) in enumerate(
        zip(found.shots, found.seconds.tolist(), names, strict=True), 1
    ):
        row = {"number": number, "start": start, "end": end, "kind": name}
        lines.append(words["row"].format(first=clock(first), last=clock(last), **row).rstrip())
    return "\n".join(lines)
