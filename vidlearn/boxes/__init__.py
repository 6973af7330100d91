"""Boxes: (N, 4) ``x1, y1, x2, y2`` in pixels, x right, y down, edges between the pixels.

Everything that detectors stand on, in NumPy: other forms of boxes, how well two agree, coding
against anchors, suppression, matching, RoI pooling; and `Detections`, what a detector returns.
"""

from .convert import box_of_mask
from .detections import Detections, Truth
from .overlaps import iou
from .roi import roi_align, roi_pool
from .roi_naive import roi_align_naive, roi_pool_naive

__all__ = [
    "Detections",
    "Truth",
    "box_of_mask",
    "iou",
    "roi_align",
    "roi_align_naive",
    "roi_pool",
    "roi_pool_naive",
]
