"""YOLO: every cell of a grid says whether a thing lies there, what it is and how far it reaches.

The first YOLO (2016) lays one grid over the picture; the cell that holds a thing's centre is
responsible for it and says where in the cell the centre lies, how wide and high the thing is, and
how sure it is: the confidence is to be the IoU of its box with the truth. YOLOv2 (2017) took over
anchors, for a box grown from a good guess is learned more easily than one grown from nothing. They
have a price: their sizes have to be found for each data set, there are several boxes for every
cell, and a thing unlike all of them in shape has to grow from a poor guess.

YOLOX (2021) and others after it do without anchors, as FCOS (2019) had shown that it can be done.
The distances here are those of FCOS (YOLOX itself keeps offsets in the cell and exponentials): a
cell whose centre lies inside of a thing says how far it is from there to the thing's left, upper,
right and lower edge. One box a cell; the only sizes are those at which one map
hands over to the next. Three things make up for the anchors: several cells around the centre learn
the same thing, so that more than one in hundreds is positive (YOLOX, section 2.1, multi positives);
maps of different strides share out the sizes (FCOS, section 3.2); the IoU itself is the loss of the
box (generalised: Rezatofighi et al., 2019). What stays of 2016 is the confidence, and that a
picture is looked at once.

References
----------
J. Redmon, S. Divvala, R. Girshick, A. Farhadi: You only look once: Unified, real-time object
detection. CVPR 2016.
J. Redmon, A. Farhadi: YOLO9000: Better, faster, stronger. CVPR 2017.
Z. Tian, C. Shen, H. Chen, T. He: FCOS: Fully convolutional one-stage object detection. ICCV 2019.
Z. Ge, S. Liu, F. Wang, Z. Li, J. Sun: YOLOX: Exceeding YOLO series in 2021. arXiv:2107.08430, 2021.
"""

from numbers import Real

import keras
import numpy as np
from keras import ops

from vidlearn.boxes import anchors
from vidlearn.models.backbones import build_backbone, convolved, predictor, pyramid
from vidlearn.models.detector import Detector

FIRST = -4.0  # the logit of confidence in an untrained network: 0.018, for most cells see nothing
REACH = 2.0  # strides that softplus(raw) is multiplied by
BOX = 5.0  # how much the loss of the boxes counts, as in the code of YOLOX


def build_yolo(
    shape,
    classes,
    *,
    limits=(32,),
    shared=1.15,
    radius=1.5,
    width=16,
    depth=2,
    backbone="small",
    weights=None,
):
    """Build a YOLO without anchors.

    Parameters
    ----------
    shape : (int, int, int)
        H, W and 3 of the pictures that the network sees; others are made to fit.
    classes : sequence of str
        Names of the classes, in the order of the labels.
    limits : sequence of float
        Where one map hands over to the next: sizes of things, the root of width times height in
        pixels of the network, rising. There is one map more than limits, at strides 8, 16, 32 ...
        The default fits things of 20 to 60 pixels.
    shared : float
        Things up to this factor over or under a limit belong to both maps; 1 or more.
    radius : float
        The cells that learn a thing are less than this many strides from its centre, across and
        down; above 0.5.
    width, depth : int
        Of the small backbone; the head has 4 * width filters.
    backbone : str
        "small", "resnet50" or "mobilenet".
    weights : str or Path, optional
        Of the backbone: None, "imagenet", or a file; see `vidlearn.models.backbones`.

    Returns
    -------
    YOLO
        A keras.Model, to `compile` and to `fit`.

    Raises
    ------
    ValueError
        If an option does not fit.
    OSError
        If the weights cannot be had.

    References
    ----------
    See the module `vidlearn.models.yolo`.

    Examples
    --------
    >>> model = build_yolo((64, 96, 3), ["coin", "cup"], width=4, depth=1)
    >>> model.map_shapes, model.points.shape, model.points[1].tolist()
    (((8, 12), (4, 6)), (120, 2), [12.0, 4.0])

    Lesson 14 teaches it.
    """
    options = {"limits": limits, "shared": shared, "radius": radius}
    options |= {"width": width, "depth": depth, "backbone": backbone, "weights": weights}
    return YOLO(shape, classes, **options)


@keras.saving.register_keras_serializable("vidlearn")
class YOLO(Detector):
    """YOLO without anchors; `build_yolo` tells the options.

    Parameters
    ----------
    shape, classes, limits, shared, radius, width, depth, backbone, weights
        Those of `build_yolo`.
    name : str, optional
        Name of the model.

    Attributes
    ----------
    points : ndarray
        (P, 2) float32, x and y of the centres of all cells: map by map, row by row.
    point_strides : ndarray
        (P,) float32, pixels from each to its neighbour.
    strides : tuple of int
        Of the maps.
    map_shapes : tuple of (int, int)
        Rows and columns of the maps.
    """

    def __init__(
        self,
        shape,
        classes,
        *,
        limits=(32,),
        shared=1.15,
        radius=1.5,
        width=16,
        depth=2,
        backbone="small",
        weights=None,
        name="yolo",
    ):
        super().__init__(shape, classes, name=name)
        self.limits, self.shared, self.radius = _checked(limits, shared, radius)
        self.options = {"width": int(width), "depth": int(depth), "backbone": backbone}
        self.strides = tuple(8 * 2**k for k in range(len(self.limits) + 1))
        own = {"width": width, "depth": depth, "strides": self.strides, "weights": weights}
        body = build_backbone(backbone, self.frame_shape, **own)
        maps = pyramid(body.outputs, 4 * width)
        self.map_shapes = tuple(tuple(x.shape[1:3]) for x in maps)
        count = len(self.classes)
        bias = [[FIRST] + [0.0] * (count + 4)]  # one box a cell
        heads = [predictor(convolved(x, 4 * width), count + 5, bias) for x in maps]
        joined = keras.layers.Concatenate(axis=1, dtype="float32")(heads)  # (N, P, 1 + K + 4)
        parts = (joined[..., 0], joined[..., 1 : count + 1], joined[..., count + 1 :])
        self.network = keras.Model(body.input, parts)
        self._lay_grid()
        self.log("objectness", "class", "box")

    def _lay_grid(self):
        """Lay out the centres of the cells, their strides, and the sizes that each may learn."""
        ends = [0.0, *self.limits, np.inf]
        points, strides, sizes = [], [], []
        for k, (shape, stride) in enumerate(zip(self.map_shapes, self.strides, strict=True)):
            cells = anchors(shape, stride, sizes=[stride], ratios=[1])
            points.append((cells[:, :2] + cells[:, 2:]) / 2)
            strides.append(np.full(len(cells), stride))
            own = (ends[k] / self.shared, ends[k + 1] * self.shared)
            sizes.append(np.tile(own, (len(cells), 1)))
        self.points = np.concatenate(points).astype(np.float32)
        self.point_strides = np.concatenate(strides).astype(np.float32)
        self._sizes = np.concatenate(sizes).astype(np.float32)  # (P, 2): from, below

    def targets(self, boxes, labels):
        """Say which cell is to learn which truth.

        A cell is positive for a truth if its centre lies in the box, less than `radius` strides
        from the box's centre, and the truth's size is one of its map's. A truth that holds no
        centre on its own map is learned on the others. Of several, a cell learns the smallest.

        Parameters
        ----------
        boxes : tensor
            (N, M, 4) xyxy.
        labels : tensor
            (N, M) int; -1 is no truth.

        Returns
        -------
        kinds : tensor
            (N, P) int32, the class that each cell is to see, -1 for none.
        goals : tensor
            (N, P, 4) xyxy, the box of that truth; without meaning where there is none.

        References
        ----------
        Tian et al. (2019), section 3.1; the centre: YOLOX (2021), section 2.1. A truth at the very
        edge: a box holds points on its left and upper edge, so that each that is a stride wide and
        high holds one.

        Examples
        --------
        >>> model = build_yolo((64, 96, 3), ["coin", "cup"], width=4, depth=1)
        >>> kinds, goals = model.targets([[[9, 1, 23, 14]]], [[1]])
        >>> [model.points[k].tolist() for k in np.flatnonzero(kinds[0] == 1)]
        [[12.0, 4.0], [20.0, 4.0], [12.0, 12.0], [20.0, 12.0]]
        """
        boxes, labels = ops.cast(boxes, "float32"), ops.cast(labels, "int32")
        starts, ends = (ops.expand_dims(x, 1) for x in (boxes[..., :2], boxes[..., 2:]))
        points, strides, sizes = map(
            ops.convert_to_tensor, (self.points[:, None], self.point_strides[:, None], self._sizes)
        )
        away = ops.max(ops.abs(points - (starts + ends) / 2), axis=-1)  # (N, P, M)
        held = ops.all(ops.logical_and(points >= starts, points < ends), axis=-1)
        near = ops.logical_and(held, away < self.radius * strides)
        near = ops.logical_and(near, ops.expand_dims(labels >= 0, 1))
        size = ops.sqrt(ops.prod(ends - starts, axis=-1))  # (N, 1, M)
        own = ops.logical_and(size >= sizes[:, :1], size < sizes[:, 1:])
        own = ops.logical_and(own, near)
        homeless = ops.logical_not(ops.any(own, axis=1, keepdims=True))
        own = ops.logical_or(own, ops.logical_and(near, homeless))
        cost = ops.where(own, size, np.inf)
        chosen = ops.cast(ops.argmin(cost, axis=2), "int32")  # (N, P)
        kinds = ops.where(ops.any(own, axis=2), ops.take_along_axis(labels, chosen, axis=1), -1)
        return kinds, ops.take_along_axis(boxes, ops.expand_dims(chosen, -1), axis=1)

    def loss_terms(self, outputs, boxes, labels, *, training):
        """Cross-entropies of confidence, on all cells, and class, and 1 - GIoU, by positives."""
        objectness, logits, raw = outputs
        kinds, goals = self.targets(boxes, labels)
        positive = ops.cast(kinds >= 0, "float32")
        count = ops.maximum(ops.sum(positive), 1.0)
        overlap, generalised = iou_and_giou(self._boxes(raw), goals)
        sure = positive * ops.stop_gradient(overlap)  # what the confidence is to be
        entropy = ops.maximum(objectness, 0) - objectness * sure
        entropy = entropy + ops.log1p(ops.exp(-ops.abs(objectness)))
        truth = ops.expand_dims(ops.maximum(kinds, 0), -1)
        surprise = -ops.take_along_axis(ops.log_softmax(logits), truth, axis=-1)[..., 0]
        return {
            "objectness": ops.sum(entropy) / count,
            "class": ops.sum(positive * surprise) / count,
            "box": BOX * ops.sum(positive * (1 - generalised)) / count,
        }

    def _boxes(self, raw):
        """Make boxes of raw distances: left, top, right, bottom of the cell's centre."""
        away = ops.multiply(ops.softplus(raw), REACH * self.point_strides[:, None])
        starts = ops.subtract(self.points, away[..., :2])
        return ops.concatenate([starts, ops.add(self.points, away[..., 2:])], axis=-1)

    def decode(self, outputs):
        """Boxes of all cells, and confidence times the softmax over the classes (2016, eq. 1)."""
        objectness, logits, raw = outputs
        sure = ops.expand_dims(ops.sigmoid(objectness), -1)
        # Keras warns of a softmax over one class, which is as it should be: 1.
        return self._boxes(raw), sure * ops.exp(ops.log_softmax(logits))

    def get_config(self):
        own = {"limits": self.limits, "shared": self.shared, "radius": self.radius}
        return {**super().get_config(), **own, **self.options}


def iou_and_giou(a, b):
    """Measure how well boxes agree, the first with the first, the second with the second.

    Parameters
    ----------
    a, b : tensor
        (..., 4) xyxy, not inverted.

    Returns
    -------
    iou, giou : tensor
        (...), 0 to 1 and -1 to 1. Gradients flow through both.

    References
    ----------
    Rezatofighi et al.: Generalized Intersection over Union. CVPR 2019, algorithm 1.

    Examples
    --------
    >>> iou, giou = iou_and_giou([[0.0, 0, 1, 1]], [[3.0, 0, 4, 1]])
    >>> float(iou[0]), float(giou[0])
    (0.0, -0.5)

    Lesson 14 teaches it.
    """
    a, b = ops.convert_to_tensor(a), ops.convert_to_tensor(b)
    starts, ends = ops.maximum(a[..., :2], b[..., :2]), ops.minimum(a[..., 2:], b[..., 2:])
    inside = ops.prod(ops.maximum(ends - starts, 0.0), axis=-1)
    first, second = (ops.prod(x[..., 2:] - x[..., :2], axis=-1) for x in (a, b))
    union = ops.maximum(first + second - inside, 1e-9)
    corners = ops.minimum(a[..., :2], b[..., :2]), ops.maximum(a[..., 2:], b[..., 2:])
    hull = ops.maximum(ops.prod(corners[1] - corners[0], axis=-1), 1e-9)
    iou = inside / union
    return iou, iou - (hull - union) / hull


def _checked(limits, shared, radius):
    """Return the options as plain numbers."""
    limits = tuple(float(limit) for limit in np.ravel(limits))
    rising = all(a < b for a, b in zip((0.0, *limits), (*limits, np.inf), strict=True))
    if not 1 <= len(limits) <= 3 or not rising:
        raise ValueError(
            "limits must be one to three sizes in pixels, above 0 and rising, where one map hands "
            f"over to the next. Received: {limits}"
        )
    if not (isinstance(shared, Real) and 1 <= shared < np.inf):
        raise ValueError(f"shared must be a factor of 1 or more. Received: {shared!r}")
    if not (isinstance(radius, Real) and 0.5 < radius < np.inf):
        raise ValueError(
            "radius must be above 0.5 strides, or a thing may have no cell at all. "
            f"Received: {radius!r}"
        )
    return limits, float(shared), float(radius)
