"""Graded assignments: what a student's notebook uses, and what marks it.

In an assignment a student meets `card`, which gives each student numbers of their own, and
`Exam`, which runs tests and turns them into points. Neither needs nbgrader, and neither knows a
solution. The other modules are the teacher's: they release, collect, mark in a sandbox, and report.
The command is ``vidlearn classroom``.
"""

from .card import Card, card
from .exam import Exam, Points

__all__ = ["Card", "Exam", "Points", "card"]
