// Paper to scribble on with mouse, finger, pen or keys. `changed` is called after every change.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// As many pixels as the screen has; the drawing is then in sides of the canvas, 0 to 1.
function onScreen(canvas) {
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  if (!side) return null; // not in sight yet
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  pen.setTransform(side, 0, 0, side, 0, 0);
  pen.clearRect(0, 0, 1, 1);
  return pen;
}

function makePad(changed) {
  const STEP = 0.05, NEAR = 0.008; // sides of the paper: a key's step, points worth keeping
  const round = (v) => Math.round(v * 1000) / 1000;
  let strokes = [], half = null, pointer = null, cursor = null, open = false;
  const canvas = el("canvas", {
    class: "pad", tabindex: 0, role: "application",
    "aria-label": "Paper to scribble on. By keyboard: arrow keys move the pen, space sets a corner " +
      "and joins it to the one before, Enter lifts the pen, Backspace takes the last line away.",
  });

  function paint() {
    const pen = onScreen(canvas);
    if (!pen) return;
    if (!strokes.length) {
      Object.assign(pen, { fillStyle: "#767676", textAlign: "center", font: "0.07px sans-serif" });
      pen.fillText("scribble here", 0.5, 0.52);
    }
    Object.assign(pen, { lineCap: "round", lineJoin: "round", lineWidth: 0.04, strokeStyle: "#000" });
    for (const [first, ...rest] of strokes) {
      pen.beginPath();
      pen.moveTo(...first);
      for (const point of rest.length ? rest : [first]) pen.lineTo(...point);
      pen.stroke();
    }
    if (half && strokes.length) wash(pen);
    if (cursor && document.activeElement === canvas) {
      const [x, y] = cursor;
      Object.assign(pen, { lineWidth: 0.008, strokeStyle: "#8e4ec6", fillStyle: "#8e4ec6" });
      pen.beginPath();
      pen.arc(x, y, 0.03, 0, 7);
      open ? pen.fill() : pen.stroke();
    }
  }
  // The engine tears the centred scribble: its half ends in the middle of what was drawn.
  function wash(pen) {
    const middle = [0, 1].map((k) => {
      const v = strokes.flat().map((point) => point[k]);
      return (Math.min(...v) + Math.max(...v)) / 2;
    });
    const [x, y] = middle, box = { top: [0, 0, 1, y], bottom: [0, y, 1, 1 - y],
      left: [0, 0, x, 1], right: [x, 0, 1 - x, 1] }[half];
    pen.fillStyle = "rgba(222,222,226,.9)";
    pen.fillRect(...box);
  }
  function change() {
    paint();
    changed();
  }
  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [round((event.clientX - box.left) / box.width), round((event.clientY - box.top) / box.height)];
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button > 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    cursor = null;
    open = false;
    strokes.push([place(event)]);
    change();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const stroke = strokes.at(-1), events = event.getCoalescedEvents?.() ?? [];
    for (const moved of events.length ? events : [event]) {
      const [x, y] = place(moved), [a, b] = stroke.at(-1);
      if (Math.hypot(x - a, y - b) >= NEAR) stroke.push([x, y]);
    }
    change();
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, (event) => { if (event.pointerId === pointer) pointer = null; });
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key in MOVES) {
      cursor = (cursor ?? [0.5, 0.5]).map((v, k) => round(Math.min(Math.max(v + MOVES[key][k] * STEP, 0), 1)));
      paint();
    } else if (key === " ") {
      cursor ??= [0.5, 0.5];
      open ? strokes.at(-1).push([...cursor]) : strokes.push([[...cursor]]);
      open = true;
      change();
    } else if (key === "Enter") {
      open = false;
      paint();
    } else if (key === "Backspace") undo();
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", paint);
  new ResizeObserver(paint).observe(canvas);

  function put(lines, torn = null) {
    strokes = lines.map((stroke) => stroke.map((point) => [...point]));
    half = torn;
    open = false;
    change();
  }
  const undo = () => put(strokes.slice(0, -1), half);
  const clear = () => {
    cursor = null;
    put([]);
  };
  return { canvas, put, undo, clear, tear: (torn) => put(strokes, torn),
    get strokes() { return strokes; }, get half() { return half; } };
}
