"""The built website, served and visited: what the tests of this folder share."""

import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from book.build import TOOLS, bring_tools, find

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tools():
    """What the build draws formulas and diagrams with; fetched where there is an npm."""
    if find("node") is None or not (TOOLS.exists() or find("npm")):
        pytest.skip("there is no Node, or no npm to fetch what draws the website's formulas with")
    bring_tools()


@pytest.fixture(scope="session")
def site(tmp_path_factory, tools):
    """The website, built as ``make book`` builds it; a warning of Sphinx is an error."""
    out = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, ROOT / "book" / "build.py", "--out", out]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stdout + run.stderr
    return out


class Quiet(SimpleHTTPRequestHandler):
    """Serve files without a word."""

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server(site):
    """Address of the website over http."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


class Visits:
    """Open pages in the browser and note what they complain of and what they ask outside."""

    def __init__(self, browser):
        self.context = browser.new_context(reduced_motion="reduce")
        self.complaints = []

    def open(self, address, allowed="file:"):
        """Open a page that may ask for what starts with `allowed` and nothing else."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("console", self._hear)
        page.on("requestfailed", self._miss)
        page.route(lambda url: not url.startswith((allowed, "data:", "blob:")), self._refuse)
        page.goto(address)
        return page

    def _hear(self, said):
        if said.type == "error":
            self.complaints.append(f"console: {said.text}")

    def _miss(self, request):
        if request.failure != "net::ERR_ABORTED":  # a film still loading when its page is closed
            self.complaints.append(f"failed: {request.url}")

    def _refuse(self, route):
        self.complaints.append(f"asked outside: {route.request.url}")
        route.abort()


@pytest.fixture
def visit(browser):
    """Return what opens a page; at the end, none may have complained or asked outside."""
    visits = Visits(browser)
    yield visits.open
    visits.context.close()
    assert not visits.complaints
