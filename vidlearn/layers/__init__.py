"""What networks of this library compute and Keras has no layer for, in `keras.ops`.

`TemporalBlock` and `Positions` are layers for sequences, `FrameSimilarity` and `ColourHistogram`
compare the frames of a film, `RoIAlign` is one for detectors.

The functions are what a detector computes inside of a compiled training step, twins of functions of
`vidlearn.boxes`: they take batches of one fixed shape, run compiled and on every backend of Keras,
and gradients flow through what a network puts out. Truths come filled up to one number for every
picture, as `vidlearn.models.pad_truths` makes them.
"""

from importlib import import_module

from .coding import decode_boxes, encode_boxes
from .matching import iou, match
from .roi import roi_align
from .sampling import sample
from .suppression import nms

__all__ = ["decode_boxes", "encode_boxes", "iou", "match", "nms", "roi_align", "sample"]

_MADE_OF_KERAS = {  # their base class loads it
    "RoIAlign": "roi",
    "Positions": "positions",
    **dict.fromkeys(["ColourHistogram", "FrameSimilarity"], "similarity"),
    "TemporalBlock": "temporal",
}


def __getattr__(name):
    if name in _MADE_OF_KERAS:
        return getattr(import_module(f"vidlearn.layers.{_MADE_OF_KERAS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
