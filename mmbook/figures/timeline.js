// A history: the line under the pointer speaks, the others step back.
mmbookStage("timeline", "Point at a line, or press the arrow keys. Click to hold it.", (parts) => {
  const events = [...parts.svg.querySelectorAll("[data-i]")];
  function select(i, rest) {
    events.forEach((event, e) => {
      event.firstChild.setAttribute("fill-opacity", e === i ? ".1" : "0");
      event.style.opacity = rest || e === i ? "" : 0.4;
    });
  }
  const find = (event) => {
    const row = event.target.closest("[data-i]");
    return row ? +row.dataset.i : -1;
  };
  return { count: events.length, select, find };
});
