// anchors: boxes around the cells of a feature map, and which truth each is to learn.

const BACKGROUND = -1;
const IGNORED = -2;

/** Anchors as `vidlearn.boxes.anchors` lays them: cell by cell, size by size, ratio by ratio. */
function anchorsOf([rows, columns], stride, sizes, ratios) {
  const own = sizes.flatMap((size) => ratios.map((ratio) => {
    const root = Math.sqrt(ratio);
    return [(size * (1 / root)) / 2, (size * root) / 2];
  }));
  const found = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [x, y] = [(j + 0.5) * stride, (i + 0.5) * stride];
      for (const [wide, high] of own) found.push([x - wide, y - high, x + wide, y + high]);
    }
  }
  return found;
}

/** The IoU of each anchor with each truth: a list of the anchors' numbers for each truth. */
const overlapsOf = (anchors, truths) =>
  truths.map((truth) => Float64Array.from(anchors, (anchor) => iouOf(anchor, truth)));

/** The largest number of a list and where it stands first, but for places that `skip`. */
function peak(values, skip = () => false) {
  let at = 0;
  let most = -1;
  values.forEach((value, k) => {
    const worth = skip(k) ? 0 : value;
    if (worth > most) [most, at] = [worth, k];
  });
  return { most, at };
}

/** For each anchor the truth it overlaps most, of equals the first: `truth` and `overlap`. */
function nearestTruths(overlaps, count) {
  const truth = new Int32Array(count);
  const overlap = new Float64Array(count);
  overlaps.forEach((row, k) => row.forEach((value, n) => {
    if (value > overlap[n]) [overlap[n], truth[n]] = [value, k];
  }));
  return { truth, overlap };
}

/** What each anchor learns, as `vidlearn.boxes.match` says: a truth, BACKGROUND or IGNORED. */
function matchAnchors(overlaps, { high, low, best }, { truth, overlap }) {
  const assigned = Int32Array.from(overlap, (most, n) =>
    most >= high ? truth[n] : most >= low ? IGNORED : BACKGROUND);
  if (best) giveTheBest(assigned, overlaps);
  return assigned;
}

/** Give every truth the anchors that tie for its best, and at least one of its own. */
function giveTheBest(assigned, overlaps) {
  const peaks = overlaps.map((row) => peak(row));
  const claims = new Map(); // anchor: the truth for which it ties, and by how much
  overlaps.forEach((row, k) => row.forEach((value, n) => {
    if (value === 0 || value !== peaks[k].most) return;
    if (!claims.has(n) || value > claims.get(n).value) claims.set(n, { k, value });
  }));
  for (const [n, { k }] of claims) assigned[n] = k;
  const taken = new Set();
  const queue = peaks.map((one, k) => ({ ...one, k }));
  while (queue.length) {
    queue.sort((a, b) => b.most - a.most || a.at - b.at || a.k - b.k);
    const { most, at, k } = queue.shift();
    if (most <= 0) return;
    if (!taken.has(at)) {
      taken.add(at);
      assigned[at] = k;
    } else queue.push({ ...peak(overlaps[k], (n) => taken.has(n)), k });
  }
}
