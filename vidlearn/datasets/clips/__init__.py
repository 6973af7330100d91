"""Folders of clips: read, checked, split, decoded by several processes, kept decoded, written."""

from .cache import ClipCache
from .check import check_clips
from .folders import read_clips
from .official import read_hmdb51, read_kth, read_ucf101
from .reader import ClipReader
from .sampling import clip_indices
from .sources import clip_source
from .splits import split_clips
from .types import ClipItem, ClipSet
from .write import write_actions, write_clips

__all__ = [
    "ClipCache",
    "ClipItem",
    "ClipReader",
    "ClipSet",
    "check_clips",
    "clip_indices",
    "clip_source",
    "read_clips",
    "read_hmdb51",
    "read_kth",
    "read_ucf101",
    "split_clips",
    "write_actions",
    "write_clips",
]
