r"""SSD: default boxes on maps of several scales, classes and corrections in one look.

The paper's network is VGG-16 with six maps; its default boxes grow from map to map by a fixed rule.
Here a small residual network has a map at stride 8 and one at stride 16 (more where more sizes are
given), the coarse ones are handed down to the fine ones by a feature pyramid, which the paper had
not yet, and the sizes are options, to be read off the things to be found.

References
----------
W. Liu, D. Anguelov, D. Erhan, C. Szegedy, S. Reed, C.-Y. Fu, A. C. Berg: SSD: Single shot multibox
detector. ECCV 2016. The pyramid: T.-Y. Lin et al.: Feature pyramid networks for object detection.
CVPR 2017.
"""

import keras
import numpy as np
from keras import ops

from vidlearn.boxes import anchors
from vidlearn.layers import decode_boxes, encode_boxes, iou, match
from vidlearn.models.backbones import build_backbone, convolved, predictor, pyramid
from vidlearn.models.detector import Detector

VARIANCES = (0.1, 0.1, 0.2, 0.2)
SIZES = ((20, 30), (40, 55))
HIGH, LOW = 0.5, 0.4  # IoU from which a default box learns a truth; between them it learns nothing


def build_ssd(
    shape,
    classes,
    *,
    sizes=SIZES,
    ratios=(0.7, 1.4),
    width=16,
    depth=2,
    backbone="small",
    weights=None,
):
    """Build SSD.

    Parameters
    ----------
    shape : (int, int, int)
        H, W and 3 of the pictures that the network sees; others are made to fit.
    classes : sequence of str
        Names of the classes.
    sizes : sequence of sequences of float
        For each map, at strides 8, 16, 32, ..., the sides of its default boxes in pixels.
    ratios : sequence of float
        Height / width of the default boxes, on every map.
    width, depth : int
        Of the small backbone; the head has 4 * width filters.
    backbone : str
        "small", "resnet50" or "mobilenet".
    weights : str or Path, optional
        Of the backbone: None, "imagenet", or a file; see `vidlearn.models.backbones`.

    Returns
    -------
    SSD
        A keras.Model, to `compile` and to `fit`.

    Raises
    ------
    ValueError
        If an option does not fit.
    OSError
        If the weights cannot be had.

    Notes
    -----
    In the paper every default box below an IoU of 0.5 that is no truth's best is background; here
    those from 0.4 learn nothing. Ratios there are width / height, with a box of ratio 1 and an
    extra size on each map.

    References
    ----------
    Liu et al.: SSD. ECCV 2016, section 2.2.

    Examples
    --------
    >>> model = build_ssd((48, 64, 3), ["coin", "cup"], width=4)
    >>> model.anchors.shape, [tuple(x.shape) for x in model.network.outputs]
    ((240, 4), [(None, 240, 3), (None, 240, 4)])

    Lesson 15 teaches it.
    """
    options = {"sizes": sizes, "ratios": ratios, "width": width, "depth": depth}
    return SSD(shape, classes, **options, backbone=backbone, weights=weights)


@keras.saving.register_keras_serializable("vidlearn")
class SSD(Detector):
    """The network that `build_ssd` makes: logits (N, A, K + 1), corrections (N, A, 4).

    Class 0 of the logits is background; label k of a truth is class k + 1.
    """

    def __init__(
        self,
        shape,
        classes,
        *,
        sizes=SIZES,
        ratios=(0.7, 1.4),
        width=16,
        depth=2,
        backbone="small",
        weights=None,
        name="ssd",
    ):
        super().__init__(shape, classes, name=name)
        self.options = {
            "sizes": _checked_sizes(sizes),
            "ratios": tuple(map(float, ratios)),
            "width": int(width),
            "depth": int(depth),
            "backbone": backbone,
        }
        sizes, self.ratios = self.options["sizes"], self.options["ratios"]
        self.strides = tuple(8 * 2**k for k in range(len(sizes)))
        body = build_backbone(
            backbone,
            self.frame_shape,
            width=width,
            depth=depth,
            strides=self.strides,
            weights=weights,
        )
        maps = pyramid(body.outputs, 4 * width)
        self.map_shapes = tuple(tuple(x.shape[1:3]) for x in maps)
        own = list(zip(self.map_shapes, self.strides, sizes, strict=True))
        default = [anchors(at, stride, sizes=s, ratios=self.ratios) for at, stride, s in own]
        self.anchors = np.concatenate(default).astype(np.float32)
        heads = [self._head(convolved(x, 4 * width), s) for x, s in zip(maps, sizes, strict=True)]
        joined = keras.layers.Concatenate(axis=1, dtype="float32")(heads)
        count = len(self.classes) + 1
        found = (joined[..., :count], joined[..., count:])
        self.network = keras.Model(body.input, found, name="network")
        self.log("class", "box")

    def _head(self, x, sizes):
        """For each default box of a map K + 1 logits, then 4 corrections; background leads."""
        bias = np.zeros((len(sizes) * len(self.ratios), len(self.classes) + 5))
        bias[:, 0] = 3
        return predictor(x, bias.shape[1], bias)

    def targets(self, boxes, labels):
        """Say what every default box is to learn.

        Parameters
        ----------
        boxes, labels : tensor
            (N, M, 4) and (N, M), filled up: a label of -1 is no truth.

        Returns
        -------
        kinds : tensor
            (N, A) int32: 0 background, k + 1 a truth of label k, -1 nothing.
        corrections : tensor
            (N, A, 4), of use where kinds are above 0.
        """
        assigned = match(iou(self.anchors, boxes), labels >= 0, high=HIGH, low=LOW)
        chosen = ops.maximum(assigned, 0)
        kinds = ops.take_along_axis(labels, chosen, axis=1) + 1
        kinds = ops.where(assigned >= 0, kinds, ops.where(assigned == -1, 0, -1))
        goals = ops.take_along_axis(boxes, ops.expand_dims(chosen, -1), axis=1)
        return kinds, encode_boxes(goals, self.anchors, variances=VARIANCES)

    def loss_terms(self, outputs, boxes, labels, *, training):
        """Equation 1: softmax cross-entropy and smooth L1, by the number of matched boxes."""
        logits, corrections = outputs
        kinds, goals = self.targets(boxes, labels)
        positive = ops.cast(kinds > 0, "float32")
        count = ops.maximum(ops.sum(positive), 1)
        truth = ops.expand_dims(ops.maximum(kinds, 0), -1)
        entropy = -ops.take_along_axis(ops.log_softmax(logits), truth, axis=-1)[..., 0]  # (N, A)
        chosen = positive + hard_negatives(entropy, kinds)
        away = ops.where(ops.expand_dims(kinds > 0, -1), ops.abs(corrections - goals), 0.0)
        smooth = ops.where(away < 1, 0.5 * away**2, away - 0.5)
        return {"class": ops.sum(entropy * chosen) / count, "box": ops.sum(smooth) / count}

    def decode(self, outputs):
        """Corrected default boxes, and the softmax without its background."""
        logits, corrections = outputs
        found = decode_boxes(corrections, self.anchors, variances=VARIANCES)
        return found, ops.softmax(logits)[..., 1:]

    def get_config(self):
        return {**super().get_config(), **self.options}


def hard_negatives(losses, kinds, *, ratio=3, least=10):
    """Choose of each picture the background boxes that the network finds hardest.

    Parameters
    ----------
    losses : tensor
        (N, A) cross-entropy of every default box.
    kinds : tensor
        (N, A): above 0 a truth, 0 background, below 0 ignored.
    ratio : int
        Chosen for each box with a truth, of the same picture.
    least : int
        Chosen all the same where a picture has few truths or none.

    Returns
    -------
    tensor
        (N, A) float32: 1 for a chosen one, else 0. Of equal losses, either may be chosen.

    References
    ----------
    Liu et al.: SSD. ECCV 2016, section 2.2. The least number is ours: a picture with nothing in it
    would teach nothing.

    Examples
    --------
    >>> chosen = hard_negatives([[0.1, 3.0, 0.5, 2.0, 9.0]], [[0, 2, 0, 0, -1]], ratio=2, least=0)
    >>> ops.convert_to_numpy(chosen).tolist()
    [[0.0, 0.0, 1.0, 1.0, 0.0]]

    Lesson 15 teaches it.
    """
    losses, kinds = ops.convert_to_tensor(losses), ops.convert_to_tensor(kinds)
    background = kinds == 0
    count = ops.sum(ops.cast(kinds > 0, "int32"), axis=1, keepdims=True)
    losses = ops.where(background, ops.stop_gradient(losses), -1.0)
    rank = ops.argsort(ops.argsort(-losses, axis=1), axis=1)  # 0 for the highest loss
    hard = ops.cast(rank, "int32") < ops.maximum(ratio * count, least)
    return ops.cast(ops.logical_and(background, hard), "float32")


def _checked_sizes(sizes):
    rows = [own if np.ndim(own) == 1 else () for own in sizes]
    found = tuple(tuple(map(float, own)) for own in rows)
    if not found or not all(own and min(own) > 0 for own in found):
        raise ValueError(
            "sizes must hold for every map the sides of its default boxes, in pixels above 0, such "
            f"as ((20, 30), (40, 55)). Received: {sizes!r}"
        )
    return found
