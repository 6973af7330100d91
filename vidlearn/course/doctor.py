"""`doctor` looks at the installation and says how to mend what is amiss."""

from __future__ import annotations

import html
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import webbrowser
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

import vidlearn
from vidlearn.messages import text

DISK_GB = 1.0
SIGNS = {"good": ("✓", "#009E73"), "note": ("·", "#0072B2"), "fault": ("✗", "#D55E00")}
LOAD_KERAS = """
import json, keras
print(json.dumps([keras.backend.backend(), len(keras.distribution.list_devices("gpu"))]))
"""


@dataclass
class Finding:
    """One row of the table.

    Attributes
    ----------
    what : str
        What was looked at.
    status : {"good", "note", "fault"}
        A note is worth knowing and keeps no lesson from running.
    found : str
        What was seen.
    remedy : str
        One line that mends a fault; empty where nothing is amiss.
    """

    what: str
    status: str
    found: str
    remedy: str = ""


@dataclass(repr=False)
class Diagnosis:
    """What `doctor` found: a table in a notebook, on a terminal and as JSON.

    Attributes
    ----------
    findings : list of Finding
        In the order in which they were looked at.
    """

    findings: list[Finding]

    @property
    def healthy(self) -> bool:
        """Whether nothing is at fault."""
        return all(finding.status != "fault" for finding in self.findings)

    def as_json(self) -> str:
        """Return the findings as JSON, for a program or a report of a bug."""
        rows = [asdict(finding) for finding in self.findings]
        content = {"version": vidlearn.__version__, "healthy": self.healthy, "findings": rows}
        return json.dumps(content, indent=1, ensure_ascii=False)

    def __repr__(self) -> str:
        width = max(len(finding.what) for finding in self.findings) + 2
        lines = [text("doctor")["title"].format(version=vidlearn.__version__)]
        for row in self.findings:
            lines.append(f"{SIGNS[row.status][0]} {row.what:<{width}}{row.found}")
            lines += [f"  {'':<{width}}→ {row.remedy}"] if row.remedy else []
        return "\n".join([*lines, self._verdict()])

    def _repr_html_(self) -> str:
        words, rows = text("doctor"), []
        for row in self.findings:
            sign, colour = SIGNS[row.status]
            remedy = f"<br><em>→ {html.escape(row.remedy)}</em>" if row.remedy else ""
            rows.append(
                f"<tr><td style='color:{colour};text-align:center'>{sign}</td>"
                f"<th scope='row' style='text-align:left'>{html.escape(row.what)}</th>"
                f"<td style='text-align:left'>{html.escape(row.found)}{remedy}</td></tr>"
            )
        return (
            f"<table class='vl-doctor' data-vl-healthy='{str(self.healthy).lower()}'>"
            f"<caption>{words['title'].format(version=vidlearn.__version__)}</caption>"
            f"<thead><tr><th></th><th>{words['what']}</th><th>{words['found']}</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table><p>{self._verdict()}</p>"
        )

    def _verdict(self) -> str:
        words, faults = text("doctor"), sum(f.status == "fault" for f in self.findings)
        return words["faults"].format(count=faults) if faults else words["healthy"]


def doctor() -> Diagnosis:
    """Look at Python, packages, video, Keras and its GPU, interactives, disk and browser.

    Returns
    -------
    Diagnosis
        A table; ``healthy`` says whether every lesson will run.
    """
    return Diagnosis(
        [
            _python(),
            *_packages(),
            _video(),
            *_keras_and_gpu(),
            _interactives(),
            _disk(),
            _browser(),
        ]
    )


def _python() -> Finding:
    """Look at the version of Python."""
    words, version = text("doctor"), ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    return _finding(words["python"], good, version, words["python_remedy"])


def _packages() -> list[Finding]:
    """Hold the version of each package against the range that vidlearn's metadata asks for."""
    from packaging.requirements import Requirement

    words, findings = text("doctor"), []
    try:
        required = [Requirement(line) for line in metadata.requires("vidlearn") or []]
    except metadata.PackageNotFoundError:
        return [Finding("vidlearn", "fault", words["missing"], words["reinstall"])]
    for requirement in sorted(required, key=lambda r: r.name):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        remedy = words["package_remedy"].format(
            requirement=f"{requirement.name}{requirement.specifier}"
        )
        version = _version(requirement.name)
        if version is None:
            findings.append(Finding(requirement.name, "fault", words["missing"], remedy))
            continue
        good = requirement.specifier.contains(version, prereleases=True)
        outside = words["outside"].format(version=version, range=requirement.specifier)
        findings.append(_finding(requirement.name, good, version if good else outside, remedy))
    return findings


def _video() -> Finding:
    """Write a small H.264 file, read it back and compare."""
    words = text("doctor")
    steps = np.arange(8, dtype=np.uint8)[:, None, None, None]
    slope = np.linspace(0, 180, 64, dtype=np.uint8)[None, None, :, None]
    frames = np.broadcast_to(slope + 8 * steps, (8, 48, 64, 3))
    try:
        from vidlearn.video import probe, read_video, write_video

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "doctor.mp4"
            write_video(path, frames)
            codec, came = probe(path).codec, read_video(path)
    except Exception as error:  # a broken decoder may raise anything: tell it, whatever it is
        found = f"{type(error).__name__}: {error}"
        return Finding(words["video"], "fault", found, words["video_remedy"])
    same = came.shape == frames.shape and np.abs(came - frames.astype(float)).mean() < 8
    found = words["video_found"].format(codec=codec, frames=len(frames), read=len(came))
    found = found if same else words["video_wrong"]
    return _finding(words["video"], same, found, words["video_remedy"])


def _keras_and_gpu() -> list[Finding]:
    """Load Keras in a process of its own, which may crash without harm, and ask for GPUs."""
    words, card = text("doctor"), _nvidia()
    child = subprocess.run(
        [sys.executable, "-c", LOAD_KERAS],
        capture_output=True,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        check=False,
    )
    if child.returncode:
        reason = (child.stderr.strip().splitlines() or [""])[-1]
        if child.returncode < 0:
            reason = signal.strsignal(-child.returncode) or ""
        found = words["backend_died"].format(reason=reason)
        return [Finding(words["backend"], "fault", found, words["backend_remedy"])]
    backend, gpus = json.loads(child.stdout.splitlines()[-1])
    found = f"{backend} {_version(backend) or ''}".strip()
    findings = [Finding(words["backend"], "good", found)]
    if gpus:
        return [*findings, Finding(words["gpu"], "good", f"{gpus} × {card or 'GPU'}")]
    if card:
        unseen = words["gpu_unseen"].format(name=card)
        return [*findings, Finding(words["gpu"], "note", unseen, words["gpu_remedy"])]
    return [*findings, Finding(words["gpu"], "note", words["gpu_none"])]


def _interactives() -> Finding:
    """Look for the parts of JupyterLab that draw interactives, where JupyterLab looks for them."""
    from jupyter_core.paths import jupyter_path

    words, seen, missing = text("doctor"), [], []
    parts = {"jupyterlab_widgets": "@jupyter-widgets/jupyterlab-manager", "anywidget": "anywidget"}
    for name, part in parts.items():
        files = [Path(folder) / part / "package.json" for folder in jupyter_path("labextensions")]
        if any(map(Path.is_file, files)):
            seen.append(f"{name} {_version(name)}")
        else:
            missing.append(name)
    if missing:
        found = words["widgets_missing"].format(names=", ".join(missing))
        return Finding(words["widgets"], "fault", found, words["widgets_remedy"])
    return Finding(words["widgets"], "good", words["widgets_found"].format(names=", ".join(seen)))


def _disk() -> Finding:
    """Look at the free space where the learner works."""
    words, free = text("doctor"), shutil.disk_usage(Path.cwd()).free / 1e9
    found = words["disk_found"].format(free=free)
    return _finding(words["disk"], free >= DISK_GB, found, words["disk_remedy"])


def _browser() -> Finding:
    """See whether a page would open by itself; where none does, the address is printed."""
    from vidlearn.course.server import can_open_browser

    words = text("doctor")
    try:
        name = webbrowser.get().name if can_open_browser() else ""
    except webbrowser.Error:
        name = ""
    if not name:
        return Finding(words["browser"], "note", words["browser_none"])
    return Finding(words["browser"], "good", Path(name).name)


def _finding(what: str, good: bool, found: str, remedy: str) -> Finding:
    return Finding(what, "good", found) if good else Finding(what, "fault", found, remedy)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _nvidia() -> str:
    """Return the name of the first card that the driver lists, or an empty string."""
    if not shutil.which("nvidia-smi"):
        return ""
    listing = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    first = listing.stdout.splitlines()[:1]
    return first[0].split(":")[-2].split("(")[0].strip() if first and "GPU" in first[0] else ""
