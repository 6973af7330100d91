"""Sets of pictures and films from their publishers, on request only.

What is on offer stands in ``datasets/downloads.toml``. A set goes through five rooms: `catalogue`
(what and on which terms), `web` and `fetch` (from the server to a file, resumed), `records`
(is it the file that was published), `unpack` (nothing leaves the folder) and `sets` (all of it, one
process at a time, and a folder that appears only when it is whole).
"""

from .catalogue import Downloadable, downloadable
from .errors import DownloadError
from .sets import download, shown_list

__all__ = ["DownloadError", "Downloadable", "download", "downloadable", "shown_list"]
