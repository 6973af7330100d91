// kalman: small matrices, one step of a Kalman filter, and the ellipse of a covariance.

/** The product of two matrices. */
const matrixProduct = (a, b) => a.map((row) =>
  b[0].map((_, j) => row.reduce((total, value, k) => total + value * b[k][j], 0)));

/** a + by × b, of two matrices. */
const matrixSum = (a, b, by = 1) => a.map((row, i) => row.map((value, j) => value + by * b[i][j]));

const transposed = (a) => a[0].map((_, j) => a.map((row) => row[j]));

/** The inverse of a matrix (2, 2). */
function inverseOf([[a, b], [c, d]]) {
  const area = a * d - b * c;
  return [[d / area, -b / area], [-c / area, a / area]];
}

/** Where a state is after one step of F, and how sure that is with the noise Q of the motion. */
function kalmanPredict({ mean, covariance }, f, q) {
  return {
    mean: matrixProduct(f, mean.map((value) => [value])).map(([value]) => value),
    covariance: matrixSum(matrixProduct(matrixProduct(f, covariance), transposed(f)), q),
  };
}

/**
 * What a measurement z of H × state with the noise R makes of a prediction: the innovation, its
 * covariance S, the squared distance in the measure of S, the gain K, and the updated state.
 */
function kalmanUpdate({ mean, covariance }, z, h, r) {
  const seen = matrixProduct(h, mean.map((value) => [value]));
  const innovation = z.map((value, k) => value - seen[k][0]);
  const across = matrixProduct(covariance, transposed(h));
  const s = matrixSum(matrixProduct(h, across), r);
  const inverse = inverseOf(s);
  const gain = matrixProduct(across, inverse);
  const [[distance]] = matrixProduct(
    matrixProduct([innovation], inverse), innovation.map((value) => [value]));
  const moved = matrixProduct(gain, innovation.map((value) => [value]));
  const known = matrixProduct(gain, transposed(across));
  return {
    innovation, s, distance, gain,
    updated: {
      mean: mean.map((value, k) => value + moved[k][0]),
      covariance: matrixSum(covariance, known, -1),
    },
  };
}

/** The ellipse of so many standard deviations: half its longer and shorter axis, and its turn. */
function ellipseOf([[a, b], [, c]], sigmas) {
  const [middle, apart] = [(a + c) / 2, Math.hypot((a - c) / 2, b)];
  const half = (variance) => sigmas * Math.sqrt(Math.max(0, variance));
  return {
    long: half(middle + apart), short: half(middle - apart),
    turn: (90 / Math.PI) * Math.atan2(2 * b, a - c),
  };
}
