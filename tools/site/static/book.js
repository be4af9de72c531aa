// Formulas, and figures whose ink follows the theme.
document.addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll(".math")) {
    const number = element.querySelector(".eqno");
    let tex = "";
    for (const node of element.childNodes) if (node !== number) tex += node.textContent;
    const formula = document.createElement(element.tagName === "DIV" ? "div" : "span");
    const display = element.tagName === "DIV";
    katex.render(tex.trim().replace(/^\\[([]|\\[)\]]$/g, ""), formula, {
      displayMode: display,
      throwOnError: false,
      strict: "ignore",
    });
    element.replaceChildren(...(number ? [number] : []), formula);
  }
  for (const img of document.querySelectorAll(
    'figure.mmbook-figure:not(.mmbook-interactive) img[src^="data:image/svg+xml;base64,"]'
  )) {
    const bytes = Uint8Array.from(atob(img.src.split(",")[1]), (c) => c.charCodeAt(0));
    const holder = document.createElement("div");
    holder.innerHTML = new TextDecoder().decode(bytes);
    const svg = holder.firstElementChild;
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", img.alt);
    img.replaceWith(svg);
  }
});
