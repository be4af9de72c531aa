// A latent space: the sample under the pointer lights up in every panel, a line joins its codes.
mmbookStage("latent", "Point at a sample, or press the arrow keys. Click to hold it.", (parts) => {
  const { facts, svg, card } = parts;
  const [w, h] = facts.tile;
  const zoom = 84 / Math.max(w, h);
  const picture = document.createElement("div");
  picture.style.cssText =
    `flex:none;width:${w * zoom}px;height:${h * zoom}px;border-radius:4px;` +
    `background:#fff url(${facts.atlas}) 0 0/${w * zoom * facts.columns}px auto;` +
    "image-rendering:pixelated";
  card.prepend(picture);
  const panels = [...svg.querySelectorAll("[data-panel]")].map((panel) => {
    const clouds = [...panel.querySelectorAll("[data-cloud]")];
    const marks = [...panel.querySelectorAll("[data-cloud] [data-i]")].map((element) => {
      const text = element.tagName === "text";
      const at = (c) => +(element.dataset[c] ?? element.getAttribute(text ? c : "c" + c));
      return { element, i: +element.dataset.i, x: at("x"), y: at("y") - (text ? 4 : 0) };
    });
    return { clouds, marks, lit: panel.querySelector("[data-lit]") };
  });
  function select(i, rest) {
    for (const { clouds, marks, lit } of panels) {
      clouds.forEach((cloud) => cloud.setAttribute("opacity", rest ? ".85" : ".25"));
      const own = marks.filter((m) => m.i === i);
      lit.firstChild.setAttribute("points", own.map((m) => `${m.x},${m.y}`).join(" "));
      const rings = own.map(({ element, x, y }) => {
        const ring = lit.firstChild.nextSibling.cloneNode(true);
        ring.firstChild.setAttribute("cx", x);
        ring.firstChild.setAttribute("cy", y);
        const copy = element.parentNode.cloneNode(false);
        copy.removeAttribute("data-cloud");
        copy.removeAttribute("opacity");
        copy.append(element.cloneNode(true));
        copy.firstChild.removeAttribute("data-i");
        ring.replaceChildren(ring.firstChild, copy);
        return ring;
      });
      lit.replaceChildren(lit.firstChild, ...rings);
    }
    const column = i % facts.columns, row = Math.floor(i / facts.columns);
    picture.style.backgroundPosition = `-${column * w * zoom}px -${row * h * zoom}px`;
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
  return { count: facts.titles.length, select, find };
});
