"""fit: it learns, repeats itself by the seed, measures, stops early, and says what went wrong."""

import numpy as np
import pytest

from tests.scratch.networks import LIBRARY, draw
from tests.scratch.training_checks import EARLY, Plays, fit_error, stops_and_restores
from vidlearn import scratch

X = draw(70, 4).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)  # not to be had without the hidden layer


def network(seed=0, units=2):
    layers = [
        scratch.Dense(16, "tanh"),
        scratch.BatchNorm(momentum=0.9),
        scratch.Dropout(0.1),
        scratch.Dense(units),
    ]
    return scratch.Network(layers, input_shape=(4,), seed=seed)


def train(net=None, x=X, y=Y, **options):
    options = {"optimizer": scratch.Adam(0.02), "epochs": 3, "batch_size": 16} | options
    return scratch.fit(net or network(), x, y, **options)


class Steps(scratch.Callback):
    """Write down what fit tells."""

    def __init__(self):
        self.told = []

    def on_start(self, run):
        self.told.append(("start", run.epochs, run.steps))

    def on_step(self, run):
        self.told.append(("step", run.epoch, run.step))

    def on_epoch(self, run):
        self.told.append(("epoch", run.epoch, len(run.history["loss"])))

    def on_end(self, run):
        self.told.append(("end", run.epoch, run.error))


def test_it_learns():
    net = network()
    history = train(net, epochs=40, validation=(X, Y))
    assert history["loss"][-1] < history["loss"][0] / 2
    assert history["val_accuracy"][-1] > 0.9 > 0.7 > history["val_accuracy"][0]
    assert scratch.evaluate(net, X, Y) == {
        "loss": history["val_loss"][-1],
        "accuracy": history["val_accuracy"][-1],
    }


def test_history_holds_a_number_for_each_epoch():
    history = train(validation=(X, Y))
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert {len(values) for values in history.values()} == {3}
    assert {type(value) for values in history.values() for value in values} == {float}
    assert repr(history).startswith("<History of 3 epochs: loss 0.")
    assert repr(scratch.History()) == "<History of 0 epochs: empty>"


def test_the_same_seed_gives_the_same_numbers():
    runs = [train(network(), seed=seed) for seed in (4, 4, 5)]
    assert runs[0] == runs[1]
    assert runs[0]["loss"] != runs[2]["loss"]


def test_every_epoch_shows_every_example_once_in_another_order():
    seen = []

    class Watch(scratch.Layer):
        def forward(self, x, *, training=False, rng=None, mask=None):
            if training:
                seen.append(x[:, 0].tolist())
            return x, None

        def backward(self, dout, cache):
            return dout, {}

    net = scratch.Network([Watch(), scratch.Dense(2)], input_shape=(4,))
    train(net, epochs=2)
    assert [len(batch) for batch in seen] == [16, 16, 16, 16, 6] * 2  # the last one is smaller
    first, second = ([v for batch in seen[k : k + 5] for v in batch] for k in (0, 5))
    assert sorted(first) == sorted(second) == sorted(X[:, 0].tolist())
    assert first != second
    assert first != X[:, 0].tolist()


def test_the_loss_is_the_mean_over_examples():
    # No learning rate to speak of: the loss of the epoch is that of all examples.
    net = scratch.Network([scratch.Dense(2)], input_shape=(4,), dtype=np.float64)
    expected = scratch.evaluate(net, X, Y, batch_size=9)
    history = train(net, optimizer=scratch.SGD(1e-15), epochs=1)
    assert history["loss"] == [pytest.approx(expected["loss"], rel=1e-12)]
    assert history["accuracy"] == [expected["accuracy"]]
    logits = net.predict(X)
    assert expected["accuracy"] == scratch.accuracy(logits, Y)
    whole, _ = scratch.softmax_cross_entropy_forward(logits, Y)
    assert expected["loss"] == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("loss", ["mse", "sigmoid_cross_entropy"])
def test_losses_of_numbers_have_no_accuracy(loss):
    y = Y[:, None].astype(float)
    history = train(network(units=1), y=y, loss=loss, epochs=20, validation=(X, y))
    assert list(history) == ["loss", "val_loss"]
    assert history["val_loss"][-1] < 0.7 * history["val_loss"][0]


def test_probabilities_may_be_labels():
    rows = np.eye(2)[Y]
    assert train(y=rows)["loss"] == pytest.approx(train()["loss"])


def test_callbacks_are_told():
    steps = Steps()
    train(epochs=2, batch_size=40, callbacks=[steps])
    assert steps.told == [
        ("start", 2, 2),
        *[("step", 0, 1), ("step", 0, 2), ("epoch", 1, 1)],
        *[("step", 1, 1), ("step", 1, 2), ("epoch", 2, 2)],
        ("end", 2, None),
    ]


def test_a_callback_may_stop_the_training():
    class Once(scratch.Callback):
        def on_epoch(self, run):
            run.stop = run.epoch == 2

    assert len(train(epochs=9, callbacks=[Once()])["loss"]) == 2


@pytest.mark.parametrize("case", EARLY)
@pytest.mark.parametrize("name", ["val_loss", "val_accuracy"])
def test_early_stopping_restores_the_best(case, name):
    assert stops_and_restores(LIBRARY, name, case)


def test_fit_is_its_loop_by_hand():
    assert fit_error(LIBRARY) < 1e-12


def test_early_stopping_may_leave_the_last_weights():
    plays = Plays([1, 2])
    early = scratch.EarlyStopping(patience=1, restore_best=False)
    net = network()
    train(net, epochs=5, callbacks=[plays, early])
    for ours, kept in zip(net.get_weights(), plays.weights[1], strict=True):
        np.testing.assert_array_equal(ours, kept)


def test_early_stopping_begins_anew_with_every_training():
    early = scratch.EarlyStopping(patience=1)
    for _ in range(2):
        assert len(train(epochs=5, callbacks=[Plays([3, 2, 4]), early])["loss"]) == 3


def test_early_stopping_needs_its_metric():
    early = scratch.EarlyStopping(patience=1)
    with pytest.raises(ValueError, match=r"one of loss, accuracy; received 'val_loss'.*validation"):
        train(callbacks=[early])


def test_interruption_keeps_what_was_learned():
    class Interrupt(scratch.Callback):
        def on_step(self, run):
            if (run.epoch, run.step) == (1, 2):
                raise KeyboardInterrupt

    net, steps = network(), Steps()
    before = net.get_weights()
    early = scratch.EarlyStopping("loss", patience=1)
    with pytest.raises(KeyboardInterrupt):
        train(net, callbacks=[Interrupt(), early, steps])
    assert steps.told[-1][:2] == ("end", 1)
    assert isinstance(steps.told[-1][2], KeyboardInterrupt)
    assert not np.array_equal(net.get_weights()[0], before[0])
    assert not np.array_equal(net.get_weights()[0], early.weights[0])  # goes on from the last


@pytest.mark.filterwarnings("error")
def test_a_loss_that_leaves_the_numbers_is_told():
    net = scratch.Network([scratch.Dense(8, "relu"), scratch.Dense(1)], input_shape=(4,))
    optimizer = scratch.SGD(1e6)
    message = r"the loss is (nan|inf)\. It is step \d of epoch 1\. .*below 1e\+06.*global_clip_norm"
    with pytest.raises(FloatingPointError, match=message):
        train(net, y=X[:, :1], loss="mse", optimizer=optimizer)


@pytest.mark.filterwarnings("error")
def test_a_gradient_that_leaves_the_numbers_is_told():
    net = scratch.Network([scratch.Dense(1)], input_shape=(4,))
    net.set_weights([np.zeros((4, 1)), np.zeros(1)])
    x, y = np.full((2, 4), 1e20, np.float32), np.full((2, 1), 1e19, np.float32)
    message = r"the loss is 1e\+38, and its gradient not finite\. It is step 1 of epoch 1"
    with pytest.raises(FloatingPointError, match=message):
        train(net, x, y, loss="mse")
    assert not any(p.any() for p in net.parameters)  # no step was taken with it


def test_numbers_that_are_not_finite_in_x_are_told():
    x = X.copy()
    x[3, 1] = np.nan
    net = network()
    with pytest.raises(FloatingPointError, match=r"step .* of epoch 1.*x holds .*not finite"):
        train(net, x=x)
    assert np.isfinite(net.parameters[0]).all()  # no step was taken with it


BAD = {
    "lengths": ({"y": Y[:9]}, r"as many examples.*x \(70, 4\) and y \(9,\)"),
    "nothing": ({"x": X[:0], "y": Y[:0]}, r"at least one; received x \(0, 4\)"),
    "loss": ({"loss": "hinge"}, "loss must be one of 'softmax_cross_entropy', .*'hinge'"),
    "epochs": ({"epochs": 0}, "epochs must be an int of at least 1; received epochs=0"),
    "batch": ({"batch_size": 1.5}, r"batch_size must be an int.*batch_size=1\.5"),
    "validation": ({"validation": X}, r"validation must be \(x, y\)"),
    "features": ({"x": X[:, :3]}, r"x must have shape \(N, 4\)"),
    "classes": ({"y": Y + 1}, "labels"),
}


@pytest.mark.parametrize(("options", "message"), BAD.values(), ids=BAD)
def test_fit_rejects(options, message):
    with pytest.raises(ValueError, match=message):
        train(**options)


def test_fit_rejects_what_is_no_callback():
    for wrong in ([scratch.EarlyStopping], [print], scratch.EarlyStopping("loss", patience=1)):
        with pytest.raises(TypeError, match="callbacks must be a list of Callback objects"):
            train(callbacks=wrong)


@pytest.mark.parametrize("wrong", ["adam", scratch.Adam], ids=str)
def test_fit_rejects_what_is_no_optimizer(wrong):
    with pytest.raises(
        TypeError, match=r"optimizer must be such as Adam\(0\.001\); received .*dam"
    ):
        train(optimizer=wrong)


def test_fit_rejects_what_is_no_network():
    with pytest.raises(TypeError, match=r"network must be such as .*received \[Dense\(2\)\]"):
        train([scratch.Dense(2)])


def test_masked_sequences_need_a_target_for_each_step():
    layers = [scratch.Masking(), scratch.GRU(3, return_sequences=True), scratch.Dense(2)]
    net = scratch.Network(layers, input_shape=(5, 4))
    x = draw(6, 5, 4).astype(np.float32)
    message = r"y must have a target for each step.*\(6, 5\).*received y \(6,\).*return_sequences"
    with pytest.raises(ValueError, match=message):
        train(net, x, np.zeros(6, int))
    train(net, x, np.zeros((6, 5), int).tolist())
