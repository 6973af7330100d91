"""Baselines of a forecast, how a network's forecast is coded, and how it is measured."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vidlearn.tracking import (
    constant_turn,
    constant_velocity,
    decode_future,
    displacement_errors,
    encode_future,
    encode_past,
)

RNG = np.random.default_rng(0)
PATHS = RNG.normal(size=(5, 7, 2)) * [20, 7] + [100, 40]
floats = st.floats(-1e3, 1e3)


def test_constant_velocity_by_hand():
    past = [[[0.0, 0.0], [4.0, 1.0], [6.0, 4.0]], [[9.0, 9.0], [9.0, 9.0], [8.0, 9.0]]]
    expected = [[[8.0, 7.0], [10.0, 10.0]], [[7.0, 9.0], [6.0, 9.0]]]
    np.testing.assert_allclose(constant_velocity(past, 2), expected)
    # Three places: slope (6 - 0) / 2 and (4 - 0) / 2 through their mean (10 / 3, 5 / 3).
    np.testing.assert_allclose(
        constant_velocity(past[0], 2, fit=3), [(28 / 3, 17 / 3), (37 / 3, 23 / 3)]
    )


@pytest.mark.parametrize("fit", [2, 3, 5, 7])
def test_constant_velocity_matches_polyfit(fit):
    found = constant_velocity(PATHS, 4, fit=fit)
    for path, ahead in zip(PATHS, found, strict=True):
        for axis in range(2):
            line = np.polyfit(np.arange(7 - fit, 7), path[-fit:, axis], 1)
            np.testing.assert_allclose(ahead[:, axis], np.polyval(line, [7, 8, 9, 10]))


@given(arrays(float, 2, elements=floats), arrays(float, 2, elements=floats), st.integers(2, 6))
@settings(deadline=None)
def test_a_line_is_gone_on_with(start, step, fit):
    line = start + np.arange(11)[:, None] * step
    np.testing.assert_allclose(constant_velocity(line[:6], 5, fit=fit), line[6:], atol=1e-8)


def turned(angle):
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize("forecast", [constant_velocity, constant_turn])
@given(st.floats(-3.1, 3.1), arrays(float, 2, elements=floats), st.integers(3, 7))
@settings(deadline=None, max_examples=30)
def test_moved_and_turned_paths_have_moved_and_turned_forecasts(forecast, angle, move, fit):
    found = forecast(PATHS @ turned(angle) + move, 3, fit=fit)
    np.testing.assert_allclose(found, forecast(PATHS, 3, fit=fit) @ turned(angle) + move, atol=1e-7)


@pytest.mark.parametrize("angle", [0.2, -0.7, 2.0, 0.0])
@pytest.mark.parametrize("fit", [3, 6])
def test_constant_turn_goes_on_along_a_circle(angle, fit):
    at = 0.4 + angle * np.arange(11)
    circle = np.stack([50 + 30 * np.cos(at), 20 + 30 * np.sin(at)], axis=-1)
    if angle == 0:
        circle = np.stack([3.0 * np.arange(11), -2.0 * np.arange(11)], axis=-1)
    np.testing.assert_allclose(constant_turn(circle[None, :6], 5, fit=fit)[0], circle[6:])


def test_constant_turn_by_hand():
    """One to the right, then two down: a quarter turn each, and in the mean 1.5 at a time."""
    found = constant_turn([[0, 0], [1, 0], [1, 2]], 3)
    np.testing.assert_allclose(found, [(-0.5, 2), (-0.5, 0.5), (1, 0.5)], atol=1e-12)


def test_what_stands_still_stays():
    still = np.full((2, 4, 2), 7.0)
    for forecast in (constant_velocity, constant_turn):
        np.testing.assert_array_equal(forecast(still, 3), np.full((2, 3, 2), 7.0))


def test_codes_by_hand():
    past = [[[0, 0], [4, 2]], [[9, 9], [9, 7]]]
    future = [[[5, 2], [8, 4]], [[9, 6], [8, 7]]]
    assert encode_past(past, scale=2).tolist() == [[[2, 1]], [[0, -1]]]
    codes = [[0.5, 0, 2, 1], [0, -0.5, -0.5, 0]]
    assert encode_future(future, past, scale=2).tolist() == codes
    assert decode_future(codes, past, scale=2).tolist() == future


@given(arrays(float, (3, 4, 2), elements=floats), st.floats(0.1, 50))
@settings(deadline=None)
def test_decoding_undoes_coding(future, scale):
    past = PATHS[:3]
    code = encode_future(future, past, scale=scale)
    np.testing.assert_allclose(decode_future(code, past, scale=scale), future, atol=1e-6)


def test_codes_do_not_know_the_place():
    moved = PATHS + np.array([300, -40])
    np.testing.assert_allclose(encode_past(moved), encode_past(PATHS))
    np.testing.assert_allclose(
        encode_future(moved[:, 4:], moved[:, :4]), encode_future(PATHS[:, 4:], PATHS[:, :4])
    )


def test_errors_by_hand():
    found = [[[3, 4], [0, 1], [6, 8]], [[1, 1], [1, 1], [1, 3]]]
    truth = [[[0, 0], [0, 0], [0, 0]], [[1, 1], [1, 1], [1, 1]]]
    average, final = displacement_errors(found, truth)
    np.testing.assert_allclose(average, [16 / 3, 2 / 3])
    np.testing.assert_allclose(final, [10, 2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_are_kept(dtype):
    past = PATHS.astype(dtype)
    code = encode_future(past, past)
    made = [constant_velocity(past, 2, fit=3), constant_turn(past, 2), encode_past(past), code]
    assert {one.dtype for one in [*made, decode_future(code, past)]} == {np.dtype(dtype)}
    assert constant_velocity([[0, 1], [2, 3]], 1).dtype == np.float64


def test_no_paths():
    empty = np.zeros((0, 5, 2))
    assert constant_velocity(empty, 3).shape == constant_turn(empty, 3).shape == (0, 3, 2)
    assert [len(part) for part in displacement_errors(empty, empty)] == [0, 0]


@pytest.mark.parametrize("forecast", [constant_velocity, constant_turn])
@pytest.mark.parametrize(
    ("past", "steps", "options", "message"),
    [
        (PATHS[:, :1], 2, {}, r"past must be \(N, P, 2\) or \(P, 2\).*at least"),
        (PATHS[..., 0], 2, {}, r"Received shape \(5, 7\)"),
        (PATHS * np.nan, 2, {}, "past must be finite; fill gaps first"),
        (PATHS, 0, {}, "steps must be a whole number of 1 or more. Received: 0"),
        (PATHS, 2.5, {}, "steps must be a whole number"),
        (PATHS, 2, {"fit": 8}, "fit must be a whole number from [23] to the 7 places.*8"),
        (PATHS, 2, {"fit": 1}, "fit must be"),
        (PATHS, 2, {"fit": True}, "fit must be"),
    ],
)
def test_forecasts_reject_what_is_no_path(forecast, past, steps, options, message):
    with pytest.raises(ValueError, match=message):
        forecast(past, steps, **options)


def test_no_path_is_coded_as_none():
    none, past = np.zeros((0, 4, 2)), np.zeros((0, 3, 2))
    assert encode_past(past).shape == (0, 2, 2)
    assert encode_future(none, past).shape == (0, 8)
    assert decode_future(np.zeros((0, 8)), past).shape == (0, 4, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: encode_past(PATHS[0]), r"past must be \(N, P, 2\), centres"),
        (lambda: encode_past(PATHS, scale=0), "scale must be above 0 pixels. Received: 0"),
        (lambda: encode_past(PATHS, scale=None), "scale must be above 0 pixels. Received: None"),
        (lambda: encode_past(np.float32(PATHS), scale=1e-60), "scale must be above 0 pixels"),
        (lambda: encode_future(PATHS[:2], PATHS), "as many paths as past. Received: 2 and 5"),
        (lambda: decode_future(PATHS, PATHS), r"offsets must be \(5, 2 F\)"),
        (lambda: decode_future(PATHS[:, :3, 0], PATHS), r"Received shape \(5, 3\)"),
        (lambda: displacement_errors(PATHS[:, 1:], PATHS), r"the shape of truth, \(5, 7, 2\)"),
    ],
)
def test_coding_rejects_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
