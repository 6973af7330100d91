"""The table of three: what differs by more than luck, and a picture of it."""

import numpy as np


def spread(found, truths, classes, *, draws=200, seed=0):
    """Say how far mAP50 swings with the test pictures alone, for detectors on the same ones.

    Parameters
    ----------
    found : dict of str to list of Detections
        For each detector one for each of the N test pictures.
    truths : list of Truth
        N.
    classes : sequence of str
        Names of the classes.
    draws : int
        How often N of the N pictures are drawn, with replacement, the same for all.
    seed : int
        Of the draws.

    Returns
    -------
    dict of str to ndarray
        (draws,) mAP50 of each detector.

    References
    ----------
    Efron: Bootstrap methods: another look at the jackknife. Annals of Statistics 7, 1979.
    """
    from vidlearn.metrics import evaluate_detections

    rng = np.random.default_rng(seed)
    values = {name: [] for name in found}
    for _ in range(draws):
        drawn = rng.integers(len(truths), size=len(truths))
        there = [truths[k] for k in drawn]
        for name, each in found.items():
            result = evaluate_detections([each[k] for k in drawn], there, classes=classes)
            values[name].append(result.AP50)
    return {name: np.array(each) for name, each in values.items()}


def speed_chart(rows):
    """Draw mAP50 against frames per second, as large as a detector has multiply-adds.

    Parameters
    ----------
    rows : dict of str to dict
        For each detector "fps", "AP50", and "multiply_adds".

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib.pyplot as plt

    figure, panel = plt.subplots(figsize=(5.2, 3), layout="constrained")
    for (name, row), mark in zip(rows.items(), "osD", strict=False):
        size = 60 + 400 * row["multiply_adds"] / max(r["multiply_adds"] for r in rows.values())
        panel.scatter(row["fps"], row["AP50"], s=size, marker=mark, alpha=0.8)
        panel.annotate(
            name,
            (row["fps"], row["AP50"]),
            xytext=(0, -22),
            textcoords="offset points",
            ha="center",
        )
    low = min(row["AP50"] for row in rows.values())
    panel.set(xlabel="frames per second, NMS included", ylabel="mAP50", ylim=(low - 0.12, 1))
    panel.set_xlim(0, 1.25 * max(row["fps"] for row in rows.values()))
    panel.grid(color="#dddddd")
    return figure
