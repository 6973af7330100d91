"""Folders of clips: read, checked, split, decoded by several processes, kept decoded, written."""

from .cache import ClipCache
from .folders import read_clips
from .reader import ClipReader
from .sampling import clip_indices
from .sources import clip_source
from .types import ClipItem, ClipSet

__all__ = [
    "ClipCache",
    "ClipItem",
    "ClipReader",
    "ClipSet",
    "clip_indices",
    "clip_source",
    "read_clips",
]
