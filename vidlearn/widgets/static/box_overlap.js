// uses: maths core controls chart drag media boxes
const CORNERS = [[0, 1], [2, 1], [0, 3], [2, 3]]; // which of x1, y1, x2, y2 each of them moves
const MEASURES = ["iou", "giou", "diou", "ciou"];

/** Every measure of two boxes, and the numbers on the way. */
function measured(a, b) {
  const { box, shared } = meeting(a, b);
  const hull = around(a, b);
  const [ofA, ofB, ofHull] = [a, b, hull].map(areaOf);
  const union = ofA + ofB - shared;
  const [wide, high] = [hull[2] - hull[0], hull[3] - hull[1]];
  const apart = [0, 1].map((axis) => (a[axis] + a[axis + 2] - b[axis] - b[axis + 2]) / 2);
  const distance = apart[0] ** 2 + apart[1] ** 2;
  const diagonal = wide ** 2 + high ** 2;
  const angle = ([x1, y1, x2, y2]) => Math.atan((x2 - x1) / (y2 - y1));
  const v = (4 / Math.PI ** 2) * (angle(a) - angle(b)) ** 2;
  const iou = shared / union;
  const alpha = v ? v / (1 - iou + v) : 0;
  const giou = iou - (ofHull - union) / ofHull;
  const diou = iou - distance / diagonal;
  return {
    box, hull, shared, union, ofA, ofB, ofHull, distance, diagonal, v, alpha,
    iou, giou, diou, ciou: diou - alpha * v,
  };
}

export default interactive("box-overlap", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const [height, width] = get("_size");
  const side = Math.max(width, height);
  const grain = Math.min(1, 10 ** Math.floor(Math.log10(side / 5)));
  const now = remember(memory, {
    a: get("a"), b: get("b"), inside: true, union: true, hull: true, more: false, place: "given",
  });
  const given = get("b");
  const tidy = (v) => Number((Math.round(v / grain) * grain).toFixed(6));
  const within = (v, low, high) => Math.max(low, Math.min(high, v));

  // Where box B can be put: each a fact worth knowing.
  /** Box A shifted by a share of its side: where there is room, else as much of it as fits. */
  function beside(share) {
    const [x1, y1, x2, y2] = now.a;
    const [right, down] = [tidy((x2 - x1) * share), tidy((y2 - y1) * share)];
    const moved = [[right, 0], [-right, 0], [0, down], [0, -down]].map(([across, along]) =>
      [x1 + across, y1 + along, x2 + across, y2 + along]);
    const clipped = moved.map((box) => meeting(box, [0, 0, width, height]));
    const most = Math.max(...clipped.map(({ shared }) => shared));
    return most > 0 ? clipped.find(({ shared }) => shared === most).box : now.a;
  }
  /** The corner that is farthest from A, B made smaller if it would reach A there. */
  function apart() {
    const rooms = [width, height];
    const gaps = rooms.map((room, axis) => Math.max(now.a[axis], room - now.a[axis + 2]));
    if (Math.max(...gaps) === 0) return now.a;
    const most = gaps[0] / width >= gaps[1] / height ? 0 : 1;
    const sides = rooms.map((room, axis) => {
      const side = given[axis + 2] - given[axis];
      const half = Math.min(gaps[axis], Math.max(grain, tidy(gaps[axis] / 2)));
      return axis === most && side >= gaps[axis] ? half : side;
    });
    const start = rooms.map((room, axis) =>
      (now.a[axis] > room - now.a[axis + 2] ? 0 : room - sides[axis]));
    return [...start, start[0] + sides[0], start[1] + sides[1]];
  }
  const places = {
    given: () => given,
    apart,
    touching: () => beside(1),
    half: () => beside(0.5),
    within() {
      const [x1, y1, x2, y2] = now.a;
      const [right, down] = [(x2 - x1) / 4, (y2 - y1) / 4];
      return [x1 + right, y1 + down, x2 - right, y2 - down];
    },
    equal: () => now.a,
  };

  // The scene: what is shaded lies below the boxes, their corners above them.
  const shades = ["hull", "union", "inside"].map((name) =>
    h("div", { class: `vl-shade vl-${name}`, "aria-hidden": "true" }));
  const [hullShade, unionShade, insideShade] = shades;
  const outline = h("div", { class: "vl-outline vl-hull", "aria-hidden": "true" });
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((n) => side / (n * grain) <= 24);
  const scene = boxScene({
    width, height, picture: get("_picture"), grid: (every ?? side) * grain, signal,
    role: "group", "aria-label": text.scene,
  });
  const handles = Object.fromEntries(["a", "b"].map((name) => [name, handlesOf(name)]));
  scene.append(...shades, outline, ...["a", "b"].flatMap((name) => handles[name].nodes));

  /** A box that can be dragged, and its four corners. */
  function handlesOf(name) {
    const letter = name.toUpperCase();
    const body = h("div", {
      class: `vl-body vl-${name}`, tabindex: 0, role: "application", "data-vl-body": name,
    }, h("span", { class: "vl-letter", "aria-hidden": "true" }, letter));
    movable(body, name, [0, 1, 2, 3]);
    const corners = CORNERS.map((edges, k) => {
      const grip = h("div", {
        class: `vl-grip vl-${name} vl-grip${k}`, tabindex: 0, role: "application",
        "data-vl-grip": `${name}${k}`,
      });
      movable(grip, name, edges);
      return grip;
    });
    return { body, corners, nodes: [body, ...corners] };
  }
  /** Let a node move some edges of a box, by pointer and by arrow keys. */
  function movable(node, name, edges) {
    const at = (event) => {
      const { left, top, width: wide, height: high } = scene.getBoundingClientRect();
      return [((event.clientX - left) / wide) * width, ((event.clientY - top) / high) * height];
    };
    let start, from;
    onDrag(node, {
      signal,
      onstart(event) {
        [start, from] = [at(event), [...now[name]]];
        front(name);
        scene.classList.add("vl-dragging");
      },
      onmove(x, y, event) {
        const [px, py] = at(event);
        if (px !== start[0] || py !== start[1]) {
          move(name, edges, from, px - start[0], py - start[1], true);
        }
      },
      onend() {
        scene.classList.remove("vl-dragging");
        tell(false);
      },
    });
    node.addEventListener("focus", () => front(name));
    onArrows(node, (right, down, far) => {
      const step = far ? Math.max(2, Math.round(side / grain / 10)) * grain : grain;
      move(name, edges, now[name], right * step, down * step, false);
    });
  }
  function front(name) {
    for (const other of ["a", "b"]) {
      handles[other].nodes.forEach((node) => node.classList.toggle("vl-front", other === name));
    }
  }
  /** Move edges of a box that stood at `from`; it stays whole, and inside. */
  function move(name, edges, from, right, down, quiet) {
    const box = [...from];
    const room = [width, height];
    for (const axis of [0, 1]) {
      const by = [right, down][axis];
      const [low, high] = [from[axis], from[axis + 2]];
      if (edges.length === 4) {
        box[axis] = within(tidy(low + by), 0, Math.max(0, room[axis] - (high - low)));
        if (by === 0) box[axis] = low;
        box[axis + 2] = Math.min(room[axis], box[axis] + (high - low));
      } else if (by !== 0) {
        const edge = edges.find((one) => one % 2 === axis);
        const least = Math.min(grain, high - low);
        box[edge] = edge < 2
          ? within(tidy(low + by), 0, high - least) : within(tidy(high + by), low + least, room[axis]);
      }
    }
    if (box.every((v, k) => v === now[name][k])) return;
    now[name] = box;
    now.place = null;
    update(quiet);
  }

  // Numbers
  const written = (v) => show(v, digits([v], v < 1000 ? 2 : 1));
  const share = (v) => show(v, 3);
  const table = {};
  /** A row of the numbers: a mark or a switch, how it is computed, what comes out. */
  function row(name, first, what) {
    const words = h("span", { class: "vl-reckoning" });
    const value = h("b", { class: "vl-number", [`data-vl-${what}`]: name });
    table[name] = { words, value };
    return h("div", { class: `vl-row-of vl-row-${name}` }, first, words, value);
  }
  const named = (sample, words) => h("span", { class: "vl-named" }, sample, h("span", {}, words));
  const swatch = (name) => h("span", { class: `vl-sign vl-shade vl-${name}`, "aria-hidden": "true" });
  function shadeRow(name) {
    const box = toggle(text[name], now[name], (on) => {
      now[name] = on;
      paint();
    });
    box.firstChild.after(swatch(name));
    return row(name, box, "area");
  }
  const boxSign = (name) => h("span", { class: `vl-sign vl-tag vl-${name}`, "aria-hidden": "true" },
    name.toUpperCase());
  const stroke = (name) => svg("svg", { class: "vl-stroke", viewBox: "0 0 26 10", "aria-hidden": "true" },
    svg("line", { class: `vl-curve vl-curve-${name}`, x1: 1, x2: 25, y1: 5, y2: 5 }));
  const measureRow = (name) => {
    const node = row(name, named(stroke(name), text[name]), "measure");
    node.classList.add("vl-two-lines");
    return node;
  };
  const extra = ["diou", "ciou"].map(measureRow);
  const areas = h("div", { class: "vl-numbers" },
    row("a", named(boxSign("a"), text.box_a), "area"),
    row("b", named(boxSign("b"), text.box_b), "area"),
    ...["inside", "union", "hull"].map(shadeRow));
  const measures = h("div", { class: "vl-numbers" },
    ...["iou", "giou"].map(measureRow),
    toggle(text.more, now.more, (on) => {
      now.more = on;
      paint();
    }),
    ...extra);

  /** Write one row. */
  function write(name, words, value, places = written) {
    const cells = table[name];
    cells.words.textContent = words;
    cells.value.textContent = places(value);
    set(cells.value, { "data-vl-value": value });
  }
  function writeAll(m) {
    const sides = ([x1, y1, x2, y2]) => `${written(x2 - x1)} × ${written(y2 - y1)}`;
    write("a", sides(now.a), m.ofA);
    write("b", sides(now.b), m.ofB);
    write("inside", m.shared > 0 ? sides(m.box) : "", m.shared);
    write("union", `${written(m.ofA)} + ${written(m.ofB)} − ${written(m.shared)}`, m.union);
    write("hull", sides(m.hull), m.ofHull);
    write("iou", `${written(m.shared)} / ${written(m.union)}`, m.iou, share);
    write("giou",
      `${share(m.iou)} − (${written(m.ofHull)} − ${written(m.union)}) / ${written(m.ofHull)}`,
      m.giou, share);
    write("diou", `${share(m.iou)} − ${written(m.distance)} / ${written(m.diagonal)}`, m.diou, share);
    write("ciou", `${share(m.diou)} − ${share(m.alpha)} × ${share(m.v)}`, m.ciou, share);
  }

  // The trace: every measure, were box B moved sideways from here.
  const chart = drawing({ signal, least: 200, most: 480, before: 420, draw: traced });
  function traced(room) {
    const high = 128;
    const [left, right, top, bottom] = [0, room, 8, high - 26];
    const flat = plane({ box: [left, top, right, bottom], xs: [0, width], ys: [-1, 1] });
    const half = (now.b[2] - now.b[0]) / 2;
    const middle = (now.b[0] + now.b[2]) / 2;
    const count = 240;
    const centres = [...Array(count + 1).keys()].map((k) => (k / count) * width);
    const at = (centre) => measured(now.a, [centre - half, now.b[1], centre + half, now.b[3]]);
    const found = centres.map(at);
    const here = measured(now.a, now.b);
    const shown = MEASURES.filter((name) => now.more || ["iou", "giou"].includes(name)).reverse();
    const rule = (value) => svg("line", {
      class: "vl-rule", x1: left, x2: right, y1: flat.y(value), y2: flat.y(value),
    });
    return {
      height: high,
      parts: [
        ...[1, 0, -1].map(rule),
        svg("line", {
          class: "vl-here", x1: flat.x(middle), x2: flat.x(middle), y1: top - 8, y2: bottom,
        }),
        ...shown.map((name) => flat.line(
          centres.map((x, k) => [x, found[k][name]]), { class: `vl-curve vl-curve-${name}` })),
        ...shown.map((name) => svg("circle", {
          class: `vl-dot vl-curve-${name}`, r: 4.5, cx: flat.x(middle), cy: flat.y(here[name]),
        })),
        flat.written(text.trace_foot, { x: flat.x(width / 2), y: bottom + 18 }, "middle"),
      ],
    };
  }
  const scale = h("div", { class: "vl-scale", "aria-hidden": "true" },
    ...["1", "0", "−1"].map((words) => h("span", {}, words)));

  function shadeAll(m) {
    const size = { width, height };
    lay(hullShade, m.hull, size);
    lay(outline, m.hull, size);
    lay(unionShade, m.hull, size);
    lay(insideShade, m.shared > 0 ? m.box : [0, 0, 0, 0], size);
    const [x1, y1, x2, y2] = m.hull;
    const corner = (x, y) =>
      `${(100 * (x - x1)) / (x2 - x1)}% ${(100 * (y - y1)) / (y2 - y1)}%`;
    const ring = ([a, b, c, d]) => [[a, b], [c, b], [c, d], [a, d], [a, b]].map((p) => corner(...p));
    const shape = (rule, boxes) =>
      `polygon(${rule}, ${boxes.flatMap((box) => [corner(x1, y1), ...ring(box)]).join(", ")}, `
      + `${corner(x1, y1)})`;
    const meet = m.shared > 0 ? [m.box] : [];
    unionShade.style.clipPath = shape("nonzero", [now.a, now.b]);
    hullShade.style.clipPath = shape("evenodd", [m.hull, now.a, now.b, ...meet]);
  }
  const where = (box) => box.map(written).join(", ");
  /** Draw all of it. */
  function paint() {
    const m = measured(now.a, now.b);
    for (const name of ["inside", "union", "hull"]) {
      scene.classList.toggle(`vl-no-${name}`, !now[name]);
    }
    shadeAll(m);
    for (const name of ["a", "b"]) {
      const { body, corners } = handles[name];
      const [x1, y1, x2, y2] = now[name];
      const letter = name.toUpperCase();
      lay(body, now[name], { width, height });
      set(body, { "aria-label": fill(text.body, { letter, box: where(now[name]) }) });
      CORNERS.forEach(([across, down], k) => {
        const [x, y] = [[x1, 0, x2][across], [0, y1, 0, y2][down]];
        lay(corners[k], [x, y, x, y], { width, height });
        set(corners[k], {
          "aria-label": fill(text.corner, { letter, corner: text.corners[k], x: written(x), y: written(y) }),
        });
      });
    }
    extra.forEach((node) => set(node, { hidden: now.more ? null : "" }));
    writeAll(m);
    chart.redraw();
    return m;
  }
  const live = liveLine();
  /** Say in a sentence what is to be seen. */
  function tell(quiet) {
    const m = measured(now.a, now.b);
    const same = now.a.every((v, k) => v === now.b[k]);
    const words = same ? text.same : m.shared > 0 ? text.meet : text.apart;
    live.say(fill(words, {
      inside: written(m.shared), union: written(m.union), iou: share(m.iou), giou: share(m.giou),
    }), quiet);
  }
  function update(quiet = false) {
    paint();
    spots.choose(now.place);
    put({ a: now.a, b: now.b });
    tell(quiet);
  }

  const spots = switcher(text.places_label, Object.keys(places).map((key) => [key, text.places[key]]),
    now.place, (key) => {
      now.place = key;
      now.b = places[key]();
      update();
    });
  root.append(
    h("div", { class: "vl-tops" }, spots.element, button("reset", text.reset, reset)),
    h("div", { class: "vl-parts" },
      h("div", { class: "vl-left" }, scene,
        h("div", { class: "vl-trace" }, scale, chart.element)),
      h("div", { class: "vl-right" }, areas, measures)),
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  front("b");
  update();
});
