import pytest

from vidlearn.widgets import TurningWheel


@pytest.mark.parametrize(
    ("spokes", "degrees", "painted", "seen"),
    [
        (8, 5, False, 5),
        (8, 40, False, -5),
        (8, 45, False, 0),
        (8, 50, False, 5),
        (8, 22.5, False, 22.5),
        (8, 40, True, 40),
        (5, 70, False, -2),
        (12, 0, False, 0),
    ],
)
def test_how_it_seems_to_turn_by_hand(spokes, degrees, painted, seen):
    wheel = TurningWheel(spokes=spokes, degrees=degrees, painted=painted)
    assert wheel.seen() == pytest.approx(seen)


def test_repr_tells_truth_and_seeming():
    told = "TurningWheel(8 spokes, 40 degrees a frame, seems to turn by -5)"
    assert repr(TurningWheel(degrees=40)) == told


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spokes": 2}, "spokes must be a whole number from 3 to 12"),
        ({"degrees": 91}, "degrees must be"),
        ({"fps": 0}, "fps must be"),
    ],
)
def test_wheel_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        TurningWheel(**options)


def told(page):
    line = page.locator("[data-vl-seen]")
    return line.get_attribute("data-vl-seen"), float(line.get_attribute("data-vl-value"))


@pytest.mark.browser
def test_the_browser_sees_what_the_library_says(opened):
    page = opened(TurningWheel(spokes=7))
    dial = page.get_by_role("slider", name="Degrees a frame")
    for degrees in (0, 12.5, 30, 51, 52, 77.5, 90):
        dial.fill(str(degrees))
        way, value = told(page)
        expected = TurningWheel(spokes=7, degrees=degrees).seen()
        assert value == pytest.approx(expected, abs=1e-9)
        turning = "forwards" if expected > 0 else "backwards"
        assert way == ("still" if abs(expected) < 1e-9 else turning)
    page.get_by_label("Paint one spoke").check()
    assert told(page) == ("forwards", 90)


@pytest.mark.browser
def test_the_wheel_turns_by_so_much_a_frame(opened):
    page = opened(TurningWheel(degrees=22.5))
    assert told(page) == ("either", 22.5)
    wheel = page.locator(".vl-wheel")
    for angle in (22.5, 45):
        page.get_by_role("button", name="Next frame").click()
        assert wheel.get_attribute("transform") == f"rotate({angle})"
    page.get_by_label("Show the frame before").check()
    assert page.locator(".vl-ghost").get_attribute("transform") == "rotate(22.5)"
    page.get_by_role("slider", name="Degrees a frame").fill("40")
    page.get_by_role("button", name="Previous frame").click()
    assert wheel.get_attribute("transform") == "rotate(5)"
