export default interactive(({ root, text, memory, signal, get }) => {
  const kernels = get("_kernels");
  const now = remember(memory, {
    kernels, picked: 0, rows: kernels[0][1].map((row) => [...row]), divide: kernels[0][2],
  });
  let width = 0;
  let height = 0;
  let before = [];
  let after = [];

  const weight = () => now.rows.flat().reduce((sum, w) => sum + w, 0) / now.divide;
  const pixel = (i, j) => (i < 0 || j < 0 || i >= height || j >= width ? 0 : before[i * width + j]);

  /** Slide the kernel over the picture, zeros around it; the kernel is not turned. */
  function filter() {
    after = new Float64Array(width * height);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let p = 0; p < 3; p++) {
          for (let q = 0; q < 3; q++) sum += now.rows[p][q] * pixel(i + p - 1, j + q - 1);
        }
        after[i * width + j] = sum / now.divide;
      }
    }
  }
  const SHOWN = {
    clip: (value) => value,
    middle: (value) => 128 + value / 2,
    absolute: Math.abs,
  };
  function draw(canvas, values, as) {
    const image = new ImageData(width, height);
    values.forEach((value, k) => {
      image.data.fill(as(value), 4 * k, 4 * k + 3);
      image.data[4 * k + 3] = 255;
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function view(label) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const finder = h("div", { class: "vl-finder", "aria-hidden": "true" });
    const element = h("div", {
      class: "vl-view", tabindex: 0, role: "application", "aria-label": label,
      onclick(event) {
        const box = canvas.getBoundingClientRect();
        look(
          Math.floor(((event.clientY - box.top) / box.height) * height),
          Math.floor(((event.clientX - box.left) / box.width) * width),
        );
      },
      onkeydown(event) {
        const far = event.shiftKey ? 10 : 1;
        const to = {
          ArrowLeft: [0, -far], ArrowRight: [0, far], ArrowUp: [-far, 0], ArrowDown: [far, 0],
        }[event.key];
        if (!to) return;
        event.preventDefault();
        look(now.i + to[0], now.j + to[1]);
      },
    }, canvas, finder);
    return { element, canvas, finder };
  }
  const views = [view(text.picture), view(text.filtered)];

  const scale = { x: 0, w: 0, product: 0, most: 255 };
  const products = productTable({
    rows: 3, columns: 3, label: text.products, chars: 9, scale,
  });
  const where = h("span", { class: "vl-detail" });
  const total = h("p", { class: "vl-total" });
  const live = liveLine();
  live.element.classList.add("vl-hidden");

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
    const sum = terms.reduce((total, { x, w }) => total + x * w, 0);
    const value = after[now.i * width + now.j];
    const result = h("b", {
      class: "vl-sum", "data-vl-pixel": `${now.i},${now.j}`, "data-vl-value": value,
    }, show(value, digits([value])));
    const divided = now.divide === 1 ? [] : [`${show(sum, digits([sum]))} / ${now.divide} = `];
    total.replaceChildren(`${text.sum} = `, ...divided, result);
    where.textContent = fill(text.place, { row: now.i, column: now.j });
    for (const { finder } of views) {
      finder.style.left = `${(100 * (now.j - 1)) / width}%`;
      finder.style.top = `${(100 * (now.i - 1)) / height}%`;
      finder.style.width = `${300 / width}%`;
      finder.style.height = `${300 / height}%`;
    }
    live.say(fill(text.live, {
      row: now.i, column: now.j, before: pixel(now.i, now.j), after: result.textContent,
    }));
  }

  const told = h("p", { class: "vl-note", "aria-live": "polite" });
  function update() {
    if (!width) return;
    filter();
    draw(views[1].canvas, after, SHOWN[now.mode]);
    const sum = weight();
    const amount = show(sum, digits([sum]));
    const near = (value) => Math.abs(sum - value) < 1e-9;
    const words = near(0) ? text.erases : near(1) ? text.keeps : text.scales;
    told.textContent = fill(text.weight, { sum: amount, words: fill(words, { sum: amount }) });
    look(now.i, now.j);
  }

  /** A field for a number; `accept` gets it when it is one. */
  function field(label, value, accept, wrong, good) {
    const input = h("input", {
      type: "number", step: "any", class: "vl-number", "aria-label": label,
      oninput() {
        const number = input.valueAsNumber;
        const fine = Number.isFinite(number) && good(number);
        set(input, { "aria-invalid": fine ? false : "true" });
        input.setCustomValidity(fine ? "" : wrong);
        problem.textContent = fine ? "" : wrong;
        if (!fine) return;
        accept(number);
        now.picked = null;
        chips.choose(null);
        update();
      },
    });
    input.value = value;
    return input;
  }
  const problem = h("p", { class: "vl-problem", role: "alert" });
  const fields = now.rows.map((row, p) => row.map((w, q) =>
    field(fill(text.entry, { row: p, column: q }), w, (number) => { now.rows[p][q] = number; },
      text.bad_number, () => true)));
  const divisor = field(text.divide, now.divide, (number) => { now.divide = number; },
    text.bad_divisor, (number) => number !== 0);

  const modes = choice(text.mode, Object.keys(SHOWN).map((key) => [key, text[key]]), "clip", (mode) => {
    now.mode = mode;
    update();
  });
  function choose(k) {
    const [, rows, divide] = kernels[k];
    Object.assign(now, { picked: k, rows: rows.map((row) => [...row]), divide });
    now.mode = Math.abs(weight()) < 1e-9 ? "middle" : "clip";
    modes.querySelector("select").value = now.mode;
    rows.forEach((row, p) => row.forEach((w, q) => { fields[p][q].value = Number(w.toFixed(4)); }));
    divisor.value = divide;
    problem.textContent = "";
    for (const input of [...fields.flat(), divisor]) set(input, { "aria-invalid": false });
    update();
  }
  const chips = switcher(text.choose, kernels.map(([name], k) => [k, name]), now.picked, choose);

  const [first, second] = views.map(({ element }) => element);
  const grid = h("div", { class: "vl-fields" }, ...fields.flat());
  const hand = panel(text.products, where, products.element, total);
  root.append(
    chips.element,
    h("div", { class: "vl-views" },
      panel(text.before, text.grey, first), panel(text.after, "", second)),
    modes,
    h("div", { class: "vl-panels" },
      panel(text.kernel, "", grid, h("label", { class: "vl-choice" }, text.divide, divisor), problem),
      hand),
    told,
    h("p", { class: "vl-note" }, text.keys),
    live.element,
  );

  async function open() {
    const blob = new Blob([get("_picture")], { type: "image/png" });
    const picture = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    if (signal.aborted) return;
    [width, height] = [picture.width, picture.height];
    for (const { canvas } of views) Object.assign(canvas, { width, height });
    const brush = views[0].canvas.getContext("2d", { willReadFrequently: true });
    brush.drawImage(picture, 0, 0);
    picture.close();
    const { data } = brush.getImageData(0, 0, width, height);
    before = Float64Array.from({ length: width * height }, (_, k) => data[4 * k]);
    now.i ??= Math.floor(height / 2);
    now.j ??= Math.floor(width / 2);
    if (now.mode) {
      modes.querySelector("select").value = now.mode;
      update();
    } else choose(now.picked);
    root.dataset.vlReady = "";
  }
  open();
});
