import json

import numpy as np
import pytest

from tests.widgets.hosted import host
from tests.widgets.page import states
from vidlearn import scratch, tracking
from vidlearn.boxes import Tracks
from vidlearn.widgets import TrajectoryFutures, trajectory_futures

FRAMES = list(np.random.default_rng(1).integers(0, 256, (30, 60, 90, 3), np.uint8))
PAST, FUTURE, FPS = 5, 7, 4


def net(seed=0, units=6, future=FUTURE):
    rng = np.random.default_rng(seed)
    shapes = [(2, 4 * units), (units, 4 * units), (4 * units,), (units, 2 * future), (2 * future,)]
    return [rng.normal(0, 0.7, shape).astype(np.float32) for shape in shapes]


def way(count, start, seed):
    """A path of box centres that bends and weaves."""
    rng = np.random.default_rng(seed)
    angle = np.cumsum(rng.normal(0.1, 0.2, count))
    steps = np.stack([np.cos(angle), np.sin(angle)], axis=1) * rng.uniform(1, 3, (count, 1))
    return np.array(start) + np.cumsum(steps, axis=0)


def world():
    """Tracks: one for all frames, one that comes late, one with a gap, one too short."""
    rows = []
    for identity, first, count, gap in (
        (3, 0, 30, None),
        (8, 9, 18, None),
        (5, 2, 26, 12),
        (6, 0, 4, None),
    ):
        for t, place in enumerate(way(count, (20 + identity, 25), identity)):
            if t != gap:
                rows.append((first + t, identity, *place - (4, 3), *np.add(place, (4, 3))))
    rows = np.array(rows)
    return Tracks(rows[:, 0].astype(int), rows[:, 1].astype(int), rows[:, 2:], length=30)


def make(**options):
    weights = net()
    given = {"lstm": weights[:3], "dense": weights[3:], "past": PAST, "fps": FPS, "scale": 2.5}
    return TrajectoryFutures(FRAMES, world(), **given | options)


def by_library(past, weights, *, scale=2.5, fit=2):
    """Futures of constant velocity and of the network for paths (N, P, 2)."""
    w, u, b, dense_w, dense_b = (array.astype(float) for array in weights)
    hidden, _ = scratch.lstm_forward(tracking.encode_past(past, scale=scale), w, u, b)
    offsets = hidden[:, -1] @ dense_w + dense_b
    return {
        "velocity": tracking.constant_velocity(past, dense_b.size // 2, fit=fit),
        "network": tracking.decode_future(offsets, past, scale=scale),
    }


def places(page, who, kind):
    line = page.locator(f"[data-vl-way='{who},{kind}']")
    if not line.count():
        return None
    return np.array([pair.split(",") for pair in line.get_attribute("points").split()], float)


def number(page, name):
    value = page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value")
    return float(value) if value else None


def stretches():
    """Identity, first frame and centres of every stretch without a gap."""
    tracks, found = world(), []
    for identity in (3, 5, 6, 8):
        own = tracks[tracks.ids == identity]
        middles = ((own.boxes[:, :2] + own.boxes[:, 2:]) / 2).round(3)
        for rows in np.split(np.arange(len(own)), np.flatnonzero(np.diff(own.frames) > 1) + 1):
            found.append((identity, int(own.frames[rows[0]]), middles[rows]))
    return found


def seen(frame):
    """{identity: (past, future)} of what has a forecast in a frame."""
    found = {}
    for identity, first, middles in stretches():
        at = frame - first
        if PAST - 1 <= at < len(middles):
            found[identity] = middles[at - PAST + 1 : at + 1], middles[at + 1 : at + 1 + FUTURE]
    return found


def test_repr_tells_the_errors_of_the_library():
    errors = {"velocity": [], "network": []}
    for frame in range(30):
        for past, future in seen(frame).values():
            if len(future) >= FPS:
                for kind, told in by_library(past[None], net()).items():
                    errors[kind].append(np.linalg.norm(told[0, FPS - 1] - future[FPS - 1]))
    velocity, network = (np.mean(errors[kind]) for kind in errors)
    assert repr(make()) == (
        f"TrajectoryFutures(30 frames of 90×60, 4 paths; at 1 s constant velocity {velocity:.1f} "
        f"px off, LSTM {network:.1f})"
    )
    np.testing.assert_allclose(make()._film, [velocity, network, len(errors["network"])])


def test_a_network_of_the_library_fits_as_it_is():
    from vidlearn.models import build_forecaster

    model = build_forecaster(PAST, FUTURE, units=6, scale=2.5)
    weights = model.get_weights()
    widget = make(lstm=weights[:3], dense=weights[3:])
    past = np.stack([p for p, _ in seen(10).values()])
    _, network = widget._futures(past)
    np.testing.assert_allclose(network, model(past.astype("f")).numpy(), atol=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"past": 1}, "past must be a whole number from 2 to 100"),
        ({"fit": 6}, r"fit must be at most past = 5\. Received: 6"),
        ({"scale": 0}, "scale must be a number above 0"),
        ({"fps": 0}, "fps must be a number above 0"),
        ({"past": 40}, "tracks must hold a path of 44 frames without a gap.*30 frames at most"),
        ({"dense": [*net(units=5)[3:]]}, r"w of dense must have shape \(6, 14\).*\(5, 14\)"),
        ({"lstm": [net()[0].T, *net()[1:3]]}, r"w of lstm must have shape \(2, 24\)"),
        ({"lstm": [net()[0] * np.inf, *net()[1:3]]}, "w of lstm must hold finite numbers"),
        ({"lstm": net(units=129)[:3], "dense": net(units=129)[3:]}, "at most 128 units.*129"),
    ],
    ids=["past", "fit", "scale", "fps", "short", "dense", "lstm", "finite", "units"],
)
def test_futures_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_futures_rejects_frames_and_tracks_that_do_not_belong_together():
    weights = {"lstm": net()[:3], "dense": net()[3:]}
    with pytest.raises(TypeError, match=r"tracks must be vidlearn\.boxes\.Tracks\. Received: list"):
        TrajectoryFutures(FRAMES, [], **weights)
    with pytest.raises(ValueError, match=r"tracks must lie in the 20 frames given.*: 30 frames"):
        TrajectoryFutures(FRAMES[:20], world(), **weights)
    with pytest.raises(ValueError, match=r"frames must be 1 to 300\. Received: 0"):
        TrajectoryFutures([], world(), **weights)
    with pytest.raises(ValueError, match="frames must have one size"):
        TrajectoryFutures([*FRAMES[:29], FRAMES[29][:40]], world(), **weights)


def test_state_stays_small_and_a_noisy_film_is_pressed(monkeypatch):
    weights = net(units=64)
    widget = make(lstm=weights[:3], dense=weights[3:])
    scripts = len(widget._esm) + len(widget._css)
    stored = len(json.dumps(states([widget])))
    assert stored < scripts + 1.4 * (sum(map(len, widget._frames)) + len(widget._weights)) + 20_000
    plain = sum(map(len, make()._frames))
    monkeypatch.setattr(trajectory_futures, "MOST_BYTES", 3 * plain // 4)
    assert sum(map(len, make()._frames)) <= 3 * plain // 4


@pytest.mark.browser
@pytest.mark.parametrize("fit", [2, 4])
def test_futures_and_errors_equal_the_library_in_every_frame(opened, fit):
    page = opened(make(fit=fit))
    told = {"velocity": [], "network": []}
    for frame in range(30):
        page.locator("[data-vl-transport]").fill(str(frame))
        here = seen(frame)
        errors = {"velocity": [], "network": []}
        for identity in (3, 5, 6, 8):
            if identity not in here:
                assert places(page, identity, "network") is None
                continue
            past, future = here[identity]
            np.testing.assert_allclose(places(page, identity, "before"), past, rtol=1e-12)
            if len(future):
                shown = places(page, identity, "truth")
                np.testing.assert_allclose(shown, [past[-1], *future], rtol=1e-12)
            for kind, expected in by_library(past[None], net(), fit=fit).items():
                shown = places(page, identity, kind)
                np.testing.assert_allclose(shown[0], past[-1], rtol=1e-12)
                np.testing.assert_allclose(shown[1:], expected[0], rtol=1e-9)
                if len(future) >= FPS:
                    off = np.linalg.norm(expected[0, FPS - 1] - future[FPS - 1])
                    errors[kind].append(off)
        for kind, each in errors.items():
            shown = number(page, f"here-{kind}")
            assert shown == (pytest.approx(np.mean(each)) if each else None)
            told[kind] += each
    for kind, each in told.items():
        assert number(page, f"film-{kind}") == pytest.approx(np.mean(each))


def along(line, step, count):
    """The last places of a line, `step` apart along it."""
    line = np.array(line)
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    at = length[-1] - step * np.arange(count)[::-1]
    return np.stack([np.interp(at, length, line[:, axis]) for axis in (0, 1)], axis=1)


@pytest.mark.browser
def test_a_path_drawn_by_mouse_is_foretold_as_the_library_does(opened):
    page = opened(make())
    page.get_by_role("slider", name="Your speed").fill("1.5")
    page.locator("[data-vl-transport]").fill("7")
    box = page.locator(".vl-screen").bounding_box()
    scale = box["width"] / 90
    drawn = [(10 + 1.2 * k, 40 - 0.05 * k**2) for k in range(21)]
    for k, (x, y) in enumerate(drawn):
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        if k == 0:
            page.mouse.down()
        if k == 3:
            assert "of the 5 frames" in page.locator(".vl-line").inner_text()
            assert places(page, "own", "network") is None
    page.mouse.up()
    line = places(page, "own", "trail")
    np.testing.assert_allclose(line[[0, -1]], [drawn[0], drawn[-1]], atol=0.1)
    past = places(page, "own", "before")
    np.testing.assert_allclose(past, along(line, 1.5, PAST), atol=1e-6)
    expected = by_library(past[None], net())
    for kind, future in expected.items():
        np.testing.assert_allclose(places(page, "own", kind)[1:], future[0], rtol=1e-9)
    apart = np.linalg.norm(np.subtract(*(future[0, FPS - 1] for future in expected.values())))
    assert f"{apart:.1f} px away" in page.locator(".vl-line").inner_text()
    page.get_by_role("slider", name="Your speed").fill("3")
    np.testing.assert_allclose(places(page, "own", "before"), along(line, 3, PAST), atol=1e-6)
    assert page.locator("[data-vl-transport]").input_value() == "7"
    page.get_by_role("button", name="Erase your path").click()
    assert places(page, "own", "trail") is None
    assert page.locator(".vl-line").inner_text().startswith("Frame 7, 1.75 s:")


@pytest.mark.browser
def test_arrow_keys_draw_on_the_picture_and_walk_elsewhere(opened):
    page = opened(make())
    screen = page.locator(".vl-screen")
    screen.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    line = places(page, "own", "trail")
    moves = [np.linalg.norm(np.diff(middles, axis=0), axis=1) for *_, middles in stretches()]
    speed = np.round(4 * np.median(np.concatenate(moves))) / 4  # what things do here
    steps = np.diff(line, axis=0) / speed
    np.testing.assert_allclose(steps, [[1, 0], [1, 0], [0, 4], [-1, 0]], atol=1e-9)
    np.testing.assert_allclose(line[0], [45, 30])
    assert places(page, "own", "network") is not None
    page.keyboard.press("Escape")
    assert places(page, "own", "trail") is None
    assert page.locator("[data-vl-transport]").input_value() == "0"
    page.locator("[data-vl-transport]").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-vl-transport]").input_value() == "1"


@pytest.mark.browser
def test_each_future_can_be_left_out_and_the_film_plays(opened):
    page = opened(make())
    page.locator("[data-vl-transport]").fill("10")
    assert places(page, 3, "velocity") is not None
    page.get_by_label("constant velocity").uncheck()
    assert places(page, 3, "velocity") is None
    assert places(page, 3, "network") is not None
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("+document.querySelector('canvas').dataset.vlDrawn > 11")
    page.get_by_role("button", name="Pause").click()


@pytest.mark.browser
def test_python_learns_the_frame(browser):
    page = browser.new_page()
    host(page, make())
    page.get_by_role("button", name="Next frame").click()
    assert page.evaluate("put") == {"frame": 1}
    page.close()
