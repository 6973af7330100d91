"""What a reader meets in every interactive: with eyes, keys, a reader of screens, on paper."""

import base64
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from book.build import find
from tests.widgets.test_base import every_kind, make
from vidlearn import widgets
from vidlearn.widgets.base import STATIC, parts, section
from vidlearn.widgets.media import opened as opened_picture

WIDTHS = (360, 688, 860)
COMMON = sorted(path.stem for path in Path(str(STATIC / "common")).glob("*.js"))


@pytest.fixture
def shown(opened):
    """Open one interactive of a kind, drawn to the end."""

    def show(kind, **options):
        page = opened(make(kind), **options)
        if kind == "FilterGallery":
            page.locator("[data-vl-ready]").wait_for()
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        return page

    return show


# Style sheets and scripts -------------------------------------------------------------------


def selectors(css):
    """Every selector that stands in no other: at the top, or in an at-rule there."""
    depth, opened_by, found, text = 0, [], [], ""
    for sign in re.sub(r"/\*.*?\*/", "", css, flags=re.S):
        if sign == "{":
            head, text = text.strip(), ""
            if all(outer.startswith("@") for outer in opened_by) and not head.startswith("@"):
                found += [one.strip() for one in head.split(",")]
            opened_by.append(head)
            depth += 1
        elif sign == "}":
            opened_by.pop()
            depth, text = depth - 1, ""
        elif sign == ";":
            text = ""
        else:
            text += sign
    assert depth == 0
    return found


@every_kind
def test_styles_touch_no_other_interactive(kind):
    css = (STATIC / f"{section(kind)}.css").read_text("utf-8")
    root = f".vl.vl-{section(kind).replace('_', '-')}"
    assert selectors(css)
    assert [one for one in selectors(css) if not re.search(rf"{re.escape(root)}\b", one)] == []
    assert "@media (max-width" not in css, "ask the container, not the window"


@pytest.mark.parametrize("part", COMMON)
def test_common_styles_touch_nothing_else_on_a_page(part):
    path = STATIC / "common" / f"{part}.css"
    found = selectors(path.read_text("utf-8")) if path.is_file() else []
    assert [one for one in found if not re.search(r"\.vl(?![\w-])", one)] == []


@every_kind
def test_an_interactive_names_the_parts_it_uses_and_no_others(kind):
    code = (STATIC / f"{section(kind)}.js").read_text("utf-8")
    asked = {part: (STATIC / "common" / f"{part}.js").read_text("utf-8") for part in COMMON}
    names = {
        part: set(re.findall(r"^(?:export )?(?:const|function) (\w+)", text, re.M))
        for part, text in asked.items()
    }
    whole = code + "".join(asked[part] for part in parts(kind))
    words = set(re.findall(r"\w+", re.sub(r"//.*|/\*.*?\*/", "", whole, flags=re.S)))
    for part in COMMON:
        if part in parts(kind):
            used = words_outside(part, kind, asked)
            assert names[part] & used, f"{kind} says it uses {part}"
        else:
            own = set(re.findall(r"(?:const|let|function) (\w+)", code))
            free = {name for name in names[part] if re.search(rf"\b{name}\(", code)} - own
            assert not free, f"{kind} uses {free & words} of {part}"


def words_outside(part, kind, texts):
    """The words of an interactive's script and of the parts it uses other than one."""
    code = (STATIC / f"{section(kind)}.js").read_text("utf-8")
    others = "".join(texts[name] for name in parts(kind) if name != part)
    return set(re.findall(r"\w+", code + others))


def test_node_tests_the_arithmetic():
    node = find("node")
    if node is None:
        pytest.skip("no node on this machine")
    script = Path(__file__).parent / "maths.test.mjs"
    done = subprocess.run([node, "--test", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# Faces without a script ---------------------------------------------------------------------


@every_kind
def test_a_face_without_a_script_is_small_and_described(kind):
    widget = make(kind)
    data, metadata = widget._repr_mimebundle_()
    (form,) = [name for name in data if name.startswith("image/")]
    assert metadata[form]["alt"].startswith(f"{widget.text['title']}: {widget.describe()}")
    assert len(data[form]) < 70_000
    if form == "image/svg+xml":
        assert data[form].startswith("<svg xmlns=")
    else:
        picture = opened_picture(base64.b64decode(data[form]))
        assert min(picture.size) >= 30
        assert picture.convert("L").getextrema()[0] != picture.convert("L").getextrema()[1]
    again, _ = widget._repr_mimebundle_()
    assert again[form] == data[form]


@pytest.mark.browser
@pytest.mark.parametrize(
    "kind", [kind for kind in widgets.__all__ if make(kind).poster()[0] == "image/svg+xml"]
)
def test_a_drawn_face_is_whole(browser, kind):
    page = browser.new_page()
    page.set_content(make(kind).poster()[1])
    cut = page.evaluate(
        """() => {
          const sheet = document.querySelector("svg").getBoundingClientRect();
          return [...document.querySelectorAll("svg text")].filter((node) => {
            const box = node.getBoundingClientRect();
            return box.left < sheet.left || box.right > sheet.right
              || box.top < sheet.top || box.bottom > sheet.bottom;
          }).map((node) => node.textContent);
        }"""
    )
    page.close()
    assert cut == []


# Eyes ---------------------------------------------------------------------------------------

TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector(".vl"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
    const scale = node.ownerSVGElement ? node.getScreenCTM().a : 1;
    const box = node.getBoundingClientRect();
    const { left, top, right, bottom } = box;
    found.push({
      words: walker.currentNode.data, size: parseFloat(getComputedStyle(node).fontSize) * scale,
      svg: node.tagName === "text", box: [left, top, right, bottom],
    });
  }
  return found;
}"""


# What reaches over the padding of the card, unless it lies in something that scrolls.
OUTSIDE = """() => {
  const card = document.querySelector(".vl");
  const end = card.getBoundingClientRect().right - parseFloat(getComputedStyle(card).paddingRight);
  return [...card.querySelectorAll("*")].filter((node) =>
    !node.closest(".vl-table, .vl-formula, .vl-hidden, .vl-screen, .vl-view")
      && node.checkVisibility() && node.getBoundingClientRect().right > end + 4)
    .map((node) => node.outerHTML.slice(0, 120));
}"""


@pytest.mark.browser
@every_kind
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_is_small_or_on_another_and_nothing_overflows(shown, kind, width):
    page = shown(kind, width=width)
    page.add_style_tag(content="body { margin: 0 !important }")
    page.wait_for_timeout(100)
    for last in (False, True):
        if last and page.locator("[data-vl-transport]").count():
            page.locator("[data-vl-transport]").focus()
            page.keyboard.press("End")
        texts = page.evaluate(TEXTS)
        assert min(text["size"] for text in texts) >= 11
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OUTSIDE) == []
        drawn = [text for text in texts if text["svg"]]
        for k, one in enumerate(drawn):
            for other in drawn[:k]:
                assert not collide(one["box"], other["box"]), (one["words"], other["words"])


def collide(a, b):
    """Whether two boxes of text share more than the air around their letters."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return across > 2 and down > 5


EDGES = """() => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (...colours) => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  };
  const under = light(getComputedStyle(document.querySelector(".vl")).backgroundColor);
  const ratios = [...document.querySelectorAll(
    ".vl .vl-button:not([aria-pressed=true], .vl-play), .vl .vl-field, .vl .vl-select",
  )].map((node) => {
    const edge = light("white", getComputedStyle(node).borderTopColor);
    const [a, b] = [edge, under].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
  return Math.min(...ratios, 21);
}"""


@pytest.mark.browser
@every_kind
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_of_what_can_be_used_are_seen(shown, kind, theme):
    assert shown(kind, theme=theme).evaluate(EDGES) >= 3


@pytest.mark.browser
@every_kind
def test_axe_finds_no_fault(shown, kind):
    page = shown(kind)
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "async () => (await axe.run('.vl')).violations.map((fault) =>"
        " [fault.id, fault.help, fault.nodes[0].html.slice(0, 160)])"
    )
    assert found == []


@pytest.mark.browser
@every_kind
def test_one_part_speaks_and_one_button_resets(shown, kind):
    page = shown(kind)
    assert page.locator(".vl [aria-live]").count() == 1
    before = page.locator(".vl").inner_text()
    page.locator("[data-vl-choice]:visible, [data-vl='next']:visible").last.click()
    dials = page.locator(".vl-dial input, .vl-field")
    if dials.count():
        dials.first.focus()
        page.keyboard.press("ArrowUp")
    page.locator("[data-vl='reset']").click()
    if kind == "FilterGallery":
        page.locator("[data-vl-ready]").wait_for()
    page.wait_for_timeout(100)
    assert page.locator(".vl").inner_text() == before


# Keys ---------------------------------------------------------------------------------------

HEARD = """() => {
  window.heard = [];
  document.addEventListener("keydown", (event) => heard.push(event.key));
}"""


@pytest.mark.browser
@every_kind
def test_keys_work_from_wherever_the_focus_is(shown, kind):
    page = shown(kind)
    page.evaluate(HEARD)
    page.evaluate("document.body.style.paddingBottom = '3000px'")
    controls = page.locator(".vl :is(button, input, select, [tabindex='0']):visible")
    for number in range(controls.count()):
        control = controls.nth(number)
        control.focus()
        tag = control.evaluate("node => `${node.tagName} ${node.type ?? node.role}`")
        if tag in ("INPUT number", "SELECT select-one"):
            continue  # these keep all their keys
        top = page.evaluate("scrollY")
        for key in ("ArrowRight", "ArrowLeft", *(" " if tag == "INPUT range" else ())):
            page.keyboard.press(key)
        assert page.evaluate("scrollY") == top or kind == "FilterGallery", tag
        if tag == "INPUT range" and page.locator("[data-vl='play']:visible").count() == 0:
            playing = page.locator("[data-vl='pause']:visible")
            if playing.count():
                playing.click()
    assert page.evaluate("heard") == []


@pytest.mark.browser
@every_kind
def test_space_on_any_slider_plays(shown, kind):
    page = shown(kind)
    sliders = page.locator(".vl input[type=range]")
    if page.locator("[data-vl='play']").count() == 0:
        pytest.skip("nothing plays")
    sliders.first.focus()
    page.keyboard.press(" ")
    page.locator("[data-vl='pause']").wait_for()
    sliders.last.focus()
    page.keyboard.press(" ")
    page.locator("[data-vl='play']").wait_for()


# Forced colours, touch, paper ----------------------------------------------------------------


@pytest.mark.browser
@every_kind
def test_forced_colours_leave_what_is_chosen_and_the_tracks_to_see(shown, kind):
    page = shown(kind, forced_colors="active")
    plain = page.evaluate(
        """() => {
          const ground = (node) => node && getComputedStyle(node).backgroundColor;
          const faults = [];
          const pressed = document.querySelector(".vl [aria-pressed=true]");
          const other = document.querySelector(".vl [aria-pressed=false]");
          if (pressed && other && ground(pressed) === ground(other)) faults.push("chosen button");
          const cell = document.querySelector(".vl .vl-cell[aria-selected=true]");
          if (cell && getComputedStyle(cell).outlineStyle !== "solid") faults.push("chosen cell");
          for (const node of document.querySelectorAll(".vl input[type=range]")) {
            if (getComputedStyle(node).forcedColorAdjust !== "none") faults.push("slider");
          }
          return faults;
        }"""
    )
    assert plain == []


@pytest.mark.browser
@every_kind
def test_a_finger_gets_44_pixels_and_no_talk_of_keys(shown, kind):
    page = shown(kind, width=400, has_touch=True, is_mobile=True)
    small = page.locator(
        ".vl :is(.vl-button, .vl-select, .vl-field, .vl-slider, .vl-toggle, [role=gridcell])"
        ":visible"
    ).evaluate_all(
        """nodes => nodes.map((node) => [node.getBoundingClientRect().height, node.className])
          .filter(([height]) => height < 43.5)"""
    )
    assert small == []
    assert page.locator(".vl-keys:visible").count() == 0


@pytest.mark.browser
@every_kind
def test_paper_gets_the_whole_drawing_and_no_buttons_to_play(shown, kind):
    page = shown(kind, width=688)
    page.emulate_media(media="print")
    assert page.locator(".vl-transport:visible, .vl-keys:visible").count() == 0
    assert page.locator(".vl").evaluate("node => getComputedStyle(node).breakInside") == "avoid"
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
