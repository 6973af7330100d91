"""Marking a class of thirty beside running the same notebooks plainly, one after another.

The peer is nbclient with a kernel for each notebook, the tests inside it, no sandbox and no
gradebook: what has to be done by anybody who marks. Ours are `grade` with two jobs, sandbox and
gradebook included. It needs nbgrader's environment (`vidlearn classroom init` makes it).
"""

import tempfile
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from time import perf_counter

import nbclient
import nbformat

from vidlearn.classroom.course import init, release
from vidlearn.classroom.grade import grade
from vidlearn.classroom.submission import grade_id

CLASS = 30
PLAIN = 4  # notebooks that the peer runs
MINUTES = {"convolution": 3, "training": 12}  # in NumPy, and with TensorFlow; on two cores


def main():
    """Print how long a class takes, and a notebook beside a plain one."""
    with tempfile.TemporaryDirectory() as folder:
        course = init(Path(folder) / "class", name="vidlearn", say=lambda line: None)
        for name, most in MINUTES.items():
            release(course, name, say=lambda line: None)
            seconds, plain = marked(course, name), plainly(course, name)
            verdict = "reached" if seconds <= 60 * most else "NOT REACHED"
            print(f"{name}: {CLASS} notebooks in {seconds / 60:.1f} minutes, two jobs")
            print(f"  {verdict} {most} minutes")
            print(f"  {plain * CLASS / seconds:.2f} x as fast as running them plainly, one by one")


def marked(course, name):
    """Hand in the solution thirty times, mark all, and return the seconds."""
    data = nbformat.writes(course.source(name)).encode()
    for k in range(CLASS):
        folder = course.folder / "submitted" / f"student{k:02d}" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_bytes(data)
    start = perf_counter()
    with redirect_stderr(StringIO()):
        grade(course, name, jobs=2, say=lambda line: None)
    return perf_counter() - start


def plainly(course, name):
    """Return the seconds that one notebook takes when it is simply run."""
    start = perf_counter()
    for _ in range(PLAIN):
        notebook = course.source(name)
        for cell in notebook.cells:
            if grade_id(cell) == "student":
                cell.source = "STUDENT = 'student00'"
        nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return (perf_counter() - start) / PLAIN


if __name__ == "__main__":
    main()
