"""Pictures for lessons: each shows itself, with a caption that says what to see.

A figure is one piece of HTML. Charts go out as SVG, which stays sharp at any size and takes light
or dark colours from the page; pictures keep their own pixels. The caption stands below as text,
and says what to see; `alt` says what is drawn, to those who cannot see it.
"""

from .boxes import draw_boxes
from .charts import show, show_dots
from .colours import COLOURS, PALETTE, signed_map
from .confusion import show_confusion
from .detectors import show_detector
from .film import paint, shot_bar, side_by_side
from .flow import draw_arrows, flow_wheel, paint_flow
from .labels import draw_label
from .masks import draw_masks
from .networks import show_network
from .numbers import number_grid
from .pictures import filmstrip, show_images
from .source import show_source
from .tracks import draw_tracks

__all__ = [
    "COLOURS",
    "PALETTE",
    "draw_arrows",
    "draw_boxes",
    "draw_label",
    "draw_masks",
    "draw_tracks",
    "filmstrip",
    "flow_wheel",
    "number_grid",
    "paint",
    "paint_flow",
    "shot_bar",
    "show",
    "show_confusion",
    "show_detector",
    "show_dots",
    "show_images",
    "show_network",
    "show_source",
    "side_by_side",
    "signed_map",
]
