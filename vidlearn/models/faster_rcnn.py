"""Faster R-CNN: one network proposes boxes, a second one names them and corrects them once more.

References
----------
S. Ren, K. He, R. Girshick, J. Sun: Faster R-CNN: Towards real-time object detection with region
proposal networks. NeurIPS 2015; sections and equations below are those of this paper.
R. Girshick: Fast R-CNN. ICCV 2015, for the head.
"""

import keras
import numpy as np
from keras import layers, ops

from vidlearn.boxes import anchors
from vidlearn.layers import decode_boxes, encode_boxes, iou, match, nms, roi_align
from vidlearn.models.backbones import pyramid as fused
from vidlearn.models.backbones import small_backbone
from vidlearn.models.detector import Detector

VARIANCES = (0.1, 0.1, 0.2, 0.2)  # what corrections are divided by, of anchors and of proposals
CANDIDATES, OVERLAP = 192, 0.7  # best anchors that enter suppression, and its threshold
SEEN, POOLED, SAMPLES = 64, 5, 2  # proposals in a prediction; bins of RoI align, samples in a bin


def build_faster_rcnn(
    shape,
    classes,
    *,
    sizes=((20, 30), (40, 55)),
    ratios=(0.7, 1.4),
    pyramid=True,
    width=16,
    depth=2,
):
    return FasterRCNN(
        shape, classes, sizes=sizes, ratios=ratios, pyramid=pyramid, width=width, depth=depth
    )


@keras.saving.register_keras_serializable("vidlearn")
class FasterRCNN(Detector):
    def __init__(
        self,
        shape,
        classes,
        *,
        sizes,
        ratios,
        pyramid=True,
        width=16,
        depth=2,
        name="faster_rcnn",
    ):
        super().__init__(shape, classes, name=name)
        self.sizes, self.ratios = tuple(map(tuple, sizes)), tuple(ratios)
        self.pyramid, self.width, self.depth = bool(pyramid), width, depth
        self.strides = tuple(8 * 2**k for k in range(len(sizes))) if pyramid else (16,)
        if not pyramid:
            self.sizes = (tuple(size for own in self.sizes for size in own),)
        backbone = small_backbone(self.frame_shape, width=width, depth=depth, strides=self.strides)
        maps = fused(backbone.outputs, 4 * width) if pyramid else backbone.outputs
        self.map_shapes = [tuple(x.shape[1:3]) for x in maps]
        per_cell = len(self.sizes[0]) * len(self.ratios)
        found = _propose(maps, per_cell, 4 * width)
        self.network = keras.Model(backbone.inputs, (*found, maps[0]), name="proposing")
        self.anchors = np.concatenate(
            [
                anchors(size, stride, sizes=own, ratios=self.ratios)
                for size, stride, own in zip(self.map_shapes, self.strides, self.sizes, strict=True)
            ]
        ).astype(np.float32)
        self.head = _head(maps[0].shape[-1], len(self.classes), 8 * width)
        self.seeds = keras.random.SeedGenerator(0)
        self.sampled, self.rois = (128, 0.5), (48, 0.25)  # of a picture: how many, positive share
        self.log("rpn_class", "rpn_box", "class", "box")

    def propose(self, outputs, most=SEEN):
        """Boxes (N, P, 4) and scores (N, P) of the proposals, best first; a score of 0 is none."""
        objectness, deltas, _ = (ops.stop_gradient(ops.cast(x, "float32")) for x in outputs)
        scores, best = ops.top_k(objectness, min(CANDIDATES, len(self.anchors)))
        deltas = ops.take_along_axis(deltas, ops.expand_dims(best, -1), axis=1)
        own = ops.take(ops.convert_to_tensor(self.anchors), best, axis=0)  # (N, C, 4)
        boxes = self._inside(decode_boxes(deltas, own, variances=VARIANCES))
        kept, valid = nms(boxes, scores, threshold=OVERLAP, most=most)
        boxes = ops.take_along_axis(boxes, ops.expand_dims(kept, -1), axis=1)
        scores = ops.sigmoid(ops.take_along_axis(scores, kept, axis=1))
        return boxes, ops.where(valid, scores, 0.0)

    def classify(self, features, rois):
        """Logits (N, R, K + 1), background first, and corrections (N, R, 4) of the rois."""
        rows, columns = features.shape[1:3]
        pooled = roi_align(features, rois, size=POOLED, scale=1 / self.strides[0], samples=SAMPLES)
        found = self.head(ops.reshape(pooled, (-1, POOLED, POOLED, features.shape[-1])))
        logits, deltas = (ops.reshape(x, (-1, rois.shape[1], x.shape[-1])) for x in found)
        return logits, deltas

    def targets(self, boxes, labels):
        """Kinds (N, A) of the anchors, 1, 0 or -1 for ignored, and their corrections (N, A, 4)."""
        assigned = match(iou(self.anchors, boxes), labels >= 0, high=0.7, low=0.3)
        kinds = ops.where(assigned >= 0, 1, ops.where(assigned == -1, 0, -1))
        goals = _picked(boxes, ops.maximum(assigned, 0))
        return kinds, encode_boxes(goals, self.anchors, variances=VARIANCES)

    def roi_targets(self, proposals, scores, boxes, labels):
        """RoIs (N, R, 4), kinds (N, R), 0 for background or label + 1 or -1, and corrections."""
        rois = ops.concatenate([proposals, self._inside(boxes)], axis=1)
        real = ops.concatenate([scores > 0, labels >= 0], axis=1)
        assigned = match(iou(rois, boxes), labels >= 0, high=0.5, low=0.5, best=False)
        positive = ops.logical_and(assigned >= 0, real)
        negative = ops.logical_and(assigned < 0, real)
        chosen, valid = sample(positive, negative, *self.rois, seed=self.seeds)
        rois, assigned = _picked(rois, chosen), ops.take_along_axis(assigned, chosen, axis=1)
        owner = ops.maximum(assigned, 0)
        kinds = ops.where(assigned >= 0, ops.take_along_axis(labels, owner, axis=1) + 1, 0)
        goals = encode_boxes(_picked(boxes, owner), rois, variances=VARIANCES)
        return rois, ops.where(valid, kinds, -1), goals

    def loss_terms(self, outputs, boxes, labels, *, training):
        objectness, deltas, features = outputs
        kinds, goals = self.targets(boxes, labels)
        chosen, valid = sample(kinds == 1, kinds == 0, *self.sampled, seed=self.seeds)
        objectness, kinds = (ops.take_along_axis(x, chosen, axis=1) for x in (objectness, kinds))
        deltas, goals = _picked(deltas, chosen), _picked(goals, chosen)
        kinds = ops.where(valid, kinds, -1)
        terms = {"rpn_class": _mean(_logistic(objectness, kinds), kinds >= 0)}
        terms["rpn_box"] = _mean(_smooth(deltas - goals), kinds == 1)
        rois, kinds, goals = self.roi_targets(*self.propose(outputs), boxes, labels)
        logits, deltas = self.classify(features, rois)
        truth = ops.expand_dims(ops.maximum(kinds, 0), -1)
        entropy = -ops.take_along_axis(ops.log_softmax(logits), truth, axis=-1)[..., 0]
        terms["class"] = _mean(entropy, kinds >= 0)
        terms["box"] = _mean(_smooth(deltas - goals), kinds > 0)
        return terms

    def decode(self, outputs):
        rois, scores = self.propose(outputs)
        logits, deltas = self.classify(outputs[2], rois)
        real = ops.cast(ops.expand_dims(scores > 0, -1), "float32")
        return decode_boxes(deltas, rois, variances=VARIANCES), ops.softmax(logits)[..., 1:] * real

    def _inside(self, boxes):
        """Clip to the picture; what is left is at least a pixel wide and high."""
        height, width = self.frame_shape[:2]
        ends = np.float32([width, height])
        starts = ops.clip(boxes[..., :2], 0.0, ends - 1)
        return ops.concatenate(
            [starts, ops.maximum(ops.minimum(boxes[..., 2:], ends), starts + 1)], axis=-1
        )

    def get_config(self):
        own = {"sizes": self.sizes, "ratios": self.ratios, "pyramid": self.pyramid}
        return {**super().get_config(), **own, "width": self.width, "depth": self.depth}


def sample(positive, negative, count, share, *, seed):
    """Draw as many of each picture, at most a share of them positive.

    Parameters
    ----------
    positive, negative : tensor
        (N, A) bool; what is neither is ignored.
    count : int
        Drawn from each picture.
    share : float
        Of the count, 0 to 1; negatives fill up what positives are too few for.
    seed : keras.random.SeedGenerator

    Returns
    -------
    chosen : tensor
        (N, min(count, A)) int32.
    valid : tensor
        As many, bool: False where a picture has too few to choose from.
    """
    draws = keras.random.uniform(ops.shape(positive), 0.01, 0.99, seed=seed)
    wished = ops.where(positive, draws, -1.0)
    count = min(count, positive.shape[1])
    last = ops.top_k(wished, max(round(share * count), 1))[0][:, -1:]  # of the quota
    kept = ops.logical_and(positive, wished >= last)
    order = ops.where(kept, 1 + draws, ops.where(negative, draws, -1.0))
    found, chosen = ops.top_k(order, count)
    return ops.cast(chosen, "int32"), found > 0


def _propose(maps, per_cell, filters):
    """One 3 x 3 convolution and two 1 x 1 beside each other, the same on every map."""
    start = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.01), "dtype": "float32"}
    look = layers.Conv2D(filters, 3, padding="same", activation="relu", name="rpn")
    which = layers.Conv2D(per_cell, 1, name="rpn_class", **start)
    where = layers.Conv2D(4 * per_cell, 1, name="rpn_box", **start)
    found = [look(x) for x in maps]
    objectness = [layers.Reshape((-1,))(which(x)) for x in found]
    deltas = [layers.Reshape((-1, 4))(where(x)) for x in found]
    if len(maps) == 1:
        return objectness[0], deltas[0]
    join = layers.Concatenate(axis=1, dtype="float32")
    return join(objectness), layers.Concatenate(axis=1, dtype="float32")(deltas)


def _head(channels, classes, units):
    crops = layers.Input((POOLED, POOLED, channels))
    x = layers.Flatten()(crops)
    for _ in range(2):
        x = layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x)
    start = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.01), "dtype": "float32"}
    logits = layers.Dense(classes + 1, name="class", **start)(x)
    return keras.Model(crops, (logits, layers.Dense(4, name="box", **start)(x)), name="head")


def _picked(boxes, chosen):
    return ops.take_along_axis(boxes, ops.expand_dims(chosen, -1), axis=1)


def _mean(losses, where):
    """Mean of the losses at some places; 0 where there are none."""
    total = ops.sum(ops.where(where, losses, 0.0))
    return total / ops.maximum(ops.sum(ops.cast(where, "float32")), 1.0)


def _logistic(logits, kinds):
    wanted = ops.cast(kinds == 1, "float32")
    return ops.maximum(logits, 0.0) - logits * wanted + ops.log1p(ops.exp(-ops.abs(logits)))


def _smooth(away):
    """Smooth L1 of the four corrections, summed (Fast R-CNN, equation 3)."""
    away = ops.abs(away)
    return ops.sum(ops.where(away < 1, 0.5 * away**2, away - 0.5), axis=-1)
