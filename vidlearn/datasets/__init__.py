"""Pictures with labels, on your own disk: read, checked, mended, converted, split, shown."""

from .augment import Augment, colour, crop, flip, scale
from .check import check
from .clips import (
    ClipCache,
    ClipItem,
    ClipReader,
    ClipSet,
    check_clips,
    clip_indices,
    clip_source,
    read_clips,
    read_hmdb51,
    read_kth,
    read_ucf101,
    split_clips,
    write_actions,
    write_clips,
)
from .convert import convert, write
from .downloads import Downloadable, DownloadError, download, downloadable
from .edits import Edited, draw_stretch, made_films, read_uncut
from .faults import ClipReport, Fault, Report
from .forms import read
from .frames import write_frames
from .mosaics import mosaic
from .mot import read_mot, read_mot_detections, write_mot
from .repair import Repaired, repair
from .results import read_results, write_results
from .sheet import contact_sheet, write_sheet
from .splits import name_groups, split
from .tints import tint
from .types import DatasetError, DatasetWarning, DetectionSet, LabelledPicture
from .zoom import upend, zoom

__all__ = [
    "Augment",
    "ClipCache",
    "ClipItem",
    "ClipReader",
    "ClipReport",
    "ClipSet",
    "DatasetError",
    "DatasetWarning",
    "DetectionSet",
    "DownloadError",
    "Downloadable",
    "Edited",
    "Fault",
    "LabelledPicture",
    "Repaired",
    "Report",
    "check",
    "check_clips",
    "clip_indices",
    "clip_source",
    "colour",
    "contact_sheet",
    "convert",
    "crop",
    "download",
    "downloadable",
    "draw_stretch",
    "flip",
    "made_films",
    "mosaic",
    "name_groups",
    "read",
    "read_clips",
    "read_hmdb51",
    "read_kth",
    "read_mot",
    "read_mot_detections",
    "read_results",
    "read_ucf101",
    "read_uncut",
    "repair",
    "scale",
    "split",
    "split_clips",
    "tint",
    "upend",
    "write",
    "write_actions",
    "write_clips",
    "write_frames",
    "write_mot",
    "write_results",
    "write_sheet",
    "zoom",
]
