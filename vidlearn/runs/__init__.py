"""A training on disk: settings, classes, the model, what was measured, where it goes on."""

from .batches import Batches
from .recipe import optimizer

__all__ = ["Batches", "optimizer"]
