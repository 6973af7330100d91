"""The Kalman filter: by hand, against filterpy's numbers, and against least squares."""

import numpy as np
import pytest

from vidlearn.tracking import KalmanFilter, kalman_predict, kalman_update, mahalanobis

# A motion, a way to observe and noises in which no two entries are alike, and none is symmetric
# that need not be: D = 3, K = 2.
F = np.array([[1, 0, 0.5], [0, 1, -0.25], [0, 0.125, 0.75]])
H = np.array([[1, 0, 2], [0, -1, 0.5]])
Q = np.array([[0.5, 0.1, 0], [0.1, 0.25, 0.05], [0, 0.05, 0.125]])
R = np.array([[2, 0.3], [0.3, 1]])
MEAN = np.array([1, -2, 0.5])
COVARIANCE = np.array([[4, 1, 0], [1, 3, -0.5], [0, -0.5, 2]])
SEEN = np.array([[3, 1], [2.5, -1.5], [np.nan, np.nan], [4, 0.25]])


def covariances(rng, count, width):
    root = rng.normal(size=(count, width, width))
    return root @ root.swapaxes(1, 2) + 0.1 * np.eye(width)


def test_predict_by_hand():
    mean, covariance = kalman_predict([3, 2], [[4, 1], [1, 9]], [[1, 2], [0, 1]], [[5, 0], [0, 7]])
    assert mean.tolist() == [3 + 2 * 2, 2]
    assert covariance.tolist() == [[4 + 2 * 1 + 2 * 1 + 4 * 9 + 5, 1 + 2 * 9], [1 + 2 * 9, 9 + 7]]


def test_update_by_hand():
    # S = 6 + 2 = 8, K = (6, 4) / 8; the observation is 8 above what was expected.
    mean, covariance = kalman_update([1, 0], [[6, 4], [4, 5]], [9], [[1, 0]], [[2]])
    assert mean.tolist() == [1 + 6 / 8 * 8, 4 / 8 * 8]
    np.testing.assert_allclose(covariance, [[6 - 36 / 8, 4 - 24 / 8], [1, 5 - 16 / 8]], rtol=1e-15)


def test_a_series_matches_filterpy():
    """Numbers of filterpy 2.0, its KalmanFilter with the same matrices, update(None) in frame 2."""
    mean, covariance = kalman_predict(MEAN, COVARIANCE, F, Q)
    kalman = KalmanFilter(F, H, motion_noise=Q, observation_noise=R)
    far = kalman.distance(mean[None], covariance[None], SEEN[:1])
    np.testing.assert_allclose(far, [[0.52977750256582]], rtol=1e-12)
    means, spreads = kalman.run(SEEN, mean, covariance)
    np.testing.assert_allclose(
        means,
        [
            [2.19655218792, -1.081871996953, 0.309049288115],
            [2.673461491499, 0.169756044913, 0.024411693192],
            [2.685667338096, 0.163653121615, 0.039528275508],
            [3.101402152663, 0.107817483622, 0.20258497387],
        ],
        atol=1e-11,
    )
    wanted = [
        [1.235569562375, -0.112499790192, -0.264261120584],
        [-0.112499790192, 0.482719869598, 0.095923336923],
        [-0.264261120584, 0.095923336923, 0.260529770033],
    ]
    np.testing.assert_allclose(spreads[-1], wanted, atol=1e-11)
    missed = [[1.616096138262, 0.033881189358, -0.192607685051]]
    np.testing.assert_allclose(spreads[2, :1], missed, atol=1e-11)


def least_squares(seen, mean, covariance):
    """Return the states of all times that explain all at once at the least weighted error.

    No filter: one linear system of what was believed, each step of the motion and each
    observation, each divided by the root of its covariance.
    """
    count, width = len(seen), len(mean)
    rows, wanted = [], []

    def equation(blocks, target, spread):
        line = np.zeros((len(target), count * width))
        for step, block in blocks:
            line[:, step * width : (step + 1) * width] = block
        root = np.linalg.inv(np.linalg.cholesky(spread))
        rows.append(root @ line)
        wanted.append(root @ target)

    equation([(0, np.eye(width))], mean, covariance)
    for step, z in enumerate(seen):
        if step:
            equation([(step, np.eye(width)), (step - 1, -F)], np.zeros(width), Q)
        if not np.isnan(z).any():
            equation([(step, H)], z, R)
    design = np.concatenate(rows)
    states = np.linalg.lstsq(design, np.concatenate(wanted), rcond=None)[0]
    spread = np.linalg.inv(design.T @ design)
    return states.reshape(count, width), spread[-width:, -width:]


def test_the_last_estimate_is_that_of_least_squares_over_all_frames():
    rng = np.random.default_rng(3)
    seen = rng.normal(0, 5, (23, 2))
    seen[[4, 5, 6, 15]] = np.nan
    kalman = KalmanFilter(F, H, motion_noise=Q, observation_noise=R)
    means, spreads = kalman.run(seen, MEAN, COVARIANCE)
    for last in (1, 5, 9, 23):
        states, spread = least_squares(seen[:last], MEAN, COVARIANCE)
        np.testing.assert_allclose(means[last - 1], states[-1], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(spreads[last - 1], spread, rtol=1e-9, atol=1e-12)


def test_many_at_once_are_as_one_after_another():
    rng = np.random.default_rng(5)
    count = 4
    mean, spread = rng.normal(size=(count, 3)), covariances(rng, count, 3)
    z, q, r = rng.normal(size=(count, 2)), covariances(rng, count, 3), covariances(rng, count, 2)
    f, h = rng.normal(size=(count, 3, 3)), rng.normal(size=(count, 2, 3))
    for one, other in (
        (kalman_predict(mean, spread, f, q), map(kalman_predict, mean, spread, f, q)),
        (kalman_update(mean, spread, z, h, r), map(kalman_update, mean, spread, z, h, r)),
        (
            kalman_predict(mean, spread, F, Q),
            [kalman_predict(mean[k], spread[k], F, Q) for k in range(4)],
        ),
        (
            kalman_update(mean, spread, z, H, R),
            [kalman_update(mean[k], spread[k], z[k], H, R) for k in range(4)],
        ),
    ):
        means, spreads = zip(*other, strict=True)
        np.testing.assert_allclose(one[0], means, rtol=1e-9)
        np.testing.assert_allclose(one[1], spreads, rtol=1e-9)
        assert one[0].shape == (4, 3)
        assert one[1].shape == (4, 3, 3)


def test_none_at_all():
    none = np.zeros((0, 3)), np.zeros((0, 3, 3))
    assert [a.shape for a in kalman_predict(*none, F, Q)] == [(0, 3), (0, 3, 3)]
    assert [a.shape for a in kalman_update(*none, np.zeros((0, 2)), H, R)] == [(0, 3), (0, 3, 3)]
    assert mahalanobis(*none, np.zeros((5, 2)), H, R).shape == (0, 5)
    assert mahalanobis(MEAN[None], COVARIANCE[None], np.zeros((0, 2)), H, R).shape == (1, 0)
    kalman = KalmanFilter(F, H, motion_noise=Q, observation_noise=R)
    means, spreads = kalman.run(np.zeros((0, 2)), MEAN, COVARIANCE)
    assert (means.shape, spreads.shape) == ((0, 3), (0, 3, 3))


def test_what_goes_in_stays_as_it_is():
    given = [a.copy() for a in (MEAN, COVARIANCE, F, Q, SEEN[0], H, R)]
    kalman_predict(MEAN, COVARIANCE, F, Q)
    kalman_update(MEAN, COVARIANCE, SEEN[0], H, R)
    for now, before in zip((MEAN, COVARIANCE, F, Q, SEEN[0], H, R), given, strict=True):
        np.testing.assert_array_equal(now, before)


def test_josephs_form_stays_a_covariance_where_the_short_one_does_not():
    h, r = np.array([[1.0, 1.0 + 1e-6, 1 - 1e-6], [1, 1, 1]]), 1e-12 * np.eye(2)
    mean, start = np.zeros(3), 1e4 * (np.eye(3) + 0.9)
    _, spread = kalman_update(mean, start, [1.0, 1.0], h, r)
    gain = start @ h.T @ np.linalg.inv(h @ start @ h.T + r)
    short = (np.eye(3) - gain @ h) @ start
    assert np.linalg.eigvalsh((short + short.T) / 2).min() < -1e-9  # so the case is a hard one
    assert np.linalg.eigvalsh((spread + spread.T) / 2).min() > -1e-9
    assert np.abs(spread - spread.T).max() < 1e-3 * np.abs(short - short.T).max()


def test_it_stays_a_covariance_for_thousands_of_frames():
    f, q = np.array([[1, 1], [0, 1]]), 1e-8 * np.array([[0.25, 0.5], [0.5, 1]])
    mean, spread = np.zeros(2), np.diag([1e8, 1e8])
    for step in range(5000):
        mean, spread = kalman_predict(mean, spread, f, q)
        mean, spread = kalman_update(mean, spread, [2.0 * step], [[1, 0]], [[1e-2]])
    assert np.abs(spread - spread.T).max() < 1e-12 * spread.max()
    assert np.linalg.eigvalsh(spread).min() > 0
    np.testing.assert_allclose(mean, [2 * step, 2], rtol=1e-6)


def test_distance_by_hand():
    # S = H P H' + R = 4 + 4 * 2 + 4 = 16 (gate 1), not P = 4.
    far = mahalanobis([[1, 3]], [[[4, 0], [0, 2]]], [[7 + 8], [7 - 4], [7]], [[1, 2]], [[4]])
    assert far.tolist() == [[64 / 16, 16 / 16, 0]]


def test_distance_in_loops():
    rng = np.random.default_rng(6)
    mean, spread, z = rng.normal(size=(3, 3)), covariances(rng, 3, 3), rng.normal(size=(4, 2))
    many = covariances(rng, 3, 2)
    for r in (R, many):
        far = mahalanobis(mean, spread, z, H, r)
        for i in range(3):
            s = np.linalg.inv(H @ spread[i] @ H.T + (r if r.ndim == 2 else r[i]))
            wanted = [(one - H @ mean[i]) @ s @ (one - H @ mean[i]) for one in z]
            np.testing.assert_allclose(far[i], wanted, rtol=1e-9)


def test_of_what_belongs_to_it_the_gate_of_95_percent_lets_95_percent_in():
    rng = np.random.default_rng(7)
    states = rng.multivariate_normal(MEAN, COVARIANCE, 20_000)
    seen = states @ H.T + rng.multivariate_normal([0, 0], R, 20_000)
    far = mahalanobis(MEAN[None], COVARIANCE[None], seen, H, R)
    assert abs((far < 5.991).mean() - 0.95) < 0.006  # chi-square, 2 degrees of freedom


def test_filter_keeps_matrices_of_its_own():
    f = F.copy()
    kalman = KalmanFilter(f, H, motion_noise=Q, observation_noise=R)
    f[0, 0] = 99
    np.testing.assert_array_equal(kalman.motion, F)


BELIEF = (MEAN, COVARIANCE)
GOOD = {"motion_noise": Q, "observation_noise": R}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kalman_predict(MEAN, COVARIANCE[:2], F, Q), r"\(3,\) and \(2, 3\)"),
        (lambda: kalman_predict(1.0, 1.0, F, Q), "mean and covariance must be"),
        (lambda: kalman_predict(*BELIEF, F[:2], Q), r"f must be \(3, 3\)"),
        (
            lambda: kalman_predict(*BELIEF, F, np.eye(2)),
            r"q must be \(3, 3\).*Received shape \(2, 2",
        ),
        (lambda: kalman_predict([MEAN], [COVARIANCE], F, [Q, Q]), "q must be"),
        (lambda: kalman_update(*BELIEF, [1, 2, 3], H, R), r"z must be \(2,\)"),
        (lambda: kalman_update([MEAN], [COVARIANCE], [1, 2], H, R), r"z must be \(1, 2\)"),
        (lambda: kalman_update(*BELIEF, [1, 2], H.T, R), r"h must be \(2, 3\)"),
        (lambda: kalman_update(*BELIEF, [1, 2], H, R[0]), "must be"),
        (lambda: kalman_update(*BELIEF, [1, np.nan], H, R), "z must be finite. Received: nan"),
        (lambda: kalman_update(*BELIEF, [1, np.inf], H, R), "z must be finite. Received: inf"),
        (lambda: mahalanobis(*BELIEF, [[1, 2]], H, R), r"mean must be \(N, D\)"),
        (lambda: mahalanobis([MEAN], [COVARIANCE], [1, 2], H, R), r"z \(M, K\).*\(2,\)"),
        (lambda: mahalanobis([MEAN], [COVARIANCE], [[1, 2]], [H], R), r"h \(K, D\).*\(1, 2, 3\)"),
        (lambda: kalman_update(MEAN, 0 * COVARIANCE, [1, 2], H, 0 * R), "r must leave H P H'"),
        (lambda: KalmanFilter(F, H, **GOOD).run([np.nan] * 2, *BELIEF), r"observations must be"),
        (lambda: KalmanFilter(F, H, **GOOD).run([], MEAN[:2], R), r"mean \(3,\).*and \(2,\)"),
        (lambda: mahalanobis([MEAN], [COVARIANCE], [[1, np.nan]], H, R), "z must be finite"),
        (lambda: KalmanFilter(F, H, **GOOD).run([[1, np.nan]], *BELIEF), "z must be finite"),
        (lambda: KalmanFilter(F, H.T, **GOOD), r"observation must be \(2, 3\)"),
        (lambda: KalmanFilter(F, H, motion_noise=R, observation_noise=R), r"motion_noise must be"),
        (lambda: KalmanFilter(np.nan * F, H, **GOOD), "motion must be finite"),
        (lambda: KalmanFilter(F[0], H, **GOOD), "motion must be"),
    ],
)
def test_kalman_rejects(call, message):
    with pytest.raises(ValueError, match=message):
        call()
