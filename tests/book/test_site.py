"""The built website, page by page: its links, and how it behaves in a browser without a network."""

import subprocess
import sys
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

from tests.book.interactives import VIEWS, move
from vidlearn.course import exercises

ROOT = Path(__file__).parents[2]
CONTENTS = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text("utf-8"))
PAGES = [CONTENTS["root"]]
PAGES += [chapter["file"] for part in CONTENTS["parts"] for chapter in part["chapters"]]
LESSONS = [page for page in PAGES if page.startswith("notebooks/")]
OUTSIDE = ("http:", "https:", "mailto:", "data:", "javascript:")
UNFINISHED = """() => [
  ...[...document.querySelectorAll(".math")].filter((m) => !m.querySelector("mjx-container")),
  ...document.querySelectorAll("[data-mml-node=merror], svg[aria-roledescription=error]"),
  ...[...document.querySelectorAll("pre.mermaid")].filter((m) => !m.querySelector("svg")),
].map((node) => node.outerHTML.slice(0, 200))"""


H264 = 'video/mp4; codecs="avc1.640028"'
DECODED = f"""() => [...document.querySelectorAll("video")].every(
  (video) => video.readyState >= 2 || !video.canPlayType('{H264}'))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The website, built as ``make book`` builds it; a warning of Sphinx is an error."""
    out = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, ROOT / "book" / "build.py", "--out", out]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stdout + run.stderr
    if "CDN" in run.stdout:
        pytest.skip("the website's scripts are not here, and no npm to fetch them with")
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
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.route(lambda url: not url.startswith((allowed, "data:", "blob:")), self._refuse)
        page.goto(address)
        page.wait_for_function(f"() => !({UNFINISHED})().length")
        return page

    def _hear(self, said):
        if said.type == "error":
            self.complaints.append(f"console: {said.text}")

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


@pytest.fixture(scope="module", params=PAGES)
def shown(request, site, browser):
    """Each page of the contents, opened once for the tests below: (name, page)."""
    visits = Visits(browser)
    yield request.param, visits.open(address(site, request.param))
    visits.context.close()
    assert not visits.complaints


def address(site, page):
    return (site / f"{page}.html").as_uri()


class Links(HTMLParser):
    """Collect what a page points to and what can be pointed at."""

    def __init__(self, path):
        super().__init__()
        self.targets, self.anchors = [], set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        self.targets += [attributes[name] for name in ("href", "src") if attributes.get(name)]


def test_contents_name_every_lesson():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert sorted(LESSONS) == [f"notebooks/{path.stem}" for path in notebooks]


def test_inside_links_lead_somewhere(site):
    pages = {path: Links(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    assert len(pages) > len(PAGES)
    broken = []
    for path, links in pages.items():
        for target in links.targets:
            if target.startswith(OUTSIDE) or target == "#":
                continue
            parts = urlsplit(target)
            file, anchor = unquote(parts.path), unquote(parts.fragment)
            there = (path.parent / file).resolve() if file else path
            known = pages[there].anchors if there in pages else {anchor}
            if not there.is_file() or (anchor and anchor not in known):
                broken.append(f"{path.relative_to(site)}: {target}")
    assert not broken


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_exercise_has_its_anchor(site, lesson):
    number = lesson.removeprefix("notebooks/").split("_")[0]
    wanted = {entry.id for entry in exercises.all_exercises() if entry.lesson == number}
    assert wanted <= Links(site / f"{lesson}.html").anchors


@pytest.mark.browser
def test_page_is_whole(shown):
    _, page = shown
    text = page.inner_text("body")
    assert "Traceback (most recent call last)" not in text
    assert "HBox(" not in text
    assert page.locator(".bd-article h1").count() == 1
    unnamed = page.locator(".bd-article img:not([alt]), .bd-article img[alt*='_images/']")
    assert unnamed.count() == 0, "a picture without alternative text"
    page.wait_for_function(DECODED)  # a video shows its first frame


@pytest.mark.browser
def test_interactives_move_and_show_the_numbers_of_the_library(shown):
    name, page = shown
    states = page.evaluate(VIEWS)
    if name in LESSONS:
        assert len(states) == stored_views(ROOT / f"{name}.ipynb")
    for number, state in enumerate(states):
        view = page.locator(".vl").nth(number)
        view.scroll_into_view_if_needed()
        assert view.bounding_box()["height"] > 50
        move(view, state)


@pytest.mark.browser
def test_page_fits_a_phone_in_the_dark(shown):
    _, page = shown
    page.set_viewport_size({"width": 400, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    wide = page.locator(".bd-article .cell_output img, .bd-article .vl, .bd-article video")
    edges = wide.evaluate_all("nodes => nodes.map((n) => n.getBoundingClientRect().right)")
    assert all(edge <= 400 for edge in edges)


def stored_views(path):
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return sum("application/vnd.jupyter.widget-view+json" in o.get("data", {}) for o in outputs)


@pytest.mark.browser
@pytest.mark.parametrize("words", ["feature map", "池化"])
def test_search_finds_both_languages(site, visit, words):
    shown = visit(f"{address(site, 'search')}?q={words}")
    shown.locator("#search-results li a", has_text="Glossary").first.wait_for()


@pytest.mark.browser
def test_hints_and_solution_are_folded_until_asked_for(site, visit):
    shown = visit(address(site, "notebooks/03_convolution") + "#conv-output-size")
    assert shown.locator(".vl-help details[open]").count() == 0
    fold = shown.locator(".vl-help details", has_text="Draw it for size 7 and kernel 3")
    words = fold.locator(".sd-summary-content")
    assert not words.is_visible()
    fold.locator("summary").click()
    assert words.is_visible()


@pytest.mark.browser
def test_over_http_the_root_leads_to_the_first_page(server, visit):
    shown = visit(server, allowed=server)
    shown.wait_for_url("**/book/index.html")
    assert shown.title().startswith("vidlearn")
    shown.locator(".vl").first.wait_for()
    shown.wait_for_load_state("networkidle")
