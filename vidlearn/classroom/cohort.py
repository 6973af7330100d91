"""Whom a report is on: who handed in, who is late or missing, and what cannot be read."""

import re
from datetime import UTC, datetime

import numpy as np

from vidlearn.messages import text

__all__ = ["Cohort", "moment", "number", "short"]

MOST = 15  # lines of a list; the whole of it stands in a table beside the report
FEW = 8  # names in a line
UNREAD = ("file_empty", "file_large", "file_tangled", "file_broken", "file_other", "file_new")


class Cohort:
    """The students of a report, and what became of their work.

    Parameters
    ----------
    name : str
        The assignment.
    results : dict
        For each id what marking gave.
    roster : list of dict
        The students on the list.
    rows : list of dict
        Rows of nbgrader's export.
    due : datetime or None
        When it was to be handed in.
    """

    def __init__(self, name, results, roster, rows, due):
        self.name, self.results, self.due = name, results, due
        self.words, self.said = text("classroom_report"), text("classroom")
        self.roster = {str(one.get("id", "")): one for one in roster}
        self.rows = {str(row.get("student_id", "")): row for row in rows}
        self.missing = [one for one in self.roster if one not in results]
        self.strangers = [one for one in results if self.roster and one not in self.roster]
        self.late = [
            one
            for one, result in results.items()
            if due and (when := moment(result.get("submitted"))) and when > due
        ]
        starts = tuple(self.said[key].split("{")[0] for key in UNREAD)
        self.unread = [
            one
            for one, result in results.items()
            if any(line.startswith(starts) for line in result.get("lines", ()))
        ]

    def tests(self):
        """Yield (student, task, test) for all that were run."""
        for student, result in self.results.items():
            for task, marked in result.get("tasks", {}).items():
                for test in marked.get("results", ()):
                    yield student, short(task), test

    def shown(self, student):
        """Return an id with the name that belongs to it."""
        one = self.roster.get(student, {})
        full = f"{one.get('first_name') or ''} {one.get('last_name') or ''}".strip()
        return f"{student} ({full})" if full else student

    def listed(self, students):
        """Return some students for a line, cut where they are many."""
        some = ", ".join(students[:FEW])
        more = len(students) - FEW
        return some + self.words["more_names"].format(count=more) if more > 0 else some

    def points(self, student):
        """Return what a student reached in the tests, and the most there is."""
        tasks = self.results[student].get("tasks", {}).values()
        return sum(one["points"] for one in tasks), sum(one["most"] for one in tasks)

    def cut(self, page, lines, table):
        """Add a list to a page, cut where it is long."""
        page.items(lines[:MOST])
        if len(lines) > MOST:
            page.say(
                self.words["more"].format(count=len(lines) - MOST, file=f"{self.name}-{table}.csv")
            )


def short(task):
    """Return the name of a task without what every such name begins with.

    Parameters
    ----------
    task : str

    Returns
    -------
    str
    """
    return task.removeprefix("test_").removeprefix("written_")


def number(value):
    """Read a number of a table.

    Parameters
    ----------
    value : object

    Returns
    -------
    float or None
    """
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if np.isfinite(found) else None


def moment(value):
    """Read a time as nbgrader writes it.

    Parameters
    ----------
    value : object

    Returns
    -------
    datetime or None
        In UTC; None where there is none.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        written = str(value).strip().replace(" UTC", "+00:00")
        found = datetime.fromisoformat(re.sub(r" (?=[+-]\d)", "", written))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
