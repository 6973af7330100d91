"""What only networks for clips need in a training: clips, what is done in them, top-1."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import ClassVar

import numpy as np

from vidlearn import datasets
from vidlearn.messages import text

from . import clip_data, data, table


class Actions:
    """The task of a training that says what is done in a clip.

    For `NEW`, `HELD` and `FIXED` see `Detection`.

    Parameters
    ----------
    settings : dict
    train, val : ClipSet
    """

    NEW: ClassVar = {"frames": None, "step": None, "colour": "mild", "mirror": False}
    HELD: ClassVar = {"frames": int, "step": int, "colour": str, "mirror": bool}
    FIXED = ("frames", "step", "colour", "mirror")
    COUNTED = "clips"
    MEASURES = ("val_top1", "top1")
    trouble = None  # why a clip could not be read

    read = staticmethod(clip_data.as_clips)
    divided = staticmethod(clip_data.divided)
    about = staticmethod(clip_data.about)

    @staticmethod
    def network_for(kind, train, chosen, size):
        """Return what settings depend on the clips: size, frames, step, options of the network."""
        preset = table.preset_of(kind, chosen["preset"])
        lengths, sizes = clip_data.lengths_and_sizes(train)
        clip_data.expect_sides(train.classes, chosen["mirror"])
        frames = int(chosen["frames"] or preset.frames)
        step = int(chosen["step"] or clip_data.fitting_step(lengths, frames))
        size = tuple(size or table.fitting_size(sizes, chosen["preset"], kind))
        network = preset.network[kind]
        shape = (frames, *size, 3)
        table.build(kind, shape, len(train.classes), network)  # refuses what is too short or small
        return {"size": size, "frames": frames, "step": step, "network": network}

    @staticmethod
    def load(path):
        """Return the model in a file, and the names of its classes."""
        import keras

        import vidlearn.layers  # noqa: F401 - so that Keras knows them

        model = keras.saving.load_model(path, compile=False)
        names = tuple((path.parent / "classes.txt").read_text("utf-8").splitlines())
        if (count := model.output_shape[-1]) != len(names):
            raise datasets.DatasetError(text("runs")["count_of_classes"].format(n=count))
        if not keras.distribution.list_devices("gpu"):
            model = in_full_precision(model)
        return model, names

    def __init__(self, settings, train, val):
        self.settings, self.train, self.val = settings, train, val
        self.size = tuple(settings["size"])
        self.preset = table.preset_of(settings["kind"], settings["preset"])
        # What is decoded stays on the disk as long as the training runs, within a bound.
        self.room = ExitStack()
        cache = datasets.ClipCache(self.room.enter_context(clip_data.room()), clip_data.ROOM)
        how = {"mode": "random", "cache": cache}
        self.reader = clip_data.reader(train, settings, self.preset.workers, **how)
        changes = settings["colour"], False, settings["seed"]
        self.reader.change = data.augmenter(*changes, mirrored=settings["mirror"])

    def build(self):
        """Return the network, new."""
        s = self.settings
        shape = (s["frames"], *self.size, 3)
        return table.build(s["kind"], shape, len(s["classes"]), s["network"])

    def compile(self, model, optimizer):
        """Make the network ready to be trained.

        XLA's convolutions in three dimensions are ten times as slow on a CPU as TensorFlow's own.
        """
        import keras

        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        top1 = keras.metrics.SparseCategoricalAccuracy(name="top1")
        plain = keras.backend.backend() == "tensorflow"
        how = {"loss": loss, "metrics": [top1], "jit_compile": False if plain else "auto"}
        model.compile(optimizer, **how)

    def told(self):
        """Return the lines that are said before a training, and what they tell of."""
        s, words = self.settings, text("runs")
        lines = [words[f"clips_{s['data']['divided']}"], words["begins_clips"]]
        span = s["step"] * (s["frames"] - 1) + 1
        mirror = words["mirrored" if s["mirror"] else "not_mirrored"]
        apart = words["every_frame" if s["step"] == 1 else "one_frame_in"].format(step=s["step"])
        more = {"frames": s["frames"], "apart": apart, "span": span, "mirror": mirror}
        return lines, more | {"chance": 1 / len(s["classes"])}

    def batches(self, epoch, first):
        """Return the batches of an epoch, from a step on."""
        from .batches import Streamed, order_of

        s = self.settings
        most = s["steps"] * s["batch_size"]
        self.reader.clips = self.train[order_of(len(self.train), most, s["seed"], epoch)]
        return Streamed(self._stream(epoch, first), s["steps"] - first)

    def _stream(self, epoch, first):
        count, held = self.settings["batch_size"], []
        try:
            for k, clip in self.reader.epoch(epoch, first=first * count):
                held.append((clip, self.reader.clips[k].label))
                if len(held) == count:
                    clips, labels = zip(*held, strict=True)
                    yield np.stack(clips), np.array(labels)
                    held = []
        except (ValueError, OSError) as error:  # Keras hides it in errors of its own
            self.trouble = error
            raise

    def choose_validation(self, most):
        """Decode so many of the validation clips, evenly, for a look after each epoch."""
        if len(self.val) > most:
            self.val = self.val[np.linspace(0, len(self.val) - 1, most).astype(int)]
        with clip_data.reader(self.val, self.settings, self.preset.workers) as reader:
            self.looked_at = np.stack([clip for _, clip in reader])

    def measured(self, model):
        """Return what a model is worth on the validation clips, by name."""
        from vidlearn.metrics import top_k_accuracy
        from vidlearn.models import predict_clips

        self.found = predict_clips(model, self.looked_at, batch_size=self.settings["batch_size"])
        labels = self.val.labels
        # A clip counts at most -log(1e-7) = 16.1, however sure the network was of another class.
        sure = np.maximum(self.found[np.arange(len(labels)), labels], 1e-7)
        top1 = top_k_accuracy(self.found, labels)
        return {"val_top1": top1, "val_loss": float(-np.log(sure).mean())}

    def draw_sample(self, folder, model):
        """Draw some validation clips with what was found."""
        from .clip_report import draw_sample

        if not hasattr(self, "looked_at"):
            self.choose_validation(self.preset.looked_at)
            self.measured(model)
        draw_sample(folder, self.looked_at, self.val.labels, self.found, self.settings["classes"])


def in_full_precision(model):
    """Return a model that was trained in half precision in float32: CPUs lack some of its layers.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    keras.Model
    """
    import keras

    told = json.dumps(keras.saving.serialize_keras_object(model))
    full = told
    for half in ("mixed_float16", "mixed_bfloat16"):
        full = full.replace(f'"{half}"', '"float32"')  # not where a name holds it
    if full == told:
        return model
    made = keras.saving.deserialize_keras_object(json.loads(full))
    made.set_weights(model.get_weights())
    return made
