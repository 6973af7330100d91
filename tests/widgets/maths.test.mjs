import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const file = new URL("../../vidlearn/widgets/static/common/maths.js", import.meta.url);
const code = readFileSync(file, "utf8");
const maths = await import(`data:text/javascript,${encodeURIComponent(code)}`);
const near = (a, b) => a.forEach((value, k) => assert.ok(Math.abs(value - b[k]) < 1e-12, `${a}`));

test("numbers are written with a true minus and no needless zeros", () => {
  assert.equal(maths.show(-0.125, 2), "−0.13");
  assert.equal(maths.show(-0.001, 2), "0.00");
  assert.equal(maths.digits([1, 2.5, 3.125]), 2);
  assert.equal(maths.digits([4, -2]), 0);
  assert.equal(maths.sum(["1", "−3", "5"]), "1 − 3 + 5");
});

test("brief numbers stay short whatever their size", () => {
  const { brief } = maths;
  assert.equal(brief(0.5), "0.5");
  assert.equal(brief(0.5, { least: 3 }), "0.500");
  assert.equal(brief(-12345), "−1.2 × 10⁴");
  assert.equal(brief(90000), "9 × 10⁴");
  assert.equal(brief(0.00004), "4 × 10⁻⁵");
  assert.equal(brief(1e-15), "0");
  assert.equal(brief(1e-15, { figures: 2 }), "1 × 10⁻¹⁵");
  assert.equal(brief(0.0372, { figures: 2 }), "0.037");
  assert.equal(brief(999.6, { figures: 2 }), "1000");
  assert.equal(brief(-Infinity), "−∞");
});

test("softmax and products, by hand", () => {
  near(maths.softmax([0, Math.log(3)]), [0.25, 0.75]);
  near(maths.softmax([1000, 1000]), [0.5, 0.5]);
  near(maths.product([1, 2], [[3, 4], [5, 6]], [10, 20]), [23, 36]);
  assert.equal(maths.sigmoid(0), 0.5);
});

test("one LSTM step by hand: open gates add what is written", () => {
  const open = 40;
  const w = [[0, 0, 1, 0]];
  const found = maths.lstmStep([0.5], { h: [0], c: [2] }, {
    w, u: [[0, 0, 0, 0]], b: [open, open, 0, open],
  });
  near(found.c, [2 + Math.tanh(0.5)]);
  near(found.h, [Math.tanh(2 + Math.tanh(0.5))]);
});

test("one GRU step by hand: z keeps, 1 − z writes", () => {
  const found = maths.gruStep([1], { h: [0.5] }, {
    w: [[0, 0, 1]], u: [[0, 0, 2]], b: [[0, 0, 0], [0, 0, 0]],
  });
  near(found.h, [0.5 * 0.5 + 0.5 * Math.tanh(1 + 0.5 * 1)]);
});

test("signed colours: orange, white, blue", () => {
  assert.deepEqual(maths.signedColour(0), [255, 255, 255]);
  assert.deepEqual(maths.signedColour(0.5), [0, 114, 178]);
  assert.deepEqual(maths.signedColour(-0.5), [230, 159, 0]);
  assert.deepEqual(maths.signedColour(9), [0, 38, 63]);
});
