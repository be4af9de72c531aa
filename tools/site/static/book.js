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
    const after = element.nextSibling; // no line may begin with the comma after a formula
    const mark = !display && after?.nodeType === 3 && after.data.match(/^[,.;:?!)’]+/);
    if (mark) {
      after.data = after.data.slice(mark[0].length);
      const unit = document.createElement("span");
      unit.style.whiteSpace = "nowrap";
      element.replaceWith(unit);
      unit.append(element, mark[0]);
    }
  }
});
