// The page around the search: words and paper on one side, ten answers and why on the other.
// Above it stand the colours of what adds (MORE, violet) and takes away (LESS, orange).
const HALVES = [null, "top", "bottom", "left", "right"];
const TELLS = { english: "English words", chinese: "Chinese words", drawing: "a scribble" };
// Two digits as the book writes them: +.05, -.12, .00.
function short(v, plus = "") {
  const text = Math.abs(v).toFixed(2).replace(/^0/, "");
  return text === ".00" ? text : (v < 0 ? "\u2212" : plus) + text;
}
const signed = (v) => short(v, "+");
const sum = (list) => list.reduce((a, b) => a + b, 0);

function sketch(strokes) {
  const small = el("canvas", { width: 64, height: 64 }), pen = small.getContext("2d");
  Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) {
    pen.beginPath();
    stroke.forEach(([x, y]) => pen.lineTo(64 * x, 64 * y));
    pen.stroke();
  }
  return small;
}
function part(name, share, lang = {}) {
  return el("span", { class: "part", style: `background:${share < 0 ? LESS : MORE}38` },
    el("span", lang, name.replaceAll(" ", "\u2423")), ` ${signed(share)}`);
}
function paintGrid(pen, grid, signs) {
  const most = Math.max(...grid.map(Math.abs)) || 1, side = 1 / CELLS;
  grid.forEach((share, c) => {
    const x = (c % CELLS) * side, y = Math.floor(c / CELLS) * side;
    const strength = Math.abs(share) / most;
    pen.fillStyle = share < 0 ? LESS : MORE;
    pen.globalAlpha = 0.85 * strength;
    pen.fillRect(x, y, side, side);
    pen.globalAlpha = 1;
    if (!signs || strength < 0.15) return; // the sign is said by a mark as well
    pen.fillStyle = "#000";
    pen.fillRect(x + side * 0.36, y + side * 0.47, side * 0.28, side * 0.06);
    if (share > 0) pen.fillRect(x + side * 0.47, y + side * 0.36, side * 0.06, side * 0.28);
  });
}

function start(figure) {
  // A figure that the page is still receiving has its picture, but not yet all its scripts.
  if (figure.querySelectorAll("script").length < 2) return;
  figure.dataset.ready = "1";
  const facts = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const search = makeSearch(facts), n = facts.names.length;
  const sheet = Uint8Array.from(atob(facts.atlas.bytes), (c) => c.charCodeAt(0));
  const atlas = URL.createObjectURL(new Blob([sheet], { type: facts.atlas.type }));
  let result, chosen = null, wanted = null, waiting = false;

  const button = (text, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, text);
  const pad = makePad(later);
  const words = el("input", { type: "text", maxlength: 80, autocomplete: "off", spellcheck: "false",
    placeholder: "up-right arrow, \u4f1e \u2026", "aria-label": "Ask by words, English or Chinese", oninput: later });
  const smudge = button("smudge", () => pad.tear(HALVES[(HALVES.indexOf(pad.half) + 1) % 5]),
    { title: "covers one half, then the next" });
  const seen = el("canvas", { class: "seen", role: "img" }), reason = el("p", { class: "reason" });
  const status = el("p", { class: "status", role: "status", "aria-live": "polite" });
  const list = el("ol", { role: "list" }), place = el("div", { class: "place", "aria-live": "polite" });

  function picture(e) {
    const tile = el("span", { class: "tile", "aria-hidden": "true" }), { columns } = facts.atlas;
    tile.style.backgroundImage = `url(${atlas})`;
    tile.style.setProperty("--column", e % columns);
    tile.style.setProperty("--row", Math.floor(e / columns));
    tile.style.setProperty("--columns", columns);
    return tile;
  }
  function named(e) {
    const [english, chinese] = facts.names[e];
    return el("span", { class: "name" }, english, " ", el("span", { lang: "zh" }, chinese));
  }
  // The parts of a score: the drawing's cells as one, three letter groups, the others, the bias.
  function parts(e) {
    const { words: said, grid, bias } = result.why(e);
    const out = grid ? [part("scribble", sum(grid))] : [];
    let small = "";
    if (grid) {
      small = el("canvas", { class: "small", width: CELLS, height: CELLS, "aria-hidden": "true" });
      const pen = small.getContext("2d");
      pen.scale(CELLS, CELLS);
      paintGrid(pen, grid, false);
    }
    for (const [piece, share] of said.slice(0, 3))
      out.push(part(piece, share, HAN.test(piece) ? { lang: "zh" } : {}));
    const others = said.slice(3).map(([, share]) => share);
    if (others.length) out.push(part(`${others.length}\u00a0others`, sum(others)));
    return el("div", { class: "why" }, small, el("div", {}, ...out, part("bias", bias)));
  }
  function row(e, rank) {
    const pressed = { "aria-pressed": e === chosen, "data-entry": e, "data-score": result.score[e] };
    const pick = button(el("span", { class: "rank" }, `${rank}.`), () => choose(e), pressed);
    pick.append(picture(e), named(e), el("span", { class: "score" }, short(result.score[e])));
    return el("li", {}, pick, parts(e));
  }
  function choose(e) {
    chosen = e;
    list.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", +b.dataset.entry === e));
    explain();
  }
  // The small paper as the engine sees it, and what each cell does for the chosen answer.
  function explain() {
    const about = chosen ?? result.order[0], grid = result.order.length ? result.why(about).grid : null;
    seen.hidden = reason.hidden = !grid;
    if (!grid) return;
    const pen = onScreen(seen), name = facts.names[about][0];
    if (pen) {
      paintGrid(pen, grid, true);
      result.ink.forEach((v, p) => {
        pen.fillStyle = `rgba(0,0,0,${0.8 * v})`;
        pen.fillRect((p % SIDE) / SIDE, Math.floor(p / SIDE) / SIDE, 1 / SIDE, 1 / SIDE);
      });
    }
    const all = signed(sum(grid)), bias = result.why(about).bias;
    seen.setAttribute("aria-label", `The scribble on 8 by 8 cells: ${all} for ${name}.`);
    reason.replaceChildren(el("b", {}, `Why ${name}? `), `Your scribble as the engine sees it, and what ` +
      `each of 8 \u00d7 8 cells adds (violet, +) or takes away (orange, \u2212): ${all} in all. ` +
      `Empty cells count, too. Bias: ${signed(bias)}.`);
  }
  function tell(text, first) {
    if (status.textContent === text) return; // said once, not at each move
    status.replaceChildren(...(first === undefined ? [] : [picture(first)]), el("span", {}, text));
  }
  function clear() {
    words.value = "";
    pad.clear();
  }
  function update() {
    waiting = false;
    const question = { text: words.value, strokes: pad.strokes, half: pad.half };
    result = search(question);
    live.dataset.asked = JSON.stringify(question);
    chosen = wanted;
    const { asked, unknown, order } = result;
    list.replaceChildren(...order.slice(0, 10).map((e, i) => row(e, i + 1)));
    smudge.textContent = pad.half ? `smudged: ${pad.half}` : "smudge";
    smudge.setAttribute("aria-pressed", pad.half !== null);
    const notes = unknown.map((u) => `No letter group of \u201c${u}\u201d is known, so it does not ask. `);
    if (pad.strokes.length && !asked.includes("drawing")) notes.push("Nothing is left of the scribble. ");
    const by = asked.map((m) => TELLS[m]).join(", ").replace(/, ([^,]*)$/, " and $1");
    const say = order.length ? `Asked by ${by}. First of ${n}: ` +
      `${facts.names[order[0]].join(", ")}.` : "Ask me something: type a word, scribble, or both.";
    tell(notes.join("") + say, order[0]);
    where();
    explain();
  }
  function later() {
    if (!waiting) requestAnimationFrame(update);
    waiting = true;
  }
  // Where the present question puts a picture that the visitor looked for.
  function where() {
    if (wanted === null) return;
    const rank = result.order.indexOf(wanted) + 1;
    place.replaceChildren(...(rank ? [el("span", {}, `At place ${rank} of ${n}, and why:`),
      el("ol", { role: "list" }, row(wanted, rank))] : ["Ask me something first."]));
  }
  function look(event) {
    if (!event.target.open) wanted = null;
    if (!event.target.open || everything.childElementCount) return;
    everything.append(...facts.names.map(([english, chinese], e) => button(picture(e), () => {
      wanted = chosen = e;
      update();
    }, { class: "all", title: chinese })));
    everything.querySelectorAll("button").forEach((b, e) => b.append(facts.names[e][0]));
  }
  const everything = el("div", { class: "everything" });
  const ours = Object.entries(facts.scribbles).map(([name, strokes]) => button(sketch(strokes),
    () => pad.put(strokes), { title: name, "aria-label": `our scribble: ${name}` }));
  const ask = el("div", { class: "ask" }, words, pad.canvas,
    el("div", { class: "tools" }, button("undo", pad.undo, { title: "takes the last line away" }),
      button("clear", clear, { title: "takes words and scribble away" }), smudge),
    status, el("p", {}, "Or take one of our scribbles:"),
    el("div", { class: "ours", role: "group", "aria-label": "Our scribbles" }, ...ours));
  const all = el("details", { ontoggle: look }, el("summary", {}, `What is in here? All ${n} pictures`),
    el("p", {}, "Press one to see at which place the present question puts it."), place, everything);
  const limits = el("p", { class: "limits" }, "Something is always first: the engine says which, never " +
    "whether. In a group of letters \u2423 is a space. A voice cannot ask: the pictures and names come without recordings, so nothing could " +
    "learn to hear them.");
  const live = el("div", { class: "live", "data-lm-suppress-shortcuts": "true",
    onkeydown: (event) => event.stopPropagation() }, el("div", { class: "parts" }, all, ask,
    el("div", { class: "answers" }, list), el("div", { class: "engine" }, seen, reason), limits));
  const still = figure.querySelector("img"), paper = el("div", { class: "paper" });
  still.replaceWith(paper, live); // what a printer shows
  paper.append(still);
  new ResizeObserver(() => result && explain()).observe(seen);
  words.value = facts.held.text;
  pad.put(facts.held.strokes, facts.held.half);
  update();
}

// JupyterLab may run this before the figure stands in the page: look again for a while.
let tries = 0;
(function look() {
  document.querySelectorAll("figure.mmbook-search:not([data-ready])").forEach(start);
  if (tries++ < 40) setTimeout(look, 100);
})();
