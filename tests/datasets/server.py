"""A web server on 127.0.0.1 that does to a download what servers do."""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Page:
    """What the server does with one address."""

    data: bytes = b""
    state: dict = field(default_factory=lambda: {"ETag": '"one"'})
    kind: str = "application/octet-stream"
    ranges: bool = True  # False: ignores Range
    breaks: list = field(default_factory=list)  # after so many bytes, one number a request
    codes: list = field(default_factory=list)  # one a request, before it serves
    length: int | None = None  # the Content-Length that it claims
    chunked: bool = False
    target: str = ""  # where it leads on to
    drip: float = 0.0  # seconds between bytes
    piece: int = 1 << 14
    wait: float = 0.0  # seconds between pieces


class Site:
    """Pages by path; ``asked`` holds (path, headers) of every request."""

    def __init__(self):
        self.pages, self.asked = {}, []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def put(self, name, data=b"", **more):
        self.pages[f"/{name}"] = page = Page(data, **more)
        return page

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(site):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.asked.append((self.path, dict(self.headers)))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    serve(self, site.pages[self.path])
                self.close_connection = True

            def log_message(self, *_):
                pass

        return Handler


def serve(handler, page):
    if page.codes and (code := page.codes.pop(0)):
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    if page.target:
        handler.send_response(302)
        handler.send_header("Location", page.target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    begins, total = 0, len(page.data)
    asked, condition = handler.headers.get("Range"), handler.headers.get("If-Range")
    if asked and page.ranges and condition in (None, *page.state.values()):
        begins = int(asked.removeprefix("bytes=").rstrip("-"))
    if begins >= total and begins:
        handler.send_response(416)
        handler.send_header("Content-Range", f"bytes */{total}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    handler.send_response(206 if begins else 200)
    if begins:
        handler.send_header("Content-Range", f"bytes {begins}-{total - 1}/{total}")
    handler.send_header("Content-Type", page.kind)
    for name, value in page.state.items():
        handler.send_header(name, value)
    if page.chunked:
        handler.send_header("Transfer-Encoding", "chunked")
    else:
        claimed = page.length if page.length is not None else total - begins
        handler.send_header("Content-Length", str(claimed))
    handler.end_headers()
    send_body(handler, page, page.data[begins:])


def send_body(handler, page, body):
    broken = page.breaks.pop(0) if page.breaks else None
    body = body[:broken]
    step = 1 if page.drip else page.piece
    for start in range(0, len(body), step):
        piece = body[start : start + step]
        if page.chunked:
            piece = b"%x\r\n%s\r\n" % (len(piece), piece)
        handler.wfile.write(piece)
        time.sleep(page.drip or page.wait)
    if broken is not None:
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
    elif page.chunked:
        handler.wfile.write(b"0\r\n\r\n")
