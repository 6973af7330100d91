"""What the three detectors share: pictures in, `Detections` out, losses by their names."""

import zipfile
from numbers import Integral, Real

import keras
import numpy as np
from keras import ops

from vidlearn.boxes import Detections, nms

from .fitting import checked_frame, letterbox

CANDIDATES = 400  # best boxes of a picture that enter suppression, or as many as are asked for
NOWHERE = (-9.0, -9.0, -8.0, -8.0)  # the box that fills up, far from every anchor


class Detector(keras.Model):
    """The common part of `FasterRCNN`, `YOLO` and `SSD`.

    A paper's class builds its networks in `__init__` and says three things: what its network puts
    out (`call`), which losses that is worth (`loss_terms`) and which boxes and scores it means
    (`decode`). `compile`, `fit`, callbacks, `summary` and `save` are those of `keras.Model`.
    For `fit`, x are pictures (N, H, W, 3) of 0 to 255, and y is what `pad_truths` returns.

    Parameters
    ----------
    shape : (int, int, int)
        H, W and 3 of the pictures that the network sees.
    classes : sequence of str
        Names of the classes, in the order of the labels.
    name : str, optional
        Name of the model.
    """

    def __init__(self, shape, classes, name=None):
        super().__init__(name=name)
        self.frame_shape, self.classes = _checked_shape(shape), _checked_classes(classes)
        self._means = {}
        object.__setattr__(self, "_seer", None)  # not a part of the model: it holds the model

    @property
    def network(self):
        """The functional model that works on a picture; a paper's class sets it."""
        return self._network

    @network.setter
    def network(self, network):
        self._network, self.built = network, True

    def build(self, input_shape=None):
        self.built = True

    def call(self, pictures, training=False):
        return self.network(pictures, training=training)

    def loss_terms(self, outputs, boxes, labels, *, training):
        """Return the named parts of the loss: a dict of scalars; their sum is minimised.

        Parameters
        ----------
        outputs : tensor or structure
            What `call` returned.
        boxes, labels : tensor
            (N, M, 4) float32 and (N, M) int32, filled up: a label of -1 is no truth.
        training : bool
        """
        raise NotImplementedError

    def decode(self, outputs):
        """Return boxes (N, P, 4), in pixels of the network, and scores (N, P, K), 0 to 1.

        Parameters
        ----------
        outputs : tensor or structure
            What `call` returned.
        """
        raise NotImplementedError

    def compile(self, optimizer="adamw", *, jit_compile=None, **options):
        """Configure the training, as `keras.Model.compile` does; the loss is the detector's own.

        As in Keras, `predict` too is compiled anew.

        Parameters
        ----------
        optimizer : str or keras.Optimizer
        jit_compile : bool or str, optional
            Default: XLA where it pays. On TensorFlow without a GPU it makes convolutions slower.
        **options
            Others of `keras.Model.compile`, but no loss and no metrics.

        Raises
        ------
        ValueError
            If a loss or metrics are given.
        """
        for name in ("loss", "loss_weights", "metrics", "weighted_metrics"):
            if options.get(name):
                raise ValueError(
                    f"{name} must be left out: a detector has losses of its own, and "
                    f"vidlearn.metrics.evaluate_detections judges it. Received: {options[name]!r}"
                )
        object.__setattr__(self, "_seer", None)
        super().compile(
            optimizer, jit_compile=_jit() if jit_compile is None else jit_compile, **options
        )

    def compile_from_config(self, config):
        """Compile as the saved model was, optimiser with its state included."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def fit(self, x=None, y=None, **options):
        """Train, as `keras.Model.fit` does; y is what `pad_truths` returns, or x holds both.

        Raises
        ------
        ValueError
            If y is something else, a label is no class, or there are weights of samples.
        """
        self._check_truths(x, y)
        return super().fit(x, y, **options)

    def evaluate(self, x=None, y=None, **options):
        """Measure the losses, as `keras.Model.evaluate` does; x and y as in `fit`."""
        self._check_truths(x, y)
        return super().evaluate(x, y, **options)

    def _check_truths(self, x, y):
        """Look at what a compiled step can not; what stands in a tf.data.Dataset is not seen."""
        if y is not None:
            boxes, labels = map(ops.convert_to_numpy, _taken(y))
            if not np.isfinite(boxes).all():
                raise ValueError("boxes of y must be finite. Received: NaN or infinity")
        else:
            labels = np.concatenate([[], *(truth.labels for truth in getattr(x, "truths", []))])
        if (labels >= len(self.classes)).any():
            raise ValueError(
                f"labels must be 0 to {len(self.classes) - 1}, for there are {len(self.classes)} "
                f"classes, and -1 where there is none. Received: {int(labels.max())}"
            )

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is not None:
            raise ValueError("sample_weight must be None: every picture counts alike.")
        boxes, labels = _taken(y)
        boxes, labels = ops.cast(boxes, "float32"), ops.cast(labels, "int32")
        terms = self.loss_terms(y_pred, boxes, labels, training=training)
        for name, value in terms.items():
            self._means[name].update_state(value, sample_weight=ops.shape(boxes)[0])
        return sum(terms.values())

    def log(self, *names):
        """Make a mean for every part of the loss, for the log; a paper's class calls it once."""
        for name in names:
            self._means[name] = keras.metrics.Mean(name=name)

    def predict(self, frames, *, threshold=0.05, overlap=0.45, most=100, batch_size=16):
        """Find things in pictures of any size.

        Parameters
        ----------
        frames : ndarray or sequence of ndarray
            (N, H, W, 3) uint8 RGB, or N pictures of sizes of their own. A picture of another size
            than the network's is made to fit, without distortion.
        threshold : float
            Scores above this count, 0 to 1.
        overlap : float
            Of two boxes of one class that overlap more than this, the better one stays.
        most : int
            Most detections of a picture.
        batch_size : int
            Pictures at a time.

        Returns
        -------
        list of Detections
            One for each picture, in its own pixels, best first.

        Raises
        ------
        ValueError
            If a picture is not (H, W, 3) uint8, or an option is out of range.
        """
        _check_options(frames, threshold, overlap, most, batch_size)
        found = []
        for start in range(0, len(frames), batch_size):
            part = [checked_frame(x, "frames") for x in frames[start : start + batch_size]]
            fitted = [letterbox(frame, self.frame_shape[:2]) for frame in part]
            boxes, scores = self._seen(np.stack([picture for picture, _ in fitted]))
            for k, (frame, (_, factor)) in enumerate(zip(part, fitted, strict=True)):
                height, width = frame.shape[:2]
                inside = np.clip(boxes[k] / factor, 0, np.float32([width, height] * 2))
                found.append(_best(inside, scores[k], threshold, overlap, most))
        return found

    def _seen(self, pictures):
        """Boxes and scores in NumPy, by one compiled function."""
        if self._seer is None:
            object.__setattr__(self, "_seer", _Seer(self))
        return self._seer.predict_on_batch(pictures)

    def get_config(self):
        return {"shape": self.frame_shape, "classes": self.classes, "name": self.name}


class _Seer(keras.Model):
    """A detector whose outputs are decoded, so that `predict_on_batch` compiles both."""

    def __init__(self, detector):
        super().__init__(name="seer")
        self.detector, self.built = detector, True
        if _jit() is False:  # else Keras resolves it; set to "auto", it would count as True
            self.jit_compile = False

    def call(self, pictures):
        return self.detector.decode(self.detector(pictures))


def pad_truths(truths, most=None):
    """Bring the truths of several pictures to one number of boxes, as `fit` takes them.

    Parameters
    ----------
    truths : sequence of Truth
        One for each picture; what is difficult or a crowd is left out.
    most : int, optional
        M; default: that of the fullest picture, at least 1.

    Returns
    -------
    dict
        "boxes" (N, M, 4) float32, "labels" (N, M) int32, -1 where there is none.

    Raises
    ------
    ValueError
        If a picture has more than `most`.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> padded = pad_truths([Truth([[1, 2, 3, 4]], [5]), Truth([])])
    >>> padded["labels"].tolist()
    [[5], [-1]]

    Lesson 13 teaches it.
    """
    truths = [truth[~(truth.difficult | truth.crowd)] for truth in truths]
    longest = max([1, *map(len, truths)])
    most = longest if most is None else most
    if longest > most:
        raise ValueError(f"most must be at least {longest}, the fullest picture. Received: {most}")
    boxes = np.tile(np.float32(NOWHERE), (len(truths), most, 1))
    labels = np.full((len(truths), most), -1, np.int32)
    for k, truth in enumerate(truths):
        boxes[k, : len(truth)], labels[k, : len(truth)] = truth.boxes, truth.labels
    return {"boxes": boxes, "labels": labels}


def load_detector(path):
    """Load a detector from a .keras file, in Keras's safe mode.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Detector

    Raises
    ------
    ValueError
        If the file is none, is damaged, or holds another model.
    """
    from vidlearn.models import faster_rcnn, ssd, yolo  # noqa: F401 - registers the classes

    try:
        model = keras.saving.load_model(path, safe_mode=True)
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be loaded as a .keras file: {error}") from error
    if not isinstance(model, Detector):
        raise ValueError(f"{path} holds no detector but a {type(model).__name__}.")
    return model


def _best(boxes, scores, threshold, overlap, most):
    seen = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)  # not wholly outside of the picture
    rows, labels = np.nonzero((scores > threshold) & seen[:, None])
    values = scores[rows, labels]
    candidates = max(CANDIDATES, most)
    if len(values) > candidates:
        top = np.argsort(-values, kind="stable")[:candidates]
        rows, labels, values = rows[top], labels[top], values[top]
    kept = nms(boxes[rows], values, threshold=overlap, labels=labels, most=most)
    return Detections(boxes[rows][kept], values[kept], labels[kept])


def _jit():
    """XLA makes convolutions slower on TensorFlow without a GPU; PyTorch compiles for minutes."""
    backend = keras.backend.backend()
    if backend == "torch" or (
        backend == "tensorflow" and not keras.distribution.list_devices("gpu")
    ):
        return False
    return "auto"


def _taken(y):
    if not isinstance(y, dict) or not {"boxes", "labels"} <= set(y):
        raise ValueError(
            "y must be the dict of boxes and labels that pad_truths makes of the truths. "
            f"Received: {type(y).__name__}"
        )
    return y["boxes"], y["labels"]


def _checked_shape(shape):
    shape = tuple(shape)
    whole = all(isinstance(side, Integral) and side > 0 for side in shape)
    if not whole or len(shape) != 3 or shape[2] != 3:
        raise ValueError(f"shape must be (H, W, 3) of the network's pictures. Received: {shape}")
    return tuple(map(int, shape))


def _checked_classes(classes):
    if isinstance(classes, str | Integral) or not len(classes) or len(set(classes)) < len(classes):
        raise ValueError(
            "classes must be the names of the classes, at least one and none twice. "
            f"Received: {classes!r}"
        )
    return tuple(str(name) for name in classes)


def _check_options(frames, threshold, overlap, most, batch_size):
    if not hasattr(frames, "__len__"):
        raise ValueError(
            "frames must be a batch (N, H, W, 3) or a list of pictures; of a long film, give some "
            f"at a time. Received: {type(frames).__name__}"
        )
    for key, value in (("threshold", threshold), ("overlap", overlap)):
        if not (isinstance(value, Real) and 0 <= value <= 1):
            raise ValueError(f"{key} must be 0 to 1. Received: {value!r}")
    for key, value in (("most", most), ("batch_size", batch_size)):
        if not (isinstance(value, Integral) and value > 0):
            raise ValueError(f"{key} must be a whole number above 0. Received: {value!r}")
