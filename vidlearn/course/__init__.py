"""What a lesson needs around its subject: presets, exercises, progress, the doctor.

Lessons import from here::

    from vidlearn.course import lesson, check, hint, solution

    lesson("02")                                  # what runs here, on which data, how long
    check("correlate2d", my_correlate2d)          # right, wrong (and why), or not yet
    hint("correlate2d")                           # three steps, one at a call
    solution("correlate2d")                       # the code, when you want to see it

Every sentence a learner reads stands in ``vidlearn/course/messages``.
"""

from vidlearn.course.checks import CheckResult, check, hint, solution
from vidlearn.course.presets import choose, lesson, preset
from vidlearn.course.progress import progress
from vidlearn.course.quiet import quiet

__all__ = [
    "CheckResult",
    "check",
    "choose",
    "hint",
    "lesson",
    "preset",
    "progress",
    "quiet",
    "solution",
]
