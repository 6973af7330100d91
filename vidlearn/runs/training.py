"""A training from the first step to the last, whatever comes between."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from vidlearn.messages import text

from . import report, state, table
from .files import RunError, locked, not_written, replaced, sweep, write_text
from .run import CLASSES, METRICS, MODEL, SETTINGS, Run
from .settings import decided, expect_as_trained, fixed, given_options, gone_on, readable
from .watch import Watch, interrupts


def train(
    kind,
    pictures,
    out,
    *,
    preset=None,
    epochs=None,
    size=None,
    seed=None,
    colour=None,
    more=None,
    skip=False,
    resume=False,
):
    """Train a network on a folder of labelled pictures or clips, or go on with a training.

    Parameters
    ----------
    kind : {"faster_rcnn", "yolo", "ssd", "c3d", "r2plus1d", "cnn_rnn", "tcn", "shotnet", \
"segmenter"}
        Which network: the first three find things in pictures, the next four say what is done in a
        clip, the last two where shots meet.
    pictures : str, Path, DetectionSet, ClipSet or None
        The labelled pictures: a folder in a form that `vidlearn.datasets.read` knows; or the
        clips: a folder for each class, as `vidlearn.datasets.read_clips` reads it. Splits "train"
        and "val" are taken as they are; where there are none, a fifth of what is not "test" is
        put aside for validation, of clips whole sources. Networks that find where shots meet learn
        from films that are generated, and need none; of a folder of films without a cut, edited
        ones are made as well.
    out : str or Path
        The folder of the training; a new one, but for `resume`.
    preset : {"tiny", "cpu", "gpu"}, optional
        How large and how long; default "cpu".
    epochs : int, optional
        How many in all. The rate falls until the last one, so a training that goes on with
        another number has another rate from there on.
    size : (int, int), optional
        Height and width of the network's pictures, multiples of 16; default: like the pictures,
        as large as the preset allows.
    seed : int, optional
        Of weights, order and changes of the pictures; default 0.
    colour : {"mild", "strong"}, optional
        How much the colours of training pictures are changed; default "mild".
    more : dict, optional
        What only some networks take. Detectors: "upside_down", whether training pictures are also
        mirrored up and down, default False. Actions: "frames" of a clip, default by the preset;
        "step", frames of the film from one to the next, default by the lengths of the films;
        "mirror", whether training clips are also mirrored left and right, default False, for it
        makes a turn to the left one to the right.
    skip : bool
        Leave out labels at fault and clips that are broken, rather than refuse the folder.
    resume : bool
        Go on with the training in `out`. What is not given is as it was.

    Returns
    -------
    Run

    Raises
    ------
    RunError
        If `out` is taken, belongs to another training or is in use, the disk is full, the preset
        is "gpu" and there is none, or an option is none of those.
    vidlearn.datasets.DatasetError
        If the pictures or clips cannot be read.
    KeyboardInterrupt
        After Ctrl-C, once the state is saved; its text says where a resumed training goes on.

    Notes
    -----
    After each epoch the whole state is on the disk: whatever ends the process, at most one epoch
    is lost, and what comes then is what would have come.

    Examples
    --------
    ``run = train("ssd", "my_pictures", "my_run", epochs=30)``, then ``run.model()``.

    Lesson 15 uses it.
    """
    options = {"preset": preset, "epochs": epochs, "size": size, "seed": seed, "colour": colour}
    table.checked(kind, preset or "cpu")
    given = given_options(kind, **options, **(more or {}))
    task, folder = table.task_of(kind), Path(out).expanduser()
    old = _to_go_on(folder, kind) if resume else None
    if not resume:
        _expect_free(folder)
        _expect_gpu(given.get("preset"))
    if isinstance(pictures, str | Path):
        expect_outside(folder, pictures)
    settings, *parts = decided(kind, task.read(pictures, skip=skip), given, old)
    if settings["data"]["folder"]:
        expect_outside(folder, settings["data"]["folder"])
    if old is not None:
        settings = gone_on(old, settings, folder)
    _make(folder)
    with locked(folder):
        if not resume:  # another may have begun, and ended, while the pictures were read
            _expect_free(folder)
        sweep(folder)
        _Training(folder, settings, task(settings, *parts)).go()
    return Run(folder)


def _make(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error


def expect_outside(folder, pictures):
    """Refuse a training's folder that lies among the pictures: its own would be taken for some.

    Parameters
    ----------
    folder, pictures : str or Path
    """
    places = (Path(path).expanduser().resolve() for path in (folder, pictures))
    if next(places).is_relative_to(next(places)):
        raise RunError(text("runs")["inside"].format(folder=folder, data=Path(pictures)))


def _expect_free(folder):
    """Refuse a folder that holds more than what a training leaves that was killed as it began."""
    there = folder.exists()
    if there and folder.is_dir():
        names = {path.name for path in folder.iterdir() if not path.match(".*.part.*")}
        there = bool(names - {"lock"})
    if there:
        why = "there" if folder.is_dir() else "there_file"
        raise RunError(text("runs")[why].format(folder=folder))


def _expect_gpu(preset):
    """Refuse a training that would take days."""
    import keras

    if preset == "gpu" and not keras.distribution.list_devices("gpu"):
        raise RunError(text("runs")["no_gpu"])


def _to_go_on(folder, kind):
    """Return the settings in a folder from which a training can go on."""
    run, words = Run(folder), text("runs")
    settings = readable(run.settings, folder / SETTINGS)
    if table.task_of(settings["kind"]) is not table.task_of(kind):
        what = words["was_and_is"].format(name="kind", old=settings["kind"], new=kind)
        raise RunError(words["differs"].format(folder=folder, what=what))
    if (folder / METRICS).exists() and not (folder / state.NAME).exists():
        raise RunError(text("runs")["no_state"].format(folder=folder))
    return settings


def _write_head(folder, settings, counted):
    write_text(folder / SETTINGS, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    write_text(folder / CLASSES, "".join(f"{name}\n" for name in settings["classes"]))
    report.write_readme(folder, settings, counted)


@contextmanager
def _precision(preset):
    """Half precision where the preset is made for a GPU and there is one."""
    import keras

    before = keras.config.dtype_policy()
    if preset == "gpu" and keras.distribution.list_devices("gpu"):
        keras.config.set_dtype_policy("mixed_float16")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


class _Training:
    """One training in one process."""

    def __init__(self, folder, settings, task):
        import keras

        self.folder, self.settings, self.task = folder, settings, task
        keras.utils.set_random_seed(settings["seed"])
        with _precision(settings["preset"]):
            self.model = self._built()
        self._compile()
        self.state = state.State()
        if (folder / state.NAME).exists():
            self.state = state.load(folder, self.model)
            expect_as_trained(settings, self.state.fixed, folder / SETTINGS)
        self.state.fixed = fixed(settings)
        settings["epochs"] = max(settings["epochs"], self.state.epoch)
        _write_head(folder, settings, task.COUNTED)

    def _built(self):
        try:
            return self.task.build()
        except TypeError as error:  # an option that there is not: they were spoilt by hand
            told = {"file": self.folder / SETTINGS, "why": error}
            raise RunError(text("runs")["damaged_settings"].format(**told)) from error

    def _compile(self):
        from .recipe import optimizer

        s = self.settings
        made = optimizer(s["epochs"] * s["steps"], rate=s["rate"], decay=s["decay"])
        self.task.compile(self.model, made)
        self.model.optimizer.build(self.model.trainable_variables)

    def go(self):
        """Train until the last epoch, or Ctrl-C."""
        epochs, words = self.settings["epochs"], text("runs")
        if self.state.rows:  # the process may have ended before these were written
            self._mend_model()
            self._report(better=not (self.folder / "sample.png").exists())
        if self.state.epoch >= epochs:
            print(words["finished"].format(done=self.state.epoch, folder=self.folder))
            return
        self._tell()
        self.task.choose_validation(self._preset().looked_at)
        with interrupts() as asked, Watch(self.settings, self.state, asked) as watch:
            while self.state.epoch < epochs:
                self._train_epoch(watch)
                if asked and self.state.epoch < epochs:
                    told = {"epoch": self.state.epoch + 1, "step": self.state.step + 1}
                    raise KeyboardInterrupt(words["stopped"].format(**told))
        measure = self.task.MEASURES[0]
        measured = [row[measure] for row in self.state.rows if row[measure] is not None]
        best = f"{max(measured):.3f}" if measured else "-"
        done = words[f"done_{self.task.COUNTED}"]
        print(done.format(folder=self.folder, best=best))

    def _preset(self):
        return table.preset_of(self.settings["kind"], self.settings["preset"])

    def _tell(self):
        """Say what is about to be trained, before it takes time."""
        s, words = self.settings, text("runs")
        height, width = s["size"]
        counts = s["data"][self.task.COUNTED]
        told = {"kind": s["kind"], "preset": s["preset"], "height": height, "width": width}
        told |= {"train": counts["train"], "val": counts["val"], "classes": ", ".join(s["classes"])}
        told |= {"epochs": s["epochs"], "steps": s["steps"], "batch": s["batch_size"]}
        told["rounds"] = s["epochs"] * s["steps"] * s["batch_size"] / counts["train"]
        lines, more = self.task.told()
        if self.state.epoch or self.state.step:
            lines.append(words["goes_on"])
            told |= {"epoch": self.state.epoch + 1, "step": self.state.step + 1}
        for line in lines:
            print(line.format(**told, **more), flush=True)

    def _train_epoch(self, watch):
        s, now = self.settings, self.state
        batches = self.task.batches(now.epoch, now.step)
        try:
            means, steps, seconds = watch.fit(self.model, batches)
        except Exception as error:  # each backend has its own
            raise self._explained(error) from error
        for name, value in {**means, "seconds": seconds / max(steps, 1)}.items():
            now.sums[name] = now.sums.get(name, 0.0) + value * steps
        now.step += steps
        if not np.isfinite(list(now.sums.values())).all():
            raise RunError(text("runs")["not_finite"].format(epoch=now.epoch + 1))
        if now.step < s["steps"]:
            state.save(self.folder, self.model, now)
        else:
            self._finish_epoch(watch)

    def _explained(self, error):
        """Say what a training met with, where it is not the program's fault."""
        if self.task.trouble is not None:
            return self.task.trouble
        told = f"{type(error).__name__} {error}".lower()
        if isinstance(error, MemoryError) or "resourceexhausted" in told or "out of memory" in told:
            return RunError(text("runs")["memory"].format(size=self.settings["size"]))
        return error

    def _finish_epoch(self, watch):
        from keras import ops

        now, steps, measure = self.state, self.settings["steps"], self.task.MEASURES[0]
        found = self.task.measured(self.model)
        seconds = now.sums.pop("seconds")
        means = {name: value / steps for name, value in now.sums.items()}
        row = {"epoch": now.epoch + 1, "loss": means.pop("loss"), **means, **found}
        rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        row |= {"learning_rate": rate, "seconds": round(seconds, 2)}
        better = (found[measure] or 0.0) >= now.best
        now.rows.append(row)
        now.epoch, now.step, now.sums = now.epoch + 1, 0, {}
        now.best = max(now.best, found[measure] or 0.0)
        if better:
            self._save_model()
        state.save(self.folder, self.model, now)  # from here on the epoch is done
        self._report(better)
        watch.say_epoch(row, better)

    def _save_model(self):
        """Write the model as one uses it: the optimiser's memory, twice its size, stays here."""
        optimizer, self.model.optimizer = self.model.optimizer, None
        self.model.compiled = False
        try:
            with replaced(self.folder / MODEL) as part:
                self.model.save(part)
        finally:
            self.model.optimizer, self.model.compiled = optimizer, True

    def _mend_model(self):
        """Write the model anew where its file is gone or damaged; the best weights are lost."""
        try:
            Run(self.folder).model()
        except RunError:
            now, measure = self.state, self.task.MEASURES[0]
            now.best = now.rows[-1][measure] or 0.0
            print(text("runs")["model_anew"].format(file=self.folder / MODEL, epoch=now.epoch))
            self._save_model()

    def _report(self, better):
        report.write_metrics(self.folder, self.state.rows)
        report.draw_curves(self.folder, self.state.rows, self.task)
        if better:
            self.task.draw_sample(self.folder, self.model)
