"""The optimiser of every training on disk."""

import keras


def optimizer(steps, *, rate=2e-3, decay=1e-4, warm_up=0.2):
    """Make AdamW whose rate rises, then falls like a cosine, over a number of steps.

    Parameters
    ----------
    steps : int
        Batches of the whole training.
    rate : float
        The highest rate.
    decay : float
        Weight decay of kernels; biases and normalisations have none.
    warm_up : float
        Share of the steps in which the rate rises, 0 to 1.

    Returns
    -------
    keras.Optimizer
    """
    rising = max(int(warm_up * steps), 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 20, max(steps - rising, 1), alpha=0.05, warmup_target=rate, warmup_steps=rising
    )
    made = keras.optimizers.AdamW(schedule, weight_decay=decay, clipnorm=10.0)
    made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return made
