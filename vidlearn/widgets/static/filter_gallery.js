// uses: maths core controls tables media drag
export default interactive("filter-gallery", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const kernels = get("_kernels");
  const given = get("kernel");
  const same = (rows, divide) => rows.every((row, p) =>
    row.every((w, q) => Math.abs(w / divide - given[p][q]) < 1e-9));
  const first = kernels.findIndex(([, rows, divide]) => same(rows, divide));
  const now = remember(memory, {
    kernels, picked: first, rows: kernels[first]?.[1] ?? given, divide: kernels[first]?.[2] ?? 1,
    mode: null, i: null, j: null,
  });
  let width = 0;
  let height = 0;
  let before = [];
  let after = [];

  const weight = () => now.rows.flat().reduce((total, w) => total + w, 0) / now.divide;
  const pixel = (i, j) => (i < 0 || j < 0 || i >= height || j >= width ? 0 : before[i * width + j]);

  /** Slide the kernel over the picture, zeros around it; the kernel is not turned. */
  function filter() {
    after = new Float64Array(width * height);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        let total = 0;
        for (let p = 0; p < 3; p++) {
          for (let q = 0; q < 3; q++) total += now.rows[p][q] * pixel(i + p - 1, j + q - 1);
        }
        after[i * width + j] = total / now.divide;
      }
    }
  }
  const grey = (value) => [value, value, value];
  const SHOWN = {
    clip: grey,
    signed: (value) => signedColour(value / 255),
    absolute: (value) => grey(Math.abs(value)),
  };
  function draw(canvas, values, colour) {
    const image = new ImageData(width, height);
    values.forEach((value, k) => image.data.set([...colour(value), 255], 4 * k));
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function picture(label) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const finder = h("div", { class: "vl-finder", "aria-hidden": "true" });
    const element = h("div", {
      class: "vl-view", tabindex: 0, role: "application", "aria-label": label,
    }, canvas, finder);
    onDrag(element, { signal, onmove: (x, y) => look(Math.floor(y * height), Math.floor(x * width)) });
    onArrows(element, (right, down, far) => {
      const by = far ? 10 : 1;
      look(now.i + by * down, now.j + by * right);
    });
    return { element, canvas, finder };
  }
  const pictures = [picture(text.picture), picture(text.filtered)];

  const scale = { x: 0, w: 0, product: 0, most: 255 };
  const products = productTable({
    rows: 3, columns: 3, label: text.products, chars: 9, scale,
  });
  const where = h("span", {});
  const total = h("p", { class: "vl-total" });
  const live = liveLine({ hidden: true });

  /** Choose the pixel whose window is shown as numbers. */
  function look(i, j) {
    now.i = Math.max(0, Math.min(height - 1, i));
    now.j = Math.max(0, Math.min(width - 1, j));
    const terms = now.rows.flatMap((row, p) => row.map((w, q) =>
      ({ p, q, w, x: pixel(now.i + p - 1, now.j + q - 1) })));
    scale.w = digits(now.rows.flat());
    scale.product = digits(terms.map(({ x, w }) => x * w));
    scale.most = Math.max(...terms.map(({ x, w }) => Math.abs(x * w)));
    terms.forEach(({ p, q, x, w }) => products.write(p, q, x, w));
    const added = terms.reduce((all, { x, w }) => all + x * w, 0);
    const value = after[now.i * width + now.j];
    const result = h("b", {
      class: "vl-sum", "data-vl-pixel": `${now.i},${now.j}`, "data-vl-value": value,
    }, brief(value, { most: 2 }));
    const divided = now.divide === 1 ? [] : [`${brief(added, { most: 2 })} / ${now.divide} = `];
    total.replaceChildren(`${text.sum} = `, ...divided, result);
    where.textContent = fill(text.place, { row: now.i, column: now.j });
    for (const { finder } of pictures) {
      finder.style.left = `${(100 * (now.j - 1)) / width}%`;
      finder.style.top = `${(100 * (now.i - 1)) / height}%`;
      finder.style.width = `${300 / width}%`;
      finder.style.height = `${300 / height}%`;
    }
    live.say(fill(text.live, {
      row: now.i, column: now.j, before: pixel(now.i, now.j), after: result.textContent,
    }));
  }

  function update() {
    if (!width) return;
    filter();
    draw(pictures[1].canvas, after, SHOWN[now.mode]);
    colours.hidden = now.mode !== "signed";
    const added = weight();
    const amount = brief(added, { most: 2 });
    const near = (value) => Math.abs(added - value) < 1e-9;
    const words = near(0) ? text.erases : near(1) ? text.keeps : text.scales;
    live.tell(fill(text.weight, { sum: amount, words: fill(words, { sum: amount }) }));
    look(now.i, now.j);
  }
  const giveKernel = () => put({ kernel: now.rows.map((row) => row.map((w) => w / now.divide)) });

  const problem = problemLine();
  function field(label, value, change, wrong, good) {
    return numberField({ label, value, wrong, good, problem, accept(number) {
      change(number);
      now.picked = -1;
      chips.choose(-1);
      giveKernel();
      update();
    } });
  }
  const fields = now.rows.map((row, p) => row.map((w, q) => field(
    fill(text.entry, { row: p, column: q }), w, (number) => { now.rows[p][q] = number; },
    text.bad_number,
  )));
  const divisor = field(text.divide, now.divide, (number) => { now.divide = number; },
    text.bad_divisor, (number) => number !== 0);

  const modes = choice(text.mode, Object.keys(SHOWN).map((key) => [key, text[key]]), "clip", (mode) => {
    now.mode = mode;
    update();
  });
  const colours = legend([sign("ramp"), text.ramp]);
  /** How a kernel's picture is shown at first: with signs where flat areas become zero. */
  function showBySum() {
    now.mode = Math.abs(weight()) < 1e-9 ? "signed" : "clip";
    modes.list.value = now.mode;
  }
  function choose(k) {
    const [, rows, divide] = kernels[k];
    Object.assign(now, { picked: k, rows: structuredClone(rows), divide });
    rows.forEach((row, p) => row.forEach((w, q) => fields[p][q].put(w)));
    divisor.put(divide);
    giveKernel();
    showBySum();
    update();
  }
  const chips = switcher(text.choose, kernels.map(([name], k) => [k, name]), now.picked, choose);

  const grid = h("div", { class: "vl-fields" }, ...fields.flat().map(({ input }) => input));
  root.append(
    chips.element,
    h("div", { class: "vl-views" },
      panel(text.before, text.grey, pictures[0].element),
      panel(text.after, "", pictures[1].element)),
    h("div", { class: "vl-row-of-two" }, modes.element, colours,
      button("reset", text.reset, reset)),
    h("div", { class: "vl-panels" },
      panel(text.kernel, "", grid,
        h("label", { class: "vl-choice" }, text.divide, divisor.input), problem),
      panel(text.products, where, products.element, total)),
    live.element,
    note(text.note),
    keysNote(text.keys),
  );

  async function open() {
    const found = await decode(get("_picture"), "image/png");
    if (signal.aborted) return;
    [width, height] = [found.width, found.height];
    for (const { canvas } of pictures) Object.assign(canvas, { width, height });
    const brush = pictures[0].canvas.getContext("2d", { willReadFrequently: true });
    brush.drawImage(found, 0, 0);
    found.close();
    const { data } = brush.getImageData(0, 0, width, height);
    before = Float64Array.from({ length: width * height }, (_, k) => data[4 * k]);
    now.i ??= Math.floor(height / 2);
    now.j ??= Math.floor(width / 2);
    if (now.mode) modes.list.value = now.mode;
    else showBySum();
    update();
    root.dataset.vlReady = "";
  }
  open();
});
