// What is wider than its place can be scrolled by keyboard too, has a name, and shows that it goes on.
const WIDE = ".mmbook-figure, .mmbook-stage, mjx-container[display], span.math, .bd-article pre";
const names = { FIGURE: "figure", DIV: "figure", "MJX-CONTAINER": "formula", SPAN: "formula", PRE: "code or output" };
const PAPER = 570; // pixels between A4's margins, beside a formula's number
const left = (box) => box.getBoundingClientRect().left;
function mark(box) {
  const formula = box.querySelector(":scope > mjx-math, :scope > mjx-container > mjx-math");
  const width = formula ? formula.getBoundingClientRect().width : box.scrollWidth;
  const room = PAPER - Math.max(0, left(box) - left(box.closest("article") ?? box));
  if (formula && width > room) box.style.setProperty("--mm-fit", room / width);
  const hidden = width - box.clientWidth;
  box.classList.toggle("mmbook-more", box.clientWidth > 0 && hidden - box.scrollLeft > 1);
  if (hidden <= 1) return;
  box.tabIndex = 0;
  if (box.hasAttribute("aria-label")) return;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", `Wide ${names[box.tagName]}, scrolls sideways`);
}
function markAll() {
  document.querySelectorAll(WIDE).forEach(mark);
}
addEventListener("load", () => Promise.resolve(window.MathJax?.startup?.promise).then(markAll));
addEventListener("resize", markAll);
document.fonts.addEventListener("loadingdone", markAll);
addEventListener("scroll", ({ target }) => target.matches?.(WIDE) && mark(target), true);
addEventListener("toggle", markAll, true); // a solution was opened

// The theme's button that unfolds pages in the sidebar has no name.
document.querySelectorAll("nav summary").forEach((fold) => (fold.ariaLabel ??= "Pages in it"));

// The contents at the right show the section that is being read, after a jump too.
let waiting = false;
function follow() {
  waiting = false;
  const links = [...document.querySelectorAll("#pst-page-toc-nav a")];
  const top = (link) => document.getElementById(link.hash.slice(1))?.getBoundingClientRect().top;
  const now = links.findLast((link) => top(link) < innerHeight / 3);
  for (const link of links) {
    link.classList.toggle("active", link === now);
    link.toggleAttribute("aria-current", link === now);
    link.closest(".toc-entry").classList.toggle("active", link.closest(".toc-entry").contains(now ?? null));
  }
}
addEventListener("scroll", () => {
  if (!waiting) requestAnimationFrame(follow);
  waiting = true;
}, { passive: true });

// Paper is white, whatever the screen is, and nothing can be unfolded on it.
const root = document.documentElement;
let theme = null, folded = [];
function paper({ matches }) {
  if (matches && theme === null) {
    [theme, root.dataset.theme] = [root.dataset.theme, "light"];
    folded = [...document.querySelectorAll("details.solution:not([open])")];
  }
  folded.forEach((solution) => (solution.open = matches));
  markAll();
  if (!matches && theme !== null) [root.dataset.theme, theme] = [theme, null];
}
matchMedia("print").addEventListener("change", paper);
addEventListener("beforeprint", () => paper({ matches: true }));
addEventListener("afterprint", () => paper({ matches: false }));
