"""Networks in Keras, one paper in one file: a builder, and what its lesson needs around it.

They are written with `keras.ops` alone, so they run on each of Keras's backends. A model takes
frames of 0 to 255 and scales them itself; it gives logits in float32, also where it works in half
precision. Keras is loaded when a model is built, not before. Where it is loaded already, importing
this package makes the layers, `mstcn_loss` and `mask_loss` known to `keras.saving.load_model`; else
import them before, layers from `vidlearn.layers`.

=========================  ====================================================================
`build_c3d`                convolutions through space and time, whole or in two parts
`build_cnn_rnn`            the same CNN for every frame, then a recurrent layer over time
`build_rnn`                the recurrent layer alone, for vectors that were kept
`build_cnn_tcn`            the same CNN for every frame, then dilated convolutions over time
`build_tcn`                the convolutions over time alone
`build_mstcn`              frame-wise labels in stages, and `mstcn_loss`, which teaches them
`build_video_transformer`  attention over tubelets of a clip
`attention_maps`           what each of its heads looks at
`receptive_field`          how many frames a dilated stack sees
`build_shotnet`            where shots meet: dilated convolutions, frames compared
`build_segmenter`          where shots meet: frames, a convolution over time, an LSTM
`boundary_loss`            teaches both
`frame_scores`             what they say of each frame of a film; `stream_scores` as it comes
`transitions_of`           the transitions that it means
`load_boundaries`          such a network from its file
`predict_clips`            probabilities for clips
`frame_vectors`            what the CNN makes of each frame
`build_faster_rcnn`        a detector: boxes are proposed, then named and corrected
`build_ssd`                a detector: default boxes on maps of several scales
`build_yolo`               a detector: each cell of a grid tells what lies there
`build_unet`               a mask for a picture, and `mask_loss`, which teaches it
`build_forecaster`         an LSTM that foretells paths
`occlusion`                which frames of a clip matter to a model, and which places
`multiply_adds`            what a model computes for one picture
=========================  ====================================================================
"""

import sys
from importlib import import_module

from vidlearn.models.boundaries import (
    frame_scores,
    load_boundaries,
    stream_scores,
    transitions_of,
)
from vidlearn.models.c3d import build_c3d
from vidlearn.models.clips import frame_vectors, predict_clips
from vidlearn.models.cnn_rnn import build_cnn_rnn, build_rnn
from vidlearn.models.segmenter import build_segmenter
from vidlearn.models.shotnet import boundary_loss, build_shotnet
from vidlearn.models.tcn import build_cnn_tcn, build_tcn, receptive_field
from vidlearn.models.video_transformer import attention_maps, build_video_transformer

_LATER = {  # most load Keras
    **dict.fromkeys(["build_mstcn", "mstcn_loss"], "mstcn"),
    **dict.fromkeys(["build_unet", "mask_loss"], "unet"),
    **dict.fromkeys(["build_faster_rcnn", "FasterRCNN"], "faster_rcnn"),
    **dict.fromkeys(["build_yolo", "YOLO"], "yolo"),
    **dict.fromkeys(["build_ssd", "SSD", "hard_negatives"], "ssd"),
    **dict.fromkeys(["Detector", "load_detector", "pad_truths"], "detector"),
    "letterbox": "fitting",
    "build_forecaster": "forecaster",
    "multiply_adds": "counting",
    **dict.fromkeys(["Occlusion", "occlusion"], "saliency"),
}

__all__ = [
    "attention_maps",
    "boundary_loss",
    "build_c3d",
    "build_cnn_rnn",
    "build_cnn_tcn",
    "build_mstcn",
    "build_rnn",
    "build_segmenter",
    "build_shotnet",
    "build_tcn",
    "build_unet",
    "build_video_transformer",
    "frame_scores",
    "frame_vectors",
    "load_boundaries",
    "mask_loss",
    "mstcn_loss",
    "predict_clips",
    "receptive_field",
    "stream_scores",
    "transitions_of",
]

if "keras" in sys.modules:
    from vidlearn.layers import ColourHistogram, FrameSimilarity, Positions, TemporalBlock  # noqa: F401  # noqa: F401
    from vidlearn.models.mstcn import mstcn_loss
    from vidlearn.models.unet import mask_loss


def __getattr__(name):
    if name in _LATER:
        return getattr(import_module(f"vidlearn.models.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
