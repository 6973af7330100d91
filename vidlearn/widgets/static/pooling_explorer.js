// uses: maths core controls transport tables
export default interactive("pooling-explorer", (view) => {
  const { root, text, memory, signal, get, put, reset } = view;
  const x = get("x");
  const [height, width] = [x.length, x[0].length];
  const now = remember(memory, {
    size: get("size"), stride: get("stride"), kind: get("kind"), down: 0, right: 0, x,
  });
  const shape = (m, n) => fill(text.shape, { rows: m, columns: n });
  const side = (length) => Math.floor((length - now.size) / now.stride) + 1;
  const places = digits(x.flat());
  const most = Math.max(...x.flat().map(Math.abs));

  /** The input, moved; what moves in repeats the border. */
  const moved = (down, right) =>
    x.map((row, i) => row.map((_, j) => x[Math.max(0, i - down)][Math.max(0, j - right)]));

  /** Pool a grid: for each window its numbers, its result and where its winner stands. */
  function pool(grid) {
    return Array.from({ length: side(height) }, (_, i) =>
      Array.from({ length: side(width) }, (_, j) => {
        const [top, left] = [i * now.stride, j * now.stride];
        const inside = [];
        for (let a = top; a < top + now.size; a++) {
          for (let b = left; b < left + now.size; b++) inside.push({ a, b, value: grid[a][b] });
        }
        const winner = inside.reduce((best, one) => (one.value > best.value ? one : best));
        const mean = inside.reduce((sum, one) => sum + one.value, 0) / inside.length;
        return { top, left, inside, winner, value: now.kind === "max" ? winner.value : mean };
      }));
  }

  const panels = h("div", { class: "vl-panels" });
  const live = liveLine();
  let input, output, pooled, grid, shown;

  function update() {
    grid = moved(now.down, now.right);
    pooled = pool(grid);
    const before = pool(x);
    const values = pooled.flat().map((cell) => cell.value);
    shown = digits(values);
    const chars = (list, count) => Math.max(...list.map((v) => show(v, count).length));
    const [rows, columns] = [pooled.length, pooled[0].length];

    input = numberTable({
      rows: height, columns: width, label: `${text.input} ${shape(height, width)}`,
      chars: chars(x.flat(), places),
    });
    output = numberTable({
      rows, columns, label: `${text.output} ${shape(rows, columns)}`, chars: chars(values, shown),
      onpick: (i, j) => bar.pick(i * columns + j),
    });
    const winners = new Set(pooled.flat().map(({ winner }) => `${winner.a},${winner.b}`));
    let sameInputs = 0;
    grid.forEach((row, i) => row.forEach((value, j) => {
      input.paint(i, j, value, places);
      input.tint(i, j, value, most);
      const won = now.kind === "max" && winners.has(`${i},${j}`);
      input.cell(i, j).classList.toggle("vl-won", won);
      input.cell(i, j).dataset.vlIn = `${i},${j}`;
      sameInputs += value === x[i][j];
    }));
    let sameOutputs = 0;
    const isMoved = now.down + now.right > 0;
    pooled.forEach((row, i) => row.forEach(({ value }, j) => {
      output.paint(i, j, value, shown);
      output.tint(i, j, value, most);
      const same = value === before[i][j].value;
      sameOutputs += same;
      const words = isMoved ? (same ? text.kept_value : text.changed_value) : text.value;
      const earlier = show(before[i][j].value, digits([before[i][j].value]));
      set(output.cell(i, j), {
        "data-vl-out": `${i},${j}`,
        "data-vl-kept": isMoved && (same ? "yes" : "no"),
        "aria-label": fill(words, { row: i, column: j, value: show(value, shown), earlier }),
      });
    }));
    panels.replaceChildren(
      panel(text.input, shape(height, width), input.element),
      panel(text.output, shape(rows, columns), output.element),
    );
    live.tell(isMoved
      ? fill(text.kept, {
          inputs: sameInputs, all_inputs: height * width,
          outputs: sameOutputs, all_outputs: rows * columns,
        })
      : text.unmoved);
    signs.replaceChildren(legend(
      ...(now.kind === "max" ? [[sign("boxed", "won"), text.legend_won]] : []),
      ...(isMoved ? [[sign("boxed", "same"), text.legend_kept]] : []),
    ));
    bar.recount(rows * columns);
  }

  let marked = [];
  function onstep(step, playing) {
    const columns = pooled[0].length;
    const [i, j] = [Math.floor(step / columns), step % columns];
    const { top, left, inside, winner, value } = pooled[i][j];
    marked.forEach((node) => node.classList.remove("vl-inside", "vl-winner"));
    marked = inside.map(({ a, b }) => input.cell(a, b));
    marked.forEach((node) => node.classList.add("vl-inside"));
    if (now.kind === "max") input.cell(winner.a, winner.b).classList.add("vl-winner");
    input.enclose(top, left, now.size, now.size);
    output.choose(i, j);
    const list = inside.map((one) => show(one.value, places));
    const words = now.kind === "max" ? text.live_max : text.live_average;
    live.say(fill(words, {
      row: i, column: j, value: show(value, shown), count: inside.length,
      list: now.kind === "max" ? list.join(", ") : sum(list),
    }), playing);
  }

  const signs = h("div");
  const bar = transport({
    text, count: 1, signal, name: text.step, onstep, onreset: reset, pace: () => 700,
  });
  const change = (name) => (value) => {
    now[name] = value;
    if (!["down", "right"].includes(name)) put({ [name]: value });
    update();
  };
  const kinds = switcher(
    text.kind, [["max", text.max], ["average", text.average]], now.kind, change("kind"),
  );
  const whole = (name, most) => slider({
    label: text[name], min: 1, max: most, value: now[name], onchange: change(name),
  }).element;
  root.append(
    h("div", { class: "vl-controls" },
      kinds.element,
      whole("size", Math.min(4, height, width)),
      whole("stride", 4),
      h("div", { class: "vl-shifts" },
        toggle(text.right, now.right, (on) => change("right")(Number(on))),
        toggle(text.down, now.down, (on) => change("down")(Number(on))))),
    panels,
    signs,
    bar.element,
    live.element,
    note(text.note),
    keysNote(text.keys),
  );
  onKeys(root, stepKeys(bar, { columns: () => pooled[0].length }));
  update();
});
