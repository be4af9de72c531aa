// A latent space: the sample under the pointer lights up in every panel, a line joins its codes.
mmbookStage("latent", "Point at a sample, or press the arrow keys. Click to hold it.", (parts) => {
  const { facts, svg, card, words } = parts;
  const svgNS = "http://www.w3.org/2000/svg";
  const [w, h] = facts.tile;
  const zoom = 84 / Math.max(w, h);
  const picture = document.createElement("div");
  picture.style.cssText =
    `flex:none;width:${w * zoom}px;height:${h * zoom}px;border-radius:4px;` +
    `background:#fff url(${facts.atlas}) 0 0/${w * zoom * facts.columns}px auto;` +
    "image-rendering:pixelated;visibility:hidden";
  card.prepend(picture);
  const panels = [...svg.querySelectorAll("[data-panel]")].map((panel) => {
    const line = panel.appendChild(document.createElementNS(svgNS, "polyline"));
    line.setAttribute("fill", "none");
    line.setAttribute("stroke", "currentColor");
    line.setAttribute("stroke-width", "1.5");
    line.style.pointerEvents = "none";
    const marks = [...panel.querySelectorAll("[data-i]")].map((element) => {
      const text = element.tagName === "text";
      const at = (c) => +(element.dataset[c] ?? element.getAttribute(text ? c : "c" + c));
      const x = at("x"), y = at("y") - (text ? 4 : 0);
      return { element, i: +element.dataset.i, x, y };
    });
    return { line, marks };
  });
  function select(i) {
    for (const { line, marks } of panels) {
      const own = marks.filter((m) => m.i === i);
      line.setAttribute("points", own.map((m) => `${m.x},${m.y}`).join(" "));
      for (const m of marks) {
        m.element.style.opacity = i < 0 || m.i === i ? "" : 0.28;
        m.element.style.fontSize = m.i === i ? "20px" : "";
        m.element.style.stroke = m.i === i && m.element.tagName !== "text" ? "currentColor" : "";
      }
      for (const m of own) m.element.parentNode.append(m.element);
    }
    const column = i % facts.columns, row = Math.floor(i / facts.columns);
    picture.style.backgroundPosition = `-${column * w * zoom}px -${row * h * zoom}px`;
    picture.style.visibility = i < 0 ? "hidden" : "visible";
    if (i < 0) return;
    const name = document.createElement("b");
    name.textContent = facts.names[i];
    const lines = Object.entries(facts.notes).map(([title, notes]) => {
      const line = document.createElement("div");
      line.textContent = `${title}: ${notes[i]}`;
      return line;
    });
    words.replaceChildren(name, ...lines);
  }
  function find(event) {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    let best = 30 ** 2, found = -1;
    for (const { marks } of panels)
      for (const m of marks) {
        const distance = (m.x - x) ** 2 + (m.y - y) ** 2;
        if (distance < best) [best, found] = [distance, m.i];
      }
    return found;
  }
  return { count: facts.names.length, select, find };
});
