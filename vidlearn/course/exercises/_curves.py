"""The curve of a training, as lessons 10 and 17 draw it."""


def curves(history, *, chance, watched):
    """Draw accuracy, epoch by epoch, on what is learned from and on what it is watched by.

    Parameters
    ----------
    history : dict of str to list of float
        "accuracy" and "val_accuracy", as `fit` returns them.
    chance : float
        Of whoever guesses.
    watched : str
        What "val_accuracy" was measured on.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib.pyplot as plt

    from vidlearn.plots import COLOURS

    figure, ax = plt.subplots(figsize=(6.4, 2.7), layout="constrained")
    epochs = range(1, len(history["accuracy"]) + 1)
    names = {"accuracy": "learned from", "val_accuracy": watched}
    for k, (key, name) in enumerate(names.items()):
        ax.plot(epochs, history[key], color=COLOURS[k], marker="os"[k], ms=4, label=name)
    ax.axhline(chance, color="#767676", ls=":")
    ax.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.03), xticks=list(epochs))
    ax.legend(frameon=False, loc="lower right")
    return figure
