"""Copies of the training part spoilt on purpose; the checks of the tests must find each of them.

A row names a module and where the fragment stands in it, "Class.method" or "function"; the other
columns are those of `tests.scratch.mutants`, and the check that must find it.
"""

import ast
import importlib
import inspect
import tempfile
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from tests.scratch import training_checks as checks
from tests.scratch.networks import LIBRARY
from tests.scratch.training_checks import EARLY


class Mutant(NamedTuple):
    """One spoilt copy of a module, and the check that must find it."""

    where: str  # module.function or module.Class.method
    fragment: str
    replacement: str
    misconception: str
    check: str

    def __str__(self):
        return f"{self.where}: {self.misconception}"


KEPT = {"Layer", "Callback"}  # the copies are compared with them, so they stay the library's
USERS = {"checkpoint": ["training"], "clipping": ["optimizers"]}  # who else is to see the copy


def library_with(where, fragment="", replacement=""):
    """Return the library with a copy of a module in which a fragment of `where` is replaced."""
    module, _, path = where.partition(".")
    spoilt = _copy(module, path, fragment, replacement)
    public = {name: spoilt[name] for name in vars(LIBRARY) if name in spoilt}
    for user in USERS.get(module, ()):
        namespace = _copy(user)
        shared = namespace.keys() & spoilt.keys()
        namespace |= {name: spoilt[name] for name in shared if not name.startswith("__")}
        public |= {name: namespace[name] for name in vars(LIBRARY) if name in namespace}
    return SimpleNamespace(**vars(LIBRARY) | public)


def _copy(module, path="", fragment="", replacement=""):
    home = importlib.import_module(f"vidlearn.scratch.{module}")
    source = inspect.getsource(home)
    if path:
        part = inspect.getsource(attrgetter(path)(home))
        if part.count(fragment) != 1:
            raise LookupError(
                f"the fragment {fragment!r} must stand once in {module}.{path}; it stands there "
                f"{part.count(fragment)} times. Has the code changed? Mend the row."
            )
        source = source.replace(part, part.replace(fragment, replacement))
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if getattr(node, "name", "") not in KEPT]
    namespace = dict(vars(home))
    exec(compile(tree, f"a copy of {home.__name__}", "exec"), namespace)
    return namespace


def found(check, lib):
    """Tell whether a check, "kind: case", finds something wrong with the library."""
    kind, _, case = check.partition(": ")
    try:
        return CHECKS[kind](lib, case)
    except (ValueError, TypeError, LookupError, AssertionError):  # as in an ordinary test
        return True


def wrong(errors):
    """Tell whether an error is far from rounding; nan is."""
    return not np.max(errors) < 1e-5


def _goes_wrong(lib, case):
    kind, where = {"adam": ("Adam", (3, 2)), "momentum": ("SGD", (5, 1))}[case]
    options = {} if kind == "Adam" else {"momentum": 0.5}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.npz"
        return not checks.goes_on(lib, lambda: getattr(lib, kind)(0.02, **options), where, path)


def _stops_wrongly(lib, name):
    return not all(checks.stops_and_restores(lib, name, case) for case in EARLY)


def _clips_wrongly(lib, case):
    grads = [np.array([3.0, -4.0]), np.array([[0.3]]), np.zeros(2)]
    clipped = {
        "value": (lib.clip_by_value(grads, 2), [2, -2, 0.3, 0, 0]),
        "norm": (lib.clip_by_norm(grads, 1), [0.6, -0.8, 0.3, 0, 0]),
        "global": (
            lib.clip_by_global_norm(grads, 1)[0],
            np.array([3, -4, 0.3, 0, 0]) / np.sqrt(25.09),
        ),
    }[case]
    ours = np.concatenate([grad.ravel() for grad in clipped[0]])
    return wrong(np.abs(ours - clipped[1]))


CHECKS = {
    "layer": lambda lib, case: wrong(checks.layer_errors(lib, case)),
    "gradients": lambda lib, case: wrong(checks.network_errors(lib, case, tie=case == "tied")),
    "keras": lambda lib, case: wrong(checks.keras_errors(lib, case)),
    "optimizer": lambda lib, case: wrong(checks.optimizer_error(lib, case)),
    "schedule": lambda lib, case: wrong(checks.schedule_errors(lib, case)),
    "clip": _clips_wrongly,
    "fit": lambda lib, case: wrong(checks.fit_error(lib)),
    "early": _stops_wrongly,
    "go on": _goes_wrong,
}

ONCE = "list({id(p): p for layer in self.layers for p in layer.params.values()}.values())"
MEMORY = "run.optimizer.steps, run.optimizer.memory = steps, memory"
MUTANTS = [
    Mutant(
        "network.Network.backward",
        "grads[key] + grad if key in grads else grad",
        "grad",
        "a shared layer's gradients overwritten",
        "gradients: shared layer",
    ),
    Mutant(
        "network.Network.backward",
        "grads[key] + grad if key in grads else grad",
        "grad ",
        "a shared array's gradients overwritten",
        "gradients: tied",
    ),
    Mutant(
        "network.Network.backward",
        "range(len(self.layers), 0, -1)",
        "range(1, len(self.layers) + 1)",
        "from the first layer to the last",
        "gradients: rnn",
    ),
    Mutant(
        "network.Network.parameters.fget",
        ONCE,
        "[p for layer in self.layers for p in layer.params.values()]",
        "a shared layer is stepped twice",
        "keras: shared layer",
    ),
    Mutant(
        "network.Network.forward",
        "mask, training, self.rng",
        "mask",
        "training is not passed on",
        "keras: cnn",
    ),
    Mutant(
        "network.Network._named",
        "layer.params | layer.state",
        "layer.state | layer.params",
        "statistics before parameters",
        "keras: cnn",
    ),
    Mutant(
        "network._run", "layer.next_mask(x, mask)", "mask", "the mask gets lost", "keras: masked"
    ),
    Mutant(
        "layers.Dense.forward", "return out,", "return z,", "activation forgotten", "layer: dense"
    ),
    Mutant(
        "layers.Dense.backward",
        "activation_backward(dout, activation_cache)",
        "dout",
        "activation skipped on the way back",
        "layer: dense",
    ),
    Mutant(
        "layers.Dense.backward",
        '{"w": dw,',
        '{"w": dw / len(dout),',
        "averaged over the batch twice",
        "layer: dense",
    ),
    Mutant(
        "layers._Conv.forward",
        '"padding": self.padding',
        '"padding": 0',
        "padding forgotten",
        "keras: cnn",
    ),
    Mutant(
        "layers._Conv.backward",
        "activation_backward(dout, activation_cache)",
        "dout",
        "activation skipped on the way back",
        "layer: conv1d",
    ),
    Mutant(
        "layers_pool._Pool.forward", "stride=self.stride, ", "", "stride forgotten", "keras: cnn"
    ),
    Mutant(
        "layers_norm.BatchNorm.forward",
        "training=training",
        "training=True",
        "the batch's statistics in use",
        "keras: cnn",
    ),
    Mutant(
        "layers_norm.BatchNorm.forward",
        "momentum=self.momentum",
        "momentum=1 - self.momentum",
        "momentum the other way round",
        "keras: cnn",
    ),
    Mutant(
        "layers_norm.BatchNorm.backward",
        "dx, dgamma, dbeta =",
        "dx, dbeta, dgamma =",
        "gamma for beta",
        "layer: batch norm",
    ),
    Mutant(
        "layers_norm.Dropout.forward", "training=training", "training=True", "dropout in use", "fit"
    ),
    Mutant(
        "layers_norm.Dropout.forward",
        "rng=rng",
        "rng=np.random.default_rng()",
        "numbers of no seed",
        "fit",
    ),
    Mutant(
        "layers_sequence.Masking.next_mask",
        "np.any",
        "np.all",
        "one zero hides a whole step",
        "keras: masked",
    ),
    Mutant(
        "layers_sequence.Masking.forward",
        "blank(x, keep)",
        "x",
        "masked steps are not zeroed",
        "keras: masked twos",
    ),
    Mutant(
        "layers_sequence._Recurrent.forward", ", mask=mask", "", "mask forgotten", "keras: masked"
    ),
    Mutant(
        "layers_sequence._Recurrent.forward",
        "hs[:, -1]",
        "hs[:, 0]",
        "first state for the last",
        "keras: rnn",
    ),
    Mutant(
        "layers_sequence._Recurrent.backward",
        "dout[:, -1] = dlast",
        "dout[:, 0] = dlast",
        "gradient to the wrong step",
        "layer: LSTM",
    ),
    Mutant(
        "layers_sequence._Recurrent.backward",
        "dout[:, -1] = dlast",
        "dout[:] = dlast[:, None]",
        "gradient to every step",
        "layer: GRU",
    ),
    Mutant(
        "layers_sequence._Recurrent.next_mask",
        "mask if self.return_sequences else None",
        "None",
        "the mask ends too early",
        "keras: masked frames",
    ),
    Mutant(
        "layers_sequence.Bidirectional.forward",
        "hs_back[:, 0]",
        "hs_back[:, -1]",
        "last state of the wrong end",
        "layer: both ways, LSTM",
    ),
    Mutant(
        "layers_sequence.Bidirectional.forward",
        "reverse=True",
        "reverse=False",
        "forwards twice",
        "keras: both ways",
    ),
    Mutant(
        "layers_sequence.Bidirectional.backward",
        "dhs_back[:, 0] =",
        "dhs_back[:, -1] =",
        "gradient to the wrong end",
        "layer: both ways, LSTM",
    ),
    Mutant(
        "layers_sequence.Bidirectional.backward",
        "dx += dx_back",
        "dx = dx_back",
        "one way forgotten in dx",
        "layer: both ways, LSTM",
    ),
    Mutant(
        "optimizers.Optimizer.step",
        "rate = self.rate()\n        self.steps += 1",
        "self.steps += 1\n        rate = self.rate()",
        "schedule one step ahead",
        "schedule: exponential",
    ),
    Mutant(
        "optimizers.Optimizer.step",
        "p -= rate * self.weight_decay * p",
        "grad = grad + self.weight_decay * p",
        "weight decay through the gradient in Adam",
        "optimizer: adamw",
    ),
    Mutant(
        "optimizers.Optimizer.step",
        "p -= rate * self.weight_decay * p",
        "grad = grad + self.weight_decay * p ",
        "weight decay through the gradient in SGD",
        "optimizer: decay",
    ),
    Mutant(
        "optimizers.Optimizer.step",
        "rate * self.weight_decay",
        "self.weight_decay",
        "decay without the learning rate",
        "optimizer: adamw",
    ),
    Mutant(
        "optimizers.Optimizer._clip",
        "clip_by_norm(grads, self.clip_norm)",
        "clip_by_global_norm(grads, self.clip_norm)[0]",
        "all gradients for each",
        "optimizer: clip norm",
    ),
    Mutant(
        "optimizers.Optimizer._clip",
        "return grads",
        "return [0 * grad for grad in grads]",
        "nothing without clipping",
        "optimizer: plain",
    ),
    Mutant(
        "optimizers.SGD.update",
        "v -= rate * grad",
        "v += rate * grad",
        "momentum with the wrong sign",
        "optimizer: momentum",
    ),
    Mutant(
        "optimizers.SGD.update",
        "v *= self.momentum",
        "v *= 1 - self.momentum",
        "momentum the other way round",
        "optimizer: momentum",
    ),
    Mutant(
        "optimizers.SGD.update",
        "v -= rate * grad",
        "v -= rate * (1 - self.momentum) * grad",
        "an average of gradients",
        "optimizer: momentum",
    ),
    Mutant(
        "optimizers.SGD.update",
        "self.momentum * v - rate * grad if",
        "v - rate * grad if",
        "Nesterov's step too long",
        "optimizer: nesterov",
    ),
    Mutant(
        "optimizers.SGD.update",
        "self.momentum * v - rate * grad if self.nesterov else v",
        "v",
        "Nesterov's momentum ignored",
        "optimizer: nesterov",
    ),
    Mutant(
        "optimizers.Adam.update",
        "sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)",
        "1.0",
        "no bias correction",
        "optimizer: adam",
    ),
    Mutant(
        "optimizers.Adam.update",
        "sqrt(1 - self.beta_2**self.steps) / ",
        "",
        "no correction of v",
        "optimizer: adam",
    ),
    Mutant(
        "optimizers.Adam.update",
        "self.beta_1**self.steps",
        "self.beta_1",
        "the first correction for ever",
        "optimizer: adam",
    ),
    Mutant(
        "optimizers.Adam.update",
        "np.sqrt(v) + self.eps",
        "np.sqrt(v + self.eps)",
        "eps under the root",
        "optimizer: adam",
    ),
    Mutant(
        "optimizers.Adam.update",
        "grad * grad",
        "np.abs(grad)",
        "size for square",
        "optimizer: adam",
    ),
    Mutant(
        "optimizers.Adam.update",
        "(1 - self.beta_2) *",
        "(1 - self.beta_1) *",
        "one beta for both",
        "optimizer: adam",
    ),
    Mutant(
        "clipping.clip_by_norm",
        "_factor(_norm([grad]), limit)",
        "limit / (_norm([grad]) + 1e-12)",
        "short gradients made longer",
        "clip: norm",
    ),
    Mutant(
        "clipping.clip_by_norm",
        "_norm([grad])",
        "_norm(grads)",
        "all gradients for each",
        "clip: norm",
    ),
    Mutant(
        "clipping.clip_by_global_norm",
        "grad * factor",
        "np.clip(grad, -factor, factor)",
        "entries for lengths",
        "clip: global",
    ),
    Mutant(
        "clipping._norm",
        "hypot(*(",
        "sum((",
        "square of the length",
        "clip: global",
    ),
    Mutant(
        "clipping.clip_by_value",
        "-limit, limit",
        "0, limit",
        "negative ones cut off",
        "clip: value",
    ),
    Mutant(
        "schedules.exponential_decay",
        "if staircase",
        "if not staircase",
        "staircase the other way round",
        "schedule: staircase",
    ),
    Mutant(
        "schedules.cosine_decay",
        "(step - warm) / decay_steps",
        "step / decay_steps",
        "warm-up taken off the fall",
        "schedule: warm-up",
    ),
    Mutant(
        "schedules.cosine_decay",
        "(alpha + (1 - alpha)",
        "(alpha + 1",
        "end added to the fall",
        "schedule: cosine",
    ),
    Mutant(
        "schedules.piecewise_constant",
        "step > boundary",
        "step >= boundary",
        "one step too early",
        "schedule: piecewise",
    ),
    Mutant(
        "training._differentiate",
        "training=True",
        "training=False",
        "not told that it is training",
        "keras: cnn",
    ),
    Mutant(
        "training._measure",
        "... if mask is None else mask",
        "...",
        "masked steps count in the loss",
        "keras: masked frames",
    ),
    Mutant(
        "training._train_epoch",
        "rng.permutation(len(x))",
        "np.arange(len(x))",
        "never shuffled",
        "fit",
    ),
    Mutant(
        "training._train_epoch",
        "range(0, len(x), batch_size)",
        "range(0, len(x) - batch_size + 1, batch_size)",
        "last batch dropped",
        "fit",
    ),
    Mutant(
        "training._train_epoch",
        "[seed, run.epoch]",
        "[seed, 0]",
        "the same order in every epoch",
        "fit",
    ),
    Mutant(
        "training._train_epoch",
        "run.network.rng = rng =",
        "rng =",
        "dropout's numbers from before the break",
        "go on: momentum",
    ),
    Mutant(
        "training._add",
        'metrics["count"] / max(total, 1)',
        "1 / (1 + total // 4)",
        "small batches count as much",
        "fit",
    ),
    Mutant(
        "checkpoint._restore",
        MEMORY,
        "run.optimizer.memory = memory",
        "Adam counts its steps anew",
        "go on: adam",
    ),
    Mutant(
        "checkpoint._restore",
        MEMORY,
        "run.optimizer.steps = steps",
        "momentum forgotten",
        "go on: momentum",
    ),
    Mutant(
        "checkpoint._restore",
        "run.epoch = epoch",
        "pass",
        "epochs counted anew",
        "go on: momentum",
    ),
    Mutant(
        "checkpoint._restore",
        "run.history.update(",
        "dict(",
        "history forgotten",
        "go on: momentum",
    ),
    Mutant(
        "checkpoint._restore",
        'callback.set_state(_group(arrays, f"callback/{k}"))',
        "pass",
        "early stopping begins anew",
        "go on: momentum",
    ),
    Mutant(
        "checkpoint.Checkpoint.write",
        "run.network.get_weights()",
        "[0 * w for w in run.network.get_weights()]",
        "weights lost",
        "go on: momentum",
    ),
    Mutant(
        "callbacks.EarlyStopping.on_epoch",
        "self.wait >= self.patience",
        "self.wait > self.patience",
        "one epoch too patient",
        "early: val_loss",
    ),
    Mutant(
        "callbacks.EarlyStopping.on_epoch",
        "self.sign * value < self.sign * self.best",
        "value < self.best",
        "accuracy taken for a loss",
        "early: val_accuracy",
    ),
    Mutant(
        "callbacks.EarlyStopping.on_epoch",
        "value < self.sign",
        "value <= self.sign",
        "equal taken for better",
        "early: val_loss",
    ),
    Mutant(
        "callbacks.EarlyStopping.on_epoch",
        "value, run.epoch, 0",
        "value, run.epoch, self.wait",
        "patience not renewed",
        "early: val_loss",
    ),
    Mutant(
        "callbacks.EarlyStopping.on_end",
        "run.network.set_weights(self.weights)",
        "pass",
        "the last weights stay",
        "early: val_loss",
    ),
    Mutant(
        "callbacks.EarlyStopping.set_state",
        "int(wait)",
        "0",
        "patience renewed by the break",
        "go on: momentum",
    ),
    Mutant(
        "callbacks.EarlyStopping.set_state",
        "range(len(state) - 1)",
        "range(0)",
        "best weights forgotten in the break",
        "go on: momentum",
    ),
    Mutant(
        "layers_attention.MultiHeadAttention.backward",
        "dx_query + dx_value",
        "dx_query",
        "gradient of keys and values lost",
        "layer: attention",
    ),
    Mutant(
        "layers_attention.MultiHeadAttention.forward",
        "mask=both",
        "mask=mask[:, :, None]",
        "steps that do not count are looked at",
        "keras: masked attention",
    ),
    Mutant(
        "layers_attention.MultiHeadAttention.forward",
        "causal=self.causal",
        "causal=False",
        "looks ahead",
        "keras: attention",
    ),
    Mutant(
        "layers_attention.Positions.forward",
        "self.waves)",
        "self.waves[::-1])",
        "places counted from the end",
        "keras: masked attention",
    ),
    Mutant(
        "layers_attention.Positions.backward",
        "positions_backward(dout, cache)",
        "positions_backward(dout, cache)[0], 0 * self.params['p']",
        "learns no places",
        "layer: positions",
    ),
]
