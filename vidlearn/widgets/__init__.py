"""Interactives that live in JupyterLab and, with no kernel and no network, on the website.

A new one takes three files and a table:

1. ``vidlearn/widgets/NAME.py``: a class derived from `base.Interactive`. Its synced traits, mostly
   those of `traits`, hold all that the browser needs (small lists, encoded pictures) and refuse
   what cannot be shown; ``describe`` says in a few words what is shown, for a stable ``repr``;
   ``poster`` draws the face shown where no script runs (`poster.Sheet`, `media.as_bytes`).
2. ``static/NAME.js``: its first line, ``// uses: maths core controls``, names the parts of
   ``static/common`` that go in front of it; ``export default interactive("NAME", (view) => ...)``
   fills ``view.root``. The logic lives here alone, as no kernel answers on the website.
   ``view.put`` gives Python what the reader chose, ``view.reset`` brings back what Python gave.
3. ``static/NAME.css``: all inside ``.vl.vl-NAME { }``, so that no other is touched. Colours are the
   ``--vl-`` variables; what depends on room asks the container, not the window.
4. ``course/messages/en/widgets.toml``: a table NAME with every string; ``title`` is spoken first.
5. Each number shown stands in ``data-vl-value``; ``tests/widgets/test_NAME.py`` opens the widget in
   a browser, without a kernel, and compares the numbers with `vidlearn.scratch`.
   ``tests/widgets/test_every.py`` then looks at its text, keys, edges, colours and print.
"""

from .anchor_explorer import AnchorExplorer
from .assignment_matrix import AssignmentMatrix
from .attention_heads import AttentionHeads
from .axis_explorer import AxisExplorer
from .backprop_graph import BackpropGraph
from .box_overlap import BoxOverlap
from .clip_player import ClipPlayer
from .clip_sampling import ClipSampling
from .conv_arithmetic import ConvArithmetic
from .convolution_stepper import ConvolutionStepper
from .default_boxes import DefaultBoxes
from .detection_player import DetectionPlayer
from .digit_pad import DigitPad
from .dilated_stack import DilatedStack
from .dissolve_frames import DissolveFrames
from .error_browser import ErrorBrowser
from .filter_gallery import FilterGallery
from .frame_order import FrameOrder
from .gated_cell import GatedCell
from .kalman_ellipse import KalmanEllipse
from .kernel_in_time import KernelInTime
from .label_bar import LabelBar
from .loss_surface import LossSurface
from .mask_player import MaskPlayer
from .occlusion_strip import OcclusionStrip
from .packet_player import PacketPlayer
from .path_answer import PathAnswer
from .pooling_explorer import PoolingExplorer
from .precision_recall import PrecisionRecall
from .region_merging import RegionMerging
from .roi_explorer import RoIExplorer
from .score_maps import ScoreMaps
from .shot_curve import ShotCurve
from .suppression_explorer import SuppressionExplorer
from .trajectory_futures import TrajectoryFutures
from .turning_wheel import TurningWheel
from .unrolled_rnn import UnrolledRNN
from .yolo_grid import YoloGrid

__all__ = [
    "AnchorExplorer",
    "AssignmentMatrix",
    "AttentionHeads",
    "AxisExplorer",
    "BackpropGraph",
    "BoxOverlap",
    "ClipPlayer",
    "ClipSampling",
    "ConvArithmetic",
    "ConvolutionStepper",
    "DefaultBoxes",
    "DetectionPlayer",
    "DigitPad",
    "DilatedStack",
    "DissolveFrames",
    "ErrorBrowser",
    "FilterGallery",
    "FrameOrder",
    "GatedCell",
    "KalmanEllipse",
    "KernelInTime",
    "LabelBar",
    "LossSurface",
    "MaskPlayer",
    "OcclusionStrip",
    "PacketPlayer",
    "PathAnswer",
    "PoolingExplorer",
    "PrecisionRecall",
    "RegionMerging",
    "RoIExplorer",
    "ScoreMaps",
    "ShotCurve",
    "SuppressionExplorer",
    "TrajectoryFutures",
    "TurningWheel",
    "UnrolledRNN",
    "YoloGrid",
]
