// The search, as mmbook/search computes it in NumPy (finder.py, scribble.py, words.py): the same
// names, the same order. Nothing here knows about the page.
const SIDE = 32, CELLS = 8, LEAST = 0.1, SEEN = 0.05, SLIM = 0.25;
// Chinese signs, with their extensions: the ranges of words.py.
const HAN = /[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const LATIN = /[A-Za-z\u00c0-\u024f]/;

function eightBit({ bytes, scale }) {
  const numbers = new Int8Array(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer);
  return Float64Array.from(numbers, (n) => n * scale);
}

function byLanguage(text) {
  const words = text.replaceAll("'", "\u2019").split(/[ \t\r\n\u00a0\u3000]+/).filter(Boolean);
  const chinese = HAN.test(text), found = { english: [], chinese: [] };
  for (const word of words) {
    const latin = LATIN.test(word) && !HAN.test(word);
    found[latin || !chinese ? "english" : "chinese"].push(word);
  }
  const said = Object.entries(found).filter(([, list]) => list.length);
  return Object.fromEntries(said.map(([language, list]) => [language, list.join(" ")]));
}

function groups(text, longest) {
  const letters = [...text.toLowerCase()], found = new Set();
  for (let n = 1; n <= longest; n++)
    for (let i = 0; i + n <= letters.length; i++) found.add(letters.slice(i, i + n).join(""));
  return found;
}

// Strokes in pixels of the small paper: in the middle, the longer side `extent`.
function placed(strokes, extent) {
  const all = strokes.flat(), ends = [0, 1].map((k) => all.map((point) => point[k]));
  const low = ends.map((v) => Math.min(...v)), high = ends.map((v) => Math.max(...v));
  const scale = extent / Math.max(high[0] - low[0], high[1] - low[1], LEAST);
  const place = (point) => point.map((v, k) => (v - (low[k] + high[k]) / 2) * scale + SIDE / 2);
  return strokes.map((stroke) => stroke.map(place));
}

// Ink of 32 x 32 pixels, by distance from the pen's line: every browser and NumPy agree on it.
function draw(strokes, extent, width) {
  const ink = new Float64Array(SIDE * SIDE);
  if (!strokes.length) return ink;
  const reach = width / 2 + 0.5; // farther pixels get no ink from a line
  const near = (a, b) => [Math.max(Math.floor(Math.min(a, b) - reach), 0),
    Math.min(Math.ceil(Math.max(a, b) + reach), SIDE - 1)];
  for (const stroke of placed(strokes, Math.max(extent - width, 0))) {
    for (let i = 0; i < stroke.length; i++) {
      if (i === stroke.length - 1 && i > 0) break;
      const [ax, ay] = stroke[i], [bx, by] = stroke[i + 1] ?? stroke[i];
      const dx = bx - ax, dy = by - ay, length = Math.max(dx * dx + dy * dy, 1e-12);
      const [left, right] = near(ax, bx), [top, bottom] = near(ay, by);
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const x = column + 0.5 - ax, y = row + 0.5 - ay, p = row * SIDE + column;
          const along = Math.min(Math.max((x * dx + y * dy) / length, 0), 1);
          const distance = Math.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2);
          ink[p] = Math.max(ink[p], Math.min(Math.max(reach - distance, 0), 1));
        }
      }
    }
  }
  return ink;
}

function smudged(ink, half) {
  const lost = {
    top: (x, y) => y < SIDE / 2, bottom: (x, y) => y >= SIDE / 2,
    left: (x) => x < SIDE / 2, right: (x) => x >= SIDE / 2,
  }[half];
  return lost ? ink.map((v, p) => (lost(p % SIDE, Math.floor(p / SIDE)) ? 0 : v)) : ink;
}

// The box of the ink stretched to the whole paper, width and height each, linear in between. A box
// thinner than a quarter of its length is first widened to that: one line does not fill the paper.
function fit(ink) {
  const seen = [...ink.keys()].filter((p) => ink[p] > SEEN);
  if (!seen.length) return ink;
  const ends = (places) => [Math.min(...places), Math.max(...places) + 1];
  const box = [ends(seen.map((p) => Math.floor(p / SIDE))), ends(seen.map((p) => p % SIDE))];
  const least = SLIM * Math.max(...box.map(([a, b]) => b - a));
  const [rows, columns] = box.map(([a, b]) => {
    const length = Math.max(b - a, least), first = (a + b - length) / 2;
    return Array.from({ length: SIDE }, (_, i) => {
      const at = first + ((i + 0.5) * length) / SIDE - 0.5, low = Math.floor(at);
      return [[low, low + 1 - at], [low + 1, at - low]].filter(([k]) => k >= 0 && k < SIDE);
    });
  });
  return ink.map((_, p) => {
    let sum = 0;
    for (const [y, a] of rows[Math.floor(p / SIDE)])
      for (const [x, b] of columns[p % SIDE]) sum += a * b * ink[y * SIDE + x];
    return sum;
  });
}

function cells(ink) {
  const small = new Float64Array(CELLS * CELLS), block = SIDE / CELLS;
  ink.forEach((v, p) => {
    const x = Math.floor((p % SIDE) / block), y = Math.floor(Math.floor(p / SIDE) / block);
    small[y * CELLS + x] += v / block ** 2;
  });
  return [...small, ...small, ...small]; // black: the same in three colours
}

function makeSearch(facts) {
  const { usual, extent, width } = facts, senses = {};
  for (const [m, { bias, pieces, longest, ...weight }] of Object.entries(facts.layers))
    senses[m] = { W: eightBit(weight), b: bias, pieces, longest };
  const codes = eightBit(facts.entries), K = senses.drawing.b.length, n = codes.length / K;
  const dot = (e, h) => h.reduce((sum, v, k) => sum + v * codes[e * K + k], 0);

  // What each sense reads, as pairs of a column and its value; a sense with nothing is left out.
  function read({ text = "", strokes = [], half = null }) {
    const found = {}, unknown = [];
    for (const [m, words] of Object.entries(byLanguage(text))) {
      const held = groups(words, senses[m].longest);
      const x = senses[m].pieces.flatMap((piece, i) => (held.has(piece) ? [[i, 1]] : []));
      if (x.length) found[m] = x;
      else unknown.push(words);
    }
    const ink = fit(smudged(draw(strokes, extent, width), half)), small = cells(ink);
    if (small.some((v) => v)) found.drawing = small.map((v, i) => [i, v - usual[i]]);
    return { found, unknown, ink };
  }

  return function search(question) {
    const { found, unknown, ink } = read(question), asked = Object.keys(found);
    if (!asked.length) return { asked, unknown, ink, order: [] };
    const norm = (h) => Math.sqrt(h.reduce((sum, v) => sum + v * v, 0)) || 1;
    const length = {}, total = new Array(K).fill(0);
    for (const m of asked) {
      const { W, b } = senses[m], D = W.length / K;
      const h = b.map((v, k) => found[m].reduce((sum, [i, x]) => sum + W[k * D + i] * x, v));
      length[m] = norm(h);
      h.forEach((v, k) => (total[k] += v / length[m]));
    }
    const whole = norm(total), q = total.map((v) => v / whole);
    const score = Array.from({ length: n }, (_, e) => dot(e, q));
    const order = score.map((_, e) => e).sort((d, e) => score[e] - score[d] || d - e);

    // What the score of entry e is made of: letter groups, cells, bias. They add up to it.
    function shares(e) {
      const words = new Map(), grid = found.drawing && new Array(CELLS * CELLS).fill(0);
      let bias = 0;
      for (const m of asked) {
        const { W, b, pieces } = senses[m], D = W.length / K, scale = length[m] * whole;
        const column = (i) => b.reduce((sum, _, k) => sum + W[k * D + i] * codes[e * K + k], 0);
        bias += dot(e, b) / scale;
        for (const [i, x] of found[m]) {
          const share = (x * column(i)) / scale;
          if (m === "drawing") grid[i % CELLS ** 2] += share;
          else words.set(pieces[i], (words.get(pieces[i]) ?? 0) + share);
        }
      }
      return { words: [...words].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])), grid, bias };
    }
    const told = new Map(); // computed once for each entry that is looked at
    const why = (e) => told.get(e) ?? told.set(e, shares(e)).get(e);
    return { asked, unknown, ink, order, score, why };
  };
}
