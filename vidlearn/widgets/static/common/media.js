// media: pictures from bytes, frames on a canvas, boxes over them.

/** Decode a picture; the browser holds it until `close` is called. */
function decode(bytes, type) {
  return createImageBitmap(new Blob([bytes], { type }), { colorSpaceConversion: "none" });
}

/**
 * A canvas that shows one of many frames. One is decoded at a time: when the wanted frame moves on
 * meanwhile, those between are left out, so that the time shown is right whatever the machine can
 * do. `ondrawn(frame)` is called when a frame has been drawn.
 */
function frameCanvas({ frames, type, width, height, signal, ondrawn = () => {} }) {
  const canvas = h("canvas", { width, height, role: "img" });
  const brush = canvas.getContext("2d");
  let wanted = 0;
  let drawn = -1;
  let busy = false;
  async function draw(frame) {
    wanted = frame;
    if (busy) return;
    busy = true;
    while (wanted !== drawn && !signal.aborted) {
      const next = wanted;
      const picture = await decode(frames[next], type);
      brush.drawImage(picture, 0, 0);
      picture.close();
      drawn = next;
      set(canvas, { "data-vl-drawn": next });
      ondrawn(next);
    }
    busy = false;
  }
  return { canvas, draw };
}

/**
 * Pictures that are decoded once and drawn many times: `draw(canvas, key, bytes)`. A canvas that is
 * given another picture meanwhile takes the last one.
 */
function pictureStore({ type, signal }) {
  const decoded = new Map();
  signal.addEventListener("abort", () => decoded.clear());
  return {
    draw(canvas, key, bytes) {
      canvas.dataset.vlWanted = key;
      if (!decoded.has(key)) decoded.set(key, decode(bytes, type));
      decoded.get(key).then((picture) => {
        if (signal.aborted || canvas.dataset.vlWanted !== key) return;
        canvas.getContext("2d").drawImage(picture, 0, 0);
        canvas.dataset.vlDrawn = key;
      });
    },
  };
}

/** A layer over a picture of `width` x `height` for boxes [x1, y1, x2, y2, label number]. */
function boxLayer({ width, height, labels }) {
  const element = h("div", { class: "vl-boxes" });
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  function draw(boxes) {
    element.replaceChildren(...boxes.map(([x1, y1, x2, y2, label]) => {
      const box = h("div", { class: `vl-box vl-colour${label % 6}`, "data-vl-box": label },
        h("span", {}, labels[label]));
      box.style.left = percent(x1, width);
      box.style.top = percent(y1, height);
      box.style.width = percent(x2 - x1, width);
      box.style.height = percent(y2 - y1, height);
      box.classList.toggle("vl-under", y1 < 0.12 * height);
      return box;
    }));
  }
  return { element, draw };
}
