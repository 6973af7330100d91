r"""Optimisers: how far each weight goes, and where to, given its gradient.

Update rules, defaults and the order of things are Keras's: gradients are clipped, then weights
decay, then the update is made. Lesson 06 compares the rules.
"""

import inspect
from math import isfinite, sqrt

import numpy as np

from ._checks import is_number
from .clipping import clip_by_global_norm, clip_by_norm, clip_by_value


class Optimizer:
    """What all optimisers share: the learning rate, clipping and weight decay.

    One of your own begins with ``super().__init__(learning_rate)`` and has ``slots``, the number
    of arrays it remembers for each parameter, and `update`.

    Parameters
    ----------
    learning_rate : float or callable
        A number, or a schedule: ``f(step) -> float``, step counting from 0.
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
        _check_options(learning_rate, weight_decay, limits)
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.clip_value, self.clip_norm, self.global_clip_norm = limits.values()
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
        ValueError
            If a gradient has not the shape of its parameter, or the parameters are others than
            before.
        """
        self._check(params, grads)
        if not self.memory:
            self.memory = [[np.zeros_like(p) for _ in range(self.slots)] for p in params]
        self.params = list(params)
        rate = self.rate()
        self.steps += 1
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
        """
        schedule = self.learning_rate
        return float(schedule(self.steps) if callable(schedule) else schedule)

    def _clip(self, grads):
        if self.clip_value:
            return clip_by_value(grads, self.clip_value)
        if self.clip_norm:
            return clip_by_norm(grads, self.clip_norm)
        if self.global_clip_norm:
            return clip_by_global_norm(grads, self.global_clip_norm)[0]
        return grads

    def _check(self, params, grads):
        if len(params) != len(grads):
            raise ValueError(
                f"grads must hold a gradient for each of the {len(params)} parameters; "
                f"received {len(grads)}."
            )
        for k, (p, grad) in enumerate(zip(params, grads, strict=True)):
            if p.shape != np.shape(grad):
                raise ValueError(
                    f"grads[{k}] must have the shape of its parameter, {p.shape}; "
                    f"received {np.shape(grad)}."
                )
        known = [a.shape for slots in self.memory for a in slots]
        shapes = [p.shape for p in params for _ in range(self.slots)]
        others = any(p is not q for p, q in zip(params, self.params, strict=False))
        if others or (self.memory and known != shapes):
            raise ValueError(
                "the parameters are others than at the step before. "
                "An optimiser remembers each of them: make a new one for another network."
            )

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
        if not (is_number(momentum) and 0 <= momentum <= 1):
            raise ValueError(f"momentum must lie between 0 and 1; received momentum={momentum!r}.")
        self.momentum, self.nesterov = momentum, nesterov

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
        for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not (is_number(beta) and 0 <= beta < 1):
                raise ValueError(f"{name} must be from 0 to below 1; received {name}={beta!r}.")
        if not (is_number(eps) and eps > 0):
            raise ValueError(f"eps must be above 0; received eps={eps!r}.")
        self.beta_1, self.beta_2, self.eps = beta_1, beta_2, eps

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


def _check_options(learning_rate, weight_decay, limits):
    rate = learning_rate
    if not callable(rate) and not (is_number(rate) and rate > 0 and isfinite(rate)):
        raise ValueError(
            "learning_rate must be above 0, or a schedule f(step) -> float; "
            f"received learning_rate={learning_rate!r}."
        )
    if weight_decay is not None and not (is_number(weight_decay) and weight_decay >= 0):
        raise ValueError(f"weight_decay must be 0 or more; received weight_decay={weight_decay!r}.")
    given = {name: limit for name, limit in limits.items() if limit is not None}
    if len(given) > 1:
        raise ValueError(f"gradients are clipped in one way; received {' and '.join(given)}.")
    for name, limit in given.items():
        if not (is_number(limit) and limit > 0):
            raise ValueError(f"{name} must be above 0, or None; received {name}={limit!r}.")
