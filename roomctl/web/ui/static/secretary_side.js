// What stands beside the text: the paper that is made of it, and the tools, each in its tab.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  let tab = "page";
  const drawers = {}; // name of a tab → draws it into the box
  W.drawer = (name, draw) => {
    drawers[name] = draw;
  };

  W.tab = (name) => {
    tab = name;
    for (const e of document.querySelectorAll("[data-tab]")) e.setAttribute("aria-selected", String(e.dataset.tab === name));
    const work = W.work.querySelector(".rc-cols");
    if (getComputedStyle(W.work.querySelector(".rc-panes")).display !== "none")
      document.querySelector('button[data-pane="side"]').click();
    work.classList.toggle("rc-wideside", name === "versions" && work.querySelector(".rc-beside") !== null);
    draw();
  };
  W.tabNow = () => tab;
  const draw = () => {
    const box = W.box("side");
    if (box) drawers[tab]?.(box);
  };
  W.drawSide = draw;
  W.count = (name, n) => W.put(document.querySelector(`[data-count="${name}"]`), n ? String(n) : "");
  W.note = (text, more = "") => el("div", "rc-none", el("b", "", text), more ? el("span", "rc-s2", more) : null);

  // --- what differs between two texts
  /** The passage, with what the sentence has otherwise standing out. Both are short: the plain table of edits does. */
  const compared = (text, passage) => {
    const a = [...text],
      b = [...passage],
      n = b.length + 1,
      table = new Uint16Array((a.length + 1) * n);
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        table[i * n + j] =
          a[i] === b[j] ? table[(i + 1) * n + j + 1] + 1 : Math.max(table[(i + 1) * n + j], table[i * n + j + 1]);
    const same = new Uint8Array(b.length);
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      if (a[i] === b[j]) {
        same[j] = 1;
        i++;
        j++;
      } else if (table[(i + 1) * n + j] >= table[i * n + j + 1]) i++;
      else j++;
    }
    return marked(b, same);
  };
  const marked = (characters, same) => {
    const made = [];
    for (let from = 0, k = 1; k <= characters.length; k++) {
      if (k < characters.length && same[k] === same[from]) continue;
      const text = characters.slice(from, k).join("");
      made.push(same[from] ? text : el("ins", "", text));
      from = k;
    }
    return made;
  };
  /** What in `text` stands otherwise in `other`, as children of a paragraph. */
  W.differing = (text, other) => (text.length * other.length > 4_000_000 ? [text] : compared(other, text));

  let soon = 0;
  const later = () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      if (tab === "papers") draw();
    }, 60);
  };
  W.on("read changed opened", later);
  W.on("start", () => W.tab(tab)); // which somebody may have chosen already
})();
