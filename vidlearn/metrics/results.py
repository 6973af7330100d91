"""What comes out of holding detections against the truth."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class DetectionMetrics:
    """How good a detector is: average precision (AP) and recall (AR), over all and in detail.

    A number that cannot be had is NaN: nothing to find, or a threshold that was not asked for.
    The letters of the shapes: T thresholds, R recall points, K classes, A sizes, M values of most.

    Attributes
    ----------
    classes : tuple of str
        K names.
    thresholds : ndarray
        (T,) IoU.
    sizes : tuple of str
        A names, "all" first.
    most : tuple
        M numbers of detections of a picture and class.
    precision : ndarray
        (T, R, K, A, M) interpolated, at the recalls of the form; "voc2010" has those of "coco".
    recall, average_precision : ndarray
        (T, K, A, M) recall after the last detection, average precision.
    truths : ndarray
        (K, A) int, how many truths count.
    detections : ndarray
        (K,) int, how many detections there are, at most ``most[-1]`` of a picture.
    pictures : int
        How many pictures.

    Examples
    --------
    See `evaluate_detections`. Lesson 11 teaches it.
    """

    classes: tuple
    thresholds: np.ndarray
    sizes: tuple
    most: tuple
    precision: np.ndarray
    recall: np.ndarray
    average_precision: np.ndarray
    truths: np.ndarray
    detections: np.ndarray
    pictures: int

    def ap(self, *, iou=None, label=None, size="all", most=None):
        """Return the mean average precision, over all that is not chosen.

        Parameters
        ----------
        iou : float, optional
            One of the thresholds.
        label : int or str, optional
            A class, by number or name.
        size : str
            One of the sizes.
        most : int, optional
            One of those evaluated; the last by default.

        Returns
        -------
        float
            0 to 1, NaN where there is nothing to find.

        Raises
        ------
        ValueError
            If it was not evaluated.
        """
        return self._mean(self.average_precision, iou, label, size, most)

    def ar(self, *, iou=None, label=None, size="all", most=None):
        """Return the mean recall, over all that is not chosen.

        Parameters
        ----------
        iou : float, optional
            One of the thresholds.
        label : int or str, optional
            A class, by number or name.
        size : str
            One of the sizes.
        most : int, optional
            One of those evaluated; the last by default.

        Returns
        -------
        float
            0 to 1, NaN where there is nothing to find.

        Raises
        ------
        ValueError
            If it was not evaluated.
        """
        return self._mean(self.recall, iou, label, size, most)

    @property
    def AP(self):
        """Mean over all thresholds and classes: COCO's mAP."""
        return self.ap()

    @property
    def AP50(self):
        """At IoU 0.5: VOC's mAP; NaN where that threshold was not asked for."""
        return self._at(0.5)

    @property
    def AP75(self):
        """At IoU 0.75; NaN where that threshold was not asked for."""
        return self._at(0.75)

    @property
    def summary(self):
        """The numbers by name, in COCO's order: with the defaults its twelve."""
        return {name: value for row in self._rows() for name, value in row.items()}

    @property
    def per_class(self):
        """AP, AP50, AP75, AR, truths and detections of each class, by its name."""
        return {
            name: {
                "AP": self.ap(label=k),
                "AP50": self._at(0.5, k),
                "AP75": self._at(0.75, k),
                "AR": self.ar(label=k),
                "truths": int(self.truths[k, 0]),
                "detections": int(self.detections[k]),
            }
            for k, name in enumerate(self.classes)
        }

    def __repr__(self):
        return "\n".join(
            [
                f"DetectionMetrics: {self.pictures:,} pictures, {len(self.classes):,} classes, "
                f"{self.truths[:, 0].sum():,} truths, {self.detections.sum():,} detections",
                f"IoU {self.thresholds[0]:.2f} to {self.thresholds[-1]:.2f}, "
                f"at most {self.most[-1]} detections of a picture and class",
                *("".join(f"{k:>11} {v:6.4f}" for k, v in row.items()) for row in self._rows()),
            ]
        )

    def _rows(self):
        """Return AP, AP by size, AR by most, AR by size, each by name."""
        sizes = self.sizes[1:]
        return [
            {"AP": self.AP, "AP50": self.AP50, "AP75": self.AP75},
            {f"AP {size}": self.ap(size=size) for size in sizes},
            {f"AR {most}": self.ar(most=most) for most in self.most},
            {f"AR {size}": self.ar(size=size) for size in sizes},
        ]

    def _at(self, iou, label=None):
        there = np.isclose(self.thresholds, iou, rtol=0, atol=1e-9).any()
        return self.ap(iou=iou, label=label) if there else float("nan")

    def _mean(self, values, iou, label, size, most):
        size = _place("size", size, self.sizes)
        most = -1 if most is None else _place("most", most, self.most)
        values = values[..., size, most]  # (T, K)
        if iou is not None:
            values = values[_place("iou", iou, self.thresholds.round(9).tolist())][None]
        if label is not None:
            named = self.classes if isinstance(label, str) else range(len(self.classes))
            values = values[:, _place("label", label, named)]
        values = values[~np.isnan(values)]
        return float(values.mean()) if values.size else float("nan")


def _place(name, value, among):
    """Return where the value stands."""
    among = list(among)
    if name == "iou":
        value = round(value, 9)
    if value not in among:
        shown = ", ".join(map(str, among[:12])) + (" ..." if len(among) > 12 else "")
        raise ValueError(f"{name} must be one of those evaluated: {shown}. Received: {value!r}")
    return among.index(value)
