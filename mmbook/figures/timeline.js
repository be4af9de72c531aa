// A history: the line under the pointer speaks, the others step back.
mmbookStage("timeline", "Point at a line, or press the arrow keys. Click to hold it.", (parts) => {
  const { facts, svg, words } = parts;
  const events = [...svg.querySelectorAll("[data-i]")];
  function select(i) {
    events.forEach((event, e) => { event.style.opacity = i < 0 || e === i ? "" : 0.4; });
    if (i < 0) return;
    const title = document.createElement("b");
    title.textContent = facts.titles[i];
    const note = document.createElement("div");
    note.textContent = facts.notes[i];
    words.replaceChildren(title, note);
  }
  const find = (event) => {
    const row = event.target.closest("[data-i]");
    return row ? +row.dataset.i : -1;
  };
  return { count: events.length, select, find };
});
