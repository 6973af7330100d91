"""The learner's copies of the lessons, and JupyterLab opened on them.

The lessons themselves are never worked on: ``vidlearn lab`` gives copies in ``my_work/`` and
remembers each as it was given. A copy that the learner has not touched follows the course to
its next version; one that was touched is the learner's and stays as it is.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def course_folder() -> Path:
    """Find the folder that holds ``notebooks/`` and ``datasets/``.

    Returns
    -------
    Path
        The checkout's root, or the share inside an installed package.

    Raises
    ------
    FileNotFoundError
        When neither is there, as in an installation with parts missing.
    """
    for folder in (PACKAGE.parent, PACKAGE / "_share"):
        if any((folder / "notebooks").glob("[0-9A]*_*.ipynb")):
            return folder
    raise FileNotFoundError(
        f"No lessons found beside or inside {PACKAGE}. Install vidlearn again: "
        "pip install --force-reinstall --no-deps vidlearn"
    )


def find_lessons() -> dict[str, Path]:
    """Find the lessons of the course.

    Returns
    -------
    dict of str to Path
        Number, ``"00"`` to ``"34"`` and ``"A1"``, to file, in reading order.
    """
    files = sorted((course_folder() / "notebooks").glob("[0-9A]*_*.ipynb"))
    return {path.name.split("_")[0]: path for path in files}
