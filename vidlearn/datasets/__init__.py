"""Pictures with labels, on your own disk: read, checked, mended, converted, split, shown."""

from .check import check
from .convert import convert, write
from .faults import Fault, Report
from .forms import read
from .repair import Repaired, repair
from .results import read_results, write_results
from .sheet import contact_sheet, write_sheet
from .types import DatasetError, DatasetWarning, DetectionSet, LabelledPicture

__all__ = [
    "DatasetError",
    "DatasetWarning",
    "DetectionSet",
    "Fault",
    "LabelledPicture",
    "Repaired",
    "Report",
    "check",
    "contact_sheet",
    "convert",
    "read",
    "read_results",
    "repair",
    "write",
    "write_results",
    "write_sheet",
]
