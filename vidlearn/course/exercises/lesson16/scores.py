"""What lesson 16 prints: a line of the table of trackers, and errors of forecasts."""

import numpy as np

SECOND = 12  # frames


def head():
    """Print the head of the table of trackers."""
    print(f"{'':28}MOTA  IDF1  HOTA  switches  identities")


def table_row(name, joined, truths):
    """Print how good a tracker is, a line of a table.

    Parameters
    ----------
    name : str
        Of the tracker.
    joined, truths : list of vidlearn.boxes.Tracks
        What it made of each film, and what is true of it.

    Returns
    -------
    vidlearn.metrics.TrackingMetrics
    """
    from vidlearn.metrics import evaluate_tracks

    now = evaluate_tracks(joined, truths)
    many = sum(len(np.unique(one.ids)) for one in joined)
    print(
        f"{name:26}{now.MOTA:6.2f}{now.IDF1:6.2f}{now.HOTA:6.2f}{now.switches:10}"
        f"{many:7} of {now.identities}"
    )
    return now


def seconds(count, seed):
    """Draw a second of many paths, and the second after it.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        Draws all.

    Returns
    -------
    known, future : ndarray
        (count, 12, 2) centres in pixels: as measured, off by a pixel, and as they come.
    kinds : dict of str to ndarray
        (count,) bool: which turn in these two seconds, which of these have not begun to turn after
        the first, and which do not turn.
    """
    from vidlearn.synthetic import walks

    made = walks(count, 2 * SECOND, seed=seed, noise=1.0)
    kinds = {
        "turning": made.turning,
        "not yet begun": made.turning & (made.arcs[:, 0] >= SECOND),
        "not turning": ~made.turning,
    }
    return made.measured[:, :SECOND], made.places[:, SECOND:], kinds


def miss(guessed, came):
    """Return how far off forecasts are at their end, in pixels.

    Parameters
    ----------
    guessed, came : ndarray
        (N, T, 2).

    Returns
    -------
    ndarray
        (N,).
    """
    return np.linalg.norm(guessed[:, -1] - came[:, -1], axis=1)


def shares(learned, straight_on, kinds):
    """Print how far off both are on each kind of path, and the network's share of it.

    Parameters
    ----------
    learned : dict of str to ndarray
        For "LSTM, " and a kind: means over its paths, one for each training, in pixels.
    straight_on : ndarray
        (N,) how far off constant velocity is on each path, in pixels.
    kinds : dict of str to ndarray
        (N,) bool, which paths are of a kind.
    """
    print(f"{'px off after a second':24}straight on   network     share")
    for kind, ours in kinds.items():
        plain, net = straight_on[ours].mean(), learned[f"LSTM, {kind}"].mean()
        print(f"{kind:24}{plain:11.1f}{net:10.1f}{net / plain:10.2f}")
