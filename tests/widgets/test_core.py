"""What an interactive and Python tell each other, and what becomes of a view."""

import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.test_base import make
from vidlearn import widgets

pytestmark = pytest.mark.browser


@pytest.fixture
def hosted(browser):
    page = browser.new_page()
    page.set_default_timeout(8000)
    yield lambda widget: host(page, widget)
    page.close()


def test_view_follows_python_and_forgets_what_the_reader_did(hosted):
    stepper = widgets.ConvolutionStepper([[1, 2, 3, 4]], [[1, 1]])
    page = hosted(stepper)
    page.locator("[data-vl-out='0,2']").click()
    assert page.locator("[data-vl-out][data-vl-value]").count() == 3
    stepper.w = [[5]]
    page.evaluate(
        "state => change(state)",
        {"w": stepper.w, "geometry": stepper.get_state("geometry")["geometry"]},
    )
    page.wait_for_function("built === 1")
    shown = page.locator("[data-vl-out][data-vl-value]")
    assert page.locator("[data-vl-out]").count() == 4
    assert shown.evaluate_all("nodes => nodes.map((n) => n.dataset.vlValue)") == ["5"]


def test_two_changed_traits_are_one_rebuilding_and_the_focus_stays(hosted):
    page = hosted(widgets.PoolingExplorer(np.eye(6)))
    page.get_by_role("slider", name="Stride").focus()
    page.evaluate("() => { change({ size: 3 }); setTimeout(() => change({ stride: 3 }), 5); }")
    page.wait_for_function("document.querySelectorAll('[data-vl-out]').length === 4")
    page.wait_for_timeout(80)
    assert page.evaluate("built") == 1
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Stride"


def test_reset_brings_back_what_python_gave_and_tells_python(hosted):
    page = hosted(widgets.ConvArithmetic(size=7, stride=1))
    page.get_by_role("slider", name="Stride").fill("3")
    page.get_by_role("slider", name="Input size").fill("9")
    assert page.evaluate("put") == {"stride": 3, "size": 9}
    assert page.evaluate("built") == 0, "what the view itself gives does not build it anew"
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("put") == {"stride": 1, "size": 7}
    assert page.get_by_role("slider", name="Input size").input_value() == "7"


@pytest.mark.parametrize(
    ("kind", "act", "expected"),
    [
        ("ConvolutionStepper", lambda p: p.get_by_label("Turn").check(), {"flip": True}),
        ("PoolingExplorer", lambda p: p.get_by_text("Average").click(), {"kind": "average"}),
        ("LossSurface", lambda p: p.get_by_text("Bowl").click(), {"surface": "bowl"}),
        ("UnrolledRNN", lambda p: p.get_by_text("none (linear)").click(), {"activation": "linear"}),
        ("GatedCell", lambda p: p.get_by_role("button", name="GRU").click(), {"kind": "gru"}),
        ("BackpropGraph", lambda p: p.get_by_label("c", exact=True).fill("2"), {"c": 2}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_chosen_traits_flow_back_and_python_takes_them(hosted, kind, act, expected):
    widget = make(kind)
    page = hosted(widget)
    act(page)
    put = page.evaluate("put")
    assert put.items() >= expected.items()
    for name, value in put.items():
        setattr(widget, name, value)
        assert getattr(widget, name) == value


def test_a_reordered_clip_can_be_read_and_set_from_python(opened):
    order = make("FrameOrder")
    assert order.order == [0, 1, 2, 3, 4, 5]
    order.order = [5, 4, 3, 2, 1, 0]
    page = opened(order)
    assert page.locator(".vl-thumb").first.get_attribute("data-vl-frame") == "5"
    with pytest.raises(ValueError, match="order must hold each frame from 0 to 5 once"):
        order.order = [0, 0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="clip must be from 0 to 0"):
        order.clip = 1


def test_a_kernel_set_from_python_is_shown(opened):
    gallery = make("FilterGallery")
    assert gallery.kernel == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    gallery.kernel = [[0, 0, 0], [0, 0.5, 0], [0, 0, 0]]
    page = opened(gallery)
    page.locator("[data-vl-ready]").wait_for()
    assert page.get_by_label("Row 1, column 1").input_value() == "0.5"
    assert page.locator("[aria-pressed=true]").count() == 0
    with pytest.raises(ValueError, match=r"kernel must have shape \(3, 3\)"):
        gallery.kernel = [[1, 2]]


def test_a_frame_set_from_python_is_shown_and_must_be_there(opened):
    player = make("ClipPlayer")
    player.frame = 7
    page = opened(player)
    assert page.locator("[data-vl-frame]").inner_text() == "7"
    with pytest.raises(ValueError, match="frame must be from 0 to 11"):
        player.frame = 12


def test_view_that_goes_leaves_nothing_behind(hosted):
    page = hosted(widgets.ConvolutionStepper([[1, 2, 3, 4]], [[1, 1]]))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("frames_asked > 2")
    page.evaluate("stop()")
    assert page.evaluate("listeners()") == 0
    assert page.locator(".vl").count() == 0
    asked = page.evaluate("frames_asked")
    page.wait_for_timeout(150)
    assert page.evaluate("frames_asked") <= asked + 1


def test_a_view_that_cannot_be_drawn_says_so(hosted):
    widget = make("PoolingExplorer")
    page = hosted(widget)
    page.evaluate("change({ x: null })")
    page.get_by_role("status").wait_for()
    assert page.get_by_role("status").inner_text() == widget.text["failed"]


def test_playing_pauses_when_it_goes_out_of_sight(hosted):
    page = hosted(widgets.ConvolutionStepper(np.ones((8, 8)), np.ones((2, 2))))
    page.get_by_role("button", name="Play").click()
    page.evaluate("document.body.style.paddingTop = '5000px'")
    page.get_by_role("button", name="Play").wait_for(state="attached")


def test_space_on_a_slider_plays_and_a_click_on_the_picture_gives_it_the_keys(opened):
    page = opened(make("ClipPlayer"))
    page.evaluate("document.body.style.paddingBottom = '2000px'")
    slider = page.get_by_role("slider", name="Frame")
    slider.fill("3")
    slider.focus()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play").wait_for()
    page.keyboard.press("Home")
    page.locator(".vl-screen").click()
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-vl-frame]").inner_text() == "1"
    assert page.evaluate("scrollY") == 0


def test_keys_with_ctrl_reach_the_page_and_plain_ones_do_not(opened):
    page = opened(make("ConvArithmetic"))
    page.evaluate(
        """() => {
          window.heard = [];
          document.addEventListener("keydown", (event) => {
            heard.push([event.ctrlKey && "Ctrl", event.shiftKey && "Shift", event.key]
              .filter(Boolean).join("+"));
          });
        }"""
    )
    page.get_by_role("slider", name="Kernel").focus()
    for key in ("d", "ArrowLeft", "Shift+M", "Control+s", "Shift+Enter", "Control+Shift+c"):
        page.keyboard.press(key)
    heard = page.evaluate("heard.filter((key) => !/(Control|Shift)$/.test(key))")
    assert [key.lower() for key in heard] == ["ctrl+s", "shift+enter", "ctrl+shift+c"]


def test_the_formula_can_be_left_to_the_reader(opened):
    page = opened(widgets.ConvArithmetic(size=7, stride=1, dilation=2, formula=False))
    assert page.locator(".vl-formula").count() == 0
    assert "(k − 1)" not in page.locator(".vl").inner_text()
    assert page.locator("[data-vl-size]").get_attribute("data-vl-value") == "5"
