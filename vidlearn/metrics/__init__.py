"""How good: what the field measures, by its own definitions."""

from .clips import (
    class_average_precision,
    label_confusion,
    mean_average_precision,
    top_k_accuracy,
)
from .confusion import confusion_matrix
from .curve import Curve, average_precision, average_precision_naive, precision_recall
from .detection import evaluate_detections
from .errors import DetectionErrors, detection_errors, error_costs
from .labels import (
    LabelMetrics,
    edit_score,
    evaluate_labels,
    frame_accuracy,
    segmental_f1,
    segments,
)
from .masks import (
    MaskMetrics,
    contour_accuracy,
    evaluate_masks,
    mask_boundary,
    region_similarity,
)
from .recall import average_best_overlap, proposal_recall
from .results import DetectionMetrics
from .shots import ShotCount, ShotCurve, ShotMetrics, evaluate_shots, shot_curve
from .tracking import Switch, TrackingMetrics, evaluate_tracks, without_distractors

__all__ = [
    "Curve",
    "DetectionErrors",
    "DetectionMetrics",
    "LabelMetrics",
    "MaskMetrics",
    "ShotCount",
    "ShotCurve",
    "ShotMetrics",
    "Switch",
    "TrackingMetrics",
    "average_best_overlap",
    "average_precision",
    "average_precision_naive",
    "class_average_precision",
    "confusion_matrix",
    "contour_accuracy",
    "detection_errors",
    "edit_score",
    "error_costs",
    "evaluate_detections",
    "evaluate_labels",
    "evaluate_masks",
    "evaluate_shots",
    "evaluate_tracks",
    "frame_accuracy",
    "label_confusion",
    "mask_boundary",
    "mean_average_precision",
    "precision_recall",
    "proposal_recall",
    "region_similarity",
    "segmental_f1",
    "segments",
    "shot_curve",
    "top_k_accuracy",
    "without_distractors",
]
