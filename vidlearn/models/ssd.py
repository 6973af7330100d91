"""SSD: default boxes on maps of several scales, classes and corrections in one look.

References
----------
W. Liu, D. Anguelov, D. Erhan, C. Szegedy, S. Reed, C.-Y. Fu, A. C. Berg: SSD: Single shot multibox
detector. ECCV 2016.
"""

import keras
import numpy as np
from keras import ops

from vidlearn.boxes import anchors
from vidlearn.layers import decode_boxes, encode_boxes, iou, match
from vidlearn.models.backbones import convolved, predictor, pyramid, small_backbone
from vidlearn.models.detector import Detector

VARIANCES = (0.1, 0.1, 0.2, 0.2)


def build_ssd(shape, classes, *, sizes=((20, 30), (40, 55)), ratios=(0.7, 1.4), width=16, depth=2):
    return SSD(shape, classes, sizes=sizes, ratios=ratios, width=width, depth=depth)


@keras.saving.register_keras_serializable("vidlearn")
class SSD(Detector):
    def __init__(
        self, shape, classes, *, sizes, ratios, width=16, depth=2, negatives=3, name="ssd"
    ):
        super().__init__(shape, classes, name=name)
        self.sizes, self.ratios = tuple(map(tuple, sizes)), tuple(ratios)
        self.width, self.depth, self.negatives = width, depth, negatives
        self.strides = tuple(8 * 2**k for k in range(len(sizes)))
        backbone = small_backbone(self.frame_shape, width=width, depth=depth, strides=self.strides)
        maps = pyramid(backbone.outputs, 4 * width)
        self.map_shapes = [tuple(x.shape[1:3]) for x in maps]
        count, numbers = len(self.classes) + 1, len(self.classes) + 5
        outputs = []
        for x, own in zip(maps, self.sizes, strict=True):
            bias = np.zeros((len(own) * len(self.ratios), numbers))
            bias[:, 0] = 3  # background, at first
            outputs.append(predictor(convolved(x, 4 * width), numbers, bias))
        joined = keras.layers.Concatenate(axis=1, dtype="float32")(outputs)
        self.network = keras.Model(backbone.inputs, (joined[..., :count], joined[..., count:]))
        self.anchors = np.concatenate(
            [
                anchors(shape, stride, sizes=own, ratios=self.ratios)
                for shape, stride, own in zip(
                    self.map_shapes, self.strides, self.sizes, strict=True
                )
            ]
        ).astype(np.float32)
        self._log("class", "box")

    def targets(self, boxes, labels):
        assigned = match(iou(self.anchors, boxes), labels >= 0, high=0.5, low=0.4)
        chosen = ops.maximum(assigned, 0)
        kinds = ops.take_along_axis(labels, chosen, axis=1) + 1
        kinds = ops.where(assigned >= 0, kinds, ops.where(assigned == -1, 0, -1))
        goals = ops.take_along_axis(boxes, ops.expand_dims(chosen, -1), axis=1)
        return kinds, encode_boxes(goals, self.anchors, variances=VARIANCES)

    def loss_terms(self, outputs, boxes, labels, *, training):
        logits, deltas = outputs
        kinds, goals = self.targets(boxes, labels)
        positive = ops.cast(kinds > 0, "float32")
        count = ops.maximum(ops.sum(positive), 1)
        logs = ops.log_softmax(logits)
        truth = ops.expand_dims(ops.maximum(kinds, 0), -1)
        entropy = -ops.squeeze(ops.take_along_axis(logs, truth, axis=-1), -1)  # (N, A)
        chosen = positive + hard_negatives(entropy, kinds, self.negatives)
        away = ops.abs(deltas - goals)
        smooth = ops.sum(ops.where(away < 1, 0.5 * away**2, away - 0.5), axis=-1)
        smooth = ops.where(kinds > 0, smooth, 0.0)
        return {"class": ops.sum(entropy * chosen) / count, "box": ops.sum(smooth) / count}

    def decode(self, outputs):
        logits, deltas = outputs
        return decode_boxes(deltas, self.anchors, variances=VARIANCES), ops.softmax(logits)[..., 1:]

    def get_config(self):
        own = {"sizes": self.sizes, "ratios": self.ratios, "width": self.width}
        return {**super().get_config(), **own, "depth": self.depth, "negatives": self.negatives}


def hard_negatives(entropy, kinds, ratio=3, least=10, most=512):
    """1 for the background anchors of each picture with the highest loss, 0 for all others."""
    background = ops.cast(kinds == 0, "float32")
    count = ops.sum(ops.cast(kinds > 0, "int32"), axis=1, keepdims=True)
    count = ops.maximum(ratio * count, least)
    losses = ops.stop_gradient(entropy) * background
    top = ops.top_k(losses, min(most, entropy.shape[1]))[0]
    count = ops.minimum(count, top.shape[1])
    limit = ops.take_along_axis(top, count - 1, axis=1)
    return background * ops.cast(losses >= ops.maximum(limit, 1e-12), "float32")
