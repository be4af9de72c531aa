// Sphinx's search, with sections among its hits; first come pages with the words in their titles,
// then the chapter that explains a word, as the glossary says, then sections, then text.
const everyWord = (title, terms) => {
  const stemmer = new Stemmer();
  const words = splitQuery(title.toLowerCase()).map((word) => stemmer.stemWord(word));
  return terms.size > 0 && [...terms].every((term) => words.some((word) => word.includes(term)));
};

// Is a word of the glossary among the words of a query? "edge" is not in "knowledge".
const speaksOf = (query, word) => {
  const [asked, sought] = [query, word].map((text) => text.toLowerCase().replaceAll("-", " "));
  if (!/[a-z]/.test(sought)) return asked.includes(sought);
  const letters = sought.replace(/\W/g, "\\$&");
  return new RegExp(`(?<![a-z])${letters}(e?s)?(?![a-z])`).test(asked);
};

const inText = Search._performSearch;
Search._performSearch = (query, terms, ...more) => {
  const { alltitles, titles, docnames, filenames } = Search._index;
  const hits = new Map(inText(query, terms, ...more).map((hit) => [hit[0] + hit[2], hit]));
  for (const [title, places] of Object.entries(alltitles)) {
    if (!everyWord(title, terms)) continue;
    for (const [file, id] of places) {
      const [anchor, name] = id === null ? ["", title] : [`#${id}`, `${titles[file]} › ${title}`];
      const place = docnames[file].startsWith("api/") ? 60 : 0; // chapters come first
      const score = (id === null ? 200 : 100) - title.length - place;
      hits.set(docnames[file] + anchor, [docnames[file], name, anchor, null, score, filenames[file]]);
    }
  }
  for (const [word, page] of Object.entries(chapterOf)) {
    const file = docnames.indexOf(page);
    if (!speaksOf(query, word) || file < 0) continue;
    const score = Math.max(hits.get(page)?.[4] ?? 0, 120 + word.length);
    hits.set(page, [page, titles[file], "", null, score, filenames[file]]);
  }
  return [...hits.values()].sort((a, b) => a[4] - b[4] || b[0].localeCompare(a[0]));
};

// Under a page that was found in its text: the sections that hold the words most often.
const summary = Search.makeSearchSummary;
Search.makeSearchSummary = (text, terms, anchor) => {
  const found = document.createElement("div");
  found.append(summary(text, terms, anchor) ?? "");
  if (anchor) return found;
  const page = new DOMParser().parseFromString(text, "text/html");
  const own = (section) => [...section.children].filter((e) => e.tagName !== "SECTION");
  const count = (section) => {
    const words = own(section).map((e) => e.textContent.toLowerCase()).join(" ");
    const times = [...terms].map((term) => words.split(term).length - 1);
    return times.includes(0) ? 0 : times.reduce((sum, n) => sum + n, 0);
  };
  const best = [...page.querySelectorAll("section section[id]")]
    .map((section) => [count(section), section]).filter(([n]) => n > 0)
    .sort((a, b) => b[0] - a[0]).slice(0, 3);
  const list = found.appendChild(document.createElement("ul"));
  for (const [, section] of best) {
    const link = list.appendChild(document.createElement("li")).appendChild(document.createElement("a"));
    link.href = `${page.querySelector("meta[name=page]").content}.html#${section.id}`;
    link.textContent = section.querySelector("h1,h2,h3,h4").firstChild.textContent;
  }
  return found;
};
