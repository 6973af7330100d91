// maths: numbers as people write them, and the arithmetic that more than one interactive needs.
// Nothing here knows the page, so that Node can test it.

/** How many digits after the point show all values, at most `most`. */
export function digits(values, most = 2) {
  const needed = (value) => (value.toFixed(most).replace(/\.?0+$/, "").split(".")[1] ?? "").length;
  return Math.max(0, ...values.map(needed));
}

/** Write a number with so many places and a true minus sign. */
export function show(value, places) {
  const written = value.toFixed(places);
  return /^-[0.]+$/.test(written) ? written.slice(1) : written.replace("-", "−");
}

/** Write a whole number as an exponent. */
export function raised(power) {
  return String(power).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
}

/**
 * Write a number in few characters: with `least` to `most` places, or with `figures` that count;
 * in powers of ten where it is very large or very small.
 */
export function brief(value, { least = 0, most = 3, figures } = {}) {
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const size = Math.abs(value);
  const [low, high] = figures ? [0.01, 1000] : [0.5 * 10 ** -most, 1e4];
  const nothing = size === 0 || (!figures && size < 1e-12); // what rounding leaves of a zero
  if (nothing) return show(0, least);
  if (size < low || size >= high) {
    const [mantissa, power] = value.toExponential(1).split("e");
    return `${mantissa.replace(/\.0$/, "").replace("-", "−")} × 10${raised(Number(power))}`;
  }
  const rounded = figures ? Number(value.toPrecision(figures)) : value;
  return show(rounded, Math.max(least, digits([rounded], figures ? 6 : most)));
}

/** Write numbers with true signs between them: "10 × 1 − 5". */
export const sum = (terms) => terms.join(" + ").replaceAll("+ −", "− ");

export const sigmoid = (v) => 1 / (1 + Math.exp(-v));

/** What x (n) gives through w (n, m) and b (m). */
export function product(x, w, b) {
  return b.map((start, j) => x.reduce((total, value, i) => total + value * w[i][j], start));
}

export function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / total);
}

/** One step of an LSTM, columns i, f, g, o: every number on the way, a list for each. */
export function lstmStep(x, before, { w, u, b }) {
  const units = before.h.length;
  const past = product(before.h, u, Array(4 * units).fill(0));
  const sums = product(x, w, b).map((value, k) => value + past[k]);
  const part = (k, squash) => sums.slice(k * units, (k + 1) * units).map(squash);
  const [i, f, g, o] = [part(0, sigmoid), part(1, sigmoid), part(2, Math.tanh), part(3, sigmoid)];
  const kept = f.map((value, j) => value * before.c[j]);
  const written = i.map((value, j) => value * g[j]);
  const c = kept.map((value, j) => value + written[j]);
  return { before, i, f, g, o, kept, written, c, h: o.map((value, j) => value * Math.tanh(c[j])) };
}

/** One step of a GRU, columns z, r, ĥ; the reset gate meets h after the product. */
export function gruStep(x, before, { w, u, b }) {
  const units = before.h.length;
  const [ofX, ofH] = [product(x, w, b[0]), product(before.h, u, b[1])];
  const gate = (k) => before.h.map((_, j) => sigmoid(ofX[k * units + j] + ofH[k * units + j]));
  const [z, r] = [gate(0), gate(1)];
  const past = r.map((value, j) => value * ofH[2 * units + j]);
  const ĥ = past.map((value, j) => Math.tanh(ofX[2 * units + j] + value));
  const kept = z.map((value, j) => value * before.h[j]);
  const written = z.map((value, j) => (1 - value) * ĥ[j]);
  return { before, z, r, past, ĥ, kept, written, h: kept.map((value, j) => value + written[j]) };
}

const SIGNED = [[122, 62, 0], [230, 159, 0], [255, 255, 255], [0, 114, 178], [0, 38, 63]];

/** The colour [r, g, b] of a number from −1 to 1: orange below zero, white at it, blue above. */
export function signedColour(share) {
  const place = 2 * (Math.max(-1, Math.min(1, share)) + 1);
  const k = Math.min(3, Math.floor(place));
  return SIGNED[k].map((low, c) => Math.round(low + (place - k) * (SIGNED[k + 1][c] - low)));
}
