"""A mirrored picture and its boxes, to be repaired."""

import numpy as np

from vidlearn.course.exercises import Refusal


def mirror_boxes(frame, boxes):
    """Return the picture mirrored left and right, and its boxes with it."""
    width = frame.shape[1]
    moved = boxes.copy()
    moved[:, 0] = width - boxes[:, 2]
    moved[:, 2] = width - boxes[:, 0]
    return frame[:, ::-1], moved


def mirror_cases():
    rng = np.random.default_rng(24)
    cases = [(np.arange(7 * 10 * 3, dtype=np.uint8).reshape(7, 10, 3), np.array([[1.0, 0, 4, 5]]))]
    for shape, count in (((20, 33, 3), 3), ((41, 26, 3), 5), ((12, 12, 3), 0)):
        corners = np.sort(rng.uniform(0, 1, (count, 2, 2)), axis=1)  # (N, corner, x and y)
        boxes = (corners * [shape[1], shape[0]]).reshape(-1, 4).round(2)
        cases.append((rng.integers(0, 256, shape, np.uint8), boxes))
    return cases


def told(result, frame, boxes):
    """Refuse a picture that is no longer one, and results that have changed places."""
    if isinstance(result, tuple | list) and len(result) == 2:
        picture, moved = map(np.asarray, result)
        if picture.ndim == 2 and moved.ndim == 3:
            raise Refusal("Return the picture first, then the boxes: `return picture, moved`.")
        if picture.ndim == 3 and picture.dtype != np.uint8:
            raise Refusal(f"The picture should stay (H, W, 3) of uint8. Yours: {picture.dtype}.")
    return result


def _mended(*, wide=True, edge=True, order=True):
    """Return the planted function with some of its three faults mended."""

    def mirror(frame, boxes):
        width = frame.shape[1 if wide else 0] - (0 if edge else 1)
        moved = boxes.copy()
        x1, x2 = width - boxes[:, 0], width - boxes[:, 2]
        moved[:, 0], moved[:, 2] = (x2, x1) if order else (x1, x2)
        return frame[:, ::-1], moved

    return mirror


def _left_behind(frame, boxes):
    return frame[:, ::-1], boxes.copy()


def _boxes_alone(frame, boxes):
    return frame.copy(), mirror_boxes(frame, boxes)[1]


def _upside_down(frame, boxes):
    moved = boxes.copy()
    moved[:, [1, 3]] = frame.shape[0] - boxes[:, [3, 1]]
    return frame[::-1], moved


def _picture_upside_down(frame, boxes):
    return frame[::-1], mirror_boxes(frame, boxes)[1]


def _channels(frame, boxes):
    return frame[..., ::-1], mirror_boxes(frame, boxes)[1]


def _turned(frame, boxes):
    moved = mirror_boxes(frame, boxes)[1]
    moved[:, [1, 3]] = frame.shape[0] - boxes[:, [3, 1]]
    return frame[::-1, ::-1], moved


def _overwritten(frame, boxes):
    """Read x1 after it was written over: x2 stays where it was."""
    moved = boxes.copy()
    moved[:, 0] = frame.shape[1] - moved[:, 2]
    moved[:, 2] = frame.shape[1] - moved[:, 0]
    return frame[:, ::-1], moved


def _as_whole_numbers(frame, boxes):
    picture, moved = mirror_boxes(frame, boxes)
    return picture, np.rint(moved)


def _exchanged(frame, boxes):
    return frame[:, ::-1], boxes[:, [2, 1, 0, 3]]


def _y_moved(frame, boxes):
    return frame[:, ::-1], _upside_down(frame, boxes)[1]


def _as_xywh(frame, boxes):
    """Take x2 for a width."""
    moved = boxes.copy()
    moved[:, 0] = frame.shape[1] - boxes[:, 0] - boxes[:, 2]
    return frame[:, ::-1], moved


def _channels_wide(frame, boxes):
    moved = boxes.copy()
    moved[:, 0], moved[:, 2] = frame.shape[2] - boxes[:, 2], frame.shape[2] - boxes[:, 0]
    return frame[:, ::-1], moved


def _no_box(frame, boxes):
    picture, moved = mirror_boxes(frame, boxes)
    return picture, np.array([list(box) for box in moved])


as_given = _mended(wide=False, edge=False, order=False)
"""The function to repair, as it stands in the lesson."""

MIRROR_MISTAKES = {
    "as-given": as_given,
    "edge-and-order": _mended(edge=False, order=False),
    "wide-and-order": _mended(wide=False, order=False),
    "wide-and-edge": _mended(wide=False, edge=False),
    "wide": _mended(wide=False),
    "edge": _mended(edge=False),
    "order": _mended(order=False),
    "exchanged": _exchanged,
    "left-behind": _left_behind,
    "boxes-alone": _boxes_alone,
    "overwritten": _overwritten,
    "upside-down": _upside_down,
    "picture-upside-down": _picture_upside_down,
    "turned": _turned,
    "channels": _channels,
    "whole-numbers": _as_whole_numbers,
    "y-moved": _y_moved,
    "xywh": _as_xywh,
    "channels-wide": _channels_wide,
    "no-box": _no_box,
}
