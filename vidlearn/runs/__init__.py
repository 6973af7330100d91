"""A training on disk: settings, classes, the model, what was measured, where it goes on.

======================  =======================================================================
`train`                 trains a network on a folder of labelled pictures or clips, or goes on
`evaluate`              how good and how fast it is on labelled pictures or clips
`predict`               finds things in a film, or what is done in it, and draws that
`track`                 finds things, and says which box is the same thing as before
`export`                writes a detector as a folder that needs nothing of this library
`Run`                   the folder of a training: its settings, classes, model, metrics
`Batches`, `optimizer`  what `fit` of a detector takes; lessons take the same
======================  =======================================================================
"""

from .batches import Batches
from .evaluation import as_text, evaluate
from .export import export
from .files import RunError, write_text
from .prediction import predict
from .recipe import optimizer
from .run import Run
from .tracking import track
from .training import train

__all__ = [
    "Batches",
    "Run",
    "RunError",
    "as_text",
    "evaluate",
    "export",
    "optimizer",
    "predict",
    "track",
    "train",
    "write_text",
]
