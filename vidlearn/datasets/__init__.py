"""Pictures with labels, on your own disk: read, checked, mended, converted, split, shown."""

from .check import check
from .convert import convert, write
from .faults import Fault, Report
from .forms import read
from .results import read_results, write_results
from .types import DatasetError, DatasetWarning, DetectionSet, LabelledPicture

__all__ = [
    "DatasetError",
    "DatasetWarning",
    "DetectionSet",
    "Fault",
    "LabelledPicture",
    "Report",
    "check",
    "convert",
    "read",
    "read_results",
    "write",
    "write_results",
]
