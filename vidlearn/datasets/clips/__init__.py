"""Folders of clips: read, checked, split, decoded by several processes, kept decoded, written."""

from .folders import read_clips
from .sources import clip_source
from .types import ClipItem, ClipSet

__all__ = ["ClipItem", "ClipSet", "clip_source", "read_clips"]
