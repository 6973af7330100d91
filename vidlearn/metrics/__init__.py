"""How good: what the field measures, by its own definitions."""

from .curve import Curve, average_precision, average_precision_naive, precision_recall

__all__ = ["Curve", "average_precision", "average_precision_naive", "precision_recall"]
