"""Things get an identity through time: Kalman filter, assignment, SORT.

A tracker takes the `Detections` of one frame after another and returns `Tracks`. Every step of it
can be called and looked at by itself: `kalman_predict`, `kalman_update`, `box_motion`, `assign`,
and `Sort`, which does all. `constant_velocity` is the baseline of every learned forecast.
"""

from .appearance import Appearance, colour_histogram
from .assignment import assign, assign_greedy
from .forecast import (
    constant_turn,
    constant_velocity,
    decode_future,
    displacement_errors,
    encode_future,
    encode_past,
)
from .kalman import KalmanFilter, kalman_predict, kalman_update, mahalanobis
from .sort import Sort, track
from .state import box_motion, box_noise, box_states, state_boxes

__all__ = [
    "Appearance",
    "KalmanFilter",
    "Sort",
    "assign",
    "assign_greedy",
    "box_motion",
    "box_noise",
    "box_states",
    "colour_histogram",
    "constant_turn",
    "constant_velocity",
    "decode_future",
    "displacement_errors",
    "encode_future",
    "encode_past",
    "kalman_predict",
    "kalman_update",
    "mahalanobis",
    "state_boxes",
    "track",
]
