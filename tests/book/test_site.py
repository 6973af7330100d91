"""The built website, page by page: its links, and how it behaves in a browser without a network."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

from tests.book.conftest import Visits
from tests.book.interactives import VIEWS, move
from vidlearn.course import exercises

ROOT = Path(__file__).parents[2]
CONTENTS = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text("utf-8"))
PAGES = [CONTENTS["root"]]
PAGES += [chapter["file"] for part in CONTENTS["parts"] for chapter in part["chapters"]]
LESSONS = [page for page in PAGES if page.startswith("notebooks/")]
OUTSIDE = ("http:", "https:", "mailto:", "data:", "javascript:")
H264 = 'video/mp4; codecs="avc1.640028"'
DECODED = f"""() => [...document.querySelectorAll("video")].every(
  (video) => video.readyState >= 2 || !video.canPlayType('{H264}'))"""


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
        place = page.locator(".vl-stored").nth(number)
        place.scroll_into_view_if_needed()
        view = place.locator(".vl")
        view.wait_for()
        assert view.bounding_box()["height"] > 50
        assert not place.locator(".vl-face").is_visible()
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
    shown = [cell for cell in cells if "lab-only" not in cell.metadata.get("tags", ())]
    outputs = [output for cell in shown for output in cell.get("outputs", [])]
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
    fold = shown.locator(".vl-help details").first
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


@pytest.mark.browser
def test_the_hero_is_large_and_plays_by_itself_unless_motion_is_reduced(site, browser, visit):
    there = address(site, CONTENTS["root"])
    still = visit(there)
    hero = still.locator(".vl").first
    hero.wait_for()
    assert hero.locator("canvas").bounding_box()["width"] >= 320
    assert hero.bounding_box()["y"] < 400
    moving = browser.new_context(reduced_motion="no-preference").new_page()
    moving.goto(there)
    moved = "() => +document.querySelector('.vl [data-vl-frame]')?.dataset.vlValue > 2"
    moving.wait_for_function(moved)
    moving.context.close()
    assert float(hero.locator("[data-vl-frame]").get_attribute("data-vl-value")) == 0


def test_the_first_page_and_its_next_agree_on_where_to_start(site):
    """A15: card, Next and side bar lead to lesson 00; the map speaks of what is to come."""
    page = (site / f"{CONTENTS['root']}.html").read_text("utf-8")
    ahead = re.search(r'<link rel="next"[^>]*href="([^"]*)"', page)[1]
    card = re.search(r'href="([^"]*)"[^>]*>(?:<span[^>]*>)?Start with lesson 00', page)[1]
    assert ahead == card == "../notebooks/00_start_here.html"
    names = {path.stem.partition("_")[0] for path in (ROOT / "notebooks").glob("*.ipynb")}
    diagram = page[page.index('class="vl-wide"') :].partition(">")[2]
    for first, last in re.findall(
        r">[^<]*?\b(\d\d) to (\d\d)<", diagram[: diagram.index("</svg>")]
    ):
        numbers = {f"{n:02}" for n in range(int(first), int(last) + 1)}
        before = diagram[: diagram.index(f"{first} to {last}")].rpartition("<rect")[2]
        assert ("vl-dashed" in before) == (not numbers & names)
    assert "A0 ·" in page
