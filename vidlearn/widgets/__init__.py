"""Interactives that live in JupyterLab and, with no kernel and no network, on the website.

A new one takes three files and a table:

1. ``vidlearn/widgets/NAME.py``: a class derived from `base.Interactive`. Its synced traits hold all
   that the browser needs (small lists, encoded pictures); ``__init__`` and the traits refuse what
   cannot be shown; ``describe`` says in a few words what is shown, for a stable ``repr``.
2. ``static/NAME.js``: ``export default interactive((view) => ...)`` fills ``view.root``. The logic
   lives here alone, as no kernel answers on the website. ``common.js`` goes in front of it.
3. ``static/NAME.css``: what ``common.css`` does not have. Colours are its ``--vl-`` variables.
4. ``course/messages/en/widgets.toml``: a table NAME with every string; ``title`` is spoken first.
5. Each number shown stands in ``data-vl-value``; ``tests/widgets/test_NAME.py`` opens the widget in
   a browser, without a kernel, and compares the numbers with `vidlearn.scratch`.
"""

from .backprop_graph import BackpropGraph
from .clip_player import ClipPlayer
from .conv_arithmetic import ConvArithmetic
from .convolution_stepper import ConvolutionStepper
from .filter_gallery import FilterGallery
from .frame_order import FrameOrder
from .gated_cell import GatedCell
from .loss_surface import LossSurface
from .pooling_explorer import PoolingExplorer
from .unrolled_rnn import UnrolledRNN

__all__ = [
    "BackpropGraph",
    "ClipPlayer",
    "ConvArithmetic",
    "ConvolutionStepper",
    "FilterGallery",
    "FrameOrder",
    "GatedCell",
    "LossSurface",
    "PoolingExplorer",
    "UnrolledRNN",
]
