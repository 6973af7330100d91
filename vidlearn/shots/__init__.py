"""Where a film changes: its shots, and the transitions between them.

===========================  ===================================================================
``detect_shots(path)``       the shots of a film, in one pass
``Shots``, ``Transition``    what it returns; ``to_json``, ``to_csv``, ``to_edl``, ``to_otio``
``read_json(path)``          shots that were written as JSON
``split(path, shots, dir)``  a file for each shot
``contact_sheet(path, ...)`` first, middle and last frame of each shot in one picture
===========================  ===================================================================

Under them lie the parts that lesson 21 teaches: what is measured from frame to frame (``signals``),
what makes a cut of it (``thresholds``), what still shows one scene (``alike``), and what finds
transitions that take time (``gradual``).

Frames count from 0, ranges are half-open. A cut at t parts frame t - 1 from t; a gradual
transition is the range of the frames that belong to neither shot alone.
"""

from .alike import found_again, likeness, without_bars
from .detect import detect_shots
from .files import expect_files, read_json, write_csv, write_edl, write_json, write_otio
from .gradual import find_fades, spread_parabola, twin_comparison, unmixed
from .network import learned_boundaries
from .peer import compare, peer_cuts
from .pictures import clock, contact_sheet, split, write_contact_sheet
from .plain import find_cuts, frame_differences
from .signals import (
    content_difference,
    edge_change,
    edges,
    histogram,
    histogram_distance,
    pixel_difference,
    to_hsv,
)
from .thresholds import across, adaptive_threshold, fixed_threshold, keep_apart, local_ratio
from .types import KINDS, Shots, ShotsError, Transition

__all__ = [
    "KINDS",
    "Shots",
    "ShotsError",
    "Transition",
    "across",
    "adaptive_threshold",
    "clock",
    "compare",
    "contact_sheet",
    "content_difference",
    "detect_shots",
    "edge_change",
    "edges",
    "expect_files",
    "find_cuts",
    "find_fades",
    "fixed_threshold",
    "found_again",
    "frame_differences",
    "histogram",
    "histogram_distance",
    "keep_apart",
    "learned_boundaries",
    "likeness",
    "local_ratio",
    "peer_cuts",
    "pixel_difference",
    "read_json",
    "split",
    "spread_parabola",
    "to_hsv",
    "twin_comparison",
    "unmixed",
    "without_bars",
    "write_contact_sheet",
    "write_csv",
    "write_edl",
    "write_json",
    "write_otio",
]
