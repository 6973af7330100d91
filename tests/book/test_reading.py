"""How the built pages read: on a laptop, on a phone, on paper, by keyboard, without scripts."""

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.book.test_site import LESSONS, PAGES, address

SIZES = {".css", ".js", ".html", ".svg", ".png", ".jpg", ".webp", ".mp4", ".woff2"}
HEAVIEST = 3_000_000  # bytes of a page with all it loads
CUT = """() => {
  const edge = document.querySelector(".bd-article").getBoundingClientRect().right + 1;
  const boxes = ".bd-article .cell_input pre, .vl-help pre, .vl-math:not(.vl-display) > svg";
  return [...document.querySelectorAll(boxes)].filter((box) => box.offsetParent !== null
      || box.tagName === "svg").filter((box) => {
    const { right, width } = box.getBoundingClientRect();
    return width && (right > edge || box.scrollWidth > box.clientWidth + 1);
  }).map((box) => box.textContent.slice(0, 80));
}"""
WIDE = """() => [...document.querySelectorAll(".vl-display")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1)
  .map((box) => box.querySelector("math").textContent.slice(0, 80))"""
SIDEWAYS = """() => [...document.querySelectorAll(".bd-article .cell_output pre")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent)"""
WORDS = """() => [...document.querySelectorAll(".vl-diagram svg")].filter(
  (svg) => getComputedStyle(svg).display !== "none").map((svg) => {
    const drawn = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return drawn * parseFloat(getComputedStyle(svg).fontSize);
})"""


@pytest.fixture(scope="module", params=PAGES)
def page(request, site, browser):
    """Each page of the contents, as the tests below look at it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    shown = context.new_page()
    shown.goto(address(site, request.param))
    shown.name = request.param
    yield shown
    context.close()


@pytest.mark.browser
def test_nothing_is_cut_on_a_laptop(page):
    """A5, A6: neither a formula nor a line of code or output ends at the edge of the column."""
    page.set_viewport_size({"width": 1200, "height": 800})
    assert not page.evaluate(CUT)
    assert not page.evaluate(WIDE)
    assert not page.evaluate(SIDEWAYS)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 400])
def test_words_of_diagrams_can_be_read(page, width):
    """A7: 11 px is the least."""
    page.set_viewport_size({"width": width, "height": 800})
    assert all(size >= 10.99 for size in page.evaluate(WORDS))


@pytest.mark.browser
def test_on_a_phone_code_wraps_and_wide_formulas_scroll(page):
    page.set_viewport_size({"width": 400, "height": 800})
    assert not page.evaluate(CUT)
    boxes = page.locator(".vl-display")
    ways = set(boxes.evaluate_all("all => all.map((box) => getComputedStyle(box).overflowX)"))
    assert ways <= {"auto"}


@pytest.mark.browser
def test_a_formula_in_the_text_is_no_tab_stop_and_can_be_heard(page):
    """A12."""
    assert page.locator(".vl-math [tabindex], .vl-math a, .vl-math [focusable=true]").count() == 0
    silent = page.locator(".vl-math:not(:has(> svg[aria-hidden=true] + math))")
    assert silent.count() == 0


@pytest.mark.browser
def test_table_heads_with_words_are_shown(page):
    """A3: only a head without a word is hidden."""
    page.set_viewport_size({"width": 1280, "height": 800})
    hidden = page.locator(".bd-article thead").evaluate_all(
        """heads => heads.filter((head) => getComputedStyle(head).display === "none")
          .map((head) => head.textContent.trim()).filter(Boolean)"""
    )
    assert not hidden


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_asks_nobody(site, name):
    """The page with every script, style, picture and film it names, and each interactive's."""
    path = site / f"{name}.html"
    text = path.read_text("utf-8")
    links = re.findall(r'(?:src|href|poster)="([^"#?]+)', text)
    files = {(path.parent / link).resolve() for link in links if ":" not in link}
    files = {file for file in files if file.suffix in SIZES - {".html"} and file.is_file()}
    keys = set(re.findall(r'data-vl-key="([^"]+)"', text))
    files |= {site / "_static" / "interactives" / f"{key}.js" for key in keys}
    assert sum(file.stat().st_size for file in [path, *files]) < HEAVIEST
    assert not re.search(
        r'<(?:script|img|link rel="stylesheet"|video)[^>]*(?:src|href)="http', text
    )


@pytest.mark.parametrize("name", PAGES)
def test_heads_describe_their_page(site, name):
    text = (site / f"{name}.html").read_text("utf-8")
    head = text[: text.index("</head>")]
    assert head.count('name="viewport"') == 1
    assert len(re.search(r'<meta name="description" content="([^"]*)"', head)[1]) > 30
    picture = re.search(r'<meta property="og:image" content="([^"]*)"', head)[1]
    assert ((site / name).parent / picture).resolve().is_file()
    assert "mathjax" not in head.lower()
    assert "fontawesome" not in head


@pytest.mark.parametrize("name", LESSONS)
def test_lessons_do_not_talk_of_running_cells(site, name):
    text = (site / f"{name}.html").read_text("utf-8")
    for words in ("Not answered yet", "data-vl-status='not_yet'", "Shift + Enter", "Stuck?"):
        assert words not in text


@pytest.mark.parametrize("name", LESSONS)
def test_figures_are_numbered_in_order(site, name):
    text = (site / f"{name}.html").read_text("utf-8")
    lesson = name.removeprefix("notebooks/").split("_")[0].lstrip("0") or "0"
    called = re.findall(r'<a class="vl-number" href="#([^"]+)">Figure ([\w.]+)</a>', text)
    assert [number for _, number in called] == [f"{lesson}.{k + 1}" for k in range(len(called))]
    assert all(f'<figure id="{anchor}"' in text for anchor, _ in called)


@pytest.mark.browser
def test_a_term_shows_its_card_by_keyboard_and_by_pointer(site, visit):
    shown = visit(address(site, "notebooks/09_lstm_and_gru"))
    term, card = shown.locator("[data-vl-card]").first, shown.locator("#vl-card")
    assert not card.is_visible()
    shown.keyboard.press("Tab")
    term.focus()
    assert card.inner_text() == term.get_attribute("data-vl-card")
    assert term.get_attribute("aria-describedby") == "vl-card"
    shown.keyboard.press("Escape")
    assert not card.is_visible()
    term.hover()
    card.wait_for()
    card.hover()
    shown.wait_for_timeout(400)
    assert card.is_visible()


@pytest.mark.browser
def test_where_no_script_runs_the_page_shows_faces_and_formulas(site, browser):
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(address(site, "notebooks/09_lstm_and_gru"))
    face = shown.locator(".vl-face").first
    assert face.is_visible()
    assert face.locator("p").is_visible()
    assert shown.locator(".vl-math svg").first.bounding_box()["width"] > 3
    context.close()


@pytest.mark.browser
def test_an_interactive_that_fails_leaves_its_face_and_a_sentence(site, browser):
    context = browser.new_context()
    shown = context.new_page()
    shown.route("**/interactives/*.js", lambda route: route.abort())
    shown.goto(address(site, "notebooks/09_lstm_and_gru"))
    place = shown.locator(".vl-stored").first
    place.scroll_into_view_if_needed()
    place.locator(".vl-failed").wait_for()
    assert "did not start" in place.locator(".vl-failed").inner_text()
    assert place.locator(".vl-face").count() == 1
    context.close()


@pytest.mark.browser
def test_a_dark_page_prints_in_the_light_theme_whole(site, browser):
    """A10."""
    context = browser.new_context(color_scheme="dark")
    shown = context.new_page()
    shown.goto(address(site, "notebooks/09_lstm_and_gru"))
    assert shown.evaluate("document.documentElement.dataset.theme") == "dark"
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown.emulate_media(media="print")
    assert shown.evaluate("document.documentElement.dataset.theme") == "light"
    breaks = shown.locator(".bd-article .cell_input").first
    assert breaks.evaluate("box => getComputedStyle(box).breakInside") == "avoid"
    code = shown.locator(".bd-article .cell_input pre").first
    assert code.evaluate("box => getComputedStyle(box).whiteSpace") == "pre-wrap"
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()


def settled(film):
    """Take a picture of a film once two in a row are the same."""
    before = None
    for _ in range(20):
        picture = np.array(Image.open(BytesIO(film.screenshot())).convert("L"), float)
        if before is not None and np.array_equal(picture, before) and np.ptp(picture) > 50:
            break
        before = picture
    return picture


@pytest.mark.browser
def test_nothing_lies_over_a_film_on_paper(site, browser):
    context = browser.new_context()
    shown = context.new_page()
    shown.goto(address(site, "notebooks/03_convolution"))
    film = shown.locator("video").nth(1)
    film.scroll_into_view_if_needed()
    film.evaluate(
        "v => new Promise((seen) => { v.onseeked = seen; v.pause(); v.currentTime = 1; })"
    )
    shown.emulate_media(media="print")
    printed = settled(film)
    film.evaluate("v => { v.controls = false; }")
    assert abs(settled(film) - printed).mean() < 1
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("selector", [".primary-toggle", ".dropdown-download-buttons > button"])
def test_buttons_above_the_page_show_the_focus(site, visit, selector):
    """A11."""
    shown = visit(address(site, "notebooks/09_lstm_and_gru"))
    shown.keyboard.press("Tab")
    button = shown.locator(f".bd-header-article {selector}").first
    button.focus()
    style = button.evaluate(
        "b => [getComputedStyle(b).outlineStyle, getComputedStyle(b).outlineWidth]"
    )
    assert style == ["solid", "3px"]


@pytest.mark.browser
def test_copy_buttons_are_there_for_fingers(site, browser):
    """A16."""
    context = browser.new_context(has_touch=True, is_mobile=True)
    shown = context.new_page()
    shown.goto(address(site, "notebooks/09_lstm_and_gru"))
    button = shown.locator("button.copybtn").first
    button.wait_for(state="attached")
    shown.wait_for_function(
        "() => getComputedStyle(document.querySelector('button.copybtn')).opacity === '1'"
    )
    context.close()


@pytest.mark.browser
def test_the_lessons_table_is_no_ribbon_on_a_phone(site, visit):
    shown = visit(address(site, PAGES[0]))
    shown.set_viewport_size({"width": 400, "height": 800})
    cells = shown.locator(".vl-lessons tr td:nth-child(3)")
    assert cells.first.bounding_box()["width"] > 250


def test_the_list_of_references_is_a_list(site):
    """A16: no role "list" whose children are none of its items."""
    assert 'role="list"' not in (site / "book" / "references.html").read_text("utf-8")


@pytest.mark.browser
def test_the_root_asks_for_nothing_that_is_not_there(server, browser):
    """A16: no 404, not even for the page's sign."""
    context = browser.new_context()
    shown, missing = context.new_page(), []
    shown.on("response", lambda r: missing.append(r.url) if r.status == 404 else None)
    shown.goto(server)
    shown.wait_for_url("**/book/index.html")
    shown.wait_for_load_state("networkidle")
    context.close()
    assert not missing
