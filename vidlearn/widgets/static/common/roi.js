// roi: regions of interest on a feature map, by RoI pool and RoI align.

/** Take away what rounding adds. */
const tidy = (value) => Math.round(value * 1e12) / 1e12;

/** A number, or the end of the range it lies beyond. */
const between = (value, least, most) => Math.max(least, Math.min(most, value));

/** The nearest whole number, halves away from zero; for what is not negative. */
const nearest = (value) => Math.floor(value + 0.5);

/** A grid of what `make(i, j)` returns. */
const grid = (rows, columns, make) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => make(i, j)));

/** RoI pool along one axis: the first cell of each bin, and the one after its last. */
function binEnds(start, end, count, cells) {
  const first = nearest(start);
  const step = Math.max(nearest(end) - first + 1, 1) / count;
  return Array.from({ length: count }, (_, k) =>
    [Math.floor(k * step), Math.ceil((k + 1) * step)].map((v) => between(first + v, 0, cells)));
}

/** RoI pool of a box in cells: each bin's ends, its largest number and where that stands. */
function roiPool(x, [x1, y1, x2, y2], [rows, columns]) {
  const down = binEnds(y1, y2, rows, x.length);
  const across = binEnds(x1, x2, columns, x[0].length);
  return grid(rows, columns, (i, j) => {
    const [[top, bottom], [left, right]] = [down[i], across[j]];
    const best = { value: top < bottom && left < right ? -Infinity : 0 };
    for (let a = top; a < bottom; a++) {
      for (let b = left; b < right; b++) {
        if (x[a][b] > best.value) Object.assign(best, { value: x[a][b], a, b });
      }
    }
    return { box: [left, top, right, bottom], ...best };
  });
}

/** Weigh the four numbers around a point in cells; a number lies in the middle of its cell. */
function interpolate(x, across, down) {
  const ends = [down, across].map((place, axis) => {
    const cells = axis ? x[0].length : x.length;
    const inside = place >= -0.5 && place <= cells + 0.5;
    const from0 = between(place - 0.5, 0, cells - 1);
    const low = Math.floor(from0);
    const share = from0 - low;
    return { inside, two: [[low, 1 - share], [Math.min(low + 1, cells - 1), share]] };
  });
  const some = Number(ends.every(({ inside }) => inside));
  const corners = ends[0].two.flatMap(([a, p]) =>
    ends[1].two.map(([b, q]) => ({ a, b, x: x[a][b], w: some * p * q })));
  return { across, down, corners, value: corners.reduce((all, one) => all + one.x * one.w, 0) };
}

/** RoI align of a box in cells: each bin's ends, its samples and their mean. */
function roiAlign(x, [x1, y1, x2, y2], [rows, columns], samples) {
  const [tall, wide] = [(y2 - y1) / rows, (x2 - x1) / columns];
  return grid(rows, columns, (i, j) => {
    const [left, top] = [x1 + j * wide, y1 + i * tall];
    const points = grid(samples, samples, (p, q) => interpolate(
      x, left + ((q + 0.5) / samples) * wide, top + ((p + 0.5) / samples) * tall)).flat();
    const value = points.reduce((all, one) => all + one.value, 0) / points.length;
    return { box: [left, top, left + wide, top + tall], points, value };
  });
}

/**
 * How `value(shift)` of RoI pool goes along with a shift over one cell, for the moving edges of a
 * box in cells: the corners of its stairs as [shift, value], and the shifts where it jumps.
 */
function stairs(edges, value) {
  const cuts = [...new Set(edges.map((edge) => tidy(nearest(edge) + 0.5 - edge)))];
  const ends = [0, ...cuts.sort((a, b) => a - b), 1];
  const heights = ends.slice(1).map((end, k) => value((ends[k] + end) / 2));
  const treads = heights.flatMap((height, k) => [[ends[k], height], [ends[k + 1], height]]);
  return { treads, jumps: ends.slice(1, -1).filter((_, k) => heights[k] !== heights[k + 1]) };
}
