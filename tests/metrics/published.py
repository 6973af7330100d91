"""A worked example with its table: Padilla et al., A Survey on Performance Metrics for
Object-Detection Algorithms, IWSSIP 2020 (24 detections in 7 pictures, IoU 0.3)."""

import numpy as np

from vidlearn.boxes import Detections, Truth

# x, y, width, height
TRUTHS = [
    [(25, 16, 38, 56), (129, 123, 41, 62)],
    [(123, 11, 43, 55), (38, 132, 59, 45)],
    [(16, 14, 35, 48), (123, 30, 49, 44), (99, 139, 47, 47)],
    [(53, 42, 40, 52), (154, 43, 31, 34)],
    [(59, 31, 44, 51), (48, 128, 34, 52)],
    [(36, 89, 52, 76), (62, 58, 44, 67)],
    [(28, 31, 55, 63), (58, 67, 50, 58)],
]
# score, x, y, width, height: A to Y
FOUND = [
    [(0.88, 5, 67, 31, 48), (0.70, 119, 111, 40, 67), (0.80, 124, 9, 49, 67)],
    [(0.71, 64, 111, 64, 58), (0.54, 26, 140, 60, 47), (0.74, 19, 18, 43, 35)],
    [
        *[(0.18, 109, 15, 77, 39), (0.67, 86, 63, 46, 45), (0.38, 160, 62, 36, 53)],
        *[(0.91, 105, 131, 47, 47), (0.44, 18, 148, 40, 44)],
    ],
    [
        (0.35, 83, 28, 28, 26),
        (0.78, 28, 68, 42, 67),
        (0.45, 87, 89, 25, 39),
        (0.14, 10, 155, 60, 26),
    ],
    [
        (0.62, 50, 38, 28, 46),
        (0.44, 95, 11, 53, 28),
        (0.95, 29, 131, 72, 29),
        (0.23, 29, 163, 72, 29),
    ],
    [(0.45, 43, 48, 74, 38), (0.84, 17, 155, 29, 35), (0.43, 95, 110, 25, 42)],
    [(0.48, 16, 20, 101, 88), (0.95, 33, 116, 37, 49)],
]


def _xyxy(rows):
    boxes = np.array(rows, float)[:, -4:]
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


PUBLISHED = (
    [Detections(_xyxy(rows), [row[0] for row in rows]) for rows in FOUND],
    [Truth(_xyxy(rows)) for rows in TRUTHS],
)
