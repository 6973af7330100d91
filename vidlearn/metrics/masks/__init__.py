"""How good masks are through time: J and F of the DAVIS benchmark."""

from .evaluate import MaskMetrics, evaluate_masks
from .similarity import contour_accuracy, mask_boundary, region_similarity

__all__ = [
    "MaskMetrics",
    "contour_accuracy",
    "evaluate_masks",
    "mask_boundary",
    "region_similarity",
]
