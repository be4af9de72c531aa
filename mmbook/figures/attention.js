// Attention: the token under the pointer asks, and the tokens it reads are filled in.
mmbookStage("attention", "Point at a token, or press the arrow keys. Click to hold it.", (parts) => {
  const { facts, svg } = parts;
  let count = 0;
  const scenes = [...svg.querySelectorAll("[data-scene]")].map((scene, s) => {
    const asks = [...scene.querySelectorAll("[data-i]")];
    const keys = [...scene.querySelectorAll("[data-k]")];
    const first = count;
    count += asks.length;
    return { scene, asks, keys, first, ...facts.scenes[s] };
  });
  function select(i, rest) {
    for (const { scene, asks, keys, first, weights, held } of scenes) {
      const own = i >= first && i < first + asks.length;
      const asking = own ? i - first : held;
      keys.forEach((key, k) => key.setAttribute("fill-opacity", weights[asking][k] / 100));
      asks.forEach((ask, a) => ask.setAttribute("stroke-opacity", a === asking ? 1 : 0));
      scene.style.opacity = rest || own ? "" : 0.45;
    }
  }
  const find = (event) => {
    const ask = event.target.closest("[data-i]");
    return ask ? +ask.dataset.i : -1;
  };
  return { count, select, find };
});
