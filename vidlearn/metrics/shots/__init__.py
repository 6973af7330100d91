"""How good found shot boundaries are: whom they found, and how that hangs on a threshold."""

from .curve import ShotCurve, shot_curve
from .evaluate import evaluate_shots
from .results import ShotCount, ShotMetrics

__all__ = ["ShotCount", "ShotCurve", "ShotMetrics", "evaluate_shots", "shot_curve"]
