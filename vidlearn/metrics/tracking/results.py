"""What comes out of holding tracks against the truth."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

CURVES = ("HOTA", "DetA", "AssA", "DetRe", "DetPr", "AssRe", "AssPr", "LocA")


class Switch(NamedTuple):
    """An identity switch: from this frame on, a truth is found as someone else.

    Attributes
    ----------
    frame : int
        From 0.
    truth : int
        Whose identity switched, by the ids of the truth.
    before, after : int
        As whom it was found before, and now, by the ids of what was found.
    film : int
        Of several films, which one, from 0.

    Examples
    --------
    >>> print(Switch(17, 3, 5, 8))
    frame 17: identity 3 switched from 5 to 8

    Lesson 16 teaches it.
    """

    frame: int
    truth: int
    before: int
    after: int
    film: int = 0

    def __str__(self):
        film = f"film {self.film}, " * bool(self.film)
        return (
            f"{film}frame {self.frame}: identity {self.truth} switched "
            f"from {self.before} to {self.after}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class TrackingMetrics:
    """How good a tracker is: the counts of one film or several, and all that follows from them.

    A number that cannot be had is NaN: there is nothing to divide by.

    Attributes
    ----------
    overlap : float
        The least IoU of a match, for all but HOTA.
    films, frames : int
        How many films, and how many frames they have.
    truths, found : int
        Boxes of the truth and boxes that were found, those that do not count left out.
    identities : int
        Trajectories of the truth.
    TP : int
        Matches.
    overlaps : float
        Sum of their IoU.
    switches, fragments : int
        Identity switches; interruptions of a trajectory that is found again later.
    mostly_tracked, partly_tracked, mostly_lost : int
        Trajectories of the truth found for more than 80 % of their boxes, less, less than 20 %.
    IDTP : int
        Matches under the best choice of one partner for each trajectory.
    alphas : ndarray
        (A,) the thresholds of HOTA, 0.05 to 0.95.
    hits : ndarray
        (A,) int, matches at each alpha.
    association, association_recall, association_precision, localisation : ndarray
        (A,) sums over these matches, of which the curves are the means.
    events : tuple of Switch
        Every identity switch, in the order of films and frames.

    Examples
    --------
    See `evaluate_tracks`. Lesson 16 teaches it.
    """

    overlap: float
    films: int
    frames: int
    truths: int
    found: int
    identities: int
    TP: int
    overlaps: float
    switches: int
    fragments: int
    mostly_tracked: int
    partly_tracked: int
    mostly_lost: int
    IDTP: int
    alphas: np.ndarray
    hits: np.ndarray
    association: np.ndarray
    association_recall: np.ndarray
    association_precision: np.ndarray
    localisation: np.ndarray
    events: tuple

    @property
    def FP(self):
        """How many boxes were found that are none."""
        return self.found - self.TP

    @property
    def FN(self):
        """How many boxes of the truth were missed."""
        return self.truths - self.TP

    @property
    def precision(self):
        """Share of what was found that is right."""
        return _divide(self.TP, self.found)

    @property
    def recall(self):
        """Share of the truth that was found."""
        return _divide(self.TP, self.truths)

    @property
    def MOTA(self):
        """1 - (FN + FP + switches) / truths, at most 1, below 0 where errors outnumber truths."""
        return _divide(self.TP - self.FP - self.switches, self.truths)

    @property
    def MOTP(self):
        """Mean IoU of the matches: 1 is best. TrackEval's and MOTChallenge's form."""
        return _divide(self.overlaps, self.TP)

    @property
    def MOTP_distance(self):
        """Mean of 1 - IoU over the matches: 0 is best. The first paper's and motmetrics' form."""
        return 1 - self.MOTP

    @property
    def IDF1(self):
        """Share of right boxes under one partner for each trajectory: F1 of IDP and IDR."""
        return _divide(2 * self.IDTP, self.truths + self.found)

    @property
    def IDP(self):
        """Share of what was found that is right under one partner for each trajectory."""
        return _divide(self.IDTP, self.found)

    @property
    def IDR(self):
        """Share of the truth that is found under one partner for each trajectory."""
        return _divide(self.IDTP, self.truths)

    @property
    def IDFP(self):
        """How many found boxes do not belong to the partner."""
        return self.found - self.IDTP

    @property
    def IDFN(self):
        """How many boxes of the truth the partner does not have."""
        return self.truths - self.IDTP

    @property
    def HOTA(self):
        """Mean over alpha of the geometric mean of DetA and AssA."""
        return self._mean("HOTA")

    @property
    def DetA(self):
        """Detection accuracy, TP / (TP + FN + FP), mean over alpha."""
        return self._mean("DetA")

    @property
    def AssA(self):
        """Association accuracy, mean over matches and over alpha."""
        return self._mean("AssA")

    @property
    def DetRe(self):
        """Recall of detection, mean over alpha."""
        return self._mean("DetRe")

    @property
    def DetPr(self):
        """Precision of detection, mean over alpha."""
        return self._mean("DetPr")

    @property
    def AssRe(self):
        """Recall of association, mean over alpha."""
        return self._mean("AssRe")

    @property
    def AssPr(self):
        """Precision of association, mean over alpha."""
        return self._mean("AssPr")

    @property
    def LocA(self):
        """Mean IoU of HOTA's matches, mean over alpha."""
        return self._mean("LocA")

    def curve(self, name):
        """Return one of HOTA's numbers at each alpha.

        Parameters
        ----------
        name : {"HOTA", "DetA", "AssA", "DetRe", "DetPr", "AssRe", "AssPr", "LocA"}
            Which one.

        Returns
        -------
        ndarray
            (A,) 0 to 1. At an alpha without a match the means over matches are 0 and LocA is 1,
            so that the mean over alpha exists.

        Raises
        ------
        ValueError
            If there is no such number.
        """
        hits = self.hits
        match name:
            case "HOTA":
                return np.sqrt(self.curve("DetA") * self.curve("AssA"))
            case "DetA":
                return _divide(hits, self.truths + self.found - hits)
            case "DetRe":
                return _divide(hits, self.truths)
            case "DetPr":
                return _divide(hits, self.found)
            case "AssA":
                return self._per_match(self.association, 0)
            case "AssRe":
                return self._per_match(self.association_recall, 0)
            case "AssPr":
                return self._per_match(self.association_precision, 0)
            case "LocA":
                return self._per_match(self.localisation, 1)
        raise ValueError(f"name must be one of {', '.join(CURVES)}. Received: {name!r}")

    @property
    def summary(self):
        """The numbers by name, in the order they are printed."""
        return {name: getattr(self, name) for row in ROWS for name in row}

    def __repr__(self):
        films = f"{self.films:,} films, " * (self.films != 1)
        rows = ("".join(_cell(name, getattr(self, name)) for name in row) for row in ROWS[:-1])
        return "\n".join(
            [
                f"TrackingMetrics: {films}{self.frames:,} frames, {self.identities:,} identities, "
                f"{self.truths:,} boxes, {self.found:,} found",
                f"IoU {self.overlap:g} or more, HOTA 0.05 to 0.95",
                *map(str.rstrip, rows),
                f"   {self.switches:,} switches, {self.fragments:,} fragments; identities: "
                f"{self.mostly_tracked:,} mostly tracked, {self.partly_tracked:,} partly, "
                f"{self.mostly_lost:,} mostly lost",
            ]
        )

    def _mean(self, name):
        return float(self.curve(name).mean())

    def _per_match(self, sums, without):
        nothing = np.nan if self.truths + self.found == 0 else without
        out = np.full(len(sums), nothing, float)
        return np.divide(sums, self.hits, out=out, where=self.hits > 0)


ROWS = (
    ("MOTA", "MOTP", "precision", "recall"),
    ("IDF1", "IDP", "IDR", "IDTP"),
    ("HOTA", "DetA", "AssA", "LocA"),
    ("DetRe", "DetPr", "AssRe", "AssPr"),
    ("TP", "FP", "FN"),
    ("switches", "fragments", "mostly_tracked", "partly_tracked", "mostly_lost"),
)


def _cell(name, value):
    value = f"{value:.4f}" if isinstance(value, float) else f"{value:,}"
    return f"{name:>11} {value:<6}"


def _divide(upper, lower):
    """Divide numbers, or (A,) by one number or (A,); NaN where the lower one is 0."""
    upper, lower = np.broadcast_arrays(np.asarray(upper, float), np.asarray(lower, float))
    out = np.divide(upper, lower, out=np.full(upper.shape, np.nan), where=lower > 0)
    return out if out.ndim else float(out)
