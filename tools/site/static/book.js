// Set the formulas.
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
});
