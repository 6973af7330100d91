r"""Optimisers: how far each weight goes, and where to, given its gradient.

Update rules, defaults and the order of things are Keras's: gradients are clipped, then weights
decay, then the update is made. Lesson 06 compares the rules.
"""

import inspect
from math import inf, sqrt

import numpy as np

from ._checks import FLOATS, check_flag, check_floating, check_number, is_number
from .clipping import check_limit, clip_by_global_norm, clip_by_norm, clip_by_value


class Optimizer:
    """What all optimisers share: the learning rate, clipping and weight decay.

    One of your own begins with ``super().__init__(learning_rate)`` and has ``slots``, the number
    of arrays it remembers for each parameter, and `update`.

    Parameters
    ----------
    learning_rate : float or callable
        A number, or a schedule: ``f(step) -> float``, step counting from 0, of 0 or more.
    weight_decay : float, optional
        Before the update, every parameter loses this share times the learning rate of itself.
    clip_value : float, optional
        Largest absolute value of an entry of a gradient.
    clip_norm : float, optional
        Longest gradient of one parameter.
    global_clip_norm : float, optional
        Longest gradient of all parameters together.

    Attributes
    ----------
    steps : int
        Steps taken so far.
    memory : list of list of ndarray
        What is remembered for each parameter.
    params : list of ndarray
        The parameters of the last step.
    """

    slots = 0

    def __init__(
        self,
        learning_rate,
        *,
        weight_decay=None,
        clip_value=None,
        clip_norm=None,
        global_clip_norm=None,
    ):
        limits = {
            "clip_value": clip_value,
            "clip_norm": clip_norm,
            "global_clip_norm": global_clip_norm,
        }
        self.learning_rate, self.weight_decay = _check_rates(learning_rate, weight_decay)
        self.clip_value, self.clip_norm, self.global_clip_norm = _check_limits(limits)
        self.steps, self.memory, self.params = 0, [], []

    def step(self, params, grads):
        """Change the parameters in place.

        Parameters
        ----------
        params : list of ndarray
            The same ones, in the same order, at every step.
        grads : list of ndarray
            A gradient for each of them.

        Raises
        ------
        TypeError
            If a parameter is no floating point array that can be changed, or a gradient none.
        ValueError
            If a gradient has not the shape of its parameter, the parameters are others than
            before, or a schedule gives no rate. Nothing is changed then.
        """
        grads = self._check(params, grads)
        rate = self.rate()
        self.steps += 1
        if not self.memory:
            self.memory = [[np.zeros_like(p) for _ in range(self.slots)] for p in params]
        self.params = list(params)
        for p, grad, memory in zip(params, self._clip(grads), self.memory, strict=True):
            if self.weight_decay:
                p -= rate * self.weight_decay * p
            p += self.update(grad, rate, *memory)

    def update(self, grad, rate, *memory):
        """Return what is added to a parameter, and renew its memory in place.

        Parameters
        ----------
        grad : ndarray
        rate : float
            The learning rate of this step. `steps` counts this step already.
        *memory : ndarray
            Arrays in the shape of grad, zeros at first.

        Returns
        -------
        ndarray, shape of grad
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method update.")

    def rate(self):
        """Return the learning rate of the next step.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If a schedule gives anything but a finite number of 0 or more.
        """
        if not callable(self.learning_rate):
            return float(self.learning_rate)
        rate = self.learning_rate(self.steps)
        if not (is_number(rate) and 0 <= rate < inf):
            raise ValueError(
                "learning_rate, a schedule, must give a finite number of 0 or more; received "
                f"{rate!r} for step {self.steps}. Look at what it returns there."
            )
        return float(rate)

    def _clip(self, grads):
        if self.clip_value:
            return clip_by_value(grads, self.clip_value)
        if self.clip_norm:
            return clip_by_norm(grads, self.clip_norm)
        if self.global_clip_norm:
            return clip_by_global_norm(grads, self.global_clip_norm)[0]
        return grads

    def _check(self, params, grads):
        for name, arrays in (("params", params), ("grads", grads)):
            if not isinstance(arrays, tuple | list):
                raise TypeError(
                    f"{name} must be a list of arrays; received {type(arrays).__name__}. "
                    "Write [array] for a single one."
                )
        if len(params) != len(grads):
            raise ValueError(
                f"grads must hold a gradient for each of the {len(params)} parameters; "
                f"received {len(grads)}."
            )
        grads = [check_floating(f"grads[{k}]", grad) for k, grad in enumerate(grads)]
        for k, (p, grad) in enumerate(zip(params, grads, strict=True)):
            _check_parameter(k, p)
            if p.shape != grad.shape:
                raise ValueError(
                    f"grads[{k}] must have the shape of its parameter, {p.shape}; "
                    f"received {grad.shape}."
                )
        known = [a.shape for slots in self.memory for a in slots]
        shapes = [p.shape for p in params for _ in range(self.slots)]
        others = any(p is not q for p, q in zip(params, self.params, strict=False))
        if others or (self.memory and known != shapes):
            raise ValueError(
                "the parameters are others than at the step before. "
                "An optimiser remembers each of them: make a new one for another network."
            )
        return grads

    def __repr__(self):
        shown = []
        for option in inspect.signature(type(self)).parameters.values():
            value = getattr(self, option.name, option.default)
            if option.name == "learning_rate" or value != option.default:
                shown.append(f"{option.name}={'<schedule>' if callable(value) else value}")
        return f"{type(self).__name__}({', '.join(shown)})"


class SGD(Optimizer):
    r"""Stochastic gradient descent, with or without momentum.

    Plain: ``p -= rate * grad``. With momentum the parameter has a speed v,
    ``v = momentum * v - rate * grad`` and ``p += v``; with Nesterov's,
    ``p += momentum * v - rate * grad`` with the new v.

    Parameters
    ----------
    learning_rate : float or callable
    momentum : float
        Share of the speed that is kept from step to step, from 0 to 1.
    nesterov : bool
        Look ahead by one step of momentum.
    weight_decay, clip_value, clip_norm, global_clip_norm : float, optional
        As in `Optimizer`.

    Notes
    -----
    The rate is inside v, as in Sutskever et al. (2013) and Keras. PyTorch keeps it outside
    (``v = momentum * v + grad``, ``p -= rate * v``), which differs when the rate changes.

    Examples
    --------
    >>> p = np.array([1.0])
    >>> optimizer = SGD(0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.step([p], [np.array([2.0])])
    >>> p  # 1 - 0.2 - (0.1 + 0.2)
    array([0.5])
    """

    slots = 1

    def __init__(
        self,
        learning_rate=0.01,
        *,
        momentum=0.0,
        nesterov=False,
        weight_decay=None,
        clip_value=None,
        clip_norm=None,
        global_clip_norm=None,
    ):
        super().__init__(
            learning_rate,
            weight_decay=weight_decay,
            clip_value=clip_value,
            clip_norm=clip_norm,
            global_clip_norm=global_clip_norm,
        )
        momentum = check_number("momentum", momentum, "lie between 0 and 1", lambda m: 0 <= m <= 1)
        self.momentum, self.nesterov = momentum, check_flag("nesterov", nesterov)

    def update(self, grad, rate, v):
        v *= self.momentum
        v -= rate * grad
        return self.momentum * v - rate * grad if self.nesterov else v


class Adam(Optimizer):
    r"""Steps of about the learning rate for every weight, whatever the size of its gradients.

    Two running averages are kept: m of the gradient and v of its square. Both start at 0, which
    ``m_hat = m / (1 - beta_1**t)`` and ``v_hat = v / (1 - beta_2**t)`` make good at step t. Then
    ``p -= rate * m_hat / (sqrt(v_hat) + eps)``.

    Parameters
    ----------
    learning_rate : float or callable
    beta_1, beta_2 : float
        Share of the averages that is kept from step to step, from 0 to below 1.
    eps : float
        Keeps the divisor from zero.
    weight_decay, clip_value, clip_norm, global_clip_norm : float, optional
        As in `Optimizer`.

    Notes
    -----
    As in Keras eps is added to ``sqrt(v)``, not to ``sqrt(v_hat)``: the paper's "epsilon hat",
    the form before section 2.1. In the first steps it weighs more than in algorithm 1.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.

    Examples
    --------
    >>> p = np.array([1.0, 1.0])
    >>> Adam(0.1).step([p], [np.array([5.0, -0.001])])
    >>> p.round(3)
    array([0.9, 1.1])
    """

    slots = 2

    def __init__(
        self,
        learning_rate=0.001,
        *,
        beta_1=0.9,
        beta_2=0.999,
        eps=1e-7,
        weight_decay=None,
        clip_value=None,
        clip_norm=None,
        global_clip_norm=None,
    ):
        super().__init__(
            learning_rate,
            weight_decay=weight_decay,
            clip_value=clip_value,
            clip_norm=clip_norm,
            global_clip_norm=global_clip_norm,
        )
        self.beta_1, self.beta_2 = (
            check_number(name, beta, "be from 0 to below 1", lambda b: 0 <= b < 1)
            for name, beta in (("beta_1", beta_1), ("beta_2", beta_2))
        )
        self.eps = check_number("eps", eps, "be above 0", lambda e: 0 < e < inf)

    def update(self, grad, rate, m, v):
        m += (1 - self.beta_1) * (grad - m)
        v += (1 - self.beta_2) * (grad * grad - v)
        rate *= sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)
        return -rate * m / (np.sqrt(v) + self.eps)


class AdamW(Adam):
    """Adam with weight decay by default, taken from the weight itself and not from its gradient.

    Parameters
    ----------
    learning_rate : float or callable
    beta_1, beta_2 : float
    eps : float
    weight_decay : float
        Before the update, every parameter loses this share times the learning rate of itself.
    clip_value, clip_norm, global_clip_norm : float, optional
        As in `Optimizer`.

    References
    ----------
    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2.
    """

    def __init__(
        self,
        learning_rate=0.001,
        *,
        beta_1=0.9,
        beta_2=0.999,
        eps=1e-7,
        weight_decay=0.004,
        clip_value=None,
        clip_norm=None,
        global_clip_norm=None,
    ):
        super().__init__(
            learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            eps=eps,
            weight_decay=weight_decay,
            clip_value=clip_value,
            clip_norm=clip_norm,
            global_clip_norm=global_clip_norm,
        )


def _check_parameter(k, p):
    """Complain about what cannot be changed in place."""
    if not (isinstance(p, np.ndarray) and p.dtype.char in FLOATS and p.flags.writeable):
        received = type(p).__name__
        if isinstance(p, np.ndarray):
            received = p.dtype if p.dtype.char not in FLOATS else "a read-only one"
        raise TypeError(
            f"params[{k}] must be a floating point ndarray, which is changed in place; "
            f"received {received}. Write np.array(p, np.float32)."
        )


def _check_rates(rate, weight_decay):
    if not callable(rate):
        if not (is_number(rate) and 0 < rate < inf):
            raise ValueError(
                "learning_rate must be above 0, or a schedule f(step) -> float; "
                f"received learning_rate={rate!r}."
            )
        rate = rate if type(rate) in (int, float) else float(rate)
    if weight_decay is not None:
        weight_decay = check_number(
            "weight_decay", weight_decay, "be 0 or more", lambda d: 0 <= d < inf
        )
    return rate, weight_decay


def _check_limits(limits):
    given = [name for name, limit in limits.items() if limit is not None]
    if len(given) > 1:
        raise ValueError(f"gradients are clipped in one way; received {' and '.join(given)}.")
    return [
        limit if limit is None else check_limit(name, limit, "be above 0, or None")
        for name, limit in limits.items()
    ]
