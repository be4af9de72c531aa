// Shared by the interactive figures: put the SVG in the place of its picture, and let pointer and
// keyboard walk over its parts. `draw` gets the pieces, and go(i) to move to a part, and answers
// {count, select, find}: how many parts there are, how to show part i (rest: as before anyone
// points), and which part lies under the pointer (or -1).
function mmbookStage(kind, hint, draw) {
  function start(figure) {
    // A figure that the page is still receiving has its picture, but not yet both its scripts.
    if (figure.querySelectorAll("script").length < 2) return;
    figure.dataset.ready = "1";
    const img = figure.querySelector("img");
    const facts = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const bytes = Uint8Array.from(atob(img.src.split(",")[1]), (c) => c.charCodeAt(0));
    const stage = document.createElement("div");
    stage.innerHTML = new TextDecoder().decode(bytes);
    stage.tabIndex = 0;
    stage.className = "mmbook-stage";
    stage.setAttribute("role", "group");
    stage.setAttribute("aria-label", img.alt + " Use the arrow keys to walk over the parts.");
    const svg = stage.firstElementChild;
    svg.setAttribute("aria-hidden", "true");
    const written = svg.querySelector("[data-words]");  // the card says it from now on
    svg.setAttribute("viewBox", written.dataset.words);
    svg.setAttribute("height", written.dataset.height);
    written.remove();
    // Property by property: the picture's own style, the size of its letters, stays.
    Object.assign(svg.style, {
      maxWidth: "100%", height: "auto", display: "block", touchAction: "pan-x pan-y",
    });
    const card = document.createElement("div");
    card.className = "mmbook-card";
    card.style.cssText = "display:flex;gap:12px;align-items:center;min-height:84px;text-align:left";
    const words = document.createElement("div");
    words.setAttribute("aria-live", "polite");
    const advice = document.createElement("div");
    advice.className = "mmbook-hint";
    advice.style.cssText = "font-size:90%;opacity:.75";
    advice.textContent = hint;
    card.append(words);
    img.replaceWith(stage, card, advice);

    let current = -1, held = false;
    function say(i) {
      const title = document.createElement("b");
      title.textContent = facts.titles[i];
      const lines = Object.entries(facts.notes).filter(([, notes]) => notes[i]);
      words.replaceChildren(title, ...lines.map(([head, notes]) => {
        const line = document.createElement("div");
        line.textContent = head ? `${head}: ${notes[i]}` : notes[i];
        return line;
      }));
    }
    function go(i, rest = false) {
      if (i === current && !rest) return;
      current = i;
      say(i);
      select(i, rest);
    }
    const { count, select, find } = draw({ facts, svg, card, go });
    go(facts.held, true);
    stage.addEventListener("keydown", (event) => {
      const target = {
        ArrowRight: (current + 1) % count,
        ArrowDown: (current + 1) % count,
        ArrowLeft: (current + count - 1) % count,
        ArrowUp: (current + count - 1) % count,
        Home: 0,
        End: count - 1,
        Escape: facts.held,
      }[event.key];
      if (target === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      held = false;
      go(target, event.key === "Escape");
    });
    svg.addEventListener("pointermove", (event) => {
      const found = find(event);
      if (!held && found >= 0) go(found);
    });
    svg.addEventListener("click", (event) => {
      // Held until the same part is clicked again, empty space is, or a key is pressed.
      const found = find(event);
      held = found >= 0 && !(held && found === current);
      if (found >= 0) go(found);
    });
  }
  // JupyterLab may run this before the figure stands in the page: look again for a while.
  let tries = 0;
  (function look() {
    document
      .querySelectorAll(`figure.mmbook-${kind}:not([data-ready])`)
      .forEach((figure) => start(figure));
    if (tries++ < 40) setTimeout(look, 100);
  })();
}
