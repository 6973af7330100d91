// uses: maths core controls transport media measure
const TOP = 5;
const GLOW = [255, 200, 0];

/** The stored weights by name: what a query takes from each token that it can attend to. */
function readMaps(get) {
  const bytes = unpack(get("_weights"), Uint8Array);
  const [moments, rows, columns] = get("_grid");
  const places = rows * columns;
  let from = 0;
  return Object.fromEntries(get("_maps").map(([name, shape]) => {
    const start = from;
    from += shape.reduce((a, b) => a * b);
    const [, heads] = shape;
    const keys = shape.at(-1);
    const coarse = name === "time" && shape[2] === 1;
    /** Weights of a query, in the order of `tokens`; their roots are stored. */
    function row(layer, head, query) {
      const [moment, place] = [Math.floor(query / places), query % places];
      const line = {
        both: () => query,
        space: () => moment * places + place,
        time: () => (coarse ? 0 : place) * moments + moment,
      }[name]();
      const lines = shape.slice(2, -1).reduce((a, b) => a * b);
      const at = start + ((layer * heads + head) * lines + line) * keys;
      const squares = Array.from(bytes.subarray(at, at + keys), (v) => v * v);
      const sum = squares.reduce((a, b) => a + b);
      return squares.map((v) => v / sum);
    }
    /** Which tokens those are: [moment, place], place −1 for the whole moment. */
    function tokens(query) {
      const [moment, place] = [Math.floor(query / places), query % places];
      return Array.from({ length: keys }, (_, k) => ({
        both: [Math.floor(k / places), k % places],
        space: [moment, k],
        time: [k, coarse ? -1 : place],
      }[name]));
    }
    return [name, { layers: shape[0], heads, keys, row, tokens }];
  }));
}

/** Bits that a choice by these weights leaves open. */
const entropy = (weights) =>
  weights.reduce((sum, w) => (w > 0 ? sum - w * Math.log2(w) : sum), 0);

export default interactive("attention-heads", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const grid = get("_grid");
  const [moments, rows, columns] = grid;
  const places = rows * columns;
  const span = get("_span");
  const [width, height] = get("_size");
  const pictures = get("_frames");
  const maps = readMaps(get);
  const TRAITS = ["over", "layer", "head", "query"];
  const now = remember(memory, {
    grid, ...Object.fromEntries(TRAITS.map((name) => [name, get(name)])),
  });
  const of = () => maps[now.over];
  const coarse = () => of().tokens(now.query)[0][1] < 0 || places === 1;
  const four = (value) => show(value, 4);
  const split = (query) => [
    Math.floor(query / places), Math.floor((query % places) / columns), query % columns,
  ];

  /** What a head does with the query: its weights, what a frame gets, and the glow of patches. */
  function look(head) {
    const weights = of().row(now.layer, head, now.query);
    const frames = Array(moments).fill(0);
    const glow = new Float64Array(moments * places);
    of().tokens(now.query).forEach(([moment, place], k) => {
      frames[moment] += weights[k];
      if (place < 0) glow.fill(weights[k], moment * places, (moment + 1) * places);
      else glow[moment * places + place] = weights[k];
    });
    return { weights, frames, glow, bits: entropy(weights) };
  }

  // Frames
  const named = (words) => (moment) => fill(span === 1 ? text.frame : words, {
    frame: moment * span, first: moment * span, last: moment * span + span - 1,
  });
  const [framesOf, inWords] = [named(text.range), named(text.frames)];
  const store = pictureStore({ type: "image/webp", signal });
  const cards = pictures.map((bytes, moment) => {
    const canvas = h("canvas", { width, height, class: "vl-photo", "aria-hidden": "true" });
    const veil = h("canvas", { width: columns, height: rows, class: "vl-veil", "data-vl-veil": moment });
    const mark = h("div", { class: "vl-query", hidden: "" });
    const picture = h("div", { class: "vl-stage", "aria-hidden": "true" }, canvas, veil, mark);
    const number = h("b", { "data-vl-sum": moment });
    const level = h("span", { class: "vl-level" });
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      const cell = (share, count) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
      const i = cell((event.clientY - box.top) / box.height, rows);
      const j = cell((event.clientX - box.left) / box.width, columns);
      bar.pick(moment * places + i * columns + j);
    });
    store.draw(canvas, String(moment), bytes);
    const gauge = h("span", { class: "vl-gauge", "aria-hidden": "true" }, level);
    const element = h("div", { class: "vl-card" }, h("div", { class: "vl-card-head" }, framesOf(moment)),
      picture, h("div", { class: "vl-gets" }, gauge, number));
    return { veil, mark, number, level, element };
  });
  const film = h("div", {
    class: "vl-cards", tabindex: 0, role: "application", "aria-label": text.film,
  }, ...cards.map(({ element }) => element));

  /** Colour cells [x, y, value] of a canvas; `most` is full colour. */
  function shade(canvas, cells, most, strength) {
    const image = new ImageData(canvas.width, canvas.height);
    for (const [x, y, value] of cells) {
      image.data.set([...GLOW, Math.round((strength * value) / most)], 4 * (y * canvas.width + x));
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
  const patches = (glow, moment, left = 0) => Array.from({ length: places }, (_, place) =>
    [left + (place % columns), Math.floor(place / columns), glow[moment * places + place]]);

  // Heads
  const rack = h("div", { class: "vl-heads", role: "group", "aria-label": text.heads });
  let heads = [];
  function buildHeads() {
    heads = Array.from({ length: of().heads }, (_, head) => {
      const mosaic = h("canvas", {
        width: now.over === "space" ? columns : now.over === "time" ? moments : moments * columns,
        height: now.over === "time" ? 1 : rows, class: `vl-mosaic vl-of-${now.over}`,
        "aria-hidden": "true", "data-vl-mosaic": head,
      });
      const bits = h("span", { "data-vl-entropy": head });
      const element = h("button", {
        type: "button", class: "vl-button vl-head", "data-vl-choice": head,
        onclick: () => choose({ head }),
      }, h("span", { class: "vl-head-top" }, h("strong", {}, fill(text.head, { head: head + 1 })), bits), mosaic);
      return { mosaic, bits, element };
    });
    rack.replaceChildren(...heads.map(({ element }) => element));
  }

  /** What a head's small picture shows: moments, the patches of one, or those of all in a row. */
  const small = ({ glow, frames }) => ({
    time: () => frames.map((value, t) => [t, 0, value]),
    space: () => patches(glow, split(now.query)[0]),
    both: () => frames.flatMap((_, t) => patches(glow, t, t * columns)),
  }[now.over]());

  const most = h("b", { "data-vl-most": "" });
  const even = h("b", { "data-vl-even": "" });
  const write = (node, value, words) => {
    node.textContent = words;
    set(node, { "data-vl-value": value });
  };
  const top = h("tbody", {});
  const table = h("table", { class: "vl-top" },
    h("caption", {}, text.top),
    h("thead", {}, h("tr", {}, ...["at", "row", "column", "weight"].map((name) =>
      h("th", { scope: "col" }, text[name])))),
    top);

  function paint() {
    const found = heads.map((_, head) => look(head));
    const full = Math.max(...found.map(({ glow }) => glow.reduce((a, b) => Math.max(a, b))));
    found.forEach((one, head) => {
      const { bits } = one;
      shade(heads[head].mosaic, small(one), full, 230);
      write(heads[head].bits, bits, fill(text.bits, { bits: show(bits, 2) }));
      set(heads[head].element, { "aria-pressed": String(head === now.head) });
    });
    const { weights, frames, glow } = found[now.head];
    const [moment, i, j] = split(now.query);
    cards.forEach(({ veil, mark, number, level, element }, t) => {
      shade(veil, patches(glow, t), full, coarse() ? 130 : 200);
      write(number, frames[t], show(frames[t], 2));
      level.style.width = `${100 * frames[t]}%`;
      mark.hidden = t !== moment;
      element.classList.toggle("vl-asks", t === moment);
      Object.assign(mark.style, coarse() ? { inset: "0", width: "auto", height: "auto" } : {
        inset: "auto", top: `${(100 * i) / rows}%`, left: `${(100 * j) / columns}%`,
        height: `${100 / rows}%`, width: `${100 / columns}%`,
      });
    });
    write(most, full, four(full));
    write(even, 1 / of().keys, four(1 / of().keys));
    const tokens = of().tokens(now.query);
    const order = weights.map((_, k) => k).sort((a, b) => weights[b] - weights[a] || a - b);
    table.classList.toggle("vl-coarse", coarse());
    top.replaceChildren(...order.slice(0, TOP).map((k) => {
      const [t, place] = tokens[k];
      const [, row, column] = split(Math.max(0, place));
      return h("tr", {}, h("td", {}, framesOf(t)), h("td", {}, String(row)), h("td", {}, String(column)),
        h("td", { "data-vl-top": place < 0 ? t : t * places + place, "data-vl-value": weights[k] }, four(weights[k])));
    }));
    return found[now.head];
  }
  function say({ frames, bits }, playing) {
    const [moment, row, column] = split(now.query);
    const sum = (parts) => show(parts.reduce((a, b) => a + b, 0), 2);
    const words = [coarse() ? fill(text.asks, { frames: inWords(moment) })
      : fill(text.asks_patch, { frames: inWords(moment), row, column })];
    if (now.over === "space") words.push(text.only_space);
    else {
      words.push(fill(text.takes, {
        own: show(frames[moment], 2), before: sum(frames.slice(0, moment)), after: sum(frames.slice(moment + 1)),
      }));
    }
    words.push(fill(text.spread, { bits: show(bits, 2), count: show(2 ** bits, 1), keys: of().keys }));
    live.say(words.join(" "), playing);
  }
  function onstep(query, playing) {
    now.query = query;
    if (!playing) put({ query });
    say(paint(), playing);
  }
  function choose(values) {
    Object.assign(now, values);
    now.layer = Math.min(now.layer, of().layers - 1);
    now.head = Math.min(now.head, of().heads - 1);
    put(Object.fromEntries(TRAITS.map((name) => [name, now[name]])));
    if ("over" in values) build();
    live.tell(text.told[coarse() ? "frames" : now.over]);
    bar.pick(now.query);
  }

  // Controls
  const kinds = (name, options, chosen, act) => h("div", { class: "vl-kind" },
    h("span", { "aria-hidden": "true" }, text[name]),
    switcher(text[name], options, chosen, act).element);
  const layerPlace = h("div", {});
  /** The heads and layers of one kind of attention. */
  function build() {
    buildHeads();
    const options = Array.from({ length: of().layers }, (_, k) => [k, String(k + 1)]);
    layerPlace.hidden = of().layers === 1;
    choices.hidden = names.length === 1 && layerPlace.hidden;
    layerPlace.replaceChildren(kinds("layer", options, now.layer, (layer) => choose({ layer })));
  }
  const live = liveLine();
  const bar = transport({
    text, count: moments * places, start: now.query, signal, name: text.step, onstep, onreset: reset,
    loop: !matchMedia("(prefers-reduced-motion: reduce)").matches, pace: () => 1000 / get("speed"),
  });
  const names = Object.keys(maps);
  const choices = h("div", { class: "vl-kinds" },
    names.length > 1 ? kinds("over", names.map((name) => [name, text[name]]), now.over,
      (over) => choose({ over })) : "",
    layerPlace);
  root.append(
    choices,
    rack,
    film,
    h("div", { class: "vl-under-film" },
      h("p", { class: "vl-note vl-scale" }, "0 ", h("span", { class: "vl-ramp", "aria-hidden": "true" }), " ", most,
        h("span", {}, text.scale), h("span", {}, `${text.even} `, even)),
      table),
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, {
    ...stepKeys(bar, { columns: () => columns }),
    PageUp: () => bar.pick(now.query - places),
    PageDown: () => bar.pick(now.query + places),
  });
  choose({ over: now.over });
});
