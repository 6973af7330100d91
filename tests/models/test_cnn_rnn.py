import numpy as np
import pytest

from tests.models.clip_models import stirred
from vidlearn import scratch
from vidlearn.models import build_cnn_rnn, build_rnn, frame_vectors, multiply_adds, predict_clips

SHAPE = (5, 12, 16, 3)
SMALL = {"filters": (4, 6), "features": 7, "units": 8}


@pytest.fixture(scope="module")
def clips():
    return np.random.default_rng(0).integers(0, 256, (3, *SHAPE), dtype=np.uint8)


def build(over_time="gru", shape=SHAPE, seed=1):
    import keras

    keras.utils.set_random_seed(seed)
    model = build_cnn_rnn(shape, 4, **SMALL, over_time=over_time)
    rng = np.random.default_rng(seed)  # Keras starts biases at 0: no symmetry may hide a mistake
    model.set_weights([w + 0.1 * rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def by_scratch(model, clips):
    """The same network in NumPy: vectors, states at the end, logits."""
    weights = [w.astype(np.float64) for w in model.get_weights()]
    x = clips.reshape(-1, *SHAPE[1:]) / 128 - 1
    for _ in SMALL["filters"]:
        x, _ = scratch.conv2d_forward(x, weights.pop(0), weights.pop(0), padding="same")
        x, _ = scratch.max_pool2d_forward(scratch.relu_forward(x)[0])
    x, _ = scratch.dense_forward(x.reshape(len(x), -1), weights.pop(0), weights.pop(0))
    vectors = np.tanh(x).reshape(len(clips), SHAPE[0], -1)
    layer = {"gru": scratch.gru_forward, "lstm": scratch.lstm_forward}.get(model.kind)
    state = layer(vectors, *weights[:3])[0][:, -1] if layer else vectors.mean(axis=1)
    return vectors, state, scratch.dense_forward(state, *weights[-2:])[0]


@pytest.mark.parametrize("over_time", ["gru", "lstm", "mean"])
def test_the_whole_network_matches_scratch(over_time, clips):
    model = build(over_time)
    model.kind = over_time
    vectors, _, logits = by_scratch(model, clips)
    np.testing.assert_allclose(frame_vectors(model, clips), vectors, atol=2e-5)
    np.testing.assert_allclose(model.predict(clips, verbose=0), logits, atol=1e-4)
    found = predict_clips(model, clips)
    np.testing.assert_allclose(found, scratch.softmax_forward(logits)[0], atol=5e-5)


def test_shapes_of_the_named_layers():
    model = build()
    outputs = {name: model.get_layer(name).output.shape for name in ("vectors", "over_time")}
    assert outputs == {"vectors": (None, 5, 7), "over_time": (None, 8)}
    assert model.output_shape == (None, 4)


def test_every_frame_is_seen_by_itself(clips):
    """Another order of frames gives the same vectors in another order; no clip meets another."""
    model, order = build(), np.array([3, 0, 4, 1, 2])
    vectors = frame_vectors(model, clips)
    np.testing.assert_allclose(frame_vectors(model, clips[:, order]), vectors[:, order], atol=1e-5)
    np.testing.assert_allclose(frame_vectors(model, clips[1]), vectors[1], atol=1e-5)


def test_mean_is_blind_to_order_and_recurrent_layers_are_not(clips):
    for over_time in ("mean", "gru", "lstm"):
        model = build(over_time)
        change = np.abs(predict_clips(model, clips) - predict_clips(model, clips[:, ::-1])).max()
        assert (change < 1e-5) == (over_time == "mean")


def test_weights_fit_another_number_of_frames(clips):
    model, longer = build(), build(shape=(11, *SHAPE[1:]), seed=2)
    longer.set_weights(model.get_weights())
    twice = np.concatenate([clips, clips, clips[:, :1]], axis=1)
    np.testing.assert_allclose(
        frame_vectors(longer, twice)[:, :5], frame_vectors(model, clips), atol=1e-5
    )


def test_it_learns_the_order_of_two_frames():
    """Black then white against white then black: what no single frame can tell."""
    import keras

    keras.utils.set_random_seed(3)
    labels = np.arange(64) % 2
    clips = np.zeros((64, 2, 4, 4, 1), np.uint8)
    clips[labels == 0, 1], clips[labels == 1, 0] = 255, 255
    model = build_cnn_rnn((2, 4, 4, 1), 2, filters=(2,), features=3, units=4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.03), loss, jit_compile=False)
    model.fit(clips, labels, batch_size=16, epochs=30, verbose=0)
    assert (predict_clips(model, clips).argmax(axis=1) == labels).all()


@pytest.mark.parametrize("over_time", ["gru", "lstm"])
def test_every_frame_is_answered_from_what_came_up_to_it(over_time, clips):
    """Later frames change nothing before them; the last answer is that of the whole clip."""
    options = {**SMALL, "over_time": over_time}
    model = stirred(build_cnn_rnn(SHAPE, 4, **options, every="frame"))
    whole = build_cnn_rnn(SHAPE, 4, **options)
    whole.set_weights(model.get_weights())
    found = predict_clips(model, clips)
    assert model.get_layer("over_time").output.shape == (None, 5, 8)
    assert found.shape == (3, 5, 4)
    np.testing.assert_allclose(found[:, -1], predict_clips(whole, clips), atol=1e-5)
    moved = clips.copy()
    moved[:, 3:] = 255 - moved[:, 3:]
    change = np.abs(predict_clips(model, moved) - found).max(axis=(0, 2))
    assert (change[:3] < 1e-6).all()
    assert (change[3:] > 1e-4).all()


@pytest.mark.parametrize("over_time", ["gru", "lstm", "mean"])
def test_kept_vectors_are_answered_as_the_clips_are(over_time, clips):
    options = {"units": 8, "over_time": over_time}
    model = stirred(build_cnn_rnn(SHAPE, 4, **SMALL | options))
    behind = build_rnn((5, 7), 4, **options)
    behind.set_weights(model.get_weights()[-len(behind.weights) :])
    found = predict_clips(behind, frame_vectors(model, clips))
    np.testing.assert_allclose(found, predict_clips(model, clips), atol=1e-5)


@pytest.mark.parametrize("every", ["clip", "frame"])
@pytest.mark.parametrize("over_time", ["gru", "lstm", "mean"])
def test_padding_of_kept_vectors_changes_no_answer(over_time, every):
    if (over_time, every) == ("mean", "frame"):
        return
    model = stirred(build_rnn((None, 7), 4, units=6, over_time=over_time, every=every))
    x = np.random.default_rng(0).normal(size=(2, 9, 7))
    x[1, 5:] = 0
    found = predict_clips(model, x)[1]
    found = found[:5] if every == "frame" else found
    np.testing.assert_allclose(found, predict_clips(model, x[1, :5]), atol=1e-5)


def test_products_by_hand():
    model = build_rnn((5, 7), 4, units=6, over_time="lstm")
    assert multiply_adds(model) == 5 * (7 * 24 + 6 * 24) + 6 * 4


def test_normalised_convolutions_have_no_biases(clips):
    model = build_cnn_rnn(SHAPE, 4, **SMALL, norm=True)
    assert [w.name for w in model.get_layer("conv1").weights] == ["kernel"]
    assert predict_clips(model, clips).shape == (3, 4)


def test_normalised_vectors_do_not_saturate(clips):
    """Weights a hundred times too large: the tanh of the vectors still tells frames apart."""
    many = np.concatenate([clips] * 4)
    for norm, flat in ((False, True), (True, False)):
        model = build_cnn_rnn(SHAPE, 4, **SMALL, norm=norm)
        dense = model.get_layer("frame")
        dense.set_weights([100 * w for w in dense.get_weights()])
        front = keras_model_of(model)
        vectors = np.abs(front(many.astype("float32"), training=True))
        assert bool((vectors > 0.999).mean() > 0.5) == flat


def keras_model_of(model):
    import keras

    return keras.Model(model.input, model.get_layer("vectors").output)


def test_a_saved_model_gives_the_same(clips, tmp_path):
    import keras

    model = build()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(predict_clips(again, clips), predict_clips(model, clips), atol=1e-6)


def test_logits_stay_float32_in_half_precision():
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build()
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("vectors").compute_dtype == "float16"
    assert model.output.dtype == "float32"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (12, 16, 3)}, r"shape must be \(T, H, W, C\)"),
        ({"shape": (5, 6, 16, 3)}, "H and W of at least 8, as 3 poolings.*Received"),
        ({"classes": 1}, "classes must be at least 2. Received: 1"),
        ({"every": "shot"}, "every must be one of clip, frame. Received: 'shot'"),
        ({"over_time": "mean", "every": "frame"}, "every must be 'clip' with over_time='mean'"),
        ({"units": 0}, "units must be a whole number of at least 1. Received: 0"),
        ({"shape": (48, 48, 16, 3)}, r"which looks like \(H, W, T, C\)"),
        ({"over_time": "max"}, "over_time must be one of gru, lstm, mean. Received: 'max'"),
    ],
)
def test_builder_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_cnn_rnn(**{"shape": SHAPE, "classes": 4, **options})


@pytest.mark.parametrize("call", [predict_clips, frame_vectors])
@pytest.mark.parametrize("shape", [(5, 12, 16), (2, 6, 12, 16, 3), (1, 1, 5, 12, 16, 3)])
def test_helpers_reject_clips_of_another_shape(call, shape):
    with pytest.raises(ValueError, match=r"clips must be \(N, \*\(5, 12, 16, 3\)\)"):
        call(build(), np.zeros(shape, np.uint8))
