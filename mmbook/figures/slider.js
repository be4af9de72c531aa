// A row of pictures behind one slider. Before it is moved, the picture is the one that prints.
mmbookStage("slider", "Drag, or use the arrow keys.", ({ facts, svg, card, go }) => {
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: 0, max: facts.frames.length - 1, step: 1 });
  input.setAttribute("aria-label", facts.name);
  input.setAttribute("data-lm-suppress-shortcuts", "true");  // JupyterLab takes the arrow keys
  input.style.cssText = "width:min(340px,50%);flex:none;accent-color:#8e4ec6";
  card.prepend(input);
  function select(i) {
    svg.innerHTML = facts.frames[i];
    input.value = i;
    input.setAttribute("aria-valuetext", facts.titles[i]);
  }
  input.addEventListener("input", () => go(+input.value));
  return { count: facts.frames.length, select, find: () => -1 };
});
