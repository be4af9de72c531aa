// Set the formulas, then start the show. The sizes are those that tools/slides.py counts with.
renderMathInElement(document.querySelector(".slides"), {
  delimiters: [
    { left: "$$", right: "$$", display: true },
    { left: "$", right: "$", display: false },
  ],
  throwOnError: false,
  strict: "ignore",
});
Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.03,
  center: false,
  hash: true,
  slideNumber: "h.v",
  transition: "none",
  pdfSeparateFragments: false,
});
