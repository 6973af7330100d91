"""How good: what the field measures, by its own definitions."""

from .curve import Curve, average_precision, average_precision_naive, precision_recall
from .detection import evaluate_detections
from .results import DetectionMetrics

__all__ = [
    "Curve",
    "DetectionMetrics",
    "average_precision",
    "average_precision_naive",
    "evaluate_detections",
    "precision_recall",
]
