// Shared by the interactive figures: put the SVG in the place of its picture, and let pointer and
// keyboard walk over its parts. `draw` gets the pieces, and go(i) to move to a part, and answers
// {count, select, find, first}: how many parts there are, how to show part i (-1: none), which one
// lies under the pointer (or -1), and the part that is shown at first (none if left out).
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
    // Property by property: the picture's own style, the size of its letters, stays.
    Object.assign(svg.style, {
      maxWidth: "100%", height: "auto", display: "block", touchAction: "pan-x pan-y",
    });
    const card = document.createElement("div");
    card.className = "mmbook-card";
    card.style.cssText = "display:flex;gap:12px;align-items:center;min-height:84px;text-align:left";
    const words = document.createElement("div");
    words.setAttribute("aria-live", "polite");
    words.textContent = hint;
    card.append(words);
    img.replaceWith(stage, card);

    let current = -1, held = false;
    function go(i) {
      if (i === current) return;
      current = i;
      if (i < 0) words.replaceChildren();
      select(i);
    }
    const { count, select, find, first = -1 } = draw({ facts, svg, card, words, go });
    current = first;
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
      go(target);
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
