"""What a lesson needs around its subject: presets, exercises, progress, the doctor.

Lessons import from here::

    from vidlearn.course import lesson, check, hint, solution

    lesson("03")                                  # what runs here, on which data, how long
    check("correlate2d", my_correlate2d)          # right, wrong (and why), or not yet
    hint("correlate2d")                           # three steps, one at a call
    solution("correlate2d")                       # the code, when you want to see it
    scratch.fit(..., callbacks=[ProgressBar()])   # how far, how good, how long still
    model.fit(..., verbose=0, callbacks=[keras_progress()])

Every sentence a learner reads stands in ``vidlearn/course/messages``.
"""

from vidlearn.course.checks import CheckResult, check, hint, solution
from vidlearn.course.presets import choose, lesson, preset
from vidlearn.course.progress import progress
from vidlearn.course.quiet import quiet
from vidlearn.course.training import ProgressBar, checkpoint, keras_progress

__all__ = [
    "CheckResult",
    "ProgressBar",
    "check",
    "checkpoint",
    "choose",
    "hint",
    "keras_progress",
    "lesson",
    "preset",
    "progress",
    "quiet",
    "solution",
]
