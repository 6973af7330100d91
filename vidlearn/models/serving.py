"""Suppression as a part of the network, so that a detector can leave this library."""

from keras import ops

from vidlearn.layers import nms

from .detector import CANDIDATES


def found_in_fixed_shape(detector, frames, sizes, *, threshold=0.05, overlap=0.45, most=100):
    """Do what `Detector.predict` does, as operations of a compiled graph.

    Parameters
    ----------
    detector : Detector
    frames : tensor
        (N, H, W, 3) of the network's size, 0 to 255.
    sizes : tensor
        (N, 2) float32 height and width of what is picture, from the upper left corner; the rest
        is filled up.
    threshold, overlap, most
        As in `Detector.predict`.

    Returns
    -------
    boxes : tensor
        (N, M, 4) float32 xyxy in pixels of the frames, best first; M is `most`, or less where the
        network can never find as many. What fills up is -1 throughout.
    scores : tensor
        (N, M) float32.
    labels : tensor
        (N, M) int32.

    Lesson 24 teaches it.
    """
    boxes, scores = (ops.cast(x, "float32") for x in detector.decode(detector(frames)))
    ends = ops.expand_dims(ops.cast(sizes, "float32")[:, ::-1], 1)  # (N, 1, 2): width, height
    boxes = ops.maximum(ops.minimum(boxes, ops.concatenate([ends, ends], axis=-1)), 0.0)
    seen = ops.all(boxes[..., 2:] > boxes[..., :2], axis=-1, keepdims=True)
    scores = ops.where(ops.logical_and(scores > threshold, seen), scores, float("-inf"))
    rows, classes = scores.shape[1:]
    values, places = ops.top_k(
        ops.reshape(scores, (-1, rows * classes)), min(rows * classes, max(CANDIDATES, most))
    )
    places = ops.cast(places, "int32")
    boxes = ops.take_along_axis(boxes, ops.expand_dims(places // classes, -1), axis=1)
    chosen, real = nms(boxes, values, labels=places % classes, threshold=overlap, most=most)
    boxes = ops.take_along_axis(boxes, ops.expand_dims(chosen, -1), axis=1)
    scores, labels = (ops.take_along_axis(x, chosen, axis=1) for x in (values, places % classes))
    boxes = ops.where(ops.expand_dims(real, -1), boxes, -1.0)
    return boxes, ops.where(real, scores, -1.0), ops.where(real, labels, -1)
