// Attention: the token under the pointer asks, and the tokens it reads are filled in.
mmbookStage("attention", "Point at a token, or press the arrow keys. Click to hold it.", (parts) => {
  const { facts, svg, words } = parts;
  const scenes = [...svg.querySelectorAll("[data-scene]")].map((scene) => {
    const keys = [...scene.querySelectorAll("[data-k]")];
    const rest = keys.map((key) => key.getAttribute("fill-opacity"));
    return { scene, keys, rest };
  });
  const asks = [...svg.querySelectorAll("[data-i]")];
  const owner = scenes.flatMap(({ scene }, s) => [...scene.querySelectorAll("[data-i]")].map(() => s));
  const label = scenes.flatMap((_, s) => facts.scenes[s].asks);
  const first = owner.map((s) => owner.indexOf(s));
  function select(i) {
    scenes.forEach(({ scene, keys, rest }, s) => {
      const own = i >= 0 && owner[i] === s ? facts.scenes[s].weights[i - first[i]] : null;
      keys.forEach((key, k) => key.setAttribute("fill-opacity", own ? own[k] / 100 : rest[k]));
      scene.style.opacity = i < 0 || own ? "" : 0.45;
    });
    asks.forEach((ask, a) => ask.setAttribute("stroke-opacity", a === i ? 1 : 0));
    if (i < 0) return;
    const name = document.createElement("b");
    name.textContent = `${facts.scenes[owner[i]].name}: ${label[i]}`;
    const note = document.createElement("div");
    note.textContent = facts.scenes[owner[i]].notes[i - first[i]];
    words.replaceChildren(name, note);
  }
  const find = (event) => {
    const ask = event.target.closest("[data-i]");
    return ask ? +ask.dataset.i : -1;
  };
  return { count: asks.length, select, find };
});
