"""Clips of actions, the controls beside them, and one training: what lessons 17 to 20 share."""

from functools import cache

import numpy as np

from vidlearn.course.exercises._controls import (
    flow_statistics,
    forest,
    mean_frame,
    one_frame,
    shuffled,
)

__all__ = [
    "WORLDS",
    "accuracy",
    "batches",
    "clips",
    "clips_a_second",
    "film_of",
    "flow_statistics",
    "forest",
    "learn",
    "mean_frame",
    "named",
    "one_frame",
    "shuffled",
    "sizes",
]

WORLDS = ("new place", "new clothes", "new viewpoint")
"""Parts that differ from the training in one more thing than the people."""
SEEDS = {"train": 17, "val": 1017, "test": 2017}
BATCH = 16


def sizes():
    """Return frames, side and numbers of clips, by the preset.

    Returns
    -------
    frames, side : int
        A clip is (frames, side, side, 3).
    counts : dict of str to int
        Clips to train on ("train"), to choose by ("val"), and to be judged by ("test").
    """
    from vidlearn.course.presets import choose

    frames, side = choose(tiny=(16, 32), cpu=(16, 48), gpu=(16, 112))
    train, rest = choose(tiny=(160, 60), cpu=(900, 300), gpu=(4000, 1000))
    return frames, side, {"train": train, "val": rest, "test": rest}


@cache
def clips(part="train"):
    """Make the clips of lessons 17 to 20, the same for all of them; made once in a process.

    Parameters
    ----------
    part : str
        "train"; "val" and "test" with people never seen; "new place", "new clothes" and
        "new viewpoint" with people never seen and one more thing that is new.

    Returns
    -------
    vidlearn.synthetic.Actions
        As many as `sizes` says, all classes equally often. Change nothing in place.
    """
    from vidlearn.synthetic import actions

    frames, side, counts = sizes()
    world = part if part in WORLDS else {"train": "seen"}.get(part, "unseen people")
    kind = part if part in SEEDS else "test"
    seed = SEEDS[kind] + 100 * (part not in SEEDS)
    return actions(counts[kind], frames=frames, size=(side, side), seed=seed, world=world)


# Training ----------------------------------------------------------------------------------


def batches(frames, labels, *, seed=0, size=BATCH, turned=True):
    """Hand out clips in batches, in another order each epoch; half of them backwards.

    Parameters
    ----------
    frames : ndarray
        (N, T, H, W, 3) uint8.
    labels : ndarray
        (N,) classes of `vidlearn.synthetic.TIMED`: of k the reverse is ``k ^ 1``.
    seed : int
        Of order and draws.
    size : int
        Clips in a batch.
    turned : bool
        Whether each clip is played backwards by the toss of a coin, and then called by the
        reverse of its class.

    Returns
    -------
    keras.utils.PyDataset
        For `fit`.
    """
    import keras

    class Batches(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.epoch = -1
            self.on_epoch_end()

        def __len__(self):
            return -(-len(frames) // size)

        def on_epoch_end(self):
            self.epoch += 1
            self.order = np.random.default_rng([seed, self.epoch]).permutation(len(frames))

        def __getitem__(self, k):
            chosen = self.order[k * size : (k + 1) * size]
            x, y = frames[chosen], labels[chosen]
            if turned:
                back = np.random.default_rng([seed, self.epoch, k]).random(len(x)) < 0.5
                x[back], y[back] = x[back, ::-1], y[back] ^ 1
            return x, y

    return Batches()


def learn(build, train, *, labels=None, val=None, epochs, rate=2e-3, seed=0, name, turned=True):
    """Train a classifier of clips: Adam with a rate that falls along a cosine; a bar, a file.

    Parameters
    ----------
    build : callable
        Takes the shape of a clip, (T, H, W, 3), and returns a keras.Model that gives logits.
    train : vidlearn.synthetic.Actions or ndarray
        Clips to learn from; of an array (N, T, H, W, 3) give the labels too.
    labels : ndarray, optional
        (N,) classes.
    val : vidlearn.synthetic.Actions, optional
        Clips to be measured on after each epoch.
    epochs : int
        How often each clip is seen.
    rate : float
        Highest rate.
    seed : int
        Of weights, order and draws.
    name : str
        Of the training, for the file that it goes on from.
    turned : bool
        As `batches` takes it.

    Returns
    -------
    keras.Model
        Trained; its ``history.history`` has loss and accuracy for each epoch.
    """
    import keras

    from vidlearn.course.presets import preset
    from vidlearn.course.training import keras_checkpoint, keras_progress

    frames = getattr(train, "frames", train)
    labels = train.labels if labels is None else labels
    keras.utils.set_random_seed(seed)
    model = build(frames.shape[1:])
    data = batches(frames, labels, seed=seed, turned=turned)
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * len(data))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    gpu = bool(keras.distribution.list_devices("gpu"))
    model.compile(keras.optimizers.Adam(falling), loss, metrics=["accuracy"],
                  jit_compile="auto" if gpu else False)  # fmt: skip
    keep = keras_checkpoint(f"{name}-{preset()}-{seed}")
    valid = None if val is None else (val.frames, val.labels)
    model.fit(data, epochs=epochs, verbose=0, validation_data=valid, validation_batch_size=50,
              callbacks=[keras_progress(), keep])  # fmt: skip
    return model


def named(model, frames):
    """Say which class each clip is likeliest of.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    frames : ndarray
        (N, T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        (N,) int64.
    """
    from vidlearn.models import predict_clips

    return predict_clips(model, frames).argmax(axis=1)


def accuracy(model, some):
    """Return the share of clips whose likeliest class is the right one.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    some : vidlearn.synthetic.Actions
        N clips and their labels.

    Returns
    -------
    float
    """
    return float((named(model, some.frames) == some.labels).mean())


def clips_a_second(model, frames, *, clock):
    """Time a network on clips in batches, the first batch not counted.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    frames : ndarray
        (N, T, H, W, 3) uint8, more than one batch.
    clock : callable
        Tells seconds, such as ``time.perf_counter``.

    Returns
    -------
    float
        Clips a second.
    """
    from vidlearn.models import predict_clips

    predict_clips(model, frames[:BATCH], batch_size=BATCH)
    began = clock()
    predict_clips(model, frames[BATCH:], batch_size=BATCH)
    return (len(frames) - BATCH) / (clock() - began)


# Films -------------------------------------------------------------------------------------


def film_of(frames, names, *, columns=5, times=None, right=None):
    """Put clips into one film, row by row, with a line above each, or more lines.

    Parameters
    ----------
    frames : ndarray
        (N, T, H, W, 3) uint8.
    names : sequence of str
        N texts; a line feed begins a new line.
    columns : int
        Clips in a row.
    times : int, optional
        By how much clips are enlarged; by default such that a row is about 500 pixels wide.
    right : sequence of bool, optional
        Whether each text is right: it is written in blue, else in orange.

    Returns
    -------
    ndarray
        (T, height, width, 3) uint8.
    """
    from PIL import Image

    right = [None] * len(names) if right is None else right
    count, total, height, width = frames.shape[:4]
    times = times or max(1, round(500 / columns / width))
    wide, high = times * width, times * height
    line = 18 * max(text.count("\n") + 1 for text in names)
    rows = -(-count // columns)
    film = np.full((total, rows * (high + line), columns * (wide + 4) - 4, 3), 255, np.uint8)
    for n, clip in enumerate(frames):
        top, left = n // columns * (high + line), n % columns * (wide + 4)
        film[:, top : top + line, left : left + wide] = _line(names[n], (wide, line), right[n])
        for t, frame in enumerate(clip):
            large = Image.fromarray(frame).resize((wide, high), Image.Resampling.BICUBIC)
            film[t, top + line : top + line + high, left : left + wide] = large
    return film


def _line(words, size, right):
    """Write lines on white, as large as they fit."""
    from PIL import Image, ImageDraw, ImageFont

    from vidlearn.plots import PALETTE

    colour = {None: "#000000", True: PALETTE["blue"], False: PALETTE["vermilion"]}[right]
    picture = Image.new("RGB", size, "#ffffff")
    draw = ImageDraw.Draw(picture)
    fonts = [ImageFont.load_default(points) for points in range(13, 6, -1)]
    lines = words.split("\n")
    fitting = (f for f in fonts if all(draw.textlength(x, font=f) <= size[0] - 2 for x in lines))
    font, high = next(fitting, fonts[-1]), size[1] / len(lines)
    for n, one in enumerate(lines):
        draw.text((size[0] // 2, int((n + 0.5) * high)), one, fill=colour, anchor="mm", font=font)
    return np.asarray(picture)
