"""Options, seeds, schedules and paths: one clear error by name, before anything is done."""

import json

import numpy as np
import pytest

from tests.scratch.networks import draw
from vidlearn import scratch

X, Y = draw(6, 4), np.arange(6) % 2
X3, W = np.ones((1, 3, 2)), np.ones((2, 2))


def network(**options):
    return scratch.Network([scratch.Dense(2)], **{"input_shape": (4,)} | options)


def fit(**options):
    options = {"x": X, "y": Y, "optimizer": scratch.SGD(0.1), "epochs": 2} | options
    return scratch.fit(network(), options.pop("x"), options.pop("y"), **options)


def step(params=None, grads=None, rate=0.1):
    params = [np.ones(2)] if params is None else params
    scratch.SGD(rate).step(params, [np.ones(2)] if grads is None else grads)


def frozen(array):
    array.flags.writeable = False
    return array


SEED = r"must be an int of at least 0; received "
FLAG = r" must be True or False; received "
CASES = {
    "fit seed None": (lambda: fit(seed=None), ValueError, f"seed {SEED}seed=None"),
    "fit seed -1": (lambda: fit(seed=-1), ValueError, f"seed {SEED}seed=-1"),
    "fit seed text": (lambda: fit(seed="a"), ValueError, f"seed {SEED}seed='a'"),
    "fit seed 1.5": (lambda: fit(seed=1.5), ValueError, f"seed {SEED}seed=1.5"),
    "network seed": (lambda: network(seed=-1), ValueError, f"seed {SEED}"),
    "dropout rng -1": (lambda: scratch.dropout_forward(X, rng=-1), ValueError, f"rng {SEED}"),
    "dropout rng True": (lambda: scratch.dropout_forward(X, rng=True), ValueError, f"rng {SEED}"),
    "gradient seed": (
        lambda: scratch.check_gradients(scratch.tanh_forward, scratch.tanh_backward, X, seed="a"),
        ValueError,
        f"seed {SEED}",
    ),
    "nesterov": (lambda: scratch.SGD(nesterov="no"), TypeError, f"nesterov{FLAG}nesterov='no'"),
    "reverse": (
        lambda: scratch.rnn_forward(X3, W, W, W[0], reverse="no"),
        TypeError,
        f"reverse{FLAG}",
    ),
    "reverse, naive": (
        lambda: scratch.rnn_forward_naive(X3, W, W, W[0], reverse="no"),
        TypeError,
        f"reverse{FLAG}",
    ),
    "training": (lambda: scratch.dropout_forward(X, training="no"), TypeError, f"training{FLAG}"),
    "staircase": (
        lambda: scratch.exponential_decay(1, decay_steps=2, decay_rate=0.5, staircase="no"),
        TypeError,
        f"staircase{FLAG}",
    ),
    "return_sequences": (
        lambda: scratch.GRU(2, return_sequences="no"),
        TypeError,
        f"return_sequences{FLAG}",
    ),
    "use_bias": (lambda: scratch.Dense(2, use_bias=0), TypeError, f"use_bias{FLAG}"),
    "decay rate": (
        lambda: scratch.exponential_decay(1, decay_steps=2, decay_rate=-1),
        ValueError,
        "decay_rate must be above 0; received decay_rate=-1",
    ),
    "rate as text": (
        lambda: scratch.exponential_decay("a", decay_steps=2, decay_rate=0.5),
        ValueError,
        "rate must be a finite number of 0 or more; received rate='a'",
    ),
    "warm-up": (
        lambda: scratch.cosine_decay(1, decay_steps=2, warmup_target=1, warmup_steps=-3),
        ValueError,
        "warmup_steps must be 0 or more; received warmup_steps=-3",
    ),
    "alpha 5": (lambda: scratch.cosine_decay(1, decay_steps=2, alpha=5), ValueError, "alpha must"),
    "alpha text": (
        lambda: scratch.cosine_decay(1, decay_steps=2, alpha="a"),
        ValueError,
        "alpha must lie between 0 and 1; received alpha='a'",
    ),
    "steps nan": (
        lambda: scratch.cosine_decay(1, decay_steps=np.nan),
        ValueError,
        "decay_steps must be 1 or more; received decay_steps=nan",
    ),
    "boundaries": (
        lambda: scratch.piecewise_constant(["a"], [1, 2]),
        ValueError,
        r"boundaries must rise.*\['a'\]",
    ),
    "values": (
        lambda: scratch.piecewise_constant([1], [1, -2]),
        ValueError,
        "values must be a finite number of 0 or more; received values=-2",
    ),
    "no boundaries": (
        lambda: scratch.piecewise_constant(5, [1]),
        TypeError,
        "boundaries must be a list of numbers; received 5",
    ),
    "mask value": (
        lambda: scratch.Masking("a"),
        ValueError,
        "mask_value must be a number; received mask_value='a'",
    ),
    "padding": (lambda: scratch.Conv2D(2, 3, padding="full"), ValueError, "padding must be.*full"),
    "size": (lambda: scratch.MaxPool2D(0), ValueError, "size must be an int.*size=0"),
    "stride": (lambda: scratch.AvgPool3D(stride=-1), ValueError, "stride must be an int"),
    "room": (lambda: scratch.MaxPool2D(padding=2), ValueError, "padding must be smaller than size"),
    "dilation": (lambda: scratch.Conv1D(2, 3, dilation=0), ValueError, "dilation must be an int"),
    "momentum": (lambda: scratch.BatchNorm(momentum=2), ValueError, "momentum must lie between"),
    "eps": (lambda: scratch.LayerNorm(eps=0), ValueError, "eps must be more than 0"),
    "activation": (
        lambda: scratch.Dense(2, ["relu"]),
        ValueError,
        r"activation must be one of 'relu', .*, or None; received \['relu'\]",
    ),
    "loss": (lambda: fit(loss=["mse"]), ValueError, r"loss must be one of .*received \['mse'\]"),
    "cell": (
        lambda: scratch.bidirectional_forward(X3, (), (), cell=["lstm"]),
        ValueError,
        "cell must be one of 'rnn', 'lstm', 'gru'; received",
    ),
    "axis": (lambda: scratch.softmax(X, axis=2), ValueError, r"axis must be one .*axis=2 and x"),
    "dtype": (
        lambda: network(dtype="foo"),
        TypeError,
        r"dtype must be a floating-point type, np.float32 or np.float64; received 'foo'",
    ),
    "dtype float16": (lambda: network(dtype=np.float16), TypeError, "dtype must be .*float16"),
    "monitor": (
        lambda: scratch.EarlyStopping(None, patience=1),
        TypeError,
        "monitor must be the name of a metric; received monitor=None",
    ),
    "predict None": (lambda: network().predict(None), TypeError, "x must be floating.*None"),
    "weights None": (lambda: network().set_weights(None), TypeError, "weights must be a list"),
    "cache": (
        lambda: network().backward(X, None),
        TypeError,
        "cache must be what forward of this network returned with out; received NoneType",
    ),
    "save None": (
        lambda: network().save(None),
        TypeError,
        "path must be the path of a file; received None",
    ),
    "load None": (lambda: network().load(None), TypeError, "path must be the path of a file"),
    "checkpoint empty": (
        lambda: fit(checkpoint=""),
        ValueError,
        "checkpoint must be the path of a file; received an empty path",
    ),
    "checkpoint 5": (
        lambda: fit(checkpoint=5),
        TypeError,
        "checkpoint must be the path of a file; received 5",
    ),
    "params as lists": (
        lambda: step([[1.0, 2.0]]),
        TypeError,
        r"params\[0\] must be a floating point ndarray.*received list",
    ),
    "whole params": (lambda: step([np.ones(2, int)]), TypeError, r"params\[0\] .*received int64"),
    "frozen params": (
        lambda: step([frozen(np.ones(2))]),
        TypeError,
        r"params\[0\] .*received a read-only one",
    ),
    "text as gradient": (lambda: step(None, ["ab"]), TypeError, r"grads\[0\] must be floating"),
    "one array": (lambda: step(np.ones(2)), TypeError, "params must be a list of arrays"),
    "frozen statistics": (
        lambda: scratch.batch_norm_forward(
            X,
            np.ones(4),
            np.ones(4),
            running_mean=frozen(np.zeros(4)),
            running_var=np.ones(4),
        ),
        TypeError,
        "running_mean must be a floating point ndarray.*received a read-only one",
    ),
    "lists for x": (
        lambda: fit(x=[[1.0], [1.0, 2.0]]),
        ValueError,
        "x must be an array; received lists of different lengths",
    ),
    "validation's length": (
        lambda: fit(validation=(X, Y[:3])),
        ValueError,
        r"validation x and y must hold as many examples.*x \(6, 4\) and y \(3,\)",
    ),
    "validation's shape": (
        lambda: fit(validation=(X[:, :3], Y)),
        ValueError,
        r"validation x must have shape \(N, 4\)",
    ),
    "validation's labels": (
        lambda: fit(validation=(X, Y + 1)),
        ValueError,
        "validation labels must be classes from 0 to 1",
    ),
    "absent metric": (
        lambda: fit(callbacks=[scratch.EarlyStopping(patience=1)]),
        ValueError,
        "monitor must be one of loss, accuracy; received 'val_loss'",
    ),
}
for _name, _value in {"-1": -1, "nan": np.nan, "None": None, "text": "0.1", "inf": np.inf}.items():
    CASES[f"a schedule that gives {_name}"] = (
        lambda value=_value: step(rate=lambda step: value),
        ValueError,
        r"learning_rate, a schedule, must give a finite number of 0 or more; received .* step 0",
    )


@pytest.mark.parametrize(("call", "error", "message"), CASES.values(), ids=CASES)
def test_arguments_that_do_not_fit_are_told(call, error, message):
    with pytest.raises(error, match=message):
        call()


LATE = ["validation's length", "validation's labels", "absent metric"]


@pytest.mark.parametrize("name", LATE)
def test_fit_looks_at_all_it_gets_before_the_first_step(name, monkeypatch):
    monkeypatch.setattr("vidlearn.scratch.training.train_step", None)
    call, error, message = CASES[name]
    with pytest.raises(error, match=message):
        call()


def test_bad_labels_of_the_training_are_told_before_the_first_step(monkeypatch):
    monkeypatch.setattr("vidlearn.scratch.training.train_step", None)
    with pytest.raises(ValueError, match="labels must be classes from 0 to 1"):
        fit(y=np.array([0, 1, 0, 1, 0, 2]))


def test_a_step_that_is_refused_changes_nothing():
    p, optimizer = np.ones(2), scratch.SGD(lambda step: -1.0, momentum=0.5)
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.step([p], [np.ones(2)])
    assert (optimizer.steps, optimizer.memory, p.tolist()) == (0, [], [1, 1])


@pytest.mark.parametrize("wrong", ["ab", 1j, None], ids=repr)
def test_weights_are_taken_over_all_or_none(wrong):
    net = network()
    before = net.get_weights()
    with pytest.raises(TypeError, match=r"the weights of 1\.Dense\.b must hold real numbers"):
        net.set_weights([np.ones((4, 2)), np.full(2, wrong)])
    np.testing.assert_array_equal(net.get_weights()[0], before[0])


def test_options_may_be_arrays():
    x, w = draw(1, 6, 7, 2), draw(2, 3, 2, 3)
    given = {"stride": (2, 1), "padding": ((1, 0), (0, 2)), "dilation": (1, 2)}
    ours, _ = scratch.conv2d_forward(x, w, **{k: np.array(v) for k, v in given.items()})
    np.testing.assert_array_equal(ours, scratch.conv2d_forward(x, w, **given)[0])
    layer = scratch.Conv2D(3, np.array([2, 3]), **{k: np.array(v) for k, v in given.items()})
    assert repr(layer) == repr(scratch.Conv2D(3, (2, 3), **given))
    pool = scratch.max_pool2d_forward(x, size=np.array([2, 3]))[0]
    np.testing.assert_array_equal(pool, scratch.max_pool2d_forward(x, size=(2, 3))[0])


def test_an_entry_of_padding_is_for_an_axis_everywhere():
    assert scratch.conv_output_size(5, 3, padding=((1, 2),)) == 6
    for call in (
        lambda: scratch.conv_output_size(5, 3, padding=(1, 2)),
        lambda: scratch.conv1d_forward(np.ones((1, 5, 1)), np.ones((3, 1, 1)), padding=(1, 2)),
        lambda: scratch.Conv1D(2, 3, padding=(1, 2)),
    ):
        with pytest.raises(ValueError, match=r"padding=\(1, 2\).*padding=\(\(1, 1\),\)"):
            call()


KERAS = {
    "strides": lambda: scratch.Conv2D(2, 3, strides=2),
    "pool_size": lambda: scratch.max_pool2d_forward(X, pool_size=2),
    "dilation_rate": lambda: scratch.conv1d_forward(X3, W, dilation_rate=2),
    "epsilon": lambda: scratch.Adam(epsilon=1),
    "clipnorm": lambda: scratch.AdamW(clipnorm=1),
    "validation_data": lambda: fit(validation_data=(X, Y)),
    "restore_best_weights": lambda: scratch.EarlyStopping(patience=1, restore_best_weights=True),
}


@pytest.mark.parametrize("name", KERAS)
def test_an_option_of_keras_is_named(name):
    with pytest.raises(TypeError, match=rf"{name} is called \w+ here, otherwise than in Keras"):
        KERAS[name]()


def test_a_name_of_keras_is_named():
    with pytest.raises(AttributeError, match=r"'BatchNormalization'\. It is called BatchNorm here"):
        _ = scratch.BatchNormalization
    assert not hasattr(scratch, "Conv4D")


def test_an_option_of_nobody_is_pythons_to_tell():
    with pytest.raises(TypeError, match="unexpected keyword argument 'stirde'"):
        scratch.Conv2D(2, 3, stirde=2)


def test_settings_of_numpy_numbers_are_those_of_python():
    ours = scratch.SGD(np.float32(0.5), momentum=np.float64(0.25), clip_norm=np.float64(2))
    assert repr(ours) == "SGD(learning_rate=0.5, momentum=0.25, clip_norm=2.0)"
    assert json.dumps(ours.momentum) == "0.25"
