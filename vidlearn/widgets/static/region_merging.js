// uses: maths core controls transport media boxes drag
const [FOUND, WHOLE] = [0.5, 0.8]; // IoU from which a thing counts as found, and as found whole
const [LEVELS, AIR] = [2, 3]; // generations shown below a region; pixels around it
const TURN = 137.508; // degrees of hue between one tint and the next: the golden angle

/** The numbers that bytes hold. */
const unpack = (bytes, Kind) =>
  new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
/** A list cut into lists of `count`. */
const inGroups = (list, count) =>
  Array.from({ length: list.length / count }, (_, k) => [...list.slice(count * k, count * (k + 1))]);

/** A light colour [r, g, b] of a hue in degrees. */
function tintOf(hue) {
  const part = (n) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (0.66 - 0.24 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

/** A path around boxes. */
const outline = (boxes) => boxes.map(([x1, y1, x2, y2]) => `M${x1} ${y1}H${x2}V${y2}H${x1}Z`).join("");

export default interactive("region-merging", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [width, height] = get("_size");
  const merges = inGroups(unpack(get("_merges"), Uint16Array), 2);
  const boxes = inGroups(unpack(get("_boxes"), Uint16Array), 4);
  const first = boxes.length - merges.length; // regions 0 to first - 1 are the segments
  const names = get("_names");
  const parts = inGroups(unpack(get("_parts"), Float64Array), names.length);
  const truth = get("_truth").map(([name, ...box]) => ({ name, box }));
  const segments = new Uint16Array(width * height);
  let filled = 0;
  for (const [segment, length] of inGroups(unpack(get("_segments"), Uint16Array), 2)) {
    segments.fill(segment, filled, filled += length);
  }
  const now = remember(memory, {
    step: get("step"), truth, count: boxes.length, fill: "mean", all: false,
    at: [Math.floor(width / 2), Math.floor(height / 2)],
  });

  // What every region is -------------------------------------------------------------------------

  const sizes = new Float64Array(boxes.length);
  segments.forEach((segment) => { sizes[segment] += 1; });
  const colours = inGroups(unpack(get("_colours"), Uint8Array), 3);
  const tints = colours.map((_, r) => tintOf((r * TURN) % 360));
  merges.forEach(([a, b], m) => {
    const [p, q] = [sizes[a], sizes[b]];
    sizes[first + m] = p + q;
    colours.push(colours[a].map((value, c) => (p * value + q * colours[b][c]) / (p + q)));
    tints.push(tints[p < q ? b : a]);
  });
  /** The two regions that one was made of, and the merges after which it was there. */
  const kids = (region) => merges[region - first] ?? [];
  const born = (region) => Math.max(0, region - first + 1);

  /** Whether a pixel lies in a region, as a function. */
  function within(region) {
    const parts = new Uint8Array(boxes.length);
    const mark = (one) => {
      parts[one] = 1;
      kids(one).forEach(mark);
    };
    if (region >= 0) mark(region);
    return (pixel) => parts[segments[pixel]] === 1;
  }
  /** For every region the one it lies in after so many merges. */
  function after(step) {
    const found = boxes.map((_, r) => r);
    for (let m = step - 1; m >= 0; m--) for (const kid of merges[m]) found[kid] = found[first + m];
    return found;
  }
  /** For each thing and each step the region whose box fits best so far. */
  const best = truth.map(({ box }) => {
    const overlaps = boxes.map((other) => iouOf(box, other));
    const better = (a, b) => (overlaps[b] > overlaps[a] ? b : a);
    let leader = overlaps.slice(0, first).reduce((lead, _, r) => better(lead, r), 0);
    const leaders = [leader, ...merges.map((_, m) => (leader = better(leader, first + m)))];
    return leaders.map((region) => ({ region, iou: overlaps[region] }));
  });

  // The two pictures -----------------------------------------------------------------------------

  /** Lines over a picture: each is a path, with a dark one below it. */
  function lines(kinds) {
    const paths = kinds.map((kind) => ["halo", kind].map((name) =>
      svg("path", { class: `vl-line-${name}${name === "halo" ? ` vl-under-${kind}` : ""}` })));
    const element = svg("svg", {
      class: "vl-lines", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none",
      "aria-hidden": "true",
    }, ...paths.flat());
    const draw = (shown) => kinds.forEach((kind, k) =>
      paths[k].forEach((path) => set(path, { d: shown[kind] || null })));
    return { element, draw };
  }
  function picture(label, kinds) {
    const canvas = h("canvas", { width, height, "aria-hidden": "true" });
    const over = lines([...kinds, "cross"]);
    const element = h("div", {
      class: "vl-view", tabindex: 0, role: "application", "aria-label": label,
    }, canvas, over.element);
    onDrag(element, { signal, onmove: (x, y) => follow(x * width, y * height) });
    onArrows(element, (right, down, far) => {
      const by = far ? 20 : 4;
      follow(now.at[0] + by * right, now.at[1] + by * down);
    });
    return { element, canvas, draw: over.draw };
  }
  const frame = picture(text.frame_label, ["all", "truth", "best", "news", "picked", "fresh"]);
  const map = picture(text.map_label, ["border", "picked", "seam", "fresh"]);
  map.element.classList.add("vl-flat");

  /** A path along the sides of pixels where `differ(p, q)`; -1 stands for what lies outside. */
  function between(differ) {
    let path = "";
    const walk = (far, wide, pixel, move, line) => {
      for (let i = 0; i <= far; i++) {
        for (let j = 0, from = -1; j <= wide; j++) {
          const here = j < wide && differ(i ? pixel(i - 1, j) : -1, i < far ? pixel(i, j) : -1);
          if (here && from < 0) from = j;
          if (!here && from >= 0) {
            path += move(i, from) + line(j);
            from = -1;
          }
        }
      }
    };
    walk(height, width, (i, j) => i * width + j, (i, j) => `M${j} ${i}`, (j) => `H${j}`);
    walk(width, height, (j, i) => i * width + j, (j, i) => `M${j} ${i}`, (i) => `V${i}`);
    return path;
  }
  const around = (inside) => between((p, q) => (p >= 0 && inside(p)) !== (q >= 0 && inside(q)));

  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let regions, before, picked;

  function paint() {
    const { step } = now;
    const fresh = step ? first + step - 1 : -1;
    regions = after(step);
    before = after(Math.max(0, step - 1));
    picked = regions[segments[now.at[1] * width + now.at[0]]];
    const shades = now.fill === "mean" ? colours : tints;
    // the two that merge keep their own colours for this step
    const shown = segments.map((segment) => (regions[segment] === fresh ? before : regions)[segment]);
    const image = new ImageData(width, height);
    shown.forEach((region, k) => image.data.set([...shades[region], 255], 4 * k));
    map.canvas.getContext("2d").putImageData(image, 0, 0);
    const [inFresh, inPicked] = [within(fresh), within(picked)];
    const [x, y] = now.at;
    const cross = `M${x - 4} ${y + 0.5}h9M${x + 0.5} ${y - 4}v9`;
    const both = (p, q) => p >= 0 && q >= 0;
    map.draw({
      border: between((p, q) => both(p, q) && regions[segments[p]] !== regions[segments[q]]),
      seam: between((p, q) => both(p, q) && shown[p] !== shown[q] && inFresh(p) && inFresh(q)),
      fresh: step && around(inFresh),
      picked: around(inPicked),
      cross,
    });
    const found = best.map((steps) => steps[step]).filter(({ iou }) => iou >= FOUND);
    const isNew = step > 0 && found.some(({ region }) => region === fresh);
    frame.draw({
      all: now.all && outline(boxes.slice(0, first + step)),
      truth: outline(truth.map(({ box }) => box)),
      best: outline(found.map(({ region }) => boxes[region])),
      news: isNew && outline([boxes[fresh]]),
      fresh: step && outline([boxes[fresh]]),
      picked: outline([boxes[picked]]),
      cross,
    });
    if (isNew && !still) {
      const far = { strokeWidth: "40px", opacity: 0 };
      const line = frame.element.querySelector(".vl-line-news");
      line.animate([far, {}], { duration: 600, easing: "ease-out" });
    }
  }

  /** Follow the region at a place from now on. */
  function follow(x, y) {
    const inside = (v, most) => Math.max(0, Math.min(most - 1, Math.floor(v)));
    now.at = [inside(x, width), inside(y, height)];
    update();
  }

  // What merges, what was found --------------------------------------------------------------------

  const number = (key, k, value) =>
    h("b", { [`data-vl-${key}`]: k, "data-vl-value": value }, String(value));
  const listed = (key, box) => box.flatMap((edge, k) => [k ? ", " : "", number(key, k, edge)]);
  /** A name, a bar from 0 to 1 and its number. */
  function gauge(name, key, k) {
    const bar = h("span", { class: "vl-fill" });
    const value = h("b", { [`data-vl-${key}`]: k });
    const element = h("div", { class: "vl-gauge" }, h("span", {}, name),
      h("span", { class: "vl-bar", "aria-hidden": "true" }, bar), value);
    function put(share) {
      set(value, { "data-vl-value": share });
      value.textContent = share === null ? "–" : show(share, 2);
      bar.style.width = `${100 * (share ?? 0)}%`;
    }
    return { element, put };
  }
  const gauges = names.map((name, k) => gauge(text.parts[name] ?? name, "part", k));
  const total = h("b", { class: "vl-alike", "data-vl-total": "" });
  const freshBox = h("p");
  const which = h("span");
  const countOf = h("span");
  const finds = truth.map(({ name }, k) => {
    const row = gauge(name, "iou", k);
    const jump = button(`best${k}`, text.show_best, () => visit(best[k].at(-1).region));
    row.element.append(jump);
    return row;
  });

  function tellMerge(playing) {
    const { step } = now;
    const [a, b] = kids(first + step - 1);
    const similar = parts[step - 1] ?? [];
    const alike = similar.reduce((all, one) => all + one, 0);
    gauges.forEach(({ put: write }, k) => write(step ? similar[k] : null));
    set(total, { "data-vl-value": step ? alike : null });
    total.textContent = step ? show(alike, 2) : "–";
    which.textContent = step ? fill(text.which, { a, b }) : text.none;
    freshBox.replaceChildren(
      ...(step ? [`${text.new_box} `, ...listed("fresh", boxes[first + step - 1])] : []));
    const count = first - step;
    countOf.textContent = fill(text.count, { count });
    live.say(step
      ? fill(text.live, { step, a, b, alike: show(alike, 2), count })
      : fill(text.start, { count }), playing);
  }
  /** How well each thing is boxed so far; a sentence where this merge found one, or found it better. */
  function tellTruth() {
    const news = truth.flatMap(({ name }, k) => {
      const { region, iou } = best[k][now.step];
      const here = now.step > 0 && region === first + now.step - 1 && iou >= FOUND;
      finds[k].put(iou);
      finds[k].element.classList.toggle("vl-found", iou >= FOUND);
      finds[k].element.classList.toggle("vl-here", here);
      return here ? [fill(iou >= WHOLE ? text.whole : text.found, { name, iou: show(iou, 2) })] : [];
    });
    const found = best.filter((steps) => steps[now.step].iou >= FOUND).length;
    const summary = truth.length ? fill(text.so_far, { found, count: truth.length }) : "";
    live.tell(news.join(" ") || summary);
  }

  // The region that is followed -----------------------------------------------------------------

  const tree = h("div", { class: "vl-tree" });
  const about = h("p");
  const origin = h("span");
  let film, drawn;

  /** Draw one region bright and the rest of the frame faint, cut to a window. */
  function cut(canvas, region, [x1, y1, x2, y2]) {
    const [wide, tall] = [x2 - x1, y2 - y1];
    const inside = within(region);
    const mask = h("canvas", { width: wide, height: tall });
    const image = new ImageData(wide, tall);
    for (let i = 0; i < tall; i++) {
      for (let j = 0; j < wide; j++) {
        image.data[4 * (i * wide + j) + 3] = inside((i + y1) * width + j + x1) ? 255 : 0;
      }
    }
    const cutter = mask.getContext("2d");
    cutter.putImageData(image, 0, 0);
    cutter.globalCompositeOperation = "source-in";
    cutter.drawImage(film, -x1, -y1);
    const brush = canvas.getContext("2d");
    brush.globalAlpha = 0.2;
    brush.drawImage(film, -x1, -y1);
    brush.globalAlpha = 1;
    brush.drawImage(mask, 0, 0);
  }
  /** A region and, below it, those that it was made of. */
  function branch(region, window, level = 0) {
    const [x1, y1, x2, y2] = window;
    const canvas = h("canvas", { width: x2 - x1, height: y2 - y1, "aria-hidden": "true" });
    cut(canvas, region, window);
    const share = brief((100 * sizes[region]) / segments.length, { most: 1 });
    const below = kids(region);
    const label = fill(below.length ? text.go : text.go_segment, { region, step: born(region), share });
    const thumb = h("button", {
      type: "button", class: `vl-button vl-thumb vl-level${level}`, "aria-label": label, title: label,
      "data-vl-tree": region, onclick() {
        visit(region);
        tree.querySelector("button").focus({ preventScroll: true });
      },
    }, canvas, h("span", {}, fill(text.share, { share })));
    const further = level < LEVELS && below.length > 0;
    return h("div", { class: "vl-branch" }, thumb, further
      ? h("div", { class: "vl-kids" }, ...below.map((kid) => branch(kid, window, level + 1)))
      : h("span", { class: "vl-more", "aria-hidden": "true" }, below.length ? "⋯" : ""));
  }
  /** Go to the merge that made a region, and follow it there: put the cross near its middle. */
  function visit(region) {
    const inside = within(region);
    const [x1, y1, x2, y2] = boxes[region];
    const far = ([x, y]) => (x - (x1 + x2 - 1) / 2) ** 2 + (y - (y1 + y2 - 1) / 2) ** 2;
    let least = Infinity;
    for (let y = y1; y < y2; y++) {
      for (let x = x1; x < x2; x++) {
        if (far([x, y]) < least && inside(y * width + x)) [now.at, least] = [[x, y], far([x, y])];
      }
    }
    bar.pick(born(region));
  }
  function tellPicked() {
    if (picked === drawn) return;
    const made = kids(picked).length;
    origin.textContent = made ? fill(text.made, { step: born(picked) }) : text.segment;
    about.replaceChildren(`${text.its_box} `, ...listed("picked", boxes[picked]));
    if (!film) return;
    drawn = picked;
    const [x1, y1, x2, y2] = boxes[picked];
    tree.replaceChildren(branch(picked, [
      Math.max(0, x1 - AIR), Math.max(0, y1 - AIR),
      Math.min(width, x2 + AIR), Math.min(height, y2 + AIR),
    ]));
  }

  // All of it --------------------------------------------------------------------------------------

  const live = liveLine();
  function update(playing = false) {
    paint();
    tellMerge(playing);
    tellTruth();
    tellPicked();
  }
  const bar = transport({
    text, count: merges.length + 1, start: now.step, signal, name: text.step, onreset: reset,
    pace: () => Math.max(70, Math.min(700, 20_000 / merges.length)),
    told: (step) => [step, merges.length],
    onstep(step, playing) {
      now.step = step;
      if (!playing) put({ step });
      update(playing);
    },
  });
  const fills = switcher(text.fill, [["mean", text.mean], ["tint", text.tint]], now.fill, (chosen) => {
    now.fill = chosen;
    update();
  });
  const every = toggle(text.all, now.all, (on) => {
    now.all = on;
    update();
  });
  const signs = ["fresh", "picked", ...(truth.length ? ["truth", "best"] : [])];
  root.append(
    h("div", { class: "vl-views" },
      panel(text.frame, "", frame.element), panel(text.map, countOf, map.element)),
    legend(...signs.map((name) => [sign("stroke", name), text[`legend_${name}`]])),
    bar.element,
    live.element,
    h("div", { class: "vl-choices" }, fills.element, every),
    h("div", { class: "vl-panels" },
      h("div", { class: "vl-stack" },
        panel(text.merge, which, ...gauges.map(({ element }) => element),
          h("p", { class: "vl-likeness" }, `${text.total} = `, total), freshBox),
        truth.length ? panel(text.finds, "",
          h("div", { class: "vl-finds" }, ...finds.map(({ element }) => element))) : ""),
      panel(text.followed, origin, about, tree)),
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar));
  bar.pick(now.step);
  decode(get("_picture"), "image/webp").then((found) => {
    if (signal.aborted) return;
    film = found;
    frame.canvas.getContext("2d").drawImage(film, 0, 0);
    frame.canvas.dataset.vlDrawn = "";
    tellPicked();
  });
});
