// boxes: arithmetic of boxes [x1, y1, x2, y2], and a scene that they lie in.

/** Width times height. */
const areaOf = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);

/** What two boxes share, as a box, and its area; 0 where they do not meet. */
function meeting(a, b) {
  const box = [
    Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3]),
  ];
  const shared = Math.max(0, box[2] - box[0]) * Math.max(0, box[3] - box[1]);
  return { box, shared };
}

/** The smallest box around two. */
const around = (a, b) => [
  Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3]),
];

/** Intersection over union; 0 where both boxes are without area. */
function iouOf(a, b) {
  const { shared } = meeting(a, b);
  const union = areaOf(a) + areaOf(b) - shared;
  return union > 0 ? shared / union : 0;
}

/** Lay an element over a box, in a scene of `width` x `height`. */
function lay(node, [x1, y1, x2, y2], { width, height }) {
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  node.style.left = percent(x1, width);
  node.style.top = percent(y1, height);
  node.style.width = percent(x2 - x1, width);
  node.style.height = percent(y2 - y1, height);
}

/**
 * A scene of `width` x `height` for boxes: over a picture stored as WebP, over a `canvas` that the
 * caller draws, or over a grid whose lines stand `grid` apart. Children are laid in it by `lay`.
 */
function boxScene({ width, height, picture, canvas, grid = 1, signal, ...attributes }) {
  const element = h("div", { class: "vl-scene", ...attributes });
  element.style.setProperty("--vl-wide", width);
  element.style.setProperty("--vl-high", height);
  const given = picture?.byteLength && h("canvas", { "aria-hidden": "true" });
  if (given) {
    decode(picture, "image/webp").then((drawn) => {
      if (!signal.aborted) {
        Object.assign(given, { width: drawn.width, height: drawn.height });
        given.getContext("2d").drawImage(drawn, 0, 0);
        given.dataset.vlDrawn = "";
      }
      drawn.close();
    });
  }
  if (given || canvas) {
    element.classList.add("vl-pictured");
    element.append(given || canvas);
  } else {
    element.style.setProperty("--vl-grid", grid);
    element.classList.add("vl-gridded");
  }
  return element;
}
