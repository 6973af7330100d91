import keras
import numpy as np
import pytest
from keras import ops

from vidlearn.metrics import evaluate_shots
from vidlearn.shots import detect_shots, network
from vidlearn.shots.network import kind_of, learned_boundaries
from vidlearn.shots.types import Transition
from vidlearn.synthetic import montage
from vidlearn.synthetic.joins import draw_join, mixed


class Change(keras.layers.Layer):
    """Logits that are high where a frame is another than the one before."""

    def call(self, x):
        x = ops.cast(x, "float32")
        before = ops.concatenate([x[:, :1], x[:, :-1]], axis=1)
        change = ops.mean(ops.abs(x - before), axis=(2, 3, 4))
        return ops.stack([change, change], axis=-1) - 5.0


@pytest.fixture(scope="module")
def model():
    film = keras.Input((None, 27, 48, 3))
    return keras.Model(film, Change()(film))


def test_a_cut_of_any_size_of_picture_is_told(model):
    film = np.zeros((300, 90, 160, 3), np.uint8)
    film[100:200] = 90
    film[203:] = 90
    frames, found = learned_boundaries(iter(film), model=model)
    assert frames == 300
    assert [(c.start, c.end, c.kind) for c in found] == [
        (100, 100, "cut"),
        (200, 200, "cut"),
        (203, 203, "cut"),
    ]
    tiny = film[:, :12, :20]
    assert learned_boundaries(iter(tiny), model=model)[1] == found
    _, longer = learned_boundaries(iter(film), model=model, min_length=5)
    assert len(longer) == 2
    assert longer[0].start == 100


def test_what_takes_time_is_told_or_not(model):
    film = np.zeros((40, 27, 48, 3), np.uint8)
    film[10:20] = np.linspace(0, 230, 10)[:, None, None, None]
    film[20:] = 250
    _, found = learned_boundaries(iter(film), model=model)
    assert [(c.start, c.end) for c in found] == [(11, 21)]
    assert learned_boundaries(iter(film), model=model, gradual=False)[1] == []


@pytest.mark.parametrize("kind", ["dissolve", "wipe", "fade"])
def test_kinds_are_told_apart(kind):
    """Joins of two photographs that stand still, and of two that move a little."""
    rng, right = np.random.default_rng(0), 0
    for _ in range(20):
        old, new = (rng.integers(0, 256, (1, 9, 16, 3), dtype=np.uint8) for _ in range(2))
        join = draw_join(kind, rng)
        inside = mixed(join, old.repeat(join.tail, 0), new.repeat(join.head, 0))
        film = np.concatenate([old, inside, new])
        right += kind_of(film, 1, 1 + join.frames) == kind
    assert right >= 19
    assert kind_of(film, 3, 3) == "cut"


def test_a_fade_whose_span_is_a_frame_short_is_a_fade():
    shot = np.random.default_rng(0).integers(0, 256, (9, 16, 3)).astype(float)
    sunk = [(shot * part).astype(np.uint8) for part in (1, 0.75, 0.5, 0.25, 0)]
    assert kind_of(sunk, 1, 4) == kind_of(sunk[::-1], 1, 4) == "fade"


def test_the_surest_stay_where_shots_would_be_too_short():
    scores = {20: 0.6, 24: 0.9, 40: 0.7, 47: 0.8, 58: 0.9}
    changes = [Transition(t, t, "cut", s) for t, s in scores.items()]
    kept = network._apart(changes, 60, 6)
    assert [c.start for c in kept] == [24, 40, 47]
    assert len(network._apart(changes, 60, 1)) == 5


def test_the_network_that_comes_with_the_library():
    """Measured on larger films of a world that it has not seen; here on one, for faults."""
    film = montage(600, size=(54, 96), seed=5, world="new", lengths=(20, 90))
    found = detect_shots(film.frames, method="network", min_length=1)
    spans = [(c.start, c.end) for c in found.transitions]
    met = evaluate_shots(spans, film.transitions, truth_kinds=film.kinds)
    assert met.f1 >= 0.8, met
    still = np.broadcast_to(film.frames[:1], (300, 54, 96, 3))
    assert detect_shots(still, method="network").transitions == ()


def test_what_passes_by_is_no_gradual_transition():
    film = np.full((12, 9, 16, 3), 90, np.uint8)
    film[3:6, 2:7, 4:9] = 250  # a thing that comes and goes
    film[8:] = 140
    assert not network._differ(film, 3, 6)
    assert network._differ(film, 7, 8)


def test_light_that_stays_is_no_cut(model):
    """A room, darker from 30 on; from 60 on another one as bright; bars above and below all."""
    one, other = np.random.default_rng(0).integers(40, 256, (2, 27, 48, 3), dtype=np.uint8)
    film = np.concatenate([np.stack([one] * 30), np.stack([one // 3] * 30), [other // 3] * 30])
    film = np.concatenate([film, np.stack([other // 3 + np.uint8(150)] * 30)])
    film[:, :4], film[:, 22:] = 0, 0
    tinted = film.copy()
    tinted[30:] = np.uint8(255) - film[30:]  # a negative is another picture
    assert [c.start for c in learned_boundaries(iter(film), model=model)[1]] == [60]
    assert [c.start for c in learned_boundaries(iter(tinted), model=model)[1]] == [30, 60]


def test_left_and_right_count_alike():
    """A model that sees the left half alone finds a change on the right, too, half as sure."""

    class Left(Change):
        def call(self, x):
            return 2 * super().call(x[:, :, :, : x.shape[3] // 2]) + 5.0

    entry = keras.Input((None, 27, 48, 3))
    film = np.zeros((80, 27, 48, 3), np.uint8)
    film[40:, :, 24:] = 250
    for one in (film, film[:, :, ::-1]):
        found = learned_boundaries(iter(one), model=keras.Model(entry, Left()(entry)))[1]
        assert [c.start for c in found] == [40]


def test_what_comes_in_and_stays_is_no_transition():
    old = np.random.default_rng(0).integers(0, 256, (9, 16, 3)).astype(np.uint8)
    reached, covered = old.copy(), old.copy()
    reached[:, 10:], covered[:, 4:] = 250, 250
    film = [old, old, reached, reached, covered]
    assert not network._differ(film, 1, 2)
    assert network._differ(film, 1, 4)  # little of it stays
    assert network.kept_structure(reached, old) == pytest.approx(8 / 13, abs=0.08)


def test_bars_are_no_structure_that_stays():
    one, other = np.random.default_rng(0).integers(110, 131, (2, 9, 16, 3), dtype=np.uint8)
    one[:, :5], one[:, 11:], other[:, :5], other[:, 11:] = 0, 0, 0, 0
    assert network.kept_structure(one, other) < 0.2
    assert network.kept_structure(one, one) == 1.0


@pytest.mark.parametrize("bad", [1.0, 3.0])
def test_the_network_rejects_thresholds_of_other_methods(bad):
    with pytest.raises(ValueError, match="threshold must be above 0 and below 1"):
        detect_shots(iter(()), method="network", threshold=bad)  # before a frame is asked for
