"""Where something might be: sliding windows, graph-based segments, selective search.

Everything here finds boxes without knowing what it looks for, and without learning. Every step of
selective search can be called and looked at by itself: `graph_segments`, `neighbours`,
`colour_histograms`, `texture_histograms`, `merge_regions`, and `selective_search`, which does all.
"""

from .colours import SPACES, to_space
from .graph import graph_segments
from .merging import SIMILARITIES, Merging, merge_regions
from .regions import colour_histograms, neighbours, region_boxes, texture_histograms
from .search import selective_search
from .windows import sliding_windows

__all__ = [
    "SIMILARITIES",
    "SPACES",
    "Merging",
    "colour_histograms",
    "graph_segments",
    "merge_regions",
    "neighbours",
    "region_boxes",
    "selective_search",
    "sliding_windows",
    "texture_histograms",
    "to_space",
]
