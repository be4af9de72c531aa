// Set the formulas, give each slide the largest letters and figures that fit, and start the show.
const LARGEST = { "--text": [30, 22], "--code": [28, 20], "--math": [46, 24] }; // down to the second

function fits(slide) {
  const { paddingLeft, paddingRight } = getComputedStyle(slide);
  const room = slide.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const wide = [...slide.querySelectorAll("pre, .highlight, mjx-container[display]")];
  return slide.scrollHeight <= slide.clientHeight
    && wide.every((b) => b.offsetWidth <= room && b.scrollWidth <= b.clientWidth + 1);
}

function scale(stage, svg) {
  const { width, height } = svg.viewBox.baseVal;
  return Math.min(stage.clientWidth / width, stage.clientHeight / height);
}

// What moves under a pointer keeps its proportions exactly; its words stand where they cost least.
function enlarge(figure) {
  const stage = figure.querySelector(".mmbook-stage");
  const svg = stage?.querySelector("svg");
  if (!svg) return;
  const below = scale(stage, svg);
  figure.classList.add("side");
  figure.classList.toggle("side", scale(stage, svg) > below);
  const factor = scale(stage, svg);
  const { width, height } = svg.viewBox.baseVal;
  if (figure.classList.contains("side")) {
    stage.style.flex = `0 0 ${width * factor}px`;
    figure.querySelector(".mmbook-card").style.flex = 1; // whatever is left
  }
  Object.assign(svg.style, {
    display: "block", flex: "none", maxWidth: "none", width: `${width * factor}px`, height: `${height * factor}px`,
  });
}

function enlargeWords(slide) {
  const figure = slide.querySelector("figure"); // it needs the room
  for (const [name, [largest, smallest]] of Object.entries(LARGEST)) {
    let size = figure ? smallest + 4 : largest;
    do slide.style.setProperty(name, `${size}px`);
    while (!fits(slide) && --size >= smallest);
  }
}

function measure() {
  const slides = document.querySelector(".reveal .slides");
  for (const slide of slides.querySelectorAll(":scope > section > section")) {
    enlargeWords(slide);
    if (!fits(slide)) { // a long line of an output
      slide.classList.add("wrapped");
      enlargeWords(slide);
    }
    slide.querySelectorAll("figure").forEach(enlarge);
  }
  slides.classList.remove("measured");
}

// A presenter's remote goes on also while a slider has the keys; Escape gives them back.
addEventListener("keydown", (event) => {
  const at = document.activeElement;
  if (!at?.closest(".reveal figure")) return;
  const turn = { PageDown: "next", PageUp: "prev" }[event.key];
  if (turn || (event.key === "Escape" && at.tagName === "INPUT")) {
    at.blur();
    event.preventDefault();
    event.stopPropagation();
    if (turn) Reveal[turn]();
  }
}, true);

window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\(", "\\)"]], tags: "none" },
  chtml: { matchFontHeight: false, displayAlign: "center" },
  options: { enableMenu: false },
  startup: {
    pageReady: () => MathJax.startup.defaultPageReady().then(() => document.fonts.ready).then(() => {
      measure();
      Reveal.on("slidechanged", () => document.activeElement?.blur());
      return Reveal.initialize({
        width: 1280, height: 720, margin: 0, center: false, display: "flex", hash: true,
        scrollActivationWidth: null, slideNumber: "c/t", transition: "none", pdfSeparateFragments: false,
        plugins: [RevealNotes, RevealZoom],
      });
    }),
  },
};
