"""A step of Adam."""

import numpy as np

from vidlearn.course.compare import difference


def adam_step(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    """Average gradients and their squares, correct both for the start at zero, step."""
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v


def _adam_as_keras(w, g, m, v, t, rate, b1, b2, eps):
    """Fold both corrections into the learning rate: eps then weighs more in the first steps."""
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    size = rate * np.sqrt(1 - b2**t) / (1 - b1**t)
    return w - size * m / (np.sqrt(v) + eps), m, v


def either_adam(result, *args):
    """Take the form of Keras for that of the paper: both are right."""
    several = isinstance(result, tuple | list) or (isinstance(result, np.ndarray) and result.ndim)
    three = several and len(result) == 3
    if three and not difference(result[0], _adam_as_keras(*args)[0], 1e-5):
        return (adam_step(*args)[0], *result[1:])
    return result


def adam_cases():
    rng = np.random.default_rng(6)
    w, g, m = rng.normal(size=(3, 4))
    v, zeros = rng.uniform(0.1, 1, size=4), np.zeros((4, 2))
    simple = np.array([1.0, 2]), np.array([10.0, -0.2]), zeros[0], zeros[1]
    faint = np.array([0.5, -0.5]), np.array([3e-4, -1e-4]), zeros[2], zeros[3]
    rest = 0.9, 0.999, 1e-7
    cases = [(*simple, 1, 0.1, *rest), (w, g, m, v, 7, 0.01, *rest)]
    cases += [(w, g, m, v, 3, 0.02, 0.8, 0.99, 1e-7), (*faint, 1, 0.1, *rest)]
    table = [part.reshape(2, 2) for part in (w, g, m, v)]  # a kernel is no row
    return [*cases, (*table, 5, 0.01, *rest)]


def _adam(w, g, m, v, t, rate, b1, b2, eps, correct=True, root=True, inside=False):
    """Leave out a correction or the root, or put eps under it."""
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if correct else (m, v)
    below = np.sqrt(v_hat + eps) if inside else (np.sqrt(v_hat) if root else v_hat) + eps
    return w - rate * m_hat / below, m, v


def _only_first_corrected(w, g, m, v, t, rate, b1, b2, eps):
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w - rate * m / (1 - b1**t) / (np.sqrt(v) + eps), m, v


def _only_second_corrected(w, g, m, v, t, rate, b1, b2, eps):
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w - rate * m / (np.sqrt(v / (1 - b2**t)) + eps), m, v


def _no_power(w, g, m, v, t, rate, b1, b2, eps):
    """Divide by 1 - beta at every step, as is right at the first."""
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w - rate * m / (1 - b1) / (np.sqrt(v / (1 - b2)) + eps), m, v


def _old_averages(w, g, m, v, t, rate, b1, b2, eps):
    """Renew both averages, but step by those from before."""
    _, new_m, new_v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w - rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), new_m, new_v


def _plain_sums(w, g, m, v, t, rate, b1, b2, eps):
    m, v = b1 * m + g, b2 * v + g**2
    return w - rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), m, v


def _weights_swapped(w, g, m, v, t, rate, b1, b2, eps):
    """Give the new gradient the weight beta and the past the rest."""
    m = (1 - b1) * m + b1 * g
    v = (1 - b2) * v + b2 * g**2
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + eps), m, v


def _keeps_corrected(w, g, m, v, t, rate, b1, b2, eps):
    w, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w, m / (1 - b1**t), v / (1 - b2**t)


def _square_forgotten(w, g, m, v, t, rate, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * np.abs(g)
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + eps), m, v


def _not_squared(w, g, m, v, t, rate, b1, b2, eps):
    """Average the gradient in both; below 0 there is no root of it."""
    _, m, _ = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    v = b2 * v + (1 - b2) * g
    return w - rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), m, v


def _adam_uphill(w, *rest):
    after, m, v = adam_step(w, *rest)
    return 2 * w - after, m, v


ADAM_MISTAKES = {
    "no-correction": lambda *a: _adam(*a, correct=False),
    "only-first-corrected": _only_first_corrected,
    "only-second-corrected": _only_second_corrected,
    "eps-inside": lambda *a: _adam(*a, inside=True),
    "no-root": lambda *a: _adam(*a, root=False),
    "betas-mixed": lambda *a: adam_step(*a[:6], a[7], a[6], a[8]),
    "weights-swapped": _weights_swapped,
    "keeps-corrected": _keeps_corrected,
    "square-forgotten": _square_forgotten,
    "not-squared": _not_squared,
    "uphill": _adam_uphill,
    "counts-from-zero": lambda *a: adam_step(*a[:4], a[4] + 1, *a[5:]),
    "no-power": _no_power,
    "old-averages": _old_averages,
    "plain-sums": _plain_sums,
    "not-kept": lambda *a: (adam_step(*a)[0], a[2], a[3]),
    "no-eps": lambda *a: adam_step(*a[:-1], 0),
    "only-w": lambda *a: adam_step(*a)[0],
}
