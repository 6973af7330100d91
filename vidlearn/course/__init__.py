"""What a lesson needs around its subject: presets, exercises, progress, the doctor.

Lessons import from here::

    from vidlearn.course import lesson, check, hint, solution

    lesson("03")                                  # what runs here, on which data, how long
    predict("output-size", 28)                    # a guess, before it is shown
    reveal("output-size", out.shape[0])           # and what came
    check("correlate2d", my_correlate2d)          # right, wrong (and why), or not yet
    hint("correlate2d")                           # three steps, one at a call
    solution("correlate2d")                       # the code, when you want to see it
    mine = use("correlate2d", my_correlate2d)     # yours when it is right, else the library's
    challenge("fewest-weights", my_network)       # a score, a bar, your best
    over_seeds(accuracy, 5)                       # mean and range
    scratch.fit(..., callbacks=[ProgressBar()])   # how far, how good, how long still
    model.fit(..., verbose=0, callbacks=[keras_progress()])

Every sentence a learner reads stands in ``vidlearn/course/messages``.
"""

from vidlearn.course.challenges import challenge
from vidlearn.course.checks import CheckResult, check, hint, solution
from vidlearn.course.guesses import predict, reveal
from vidlearn.course.mine import use
from vidlearn.course.presets import choose, lesson, preset
from vidlearn.course.progress import progress
from vidlearn.course.quiet import quiet
from vidlearn.course.seeds import over_seeds
from vidlearn.course.training import ProgressBar, checkpoint, keras_progress

__all__ = [
    "CheckResult",
    "ProgressBar",
    "challenge",
    "check",
    "checkpoint",
    "choose",
    "hint",
    "keras_progress",
    "lesson",
    "over_seeds",
    "predict",
    "preset",
    "progress",
    "quiet",
    "reveal",
    "solution",
    "use",
]
