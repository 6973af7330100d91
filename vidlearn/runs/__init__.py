"""A training on disk: settings, classes, the model, what was measured, where it goes on.

======================  =======================================================================
`train`                 trains a detector on a folder of labelled pictures, or goes on
`evaluate`              how good and how fast it is on labelled pictures
`predict`               finds things in a film and draws them
`Run`                   the folder of a training: its settings, classes, model, metrics
`Batches`, `optimizer`  what `fit` of a detector takes; lessons take the same
======================  =======================================================================
"""

from .batches import Batches
from .evaluation import as_text, evaluate
from .files import RunError, write_text
from .prediction import predict
from .recipe import optimizer
from .run import Run
from .training import train

__all__ = [
    "Batches",
    "Run",
    "RunError",
    "as_text",
    "evaluate",
    "optimizer",
    "predict",
    "train",
    "write_text",
]
