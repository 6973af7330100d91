"""A course from beginning to end, with nbgrader's own environment, on the command line."""

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import nbformat
import pytest

from tests.classroom.handed import NAMES, half_of, handed_in, solutions, told
from tests.classroom.small import small_source
from vidlearn import cli
from vidlearn.classroom import nbgrader
from vidlearn.classroom.course import Course
from vidlearn.classroom.edition import leaked
from vidlearn.classroom.sandbox import NoSandboxError, expect_bubblewrap


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course in which every assignment is released, called "vidlearn" as the solutions expect."""
    if not (nbgrader.environment() / "complete").exists():
        pytest.skip("nbgrader's environment is missing: make .venv/test makes it")
    try:
        expect_bubblewrap()
    except NoSandboxError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("course") / "video"
    roster = folder.parent / "roster.csv"
    roster.write_text(
        "id,first_name,last_name,email\nreference,Ada,Right,a@x.org\nghost,No,Show,\n"
    )
    assert (
        cli.main(
            ["classroom", "init", str(folder), "--course", "vidlearn", "--students", str(roster)]
        )
        == 0
    )
    small = folder / "source" / "small" / "small.ipynb"
    small.parent.mkdir()
    small.write_text(nbformat.writes(small_source(_factor())), "utf-8")
    for name in ["small", *NAMES]:
        dated = ["--due", "2026-12-10 23:59"] if name == "small" else []
        assert cli.main(["classroom", "release", name, *dated, "--folder", str(folder)]) == 0
    return folder


def _factor():
    from tests.classroom.handed import _small_factor

    return _small_factor()


def hand_in(folder, name, student, answers, when="2026-12-09 12:00:00 UTC", **more):
    """Put a submission where `collect` would."""
    data = handed_in(Course(folder).release(name), answers, student=student, **more)
    target = folder / "submitted" / student / name
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{name}.ipynb").write_bytes(data)
    (target / "timestamp.txt").write_text(when)


def marks(folder, name):
    """Export, and return the marks of an assignment by student."""
    path = folder / "marks.csv"
    assert cli.main(["classroom", "export", str(path), "--folder", str(folder)]) == 0
    rows = csv.DictReader(path.read_text().splitlines())
    return {row["student_id"]: row for row in rows if row["assignment"] == name}


@pytest.mark.parametrize("name", ["small", *NAMES])
def test_no_solution_and_no_hidden_test_reaches_the_student(folder, name):
    course = Course(folder)
    source, edition = course.source(name), course.release(name)
    assert not leaked(source, edition)
    whole = nbformat.writes(edition)
    assert "BEGIN SOLUTION" not in whole
    assert "HIDDEN TESTS" not in whole
    assert "exam.hidden()" not in whole
    answers = [cell for cell in edition.cells if told(cell).get("solution")]
    stubs = [c for c in answers if "your answer here" in c.source.lower()]
    assert len(stubs) == len(answers)
    assert sum(cell.source.startswith('STUDENT = ""') for cell in edition.cells) == 1
    # The check itself can fail: with a solution, or a hidden test, left in.
    assert leaked(source, source)


@pytest.fixture(scope="module")
def graded(folder):
    """Every assignment handed in right, half right and blank, and marked; returns the marks."""
    for name in NAMES:
        source = Course(folder).source(name)
        hand_in(folder, name, "reference", solutions(source))
        hand_in(folder, name, "half", half_of(source))
        hand_in(folder, name, "blank", {})
        assert cli.main(["classroom", "grade", name, "--jobs", "2", "--folder", str(folder)]) == 0
    assert cli.main(["classroom", "export", str(folder / "all.csv"), "--folder", str(folder)]) == 0
    rows = list(csv.DictReader((folder / "all.csv").read_text().splitlines()))
    return {
        name: {row["student_id"]: row for row in rows if row["assignment"] == name}
        for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_right_half_right_and_blank_get_what_they_are_worth(folder, graded, name):
    source, found = Course(folder).source(name), graded[name]
    auto = sum(
        told(c)["points"]
        for c in source.cells
        if told(c).get("grade") and not told(c).get("solution")
    )
    assert float(found["reference"]["score"]) == auto
    assert float(found["blank"]["score"]) == 0
    # Half of the answers, and the numbers of somebody else's card: what hangs on these is lost.
    assert 0 <= float(found["half"]["score"]) <= auto / 2
    assert float(found["ghost"]["score"]) == 0
    assert float(found["reference"]["max_score"]) > auto


def test_marks_feedback_and_resubmission(folder, capsys):
    right = solutions(Course(folder).source("small"))
    hand_in(folder, "small", "reference", right, when="2026-12-12 12:00:00 UTC")
    hand_in(folder, "small", "odd", {"double": "def my_double(x):\n    return x + 1"})
    for broken, data in {
        "cut": b'{"cells": [{"cell_type"',
        "empty": b"",
        "text": b"Dear teacher",
    }.items():
        hand_in(folder, "small", broken, {})
        (folder / "submitted" / broken / "small" / "small.ipynb").write_bytes(data)
    assert cli.main(["classroom", "grade", "small", "--folder", str(folder)]) == 0
    found = marks(folder, "small")
    assert {"odd", "cut", "empty", "text", "ghost"} < set(found)  # the last did not hand in
    scores = {name: float(row["score"]) for name, row in found.items()}
    assert {name: score for name, score in scores.items() if score} == {"reference": 6}
    before = {p: p.stat().st_mtime_ns for p in Course(folder).results("small").iterdir()}
    capsys.readouterr()
    assert cli.main(["classroom", "grade", "small", "--folder", str(folder)]) == 0
    assert "0 to mark, 5 marked already" in capsys.readouterr().out
    assert before == {p: p.stat().st_mtime_ns for p in Course(folder).results("small").iterdir()}
    hand_in(folder, "small", "odd", {"double": right["double"]})
    assert cli.main(["classroom", "grade", "small", "--folder", str(folder)]) == 0
    assert "1 to mark, 4 marked already" in capsys.readouterr().out
    assert cli.main(["classroom", "feedback", "small", "--folder", str(folder)]) == 0
    page = (folder / "feedback" / "reference" / "small" / "small.html").read_text("utf-8")
    assert "a matrix (hidden)" in page
    for secret in ("BEGIN HIDDEN", "2**41", "exam.hidden"):
        assert secret not in page


def test_nothing_unsigned_enters_the_gradebook(folder):
    hand_in(folder, "small", "forger", {})
    assert cli.main(["classroom", "grade", "small", "--folder", str(folder)]) == 0
    path = folder / "examined" / "forger" / "small" / "small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if told(cell).get("grade_id") == "test_double":
            cell.outputs[-1]["data"]["text/plain"] = "4"
    nbformat.write(notebook, path)
    with pytest.raises(nbgrader.NbgraderError, match="vidlearn classroom grade small"):
        nbgrader.run(folder, "autograde", "small", "--student=forger", "--force")
    assert float(marks(folder, "small")["forger"]["score"]) == 0
    shutil.rmtree(folder / "examined" / "forger")
    shutil.rmtree(folder / "submitted" / "forger")


def test_a_run_that_is_killed_goes_on_where_it_was(folder):
    for k in range(6):
        hand_in(folder, "small", f"k{k}", {}, last="import time\ntime.sleep(0.3)")
    command = [sys.executable, "-m", "vidlearn.cli", "classroom", "grade", "small", "--jobs", "1"]
    running = subprocess.Popen(
        [*command, "--folder", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    results, end = Course(folder).results("small"), time.monotonic() + 120
    while len(list(results.glob("k*.json"))) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    kept = {path: path.read_bytes() for path in results.glob("k*.json")}
    assert 2 <= len(kept) < 6
    assert all(json.loads(data)["tasks"] for data in kept.values())
    assert cli.main(["classroom", "grade", "small", "--folder", str(folder)]) == 0
    assert len(list(results.glob("k*.json"))) == 6
    assert {path: path.read_bytes() for path in kept} == kept
    assert {f"k{k}" for k in range(6)} <= set(marks(folder, "small"))
    assert not list(folder.rglob(".part-*"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["grade", "nothing"], "There is no assignment 'nothing'"),
        (["grade", "../small"], "There is no assignment"),
        (["grade", "small", "--jobs", "0"], "--jobs must be 1 or more"),
        (["grade", "small", "--scheduler", "tcp://127.0.0.1:1", "--again"], "No Dask scheduler"),
    ],
)
def test_bad_commands_say_how_to_mend_them(folder, capsys, arguments, told):
    hand_in(folder, "small", "reference", {})
    assert cli.main(["classroom", *arguments, "--folder", str(folder)]) == 1
    assert told in capsys.readouterr().err


def test_a_cluster_gives_the_same_marks(folder):
    distributed = pytest.importorskip("distributed")
    right = solutions(Course(folder).source("small"))
    hand_in(folder, "small", "reference", right)
    hand_in(folder, "small", "odd", {"length": right["length"]})
    assert cli.main(["classroom", "grade", "small", "--folder", str(folder)]) == 0
    before = _tasks(folder)
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=None,
        local_directory=str(folder.parent),
    ) as cluster:
        command = ["classroom", "grade", "small", "--again", "--folder", str(folder)]
        assert cli.main([*command, "--scheduler", cluster.scheduler_address]) == 0
    assert _tasks(folder) == before
    assert before["reference"]["test_double"]["points"] == 4


def _tasks(folder):
    paths = Course(folder).results("small").glob("*.json")
    return {path.stem: json.loads(path.read_text("utf-8"))["tasks"] for path in paths}


def test_a_folder_that_is_no_course_is_told(tmp_path, capsys):
    assert cli.main(["classroom", "grade", "small", "--folder", str(tmp_path)]) == 1
    assert "is not a course folder" in capsys.readouterr().err


@pytest.mark.browser
def test_the_formgrader_opens_on_the_gradebook_and_runs_no_script(folder, browser):
    spell = (
        "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"
    )
    hand_in(folder, "small", "reference", {"written_why": f"Because.{spell} [here](javascript:1)"})
    assert cli.main(["classroom", "grade", "small", "--folder", str(folder)]) == 0
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vidlearn.cli", "classroom", "formgrader", "--no-browser"]
    command += ["--port", str(port), "--folder", str(folder)]
    serving = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        address = re.search(r"http\S+token=\w+", serving.stdout.readline()).group()
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        _open(page, address)
        page.wait_for_selector("a:text-is('small')", timeout=60_000)
        student = address.replace("/formgrader?", "/formgrader/manage_submissions/small?")
        page.goto(student)
        page.wait_for_selector("text=reference", timeout=60_000)
        page.goto(address.replace("/formgrader?", "/formgrader/gradebook/small/small?"))
        page.wait_for_selector("a:has-text('Submission #1')", timeout=60_000)
        count = page.locator("a:has-text('Submission #')").count()
        seen = ""
        for k in range(count):
            page.goto(address.replace("/formgrader?", "/formgrader/gradebook/small/small?"))
            page.locator("a:has-text('Submission #')").nth(k).click()
            page.wait_for_selector("text=Student's answer", timeout=60_000)
            page.wait_for_timeout(300)
            seen += page.locator("body").inner_text()
            assert page.title() != "taken"
            assert not page.locator("a[href^='javascript']").count()
        assert "Because.<script>" in seen
        page.close()
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait()


def _open(page, address):
    """Go to an address whose server may not answer yet."""
    for _ in range(120):
        try:
            page.goto(address)
            return
        except Exception:  # the browser's own error: nobody answers
            time.sleep(0.5)
    pytest.fail(f"nobody answers at {address}")
