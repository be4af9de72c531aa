// A row of pictures behind one slider. Before it is moved, the picture is the one that prints.
mmbookStage("slider", "", ({ facts, svg, card, words, go }) => {
  const last = facts.frames.length - 1;
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: 0, max: last, step: 1 });
  input.setAttribute("aria-label", facts.name);
  input.style.cssText = "width:min(340px,50%);flex:none;accent-color:#8e4ec6";
  card.prepend(input);
  function select(i) {
    const at = i < 0 ? facts.start : i;
    svg.innerHTML = facts.frames[at];
    input.value = at;
    input.setAttribute("aria-valuetext", facts.labels[at]);
    words.textContent = `${facts.name}: ${facts.labels[at]}`;
  }
  select(-1);
  input.addEventListener("input", () => go(+input.value));
  return { count: facts.frames.length, select, find: () => -1, first: facts.start };
});
