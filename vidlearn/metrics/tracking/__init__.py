"""How good a tracker is: CLEAR MOT, identity and HOTA, each in the file of its paper."""

from .evaluate import evaluate_tracks
from .films import without_distractors
from .results import Switch, TrackingMetrics

__all__ = ["Switch", "TrackingMetrics", "evaluate_tracks", "without_distractors"]
