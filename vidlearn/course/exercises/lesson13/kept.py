"""Wrong answers that build networks are built once, and each network is judged once."""

import functools
from contextlib import suppress
from weakref import WeakKeyDictionary


def once(measure):
    """Remember what was measured of a model, as long as it lives.

    Parameters
    ----------
    measure : callable
        ``measure(model, *args)``.

    Returns
    -------
    callable
    """
    known = WeakKeyDictionary()

    @functools.wraps(measure)
    def measured(model, *args):
        with suppress(TypeError):  # what has no hash is no model
            if model in known:
                return known[model]
        found = measure(model, *args)
        with suppress(TypeError):  # what cannot be remembered is no model
            known[model] = found
        return found

    return measured


def kept(builders, key):
    """Let each of several builders build once for each key.

    Parameters
    ----------
    builders : dict of str to callable
    key : callable
        Takes their arguments and returns what tells inputs apart.

    Returns
    -------
    dict of str to callable
    """

    def keeper(build):
        known = {}

        @functools.wraps(build)
        def built(*args):
            if key(*args) not in known:
                known[key(*args)] = build(*args)
            return known[key(*args)]

        return built

    return {name: keeper(build) for name, build in builders.items()}
