(() => {
  // Put the SVG in the place of its picture and let pointer and keyboard walk over the samples.
  const svgNS = "http://www.w3.org/2000/svg";
  function start(figure) {
    figure.dataset.ready = "1";
    const img = figure.querySelector("img");
    const facts = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const bytes = Uint8Array.from(atob(img.src.split(",")[1]), (c) => c.charCodeAt(0));
    const stage = document.createElement("div");
    stage.innerHTML = new TextDecoder().decode(bytes);
    stage.tabIndex = 0;
    stage.className = "mmbook-stage";
    stage.setAttribute("role", "group");
    stage.setAttribute("aria-label", img.alt + " Use the arrow keys to walk over the samples.");
    const svg = stage.firstElementChild;
    svg.setAttribute("aria-hidden", "true");
    svg.style.cssText = "max-width:100%;height:auto;display:block;touch-action:pan-x pan-y";
    const card = document.createElement("div");
    card.className = "mmbook-card";
    card.style.cssText = "display:flex;gap:12px;align-items:center;min-height:84px;text-align:left";
    const [w, h] = facts.tile;
    const zoom = 84 / Math.max(w, h);
    const picture = document.createElement("div");
    picture.style.cssText =
      `flex:none;width:${w * zoom}px;height:${h * zoom}px;border-radius:4px;` +
      `background:#fff url(${facts.atlas}) 0 0/${w * zoom * facts.columns}px auto;` +
      "image-rendering:pixelated;visibility:hidden";
    const words = document.createElement("div");
    words.setAttribute("aria-live", "polite");
    words.textContent = "Point at a sample, or press the arrow keys. Click to hold it.";
    card.append(picture, words);
    img.replaceWith(stage, card);

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
    let current = -1, held = false;
    function select(i) {
      if (i === current) return;
      current = i;
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
      if (i < 0) {
        picture.style.visibility = "hidden";
        words.replaceChildren();
        return;
      }
      picture.style.visibility = "visible";
      const name = document.createElement("b");
      name.textContent = facts.names[i];
      const lines = Object.entries(facts.notes).map(([title, notes]) => {
        const line = document.createElement("div");
        line.textContent = `${title}: ${notes[i]}`;
        return line;
      });
      words.replaceChildren(name, ...lines);
    }
    const count = facts.names.length;
    stage.addEventListener("keydown", (event) => {
      const target = {
        ArrowRight: (current + 1) % count,
        ArrowDown: (current + 1) % count,
        ArrowLeft: (Math.max(current, 0) + count - 1) % count,
        ArrowUp: (Math.max(current, 0) + count - 1) % count,
        Home: 0,
        End: count - 1,
        Escape: -1,
      }[event.key];
      if (target === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      held = false;
      select(target);
    });
    function nearest(event) {
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
    svg.addEventListener("pointermove", (event) => {
      const found = nearest(event);
      if (!held && found >= 0) select(found);
    });
    svg.addEventListener("click", (event) => {
      // Held until the same sample is clicked again, empty space is, or a key is pressed.
      const found = nearest(event);
      held = found >= 0 && !(held && found === current);
      if (found >= 0) select(found);
    });
  }
  // JupyterLab may run this before the figure stands in the page: look again for a while.
  let tries = 0;
  (function look() {
    document
      .querySelectorAll("figure.mmbook-interactive:not([data-ready])")
      .forEach((figure) => start(figure));
    if (tries++ < 40) setTimeout(look, 100);
  })();
})();
