"""How good: what the field measures, by its own definitions."""

from .confusion import confusion_matrix
from .curve import Curve, average_precision, average_precision_naive, precision_recall
from .detection import evaluate_detections
from .errors import DetectionErrors, detection_errors, error_costs
from .recall import average_best_overlap, proposal_recall
from .results import DetectionMetrics
from .tracking import Switch, TrackingMetrics, evaluate_tracks, without_distractors

__all__ = [
    "Curve",
    "DetectionErrors",
    "DetectionMetrics",
    "Switch",
    "TrackingMetrics",
    "average_best_overlap",
    "average_precision",
    "average_precision_naive",
    "confusion_matrix",
    "detection_errors",
    "error_costs",
    "evaluate_detections",
    "evaluate_tracks",
    "precision_recall",
    "proposal_recall",
    "without_distractors",
]
