"""Exercises of lesson 18, sequence models."""

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson18 import labelling, sampling, smoothing
from vidlearn.course.exercises.lesson18.feeding import show_feeding
from vidlearn.course.exercises.lesson18.films import asked, dials, known_after
from vidlearn.course.exercises.lesson18.live import captions, flickering_scores, live_score

__all__ = [
    "EXERCISES",
    "asked",
    "captions",
    "dials",
    "flickering_scores",
    "known_after",
    "live_score",
    "show_feeding",
]

# Names, not the packages: every lesson reads this list.
ALLOWED = ("edit_score", "segmental_f1", "segments", "frame_accuracy", "evaluate_labels")

EXERCISES = [
    Exercise(
        "segment-frames",
        sampling.segment_frames,
        sampling.sampling_cases,
        sampling.SAMPLING_MISTAKES,
        calls=sampling.runs,
        measure=sampling.told,
        given=sampling.given,
    ),
    Exercise(
        "frame-labeller",
        labelling.frame_labeller,
        labelling.labeller_cases,
        labelling.LABELLER_MISTAKES,
        measure=labelling.told,
        rtol=1e-3,
        seconds=60.0,
    ),
    Exercise("known-after", kind="predict", near=1.0),
    Exercise(
        "live-majority",
        smoothing.live_majority,
        smoothing.smoothing_cases,
        smoothing.SMOOTHING_MISTAKES,
        kind="repair",
    ),
    Exercise(
        "live-caption",
        kind="challenge",
        score=live_score,
        bar=0.68,
        allows=ALLOWED,
        seconds=60.0,
    ),
]
