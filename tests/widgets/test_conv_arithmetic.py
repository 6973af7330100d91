import itertools

import pytest

from vidlearn.scratch import conv_output_size
from vidlearn.widgets import ConvArithmetic

NAMES = ("size", "kernel", "stride", "padding", "dilation")


def test_repr_tells_all_five_numbers():
    assert repr(ConvArithmetic(stride=3)) == (
        "ConvArithmetic(size 6, kernel 3, stride 3, padding 1, dilation 1)"
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("size", 13, "size must be a whole number from 1 to 12.*Received: 13"),
        ("kernel", 0, "kernel must be a whole number from 1 to 5"),
        ("padding", -1, "padding must be a whole number from 0 to 3"),
    ],
)
def test_arithmetic_rejects_numbers_out_of_range(name, value, message):
    with pytest.raises(ValueError, match=message):
        ConvArithmetic(**{name: value})
    explorer = ConvArithmetic()
    with pytest.raises(ValueError, match=message):
        setattr(explorer, name, value)


@pytest.mark.browser
def test_output_size_equals_the_library_for_all_numbers(opened):
    page = opened(ConvArithmetic())
    cases = [*itertools.product((4, 7, 12), (1, 2, 4, 5), (1, 2, 4), (0, 1, 3), (1, 2, 3))]
    shown = page.evaluate(
        """cases => cases.map((numbers) => {
          document.querySelectorAll(".vl-dial input").forEach((dial, k) => {
            if (Number(dial.value) === numbers[k]) return;
            dial.value = numbers[k];
            dial.dispatchEvent(new Event("input"));
          });
          const size = document.querySelector("[data-vl-size]");
          const cells = document.querySelectorAll("[data-vl-out]").length;
          return [size && Number(size.dataset.vlValue), cells];
        })""",
        cases,
    )
    for numbers, (size, cells) in zip(cases, shown, strict=True):
        try:
            expected = conv_output_size(**dict(zip(NAMES, numbers, strict=True)))
        except ValueError:
            expected = None
        assert size == expected, numbers
        assert cells == (expected or 0) ** 2, numbers


@pytest.mark.browser
def test_kernel_that_does_not_fit_is_explained(opened):
    page = opened(ConvArithmetic(size=4, kernel=4, padding=1, dilation=3))
    told = page.locator(".vl-told").inner_text()
    assert "the 4 taps span d (k − 1) + 1 = 10 of 6 pixels" in told
    assert "longer than the padded input by 4: it does not fit" in told
    assert page.get_by_role("button", name="Play").count() == 0


@pytest.mark.browser
def test_formula_carries_the_numbers(opened):
    page = opened(ConvArithmetic(size=7, kernel=3, stride=2, padding=1, dilation=2))
    lines = [" ".join(line.split()) for line in page.locator(".vl-equation").all_inner_texts()]
    assert lines[1] == "= 7 + 2·1 − 2·(3 − 1) − 1 2 + 1"
    assert lines[2] == "= 4 2 + 1 = 2 + 1 = 3"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("options", "unread", "words"),
    [
        # 6 + 2 = 8 long, windows of 3 at 0, 2, 4: index 7 is left over, and it is padding.
        ({"size": 6, "stride": 2}, {7}, "1 per axis, only padding"),
        # 8 long, no padding, windows of 3 at 0 and 4 with taps 0 and 2: 1, 3, 5 lie in between.
        (
            {"size": 8, "kernel": 2, "stride": 4, "padding": 0, "dilation": 2},
            {1, 3, 5, 7},
            "1 per axis. Jumped over: rows and columns 1, 3, 5.",
        ),
        # 5 + 2 = 7 long, windows of 3 at 0 and 4: nothing but index 3 is left out.
        ({"size": 5, "stride": 4}, {3}, "Jumped over: rows and columns 3."),
        # 6 + 2 = 8 long, one window of 4 at 0, the next at 4 ends at 8: nothing is lost.
        ({"size": 6, "kernel": 4, "stride": 4}, set(), "Windows start at 0, 4"),
        # 7 + 2 = 9 long, windows of 2 at 0, 4: 2, 3 between; 6, 7, 8 left over, 8 is padding.
        ({"size": 7, "kernel": 2, "stride": 4}, {2, 3, 6, 7, 8}, "3 per axis, 2 of them from the"),
    ],
)
def test_pixels_that_no_window_reads_are_crossed_out(opened, options, unread, words):
    page = opened(ConvArithmetic(**options))
    cells = page.locator("[data-vl-in]").evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.vlIn, n.dataset.vlRead])"
    )
    padded = page.evaluate("Math.sqrt(document.querySelectorAll('[data-vl-in]').length)")
    assert padded == options["size"] + 2 * options.get("padding", 1)
    for place, read in cells:
        i, j = map(int, place.split(","))
        assert (read == "no") == (i in unread or j in unread), place
    assert words in page.locator(".vl-told").inner_text()


@pytest.mark.browser
def test_keys_move_the_window_and_say_where_it_starts(opened):
    page = opened(ConvArithmetic())
    page.get_by_role("button", name="Next window").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator(".vl-line").inner_text() == (
        "Output row 1, column 2: its window starts at row 2, column 4 of the padded input."
    )
    window = page.locator(".vl-window").first
    assert window.evaluate("node => node.style.transform") == "translate(80px, 40px)"


@pytest.mark.browser
def test_dials_answer_to_the_keyboard(opened):
    page = opened(ConvArithmetic())
    page.get_by_role("slider", name="Kernel").focus()
    page.keyboard.press("ArrowRight")
    expected = conv_output_size(6, 4, stride=2, padding=1)
    assert page.locator("[data-vl-size]").inner_text() == str(expected)
    assert page.locator("[aria-live=polite]").count() == 1
