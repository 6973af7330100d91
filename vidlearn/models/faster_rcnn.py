r"""Faster R-CNN: one network proposes boxes, a second one names them and corrects them once more.

The region proposal network looks at every anchor and says how much it looks like a thing, and how
to correct it; the best of them, corrected, are the proposals. RoI align cuts the same few features
out of the map for each, and a small head says which class it is, or background, and corrects it.

References
----------
S. Ren, K. He, R. Girshick, J. Sun: Faster R-CNN: Towards real-time object detection with region
proposal networks. TPAMI 39 (6), 2017; shorter at NeurIPS 2015. Sections and equations without a
name are those of 2017.
R. Girshick: Fast R-CNN. ICCV 2015, for the head. K. He et al.: Mask R-CNN. ICCV 2017, for RoI
align. T.-Y. Lin et al.: Feature pyramid networks for object detection. CVPR 2017.
"""

from numbers import Integral

import keras
import numpy as np
from keras import layers, ops

from vidlearn.boxes import anchors
from vidlearn.layers import decode_boxes, encode_boxes, iou, match, nms, roi_align, sample
from vidlearn.models.backbones import build_backbone
from vidlearn.models.backbones import pyramid as handed_down
from vidlearn.models.detector import Detector

SIZES = ((20, 30), (40, 55))
VARIANCES = (0.1, 0.1, 0.2, 0.2)  # what corrections are divided by, of anchors and of proposals
HIGH, LOW = 0.7, 0.3  # IoU from which an anchor learns a truth, and below which background
ROI_HIGH = 0.5  # IoU from which a proposal learns a truth; below it, background
CANDIDATES, OVERLAP = 192, 0.7  # best anchors that enter suppression, and its threshold
ANCHORS = {"count": 128, "share": 0.5}  # drawn from a picture, and how many positive at most
ROIS = {"count": 48, "share": 0.25}
BINS, SAMPLES = 5, 2  # of RoI align: bins of a proposal, samples of a bin, along each axis


def build_faster_rcnn(
    shape,
    classes,
    *,
    sizes=SIZES,
    ratios=(0.7, 1.4),
    pyramid=True,
    proposals=64,
    width=16,
    depth=2,
    backbone="small",
    weights=None,
):
    """Build Faster R-CNN.

    Parameters
    ----------
    shape : (int, int, int)
        H, W and 3 of the pictures that the network sees; others are made to fit.
    classes : sequence of str
        Names of the classes.
    sizes : sequence of sequences of float
        For each map, at strides 8, 16, 32, ..., the sides of its anchors in pixels, as many on
        every map.
    ratios : sequence of float
        Height / width of the anchors.
    pyramid : bool
        Whether anchors lie on several maps of a feature pyramid. False is the paper's form: one
        map, at stride 16, with the anchors of all sizes.
    proposals : int
        Boxes of a picture that go on from the first network to the second, at most.
    width, depth : int
        Of the small backbone; the head has 8 * width units.
    backbone : str
        "small", "resnet50" or "mobilenet".
    weights : str or Path, optional
        Of the backbone: None, "imagenet", or a file; see `vidlearn.models.backbones`.

    Returns
    -------
    FasterRCNN
        A keras.Model, to `compile` and to `fit`.

    Raises
    ------
    ValueError
        If an option does not fit.
    OSError
        If the weights cannot be had.

    Notes
    -----
    Both networks are trained at once, in one step, which the paper calls approximate joint training
    (section 3.2): the proposals count as given, no gradient flows through their coordinates. Also
    other than in the paper: objectness is one logit and not a softmax of two; the corrections of
    anchors are divided by the variances, not only those of proposals; RoI align stands for RoI
    pooling; the head's correction serves all classes, where Fast R-CNN has one for each; the box
    losses are means over positives, in place of equation 1's N_reg and lambda; anchors that cross
    the border are trained too, for in small pictures many do; a proposal below an IoU of 0.5 is
    background, also below 0.1, where Fast R-CNN leaves it out; fewer boxes are drawn and proposed.
    With a pyramid, proposals of every size are pooled from its finest map, which has been handed
    what the coarser ones see; Lin et al. choose the map by size.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017.

    Examples
    --------
    >>> model = build_faster_rcnn((48, 64, 3), ["coin", "cup"], width=4)
    >>> model.anchors.shape, [tuple(x.shape) for x in model.network.outputs]
    ((240, 4), [(None, 240), (None, 240, 4), (None, 6, 8, 16)])

    Lesson 13 teaches it.
    """
    options = {"sizes": sizes, "ratios": ratios, "pyramid": pyramid, "proposals": proposals}
    small = {"width": width, "depth": depth}
    return FasterRCNN(shape, classes, **options, **small, backbone=backbone, weights=weights)


@keras.saving.register_keras_serializable("vidlearn")
class FasterRCNN(Detector):
    """The network that `build_faster_rcnn` makes: its raw outputs are those of the first half.

    They are the objectness (N, A) and the corrections (N, A, 4) of all anchors, and the map
    (N, H, W, C) that proposals are pooled from. `propose` makes boxes of them, `classify` is the
    second half.
    """

    def __init__(
        self,
        shape,
        classes,
        *,
        sizes=SIZES,
        ratios=(0.7, 1.4),
        pyramid=True,
        proposals=64,
        width=16,
        depth=2,
        backbone="small",
        weights=None,
        name="faster_rcnn",
    ):
        super().__init__(shape, classes, name=name)
        self.options = {
            "sizes": _checked_sizes(sizes),
            "ratios": tuple(map(float, ratios)),
            "pyramid": bool(pyramid),
            "proposals": _checked_count("proposals", proposals),
            "width": int(width),
            "depth": int(depth),
            "backbone": backbone,
        }
        sizes, self.ratios = self.options["sizes"], self.options["ratios"]
        if not pyramid:
            sizes = (sum(sizes, ()),)
        self.strides = tuple(8 * 2**k for k in range(len(sizes))) if pyramid else (16,)
        small = {"width": width, "depth": depth}
        body = build_backbone(
            backbone, self.frame_shape, **small, strides=self.strides, weights=weights
        )
        maps = handed_down(body.outputs, 4 * width) if pyramid else body.outputs
        self.map_shapes = tuple(tuple(x.shape[1:3]) for x in maps)
        own = list(zip(self.map_shapes, self.strides, sizes, strict=True))
        laid = [anchors(at, stride, sizes=s, ratios=self.ratios) for at, stride, s in own]
        self.anchors = np.concatenate(laid).astype(np.float32)
        found = _rpn(maps, len(sizes[0]) * len(self.ratios), 4 * width)
        self.network = keras.Model(body.input, (*found, maps[0]), name="rpn")
        self.head = _head(maps[0].shape[-1], len(self.classes), 8 * width)
        self.seeds = keras.random.SeedGenerator(0)
        self.log("rpn_class", "rpn_box", "class", "box")

    def propose(self, outputs):
        """Make proposals of what the first half puts out (section 3.3).

        Parameters
        ----------
        outputs : tuple of tensor
            What `call` returned. No gradient flows into it.

        Returns
        -------
        boxes : tensor
            (N, P, 4), within the picture and at least one pixel wide and high, best first.
        scores : tensor
            (N, P), 0 to 1; 0 is no proposal: it fills up.
        """
        objectness, deltas, _ = (ops.stop_gradient(ops.cast(x, "float32")) for x in outputs)
        logits, best = ops.top_k(objectness, min(CANDIDATES, len(self.anchors)))
        own = ops.take(ops.convert_to_tensor(self.anchors), best, axis=0)  # (N, C, 4)
        boxes = self._inside(decode_boxes(_picked(deltas, best), own, variances=VARIANCES))
        kept, valid = nms(boxes, logits, threshold=OVERLAP, most=self.options["proposals"])
        scores = ops.sigmoid(ops.take_along_axis(logits, kept, axis=1))
        return _picked(boxes, kept), ops.where(valid, ops.maximum(scores, 1e-7), 0.0)

    def score_maps(self, outputs):
        """Return the objectness of every anchor where it lies: (N, rows, columns, A), 0 to 1.

        Parameters
        ----------
        outputs : tuple of tensor
            What `call` returned.

        Returns
        -------
        list of tensor
            One for each map, in the order of `strides`; A is sizes * ratios of a cell.
        """
        counts = [rows * columns for rows, columns in self.map_shapes]
        per_cell = len(self.anchors) // sum(counts)
        ends = np.cumsum(counts)[:-1] * per_cell
        parts = ops.split(ops.sigmoid(outputs[0]), ends.tolist(), axis=1)
        shapes = [(-1, *shape, per_cell) for shape in self.map_shapes]
        return [ops.reshape(x, shape) for x, shape in zip(parts, shapes, strict=True)]

    def classify(self, features, rois):
        """Name boxes and correct them: the second half (Fast R-CNN, section 2).

        Parameters
        ----------
        features : tensor
            (N, H, W, C), the last of the raw outputs.
        rois : tensor
            (N, R, 4), R fixed. No gradient flows into them.

        Returns
        -------
        logits : tensor
            (N, R, K + 1), background first.
        deltas : tensor
            (N, R, 4), one correction for all classes.
        """
        scale = 1 / self.strides[0]
        pooled = roi_align(features, rois, size=BINS, scale=scale, samples=SAMPLES)
        found = self.head(ops.reshape(pooled, (-1, BINS, BINS, features.shape[-1])))
        return tuple(ops.reshape(x, (-1, rois.shape[1], x.shape[-1])) for x in found)

    def targets(self, boxes, labels):
        """Say what every anchor is to learn (section 3.1.2).

        Parameters
        ----------
        boxes, labels : tensor
            (N, M, 4) and (N, M), filled up: a label of -1 is no truth.

        Returns
        -------
        kinds : tensor
            (N, A) int32: 1 a thing, 0 background, -1 ignored.
        deltas : tensor
            (N, A, 4), of use where kinds are 1.
        """
        assigned = match(iou(self.anchors, boxes), labels >= 0, high=HIGH, low=LOW)
        kinds = ops.where(assigned >= 0, 1, ops.where(assigned == -1, 0, -1))
        goals = _picked(boxes, ops.maximum(assigned, 0))
        return kinds, encode_boxes(goals, self.anchors, variances=VARIANCES)

    def roi_targets(self, proposals, scores, boxes, labels):
        """Draw boxes for the second half and say what each is to learn (Fast R-CNN, 2.3).

        Truths are added to the proposals, so that there is something to learn from the first step.

        Parameters
        ----------
        proposals, scores : tensor
            What `propose` returned.
        boxes, labels : tensor
            (N, M, 4) and (N, M), filled up: a label of -1 is no truth.

        Returns
        -------
        rois : tensor
            (N, R, 4).
        kinds : tensor
            (N, R) int32: k + 1 a truth of label k, 0 background, -1 none: it fills up.
        deltas : tensor
            (N, R, 4), of use where kinds are above 0.
        """
        rois = ops.concatenate([proposals, self._inside(boxes)], axis=1)
        real = ops.concatenate([scores > 0, labels >= 0], axis=1)
        assigned = match(iou(rois, boxes), labels >= 0, high=ROI_HIGH, low=ROI_HIGH, best=False)
        chosen, valid = sample(ops.where(real, assigned, -2), **ROIS, seed=self.seeds)
        rois, assigned = _picked(rois, chosen), ops.take_along_axis(assigned, chosen, axis=1)
        owner = ops.maximum(assigned, 0)
        kinds = ops.where(assigned >= 0, ops.take_along_axis(labels, owner, axis=1) + 1, 0)
        goals = encode_boxes(_picked(boxes, owner), rois, variances=VARIANCES)
        return rois, ops.where(valid, kinds, -1), goals

    def loss_terms(self, outputs, boxes, labels, *, training):
        """Equation 1 for anchors, then the same for proposals, which may be of several classes."""
        logits, deltas, features = outputs
        kinds, goals = self.targets(boxes, labels)
        chosen, valid = sample(kinds - 1, **ANCHORS, seed=self.seeds)
        logits, kinds = (ops.take_along_axis(x, chosen, axis=1) for x in (logits, kinds))
        kinds = ops.where(valid, kinds, -1)
        terms = {
            "rpn_class": _mean(_logistic(logits, kinds), kinds >= 0),
            "rpn_box": _smooth_l1(_picked(deltas, chosen), _picked(goals, chosen), kinds > 0),
        }
        rois, kinds, goals = self.roi_targets(*self.propose(outputs), boxes, labels)
        logits, deltas = self.classify(features, rois)
        truth = ops.expand_dims(ops.maximum(kinds, 0), -1)
        entropy = -ops.take_along_axis(ops.log_softmax(logits), truth, axis=-1)[..., 0]
        terms["class"] = _mean(entropy, kinds >= 0)
        terms["box"] = _smooth_l1(deltas, goals, kinds > 0)
        return terms

    def decode(self, outputs):
        """Corrected proposals, and the softmax without its background."""
        rois, scores = self.propose(outputs)
        logits, deltas = self.classify(outputs[2], rois)
        real = ops.cast(ops.expand_dims(scores > 0, -1), "float32")
        return decode_boxes(deltas, rois, variances=VARIANCES), ops.softmax(logits)[..., 1:] * real

    def _inside(self, boxes):
        """Clip to the picture; what is left is at least a pixel wide and high."""
        ends = np.float32(self.frame_shape[1::-1])
        starts = ops.minimum(ops.maximum(boxes[..., :2], 0.0), ends - 1)
        stops = ops.maximum(ops.minimum(boxes[..., 2:], ends), starts + 1)
        return ops.concatenate([starts, stops], axis=-1)

    def get_config(self):
        return {**super().get_config(), **self.options}


def _rpn(maps, per_cell, filters):
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
    return tuple(layers.Concatenate(axis=1, dtype="float32")(x) for x in (objectness, deltas))


def _head(channels, classes, units):
    crops = layers.Input((BINS, BINS, channels))
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


def _smooth_l1(deltas, goals, where):
    """Smooth L1 of the four corrections, summed (Fast R-CNN, equation 3); mean at some places."""
    # Where there is nothing to learn, a goal may be infinite: it must not reach the gradient.
    away = ops.abs(ops.where(ops.expand_dims(where, -1), deltas - goals, 0.0))
    return _mean(ops.sum(ops.where(away < 1, 0.5 * away**2, away - 0.5), axis=-1), where)


def _checked_sizes(sizes):
    rows = [own if np.ndim(own) == 1 else () for own in sizes]
    found = tuple(tuple(map(float, own)) for own in rows)
    if not found or not found[0] or len({len(own) for own in found}) > 1:
        raise ValueError(
            "sizes must have a row for each map, all equally long, for the maps share one network: "
            f"((20, 30), (40, 55)). Received: {sizes!r}"
        )
    return found


def _checked_count(name, count):
    if not (isinstance(count, Integral) and count > 0):
        raise ValueError(f"{name} must be a whole number above 0. Received: {count!r}")
    return int(count)
