"""Train the network that comes with the library: ``python -m vidlearn.masks.train OUT --seed 0``.

Films are made as they are needed, none twice. What is in OUT goes on where it ended.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

CHUNKS, STEPS, BATCH = 40, 100, 8  # each chunk of steps has its own films and saves the state
FILMS, FRAMES, WINDOW = 6, 16, (64, 64)
RATE = 2e-3
FILTERS = (8, 16, 32, 64)


def chunk_pairs(seed, chunk, *, films=FILMS, frames=FRAMES, window=WINDOW, count=STEPS * BATCH):
    """Make the pairs of one chunk: of new films, their colours changed.

    Parameters
    ----------
    seed, chunk : int
        The same two give the same pairs.
    films, frames : int
        How many films, and how long.
    window : (int, int)
        Height and width of the pairs.
    count : int
        Pairs, N.

    Returns
    -------
    inputs, truths : ndarray
        As `vidlearn.masks.training_pairs` gives them.
    """
    from vidlearn.masks import training_pairs
    from vidlearn.synthetic import hide_and_seek

    rng = np.random.default_rng([seed, chunk])
    scenes = [
        hide_and_seek(
            frames,
            objects=int(rng.integers(2, 6)),
            world="seen",
            seed=rng,
            scale=rng.uniform(0.25, 0.5),
            camera=str(rng.choice(["still", "shake", "zoom"])),
        )
        for _ in range(films)
    ]
    inputs, truths = training_pairs(scenes, count, size=window, seed=rng)
    for k in range(count):
        colours = inputs[k, ..., rng.permutation(3)].transpose(1, 2, 0).astype(np.float32)
        colours = colours * rng.uniform(0.7, 1.3, 3) + rng.uniform(-25, 25, 3)
        inputs[k, ..., :3] = np.clip(colours, 0, 255)
        if rng.random() < 0.5:
            inputs[k], truths[k] = inputs[k, ::-1].copy(), truths[k, ::-1].copy()
    return inputs, truths


def train(out, *, seed=0, chunks=CHUNKS, **small):
    """Train, or go on with a training, and write OUT/unet.keras after each chunk.

    Parameters
    ----------
    out : str or Path
        A folder; what it holds of an earlier training goes on.
    seed : int
        Of the weights and the films.
    chunks : int
        How many in all.
    **small
        For `chunk_pairs`, to try it out.

    Returns
    -------
    keras.Model

    Raises
    ------
    ValueError
        If the folder holds a training with other settings.
    vidlearn.runs.RunError
        If what it holds is damaged.
    KeyboardInterrupt
        After Ctrl-C; the chunk that was begun is lost.
    """
    import keras
    from tqdm import tqdm

    from vidlearn.models import build_unet, mask_loss
    from vidlearn.runs import state
    from vidlearn.runs.files import locked, replaced, sweep
    from vidlearn.runs.watch import interrupts

    out = Path(out).expanduser()
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(seed)
    model = build_unet((None, None, 4), filters=FILTERS)
    model.compile(keras.optimizers.Adam(RATE), mask_loss, jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    fixed = {"seed": seed, "chunks": chunks, **json.loads(json.dumps(small))}
    with locked(out), interrupts() as asked:
        sweep(out)
        now = state.load(out, model) if (out / state.NAME).exists() else state.State(fixed=fixed)
        if now.fixed != fixed:
            raise ValueError(f"{out} holds a training with {now.fixed}. Received: {fixed}")
        with tqdm(total=chunks, initial=now.epoch, unit="chunk", file=sys.stdout) as bar:
            while now.epoch < chunks:
                inputs, truths = chunk_pairs(seed, now.epoch, **small)
                stop = _Paced(now.epoch / chunks, 1 / chunks, len(inputs) // BATCH, asked)
                how = {"batch_size": BATCH, "verbose": 0, "shuffle": False}
                told = model.fit(inputs, truths, callbacks=[stop], **how)
                if asked:
                    raise KeyboardInterrupt(f"Stopped; chunk {now.epoch + 1} comes anew.")
                now.epoch += 1
                now.rows.append({"chunk": now.epoch, "loss": told.history["loss"][0]})
                state.save(out, model, now)
                with replaced(out / "unet.keras") as part:
                    _bare(model).save(part)
                bar.set_postfix(loss=f"{now.rows[-1]['loss']:.3f}")
                bar.update()
    return model


def _bare(model):
    """Return a copy without the memory of the optimiser."""
    from vidlearn.models import build_unet

    copy = build_unet((None, None, 4), filters=FILTERS)
    copy.set_weights(model.get_weights())
    return copy


def _Paced(start, share, steps, asked):
    """Let the rate fall as half a cosine, and stop after Ctrl-C."""
    import keras

    class Paced(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            done = start + share * batch / steps
            self.model.optimizer.learning_rate = RATE * (0.5 + 0.5 * np.cos(np.pi * done))

        def on_train_batch_end(self, batch, logs=None):
            if asked:
                self.model.stop_training = True

    return Paced()


def main():
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m vidlearn.masks.train", description=__doc__)
    parser.add_argument("out", help="a folder; what it holds of an earlier training goes on")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        train(chosen.out, seed=chosen.seed)
    except KeyboardInterrupt as error:
        print(error)
        return 130
    except (OSError, RuntimeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
