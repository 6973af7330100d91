import json

import numpy as np
import pytest

from tests.widgets.hosted import host
from vidlearn.tracking import kalman_predict, kalman_update, mahalanobis
from vidlearn.widgets import KalmanEllipse

COUNT = 16
FRAMES = np.random.default_rng(0).integers(0, 256, (COUNT, 48, 72, 3), np.uint8)
F, H = np.eye(4) + np.eye(4, k=2), np.eye(2, 4)
GATE = 5.991464547107979  # chi-square, two degrees of freedom, 95 %
NOISE = {"motion_noise": (0.8, 0.3), "measurement_noise": (1.5, 0.9), "speed": 3.0}


def way(seed=0):
    """Boxes on a bent way, each measured a little wrong; the detector misses frames 0 and 9."""
    rng = np.random.default_rng(seed)
    t = np.arange(COUNT)
    centre = np.stack([8 + 3.3 * t, 34 - 2.4 * t + 0.11 * t**2], axis=1)
    centre += rng.normal(0, (1, 0.6), (COUNT, 2))
    side = rng.uniform(3, 7, (COUNT, 2))
    measured = np.concatenate([centre - side, centre + side], axis=1)
    measured[[0, 9]] = np.nan
    return measured


def followed(measured, hidden=(), *, motion=(0.8, 0.3), measurement=(1.5, 0.9), gate=True):
    """What the library makes of it: (fate, mean, covariance, squared distance) of each frame."""
    push = np.array([[0.5, 0], [0, 0.5], [1, 0], [0, 1]]) * motion
    q, r = push @ push.T, np.diag(np.square(measurement))
    centres = (measured[:, :2] + measured[:, 2:]) / 2
    found, mean, covariance = [], None, None
    for t, z in enumerate(centres):
        seen, away, fate = t not in hidden and np.isfinite(z).all(), np.nan, "before"
        if mean is None and seen:
            mean, covariance = np.array([*z, 0, 0]), np.diag([*np.diag(r), 9, 9])
            fate = "start"
        elif mean is not None:
            mean, covariance = kalman_predict(mean, covariance, F, q)
            fate = "hidden" if t in hidden else "missed"
            if seen:
                away = mahalanobis(mean[None], covariance[None], [z], H, r).item()
                fate = "stranger" if gate and away > GATE else "taken"
            if fate == "taken":
                mean, covariance = kalman_update(mean, covariance, z, H, r)
        found.append((fate, mean, covariance, away))
    return found


def number(page, name):
    return page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value")


def go(page, frame):
    page.locator("[data-vl-transport]").fill(str(frame))


def agrees(page, expected):
    """Hold every frame against the library."""
    for t, (fate, mean, covariance, away) in enumerate(expected):
        go(page, t)
        screen = page.locator("[data-vl-states]")
        assert screen.get_attribute("data-vl-fate") == fate, t
        if mean is None:
            continue
        state = json.loads(screen.get_attribute("data-vl-states"))["updated"]
        np.testing.assert_allclose(state["mean"], mean, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(state["covariance"], covariance, rtol=1e-9, atol=1e-9)
        if np.isfinite(away):
            assert float(number(page, "distance")) == pytest.approx(away, abs=1e-9)


def fates(page):
    return [
        cell.get_attribute("class").split("vl-is-")[1]
        for cell in page.locator(".vl-strip rect:not(.vl-is-veil)").all()
    ]


def drag(page, start, end):
    """Drag over the band from one frame to another."""
    box = page.locator(".vl-band").bounding_box()
    places = [(box["x"] + box["width"] * t / (COUNT - 1), box["y"] + 40) for t in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1])
    page.mouse.up()


def test_repr_tells_film_and_noise():
    assert repr(KalmanEllipse(FRAMES, way(), hidden=[6, 5, 5], **NOISE)) == (
        "KalmanEllipse(16 frames of 72×48, measured in 14, 2 hidden; noise of motion 0.8, "
        "measurement 1.5)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": FRAMES[:1]}, "frames must be 2 to 200. Received: 1"),
        ({"frames": [*FRAMES[1:], FRAMES[0, :9]]}, "frames must have one size. Received: .*72, 9"),
        ({"frames": FRAMES[..., :2]}, r"frames\[0\] must be a uint8 picture"),
        ({"measured": way()[:9]}, r"measured must have shape \(16, 4\) or \(16, 2\).*\(9, 4\)"),
        ({"measured": way()[:, :3]}, r"Received shape: \(16, 3\)"),
        ({"measured": np.full((16, 2), np.nan)}, "at least one frame. Received: only NaN"),
        ({"measured": np.full((16, 2), np.inf)}, "measured must hold finite numbers or NaN"),
        ({"measured": np.tile([5.0, 2, 4, 9], (16, 1))}, "boxes x1 < x2.*Received: .5.0, 2.0"),
        ({"truth": np.zeros((16, 4))}, "truth must hold boxes x1 < x2.*NaN where there is none"),
        ({"truth": np.zeros((15, 2))}, "truth must have shape"),
        ({"hidden": [3, 16]}, r"hidden must hold frames from 0 to 15. Received: \[3, 16\]"),
        ({"motion_noise": 0}, "motion_noise must be a number above 0, or two"),
        ({"measurement_noise": (1, -1)}, "measurement_noise must be a number above 0, or two"),
        ({"measurement_noise": (1, 2, 3)}, "measurement_noise must be a number above 0, or two"),
        ({"speed": 0}, "speed must be a number above 0"),
    ],
)
def test_ellipse_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        KalmanEllipse(**{"frames": FRAMES, "measured": way(), **options})


def test_frame_rejects_what_is_not_in_the_film():
    widget = KalmanEllipse(FRAMES, way())
    with pytest.raises(ValueError, match=r"frame must be from 0 to 15\. Received: 16"):
        widget.frame = 16


def test_the_face_without_a_script_shows_the_frame_that_is_least_sure():
    widget = KalmanEllipse(FRAMES, way(), hidden=range(4, 8), **NOISE)
    sizes = [np.nan if one[2] is None else np.trace(one[2][:2, :2]) for one in widget._followed()]
    assert np.isnan(sizes[0])
    assert np.argmax(sizes[4:12]) == 3, "the last hidden frame"
    expected = followed(way(), range(4, 8), gate=False)
    for (_, mean, covariance), (_, mean2, covariance2, _) in zip(
        widget._followed()[1:], expected[1:], strict=True
    ):
        np.testing.assert_allclose(mean, mean2)
        np.testing.assert_allclose(covariance, covariance2)


def test_nothing_seen_is_nan_and_not_none():
    measured = [None, *[[20.0, 20.0]] * (COUNT - 1)]
    with pytest.raises(ValueError, match=r"measured must hold numbers .*NaN where.*\[None"):
        KalmanEllipse(FRAMES, measured)


def test_a_film_that_is_all_hidden_has_a_face():
    measured = np.full((COUNT, 2), np.nan)
    measured[5] = 20, 20
    kind, face = KalmanEllipse(FRAMES, measured, hidden=[5]).poster()
    assert kind == "image/jpeg"
    assert face[:2] == b"\xff\xd8"


@pytest.mark.browser
@pytest.mark.parametrize("hidden", [(), (0, 1, 2, 5, 6, 7, 8, 15)], ids=["seen", "hidden"])
def test_every_frame_equals_the_library(opened, hidden):
    page = opened(KalmanEllipse(FRAMES, way(), hidden=hidden, **NOISE))
    agrees(page, followed(way(), hidden))


@pytest.mark.browser
def test_sliders_and_the_gate_equal_the_library(opened):
    measured = way()
    measured[11:] += 9  # it jumps
    page = opened(KalmanEllipse(FRAMES, measured, **NOISE))
    expected = followed(measured)
    assert expected[11][0] == "stranger"
    agrees(page, expected)
    page.get_by_label("Refuse what lies outside").uncheck()
    agrees(page, followed(measured, gate=False))
    page.get_by_role("slider", name="Motion noise").press("Home")
    page.get_by_role("slider", name="Measurement noise").press("End")
    options = {"motion": (0.02, 0.02 * 0.3 / 0.8), "measurement": (12, 12 * 0.9 / 1.5)}
    agrees(page, followed(measured, **options, gate=False))


@pytest.mark.browser
@pytest.mark.parametrize(("squared", "fate"), [(5.985, "taken"), (5.998, "stranger")])
def test_the_gate_is_that_of_95_percent(opened, squared, fate):
    measured = way()
    _, mean, covariance, _ = followed(measured)[4]
    s = foreseen(covariance)[:2, :2] + np.diag([1.5**2, 0.9**2])
    off = [np.sqrt(squared / np.linalg.inv(s)[0, 0]), 0]
    measured[5] = np.tile((F @ mean)[:2] + off, 2) + np.array([-3, -4, 3, 4])
    page = opened(KalmanEllipse(FRAMES, measured, **NOISE))
    go(page, 5)
    assert float(number(page, "distance")) == pytest.approx(squared)
    assert page.locator("[data-vl-fate]").get_attribute("data-vl-fate") == fate


@pytest.mark.browser
def test_hidden_it_swells_and_seen_it_snaps(opened):
    page = opened(KalmanEllipse(FRAMES, way(), **NOISE))
    drag(page, 4, 8)
    assert fates(page)[3:10] == ["taken", *["hidden"] * 5, "missed"]
    assert page.locator("[data-vl-transport]").input_value() == "8"
    sizes = []
    for t in range(4, 11):
        go(page, t)
        sizes.append(float(number(page, "predicted")))
    assert np.all(np.diff(sizes) > 0)
    assert float(number(page, "updated")) < sizes[0]
    assert float(number(page, "predicted")) == pytest.approx(
        # half the long axis of two standard deviations, of what is foreseen for frame 10
        2 * np.sqrt(foreseen(followed(way(), range(4, 9))[9][2])[0, 0]),
        rel=1e-9,
    )
    assert page.locator(".vl-heading").inner_text() == "Back after 6 frames unseen"
    assert "The ellipse snaps from" in page.locator(".vl-line").inner_text()
    drag(page, 8, 6)
    assert fates(page)[3:10] == ["taken", "hidden", "hidden", *["taken"] * 3, "missed"]
    page.get_by_role("button", name="Hide nothing").click()
    assert "hidden" not in fates(page)


def foreseen(covariance):
    push = np.array([[0.5, 0], [0, 0.5], [1, 0], [0, 1]]) * (0.8, 0.3)
    return kalman_predict(np.zeros(4), covariance, F, push @ push.T)[1]


@pytest.mark.browser
def test_the_gate_is_measured_by_s_and_drawn_so(opened):
    page = opened(KalmanEllipse(FRAMES, way(), **NOISE))
    go(page, 3)
    covariance = foreseen(followed(way())[2][2])
    drawn = {}
    for name in ("predicted", "gate"):
        ellipse = page.locator(f"ellipse.vl-{name}")
        drawn[name] = [float(ellipse.get_attribute(side)) for side in ("rx", "ry")]
    p = np.diag(covariance)[:2]
    assert p[0] > p[1], "so the long axis is that of x"
    np.testing.assert_allclose(drawn["predicted"], 2 * np.sqrt(p))
    s = p + np.array([1.5**2, 0.9**2])
    np.testing.assert_allclose(drawn["gate"], np.sqrt(GATE * s))


@pytest.mark.browser
def test_an_ellipse_that_is_upright_is_drawn_upright(opened):
    page = opened(KalmanEllipse(FRAMES, way(), motion_noise=(0.2, 2), measurement_noise=(1, 3)))
    go(page, 5)
    box = page.locator("ellipse.vl-predicted").bounding_box()
    assert box["height"] > 1.5 * box["width"]


@pytest.mark.browser
def test_keys_and_buttons_hide(opened):
    page = opened(KalmanEllipse(FRAMES, way(), **NOISE))
    go(page, 3)
    page.locator("[data-vl-transport]").press("h")
    assert fates(page)[2:5] == ["taken", "hidden", "taken"]
    assert page.get_by_label("Hide this frame").is_checked()
    page.keyboard.press("h")
    assert "hidden" not in fates(page)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert fates(page)[2:6] == ["taken", "hidden", "hidden", "taken"]
    assert page.locator("[data-vl-transport]").input_value() == "5"
    page.get_by_label("Hide this frame").check()
    assert fates(page)[5] == "hidden"
    go(page, 8)
    page.get_by_role("button", name="Hide 10 frames from here").click()
    assert fates(page)[8:] == ["hidden"] * 8, "as far as there are frames"
    assert page.locator("[data-vl-transport]").input_value() == "8"


@pytest.mark.browser
def test_nothing_is_followed_before_it_is_seen(opened):
    page = opened(KalmanEllipse(FRAMES, way(), hidden=[1, 2], **NOISE))
    assert fates(page)[:5] == ["before", "before", "before", "start", "taken"]
    assert page.locator(".vl-over ellipse:visible").count() == 0
    assert "nothing to follow" in page.locator(".vl-line").inner_text()
    go(page, 3)
    assert [float(number(page, "updated"))] == [2 * 1.5]


@pytest.mark.browser
def test_sliders_do_not_stop_the_film(opened):
    page = opened(KalmanEllipse(FRAMES, way(), **NOISE))
    page.get_by_role("button", name="Play").click()
    page.get_by_role("slider", name="Motion noise").press("End")
    assert page.locator("[data-vl='pause']").count() == 1


@pytest.mark.browser
def test_a_finger_hides_on_the_band(opened):
    page = opened(KalmanEllipse(FRAMES, way(), **NOISE), width=400, has_touch=True, is_mobile=True)
    box = page.locator(".vl-band").bounding_box()
    page.locator(".vl-band").tap(position={"x": box["width"] * 6 / 15, "y": 30})
    assert fates(page)[5:8] == ["taken", "hidden", "taken"]


@pytest.mark.browser
def test_python_learns_what_was_chosen(browser):
    page = browser.new_page()
    widget = KalmanEllipse(FRAMES, way(), **NOISE)
    host(page, widget)
    go(page, 5)
    page.get_by_label("Hide this frame").check()
    page.get_by_label("Refuse what lies outside").uncheck()
    page.get_by_role("slider", name="Motion noise").press("End")
    put = page.evaluate("put")
    assert put == {"hidden": [5], "frame": 5, "gate": False, "motion_noise": 5}
    for name, value in put.items():
        setattr(widget, name, value)
    page.locator("[data-vl='reset']").click()
    assert page.evaluate("put.hidden") == []
    page.close()
