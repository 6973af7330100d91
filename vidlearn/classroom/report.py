"""What a teacher wants to know of an assignment: who, how well, what was hard, and why."""

import os
from collections import Counter
from dataclasses import dataclass

import numpy as np

from vidlearn.classroom.cohort import Cohort, moment, number, short
from vidlearn.classroom.page import Page, sheet

__all__ = ["Report", "report"]

HARDEST = 10
LEVELS = "▁▂▃▄▅▆▇█"


@dataclass
class Report:
    """A report on an assignment.

    Attributes
    ----------
    name : str
        The assignment.
    page : Page
        What it says.
    tables : dict
        Name and rows of each table that goes with it; the first row names the columns.
    """

    name: str
    page: Page
    tables: dict

    def __str__(self):
        return self.page.text()

    def write(self, folder):
        """Write the report and its tables.

        Parameters
        ----------
        folder : Path
            Where ``NAME.md`` and ``NAME-*.csv`` go.

        Returns
        -------
        list of Path
        """
        folder.mkdir(parents=True, exist_ok=True)
        files = {f"{self.name}.md": self.page.markdown().encode("utf-8")}
        for table, rows in self.tables.items():
            files[f"{self.name}-{table}.csv"] = sheet(rows).encode("utf-8-sig")
        for name, data in files.items():
            fresh = folder / f".{name}.new"
            fresh.write_bytes(data)
            os.replace(fresh, folder / name)
        return [folder / name for name in files]


def report(name, results, roster, *, rows=None, due=None, written=None, pairs=()):
    """Write a report on an assignment.

    Parameters
    ----------
    name : str
        The assignment.
    results : dict
        For each id what marking gave: ``tasks``, ``lines``, ``seconds``, ``submitted``.
    roster : list of dict
        The students: ``id``, ``first_name``, ``last_name``.
    rows : list of dict, optional
        Rows of nbgrader's export: ``student_id``, ``score``, ``max_score``, ``duedate``, and
        ``needs_manual_grade`` where somebody added it.
    due : str, optional
        When it was to be handed in, as ``2026-12-01 23:59:00 UTC``. Else that of the rows counts.
    written : dict, optional
        Names of the answers in words, with their points.
    pairs : sequence of Pair, optional
        Submissions that are alike.

    Returns
    -------
    Report
    """
    rows = [row for row in rows or [] if row.get("assignment", name) == name]
    due = moment(due) or next(filter(None, (moment(row.get("duedate")) for row in rows)), None)
    case = Cohort(name, dict(sorted(results.items())), roster, rows, due)
    page, tables = Page(case.words["title"].format(name=name)), {}
    for section in (_counted, _marks, _hardest, _causes, _unbearable):
        section(case, page, tables)
    _in_words(case, page, written or {})
    _alike(case, page, tables, pairs)
    _people(case, page)
    _time(case, page)
    return Report(name, page, tables)


def _counted(case, page, tables):
    words = case.words
    page.say(
        words["counts"].format(
            listed=len(case.roster),
            handed=len(case.results),
            missing=len(case.missing),
            unread=len(case.unread),
        )
    )
    if case.due:
        page.say(words["due"].format(due=f"{case.due:%Y-%m-%d %H:%M UTC}", late=len(case.late)))
    else:
        page.say(words["no_due"])
    tasks = list(dict.fromkeys(t for r in case.results.values() for t in r.get("tasks", {})))
    header = ["id", "last_name", "first_name", "state", "submitted", "points", "of", "score"]
    tables["students"] = [[*header, *map(short, tasks), "seconds", "lines"]]
    for student in dict.fromkeys([*case.roster, *case.results]):
        tables["students"].append(_row(case, student, tasks))


def _row(case, student, tasks):
    """Return the row of one student."""
    one, result = case.roster.get(student, {}), case.results.get(student)
    state = "missing" if result is None else "late" if student in case.late else "handed in"
    row = [student, one.get("last_name", ""), one.get("first_name", ""), state]
    score = case.rows.get(student, {}).get("score", "")
    if result is None:
        return [*row, "", "", "", score, *[""] * len(tasks), "", ""]
    marked = [result.get("tasks", {}).get(task, {}).get("points", "") for task in tasks]
    row += [result.get("submitted") or "", *case.points(student), score, *marked]
    return [*row, round(result.get("seconds") or 0, 1), " ".join(result.get("lines", ()))]


def _people(case, page):
    """Name those who are missing, late or not on the list, and say what was noticed."""
    words, results = case.words, case.results
    late = {one: results[one]["submitted"] for one in case.late}
    unread = {one: " ".join(results[one]["lines"]) for one in case.unread}
    for title, students in (
        ("missing", dict.fromkeys(case.missing, "")),
        ("late", late),
        ("unread", unread),
        ("strangers", dict.fromkeys(case.strangers, "")),
    ):
        if students:
            page.head(words[title])
            lines = [f"{case.shown(one)}: {told}".rstrip(": ") for one, told in students.items()]
            case.cut(page, lines, "students")
    noticed = {}
    for student, result in results.items():
        for line in result.get("lines", ()) if student not in unread else ():
            noticed.setdefault(line, []).append(student)
    if noticed:
        page.head(words["noticed"])
        order = sorted(noticed, key=lambda line: (-len(noticed[line]), line))
        lines = [
            words["line"].format(count=len(noticed[one]), line=one, who=case.listed(noticed[one]))
            for one in order
        ]
        case.cut(page, lines, "students")


def _marks(case, page, tables):
    words = case.words
    page.head(words["marks"])
    if not case.results:
        page.say(words["nobody"])
        return
    reached, most = {}, {}
    for result in case.results.values():
        for task, marked in result.get("tasks", {}).items():
            reached.setdefault(short(task), []).append(marked["points"])
            most[short(task)] = marked["most"]
    whole = [case.points(student) for student in case.results]
    full = max((of for _, of in whole), default=0)
    rows = [_spread(task, most[task], values) for task, values in reached.items()]
    rows.append(_spread(words["all_tests"], full, [points for points, _ in whole]))
    scores = [number(case.rows.get(one, {}).get("score")) for one in case.results]
    scores = [one for one in scores if one is not None]
    if scores:
        of = max(number(row.get("max_score")) or 0 for row in case.rows.values())
        rows.append(_spread(words["with_words"], of, scores))
    page.table(words["marks_columns"].split("|"), rows)
    page.say(words["marks_note"])
    shares = [points / full if full else 0.0 for points, _ in whole]
    page.bars(
        [
            (f"{10 * n} – {10 * n + 10} %", sum(_bin(share, 10) == n for share in shares))
            for n in range(10)
        ]
    )


def _spread(task, most, values):
    """Return a row of a table: how points are spread."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    count = Counter(_bin(value / most if most else 0.0, 5) for value in values)
    top = max(count.values())
    shape = "".join(LEVELS[round(7 * count[n] / top)] if count[n] else "_" for n in range(5))
    numbers = [round(float(one), 2) for one in (np.mean(values), middle, low, high)]
    full = sum(value >= most for value in values) if most else 0
    return [task, round(float(most), 2), *numbers, full, sum(not one for one in values), shape]


def _bin(share, bins):
    return min(max(int(share * bins + 1e-9), 0), bins - 1)


def _hardest(case, page, tables):
    words, found = case.words, {}
    for _, task, test in case.tests():
        if test.get("error") == "test":
            continue
        one = found.setdefault((task, test["title"], bool(test["hidden"])), [0, 0, 0, 0.0])
        if test.get("said") == case.said["empty"]:
            one[2] += 1
        else:
            one[0] += test["share"] == 1
            one[1] += 1
            one[3] += test["share"]
    share = {test: one[3] / one[1] if one[1] else None for test, one in found.items()}
    order = sorted(found, key=lambda test: (share[test] is None, share[test] or 0, -found[test][1]))
    tables["tests"] = [["task", "title", "hidden", "passed", "tried", "empty", "mean_share"]]
    for test in order:
        shown = "" if share[test] is None else round(share[test], 3)
        tables["tests"].append([*test, *found[test][:3], shown])
    hard = [test for test in order if share[test] is not None and share[test] < 1][:HARDEST]
    if hard:
        page.head(words["hardest"])
        page.say(words["hardest_note"].format(file=f"{case.name}-tests.csv"))
        page.table(
            words["hardest_columns"].split("|"),
            [
                [
                    *(test[0], test[1], words["hidden" if test[2] else "visible"]),
                    *found[test][:3],
                    f"{100 * share[test]:.0f} %",
                ]
                for test in hard
            ],
        )


def _causes(case, page, tables):
    words, found = case.words, {}
    for student, task, test in case.tests():
        if test.get("cause"):
            found.setdefault((task, test["cause"]), {})[student] = True
    order = sorted(found, key=lambda one: (-len(found[one]), one))
    tables["causes"] = [["task", "cause", "count", "students"]]
    tables["causes"] += [[*one, len(found[one]), " ".join(found[one])] for one in order]
    if order:
        page.head(words["causes"])
        lines = [
            words["cause"].format(
                count=len(found[one]), cause=one[1], task=one[0], who=case.listed(list(found[one]))
            )
            for one in order
        ]
        case.cut(page, lines, "causes")


def _unbearable(case, page, tables):
    lines = [
        f"{student}, {task}: {test.get('said', '')}"
        for student, task, test in case.tests()
        if test.get("error") == "test"
    ]
    if lines:
        page.head(case.words["unbearable"])
        page.say(case.words["unbearable_note"])
        tables["untested"] = [["line"], *([line] for line in lines)]
        case.cut(page, lines, "untested")


def _in_words(case, page, written):
    """Say how many answers in words wait for their mark."""
    handed = [student for student in case.results if student not in case.unread]
    if not written or not handed:
        return
    told = [case.rows.get(one, {}).get("needs_manual_grade") for one in handed]
    if any(one is not None for one in told):
        waiting = sum(str(one).strip().lower() in ("1", "true", "yes") for one in told)
    else:
        waiting = len(handed) - sum(_has_more(case, student) for student in handed)
    page.head(case.words["written"])
    line = "written_note" if waiting else "written_done"
    page.say(
        case.words[line].format(
            names=", ".join(map(short, written)),
            points=f"{sum(written.values()):g}",
            waiting=waiting,
            handed=len(handed),
        )
    )


def _has_more(case, student):
    """Tell whether a student's score is more than the tests gave."""
    score = number(case.rows.get(student, {}).get("score"))
    return score is not None and score > case.points(student)[0] + 1e-6


def _alike(case, page, tables, pairs):
    tables["pairs"] = [["first", "second", "percent", "cells"]]
    for pair in pairs:
        percent = round(100 * pair.likeness)
        tables["pairs"].append([pair.first, pair.second, percent, " ".join(pair.cells)])
    if pairs:
        page.head(case.words["alike"])
        page.say(case.words["alike_note"])
        case.cut(page, [str(pair) for pair in pairs], "pairs")


def _time(case, page):
    seconds = {one: result.get("seconds") or 0.0 for one, result in case.results.items()}
    if not seconds:
        return
    slow = sorted(seconds, key=seconds.get, reverse=True)[:3]
    page.head(case.words["time"])
    page.say(
        case.words["time_note"].format(
            whole=sum(seconds.values()) / 60,
            middle=float(np.median(list(seconds.values()))),
            slow=", ".join(f"{one} ({seconds[one]:.0f} s)" for one in slow),
        )
    )
