"""How good: what the field measures, by its own definitions."""

from .curve import Curve, average_precision, average_precision_naive, precision_recall
from .detection import evaluate_detections
from .recall import average_best_overlap, proposal_recall
from .results import DetectionMetrics

__all__ = [
    "Curve",
    "DetectionMetrics",
    "average_best_overlap",
    "average_precision",
    "average_precision_naive",
    "evaluate_detections",
    "precision_recall",
    "proposal_recall",
]
