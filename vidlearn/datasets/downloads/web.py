"""Ask a server for a file: verified certificates, redirects looked at, faults told apart."""

import http.client
import re
import socket
import ssl
import urllib.error
import urllib.request
from urllib.parse import urljoin, urlsplit

import vidlearn

from .errors import DownloadError, error

REDIRECTS = 5
WORTH_AGAIN = {408, 425, 429, 500, 502, 503, 504}


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow to http and https only, never from https down to http, and not for ever."""

    def http_error_302(self, request, reply, code, reason, headers):
        target = headers.get("Location") or headers.get("URI")
        if not target:
            raise error("redirect_bad", url=request.full_url)
        target = urljoin(request.full_url, target)
        if not target.lower().startswith(("http://", "https://")):
            raise error("redirect_scheme", url=request.full_url, target=target)
        if request.type == "https" and not target.lower().startswith("https://"):
            raise error("redirect_down", url=request.full_url, target=target)
        visited = getattr(request, "visited", ())
        if len(visited) >= REDIRECTS:
            raise error("redirect_loop", url=request.full_url, most=REDIRECTS)
        reply.close()
        follow = urllib.request.Request(target, headers=dict(request.header_items()))
        follow.visited = (*visited, target)
        return self.parent.open(follow, timeout=request.timeout)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _context():
    """The system's certificates, and certifi's where that is installed."""
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:
        return context
    context.load_verify_locations(certifi.where())
    return context


def _opener():
    opener = urllib.request.OpenerDirector()
    for handler in (  # no file:, no ftp:, no data:
        *(urllib.request.ProxyHandler(), urllib.request.UnknownHandler(), _Redirects()),
        *(urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(context=_context())),
        *(urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor()),
    ):
        opener.add_handler(handler)
    return opener


def ask(url, headers, timeout):
    """Open a URL and return the reply, whose ``status`` is 200, 206 or 416.

    Raises
    ------
    DownloadError
        With ``lasting`` false where trying again may help.
    """
    host = urlsplit(url).netloc
    if not url.lower().startswith(("http://", "https://")):
        raise error("refused_url", url=url)
    headers = {"User-Agent": f"vidlearn/{vidlearn.__version__}", **headers}
    request = urllib.request.Request(url, headers={**headers, "Accept-Encoding": "identity"})
    try:
        return _opener().open(request, timeout=timeout)
    except urllib.error.HTTPError as reply:
        if reply.code == 416:
            return reply
        reply.close()
        raise error(
            "status",
            lasting=reply.code not in WORTH_AGAIN,
            **dict(url=url, code=reply.code, reason=reply.reason),
        ) from None
    except DownloadError:
        raise
    except (OSError, http.client.HTTPException) as mistake:
        raise told(mistake, host, timeout) from None


def told(mistake, host, seconds):
    """Say what an exception of the network means."""
    reason = getattr(mistake, "reason", None)
    cause = reason if isinstance(reason, Exception) else mistake
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = cause.verify_message or str(cause)
        return error("certificate", host=host, why=why)
    if isinstance(cause, TimeoutError):
        return error("timeout", lasting=False, host=host, seconds=seconds)
    # A name that is not found, or a closed port: mostly no network, and that lasts.
    lasting = isinstance(cause, (socket.gaierror, ConnectionRefusedError))
    return error("no_network", lasting, host=host, why=cause or type(cause).__name__)


def title_of_page(start):
    """The title of a web page, or None if these first bytes are none.

    Examples
    --------
    >>> title_of_page(b"<!DOCTYPE html><html><title> Sign in </title>"), title_of_page(b"PK12")
    ('Sign in', None)
    """
    words = start.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not re.match(r"<(!doctype html|html|head|body|\?xml|!--)", words, re.IGNORECASE):
        return None
    found = re.search(r"<title[^>]*>(.*?)</title", words, re.IGNORECASE | re.DOTALL)
    return " ".join(found[1].split()) if found else "untitled"
