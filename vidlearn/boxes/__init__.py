"""Boxes: (N, 4) ``x1, y1, x2, y2`` in pixels, x right, y down, edges between the pixels.

Everything that detectors stand on, in NumPy: other forms of boxes, how well two agree, coding
against anchors, suppression, matching, RoI pooling; `Detections`, what a detector returns, and
`Tracks`, what a tracker returns. float32 stays float32, all else computes in float64.
"""

from .anchors import anchors
from .coding import decode, encode
from .convert import area, box_of_mask, clip, convert
from .detections import Detections, Truth
from .matching import match, sample
from .overlaps import ciou, diou, giou, iou
from .roi import roi_align, roi_pool
from .roi_naive import roi_align_naive, roi_pool_naive
from .suppression import nms, nms_naive, soft_nms
from .tracks import Tracks

__all__ = [
    "Detections",
    "Tracks",
    "Truth",
    "anchors",
    "area",
    "box_of_mask",
    "ciou",
    "clip",
    "convert",
    "decode",
    "diou",
    "encode",
    "giou",
    "iou",
    "match",
    "nms",
    "nms_naive",
    "roi_align",
    "roi_align_naive",
    "roi_pool",
    "roi_pool_naive",
    "sample",
    "soft_nms",
]
