"""Masks through time: where one thing is in every frame of a film, given where it is in the first.

=======================  ======================================================================
`backward_flow`          where each pixel was in the frame before
`warp`                   carries a mask, or anything else, along that flow
`unseen_before`          which pixels have just come to light: there, back and forth do not fit
`carried`, `propagate`   a mask carried by flow alone, to the next frame and through a film
`predict_masks`          what a U-Net says of each frame for itself
`follow`                 both: flow carries the mask on, the network mends it
`training_pairs`         what the network learns to mend from: films whose masks are known
`dreamed_pairs`          what it learns one thing from: its first mask
`load_base`              the network that comes with the library
`adapt`                  teaches a copy of it that thing
=======================  ======================================================================

Frames are (T, H, W, 3) uint8 RGB, masks (T, H, W) bool. The network is
`vidlearn.models.build_unet` with four channels; `vidlearn.metrics.masks` measures. Of several
things, follow one after the other.
"""

from .base import load_base
from .dreams import dreamed_pairs
from .flow import backward_flow, unseen_before, warp
from .network import adapt, follow, predict_masks
from .pairs import training_pairs
from .propagate import carried, propagate

__all__ = [
    "adapt",
    "backward_flow",
    "carried",
    "dreamed_pairs",
    "follow",
    "load_base",
    "predict_masks",
    "propagate",
    "training_pairs",
    "unseen_before",
    "warp",
]
