"""What can go wrong between a server and a folder, in words."""

from vidlearn.messages import text


class DownloadError(OSError):
    """A download that did not come to its end, with the way to get there by hand.

    Parameters
    ----------
    message : str
        What happened, and where it can be mended, how.
    lasting : bool
        Whether trying again at once would meet the same.
    kind : str
        What happened, in a word: the name of the message in the catalogue.
    """

    def __init__(self, message, lasting=True, kind=""):
        super().__init__(message)
        self.lasting, self.kind = lasting, kind


def error(key, lasting=True, **facts):
    """Make a `DownloadError` of a string of the catalogue."""
    return DownloadError(text("download_errors")[key].format(**facts), lasting, key)


def size_in_words(count):
    """Say a number of bytes as people do.

    >>> size_in_words(0), size_in_words(999), size_in_words(53_723_336), size_in_words(1.99e9)
    ('0 B', '999 B', '54 MB', '2.0 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5 or unit == "GB":
            break
        count /= 1000
    return f"{count:.1f} {unit}" if unit != "B" and count < 9.95 else f"{count:.0f} {unit}"
