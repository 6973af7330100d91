import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.widgets.hosted import host
from tests.widgets.page import states
from vidlearn.models import receptive_field
from vidlearn.scratch import conv1d_forward
from vidlearn.widgets import DilatedStack

KINDS = ("seen", "ahead", "skipped", "unseen")


def impulses(frames, frame, *, kernel_size, dilations, convolutions, causal):
    """Which frames change an output of a real stack: each frame is an impulse of its own."""
    x = np.eye(frames)[..., None]  # (N, T, 1)
    w = np.ones((kernel_size, 1, 1))
    for dilation in dilations:
        wide = (kernel_size - 1) * dilation
        pads = (wide, 0) if causal else (wide // 2, wide - wide // 2)  # Keras's causal and same
        for _ in range(convolutions):
            x, _ = conv1d_forward(x, w, dilation=dilation, padding=(pads,))
    return np.flatnonzero(x[:, frame, 0]).tolist()


def stack(**options):
    """A stack without symmetry, with holes."""
    given_ = {"kernel_size": 2, "dilations": (1, 5, 3), "convolutions": 1, "frame": 17, "fps": 10}
    return DilatedStack(30, **given_ | options)


def told(page, name):
    return int(page.locator(".vl").get_attribute(f"data-vl-{name}"))


def kinds(page):
    """{kind: frames} as the row of frames shows them."""
    found = page.locator("[data-vl-frame]").evaluate_all(
        "nodes => nodes.map((n) => [Number(n.dataset.vlFrame), n.dataset.vlIs])"
    )
    assert [frame for frame, _ in found] == list(range(len(found)))
    return {kind: [frame for frame, one in found if one == kind] for kind in KINDS}


def dial(page, name):
    return page.get_by_role("slider", name=name)


def pressed(page, group, name):
    page.get_by_role("group", name=group).get_by_role("button", name=name, exact=True).click()


# Python -------------------------------------------------------------------------------------


def test_frames_that_reach_an_output_by_hand():
    # From 17: d = 3 reads 14, 17; d = 5 reads 9, 12, 14, 17; d = 1 reads each and the one before.
    widget = stack()
    assert widget.levels() == [
        [17],
        [14, 17],
        [9, 12, 14, 17],
        [8, 9, 11, 12, 13, 14, 16, 17],
    ]
    assert repr(widget) == (
        "DilatedStack(30 frames, kernel 2, dilations 1, 5, 3, causal: output 17 sees 8 frames)"
    )
    widget.frame = 2
    assert widget.levels()[-1] == [1, 2]
    assert DilatedStack(9).frame == 6


STACKS = st.fixed_dictionaries(
    {
        "kernel_size": st.integers(2, 5),
        "dilations": st.lists(st.integers(1, 9), min_size=1, max_size=4),
        "convolutions": st.integers(1, 2),
        "causal": st.booleans(),
    }
)


@settings(max_examples=60)
@given(STACKS, st.integers(8, 40), st.data())
def test_levels_match_impulses_through_convolutions_of_scratch(options, frames, data):
    frame = data.draw(st.integers(0, frames - 1))
    widget = DilatedStack(frames, frame=frame, **options)
    assert widget.levels()[-1] == impulses(frames, frame, **options)


@given(STACKS)
def test_the_span_in_a_long_clip_is_the_receptive_field_of_the_library(options):
    given_ = {name: options[name] for name in ("kernel_size", "dilations", "convolutions")}
    expected = receptive_field(**given_)
    assume(expected <= 60)
    seen = DilatedStack(120, frame=119 if options["causal"] else 60, **options).levels()[-1]
    assert seen[-1] - seen[0] + 1 == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 1}, "kernel_size must be a whole number from 2 to 7"),
        ({"dilations": ()}, "dilations must be 1 to 6 whole numbers from 1 to 32"),
        ({"dilations": (1,) * 7}, "dilations must be 1 to 6 whole numbers"),
        ({"dilations": (1, 0)}, "dilations must be 1 to 6 whole numbers from 1 to 32"),
        ({"dilations": (1.5, 2)}, "dilations must be 1 to 6 whole numbers"),
        ({"dilations": (33,)}, r"dilations must be .*Received: \(33,\)"),
        ({"convolutions": 3}, "convolutions must be a whole number from 1 to 2"),
        ({"frame": 30}, r"frame must be from 0 to 29\. Received: 30"),
        ({"frame": -1}, "frame must be from 0 to 29"),
        ({"fps": 0}, "fps must be a number above 0"),
    ],
)
def test_stack_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        stack(**options)


def test_stack_rejects_clips_too_short_and_too_long():
    for frames in (7, 121):
        with pytest.raises(ValueError, match="frames must be a whole number from 8 to 120"):
            DilatedStack(frames)


def test_state_and_the_face_of_the_widest_stack_are_small():
    widget = DilatedStack(120, kernel_size=7, dilations=(1, 2, 4, 8, 16, 32), frame=119)
    scripts = len(widget._esm) + len(widget._css)
    assert len(json.dumps(states([widget]))) < scripts + 12_000
    assert len(widget.poster()[1]) < 70_000


# The browser --------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"causal": False},
        {"causal": False, "kernel_size": 3, "convolutions": 2, "dilations": (4, 1)},
    ],
    ids=["causal", "centred, even", "centred"],
)
def test_what_is_lit_equals_the_library_for_every_output(opened, options):
    widget = stack(**options)
    page = opened(widget)
    settings_ = {
        name: getattr(widget, name)
        for name in ("kernel_size", "dilations", "convolutions", "causal")
    }
    for frame in range(30):
        page.locator("[data-vl-transport]").fill(str(frame))
        seen = impulses(30, frame, **settings_)
        shown = kinds(page)
        assert shown["seen"] == [one for one in seen if one <= frame]
        assert shown["ahead"] == [one for one in seen if one > frame]
        assert told(page, "seen") == len(seen)
        assert told(page, "ahead") == len(shown["ahead"])
        assert told(page, "skipped") == len(shown["skipped"])
        assert told(page, "unseen") == len(shown["unseen"])
        reach = 1 + settings_["convolutions"] * (settings_["kernel_size"] - 1) * sum(
            settings_["dilations"]
        )
        inside = len(seen) + told(page, "skipped")
        assert told(page, "zeros") == reach - inside
        if inside == reach:  # then it lies in the clip, around the output
            span = sorted(seen + shown["skipped"])
            assert span[-1] - span[0] + 1 == reach
            assert frame in span


@pytest.mark.browser
def test_the_receptive_field_equals_the_library_as_the_stack_is_changed(opened):
    page = opened(DilatedStack(48, fps=10))

    def field():
        shown = page.locator("[data-vl-field]")
        value = int(shown.get_attribute("data-vl-value"))
        assert shown.inner_text() == f"{value} frames, {value / 10:.2f} s"
        return value

    assert field() == receptive_field(3, (1, 2, 4)) == 29
    assert "without dilation it would take 14" in page.locator(".vl-told").inner_text()
    dial(page, "Blocks").fill("5")  # which keeps doubling
    assert field() == receptive_field(3, (1, 2, 4, 8, 16))
    dial(page, "Kernel size k").fill("4")
    pressed(page, "Convolutions in a block, c", "1")
    assert field() == receptive_field(4, (1, 2, 4, 8, 16), 1)
    assert "1 + 1 · (4 − 1) · (1 + 2 + 4 + 8 + 16)" in page.locator(".vl-told").inner_text()
    dial(page, "Block 3: d").fill("7")
    assert field() == receptive_field(4, (1, 2, 7, 8, 16), 1)
    assert page.locator("[aria-label='Dilations'] [aria-pressed='true']").count() == 0
    dial(page, "Blocks").fill("6")  # 32 follows 16
    assert field() == receptive_field(4, (1, 2, 7, 8, 16, 32), 1)
    dial(page, "Blocks").fill("2")
    pressed(page, "Dilations", "all 1")
    assert field() == receptive_field(4, (1, 1), 1) == 7
    assert "without dilation" not in page.locator(".vl-told").inner_text()
    assert page.locator(".vl-blocks .vl-dial:visible").count() == 2
    pressed(page, "Dilations", "all 4")
    shown = kinds(page)
    assert shown["seen"] == [8, 12, 16, 20, 24, 28, 32]  # with holes of three between them
    assert len(shown["skipped"]) == 18
    assert "Skipped in between: 18 (9 to 11, 13 to 15" in page.locator(".vl-line").inner_text()
    pressed(page, "Kernel", "centred")
    assert "from after" in page.locator(".vl-line").inner_text().lower()
    assert kinds(page)["ahead"] == [36, 40, 44]
    page.get_by_role("button", name="Reset").click()
    assert field() == 29


@pytest.mark.browser
def test_mouse_and_keys_choose_the_output(opened):
    page = opened(stack())
    boxes = page.locator("[data-vl-frame]")
    place = boxes.nth(22).bounding_box()
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] - 30)
    assert page.locator("[data-vl-transport]").input_value() == "22"
    assert kinds(page)["seen"] == impulses(
        30, 22, kernel_size=2, dilations=(1, 5, 3), convolutions=1, causal=True
    )
    page.locator("[data-vl-transport]").focus()
    for key, frame in {"ArrowLeft": "21", "End": "29", "Home": "0", "ArrowRight": "1"}.items():
        page.keyboard.press(key)
        assert page.locator("[data-vl-transport]").input_value() == frame
    assert "filled with zeros: 8." in page.locator(".vl-line").inner_text()  # of 10, 2 are frames


@pytest.mark.browser
def test_it_plays_and_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    host(page, stack(fps=20))
    dial(page, "Kernel size k").fill("5")
    pressed(page, "Kernel", "centred")
    page.get_by_role("button", name="Next output").click()
    expected = {"kernel_size": 5, "causal": False, "frame": 18}
    assert page.evaluate("put") == expected
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("+document.querySelector('[data-vl-transport]').value > 20")
    page.get_by_role("button", name="Pause").click()
    page.close()
