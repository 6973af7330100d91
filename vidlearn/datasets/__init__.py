"""Pictures with labels, on your own disk: read, checked, mended, converted, split, shown."""

from .faults import Fault, Report
from .forms import read
from .types import DatasetError, DatasetWarning, DetectionSet, LabelledPicture

__all__ = [
    "DatasetError",
    "DatasetWarning",
    "DetectionSet",
    "Fault",
    "LabelledPicture",
    "Report",
    "read",
]
