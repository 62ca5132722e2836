// What stands beside the text: draft points by item of the agenda, and the tools in their tabs.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  let tab = "papers";
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

  // --- points
  const KIND = () => ({
    议题: said("议题", "topic"),
    意见: said("意见", "opinion"),
    决定: said("决定", "decision"),
    action: said("议定事项", "action"),
  });
  const itemAt = (second) => {
    let n = "";
    for (const one of W.opened.items) if (one.at <= second + 0.01) n = one.n;
    return n;
  };
  const card = (point) => {
    const place = W.place.get(point.segment),
      line = W.lines[place],
      seen = line && (line.confirmed || line.corrected);
    const at = el("button", "rc-link1 rc-num", line ? W.clock(W.from(line)) : "—");
    at.type = "button";
    at.disabled = !line;
    const rows = [
      [said("牵头单位", "lead"), point.owner],
      [said("配合单位", "with"), point.support.join("、")],
      [said("完成时限", "by"), point.deadline],
    ].filter(([, text]) => text);
    const list = el("dl", "");
    for (const [name, text] of rows) list.append(el("dt", "", name), el("dd", "", text));
    const e = el(
      "div",
      "rc-pt",
      el(
        "div",
        "rc-k",
        W.glyph(seen ? "ok" : "wait", seen ? said("已核对", "checked") : said("待核", "to be checked")),
        el("b", "", KIND()[point.kind] || point.kind),
        at,
      ),
      el("span", "", point.what || point.text),
      rows.length ? list : null,
    );
    e.dataset.segment = point.segment;
    if (line)
      e.addEventListener("click", () => {
        W.go(W.place.get(point.segment));
        if (W.opened.hear) W.sentence();
      });
    return e;
  };
  const drawPoints = () => {
    const box = W.box("points");
    if (!box) return;
    const groups = new Map();
    let open = 0;
    for (const point of W.points) {
      const place = W.place.get(point.segment),
        line = W.lines[place];
      if (!line || !(line.confirmed || line.corrected)) open++;
      const n = line ? itemAt(W.from(line)) : "";
      if (!groups.has(n)) groups.set(n, []);
      groups.get(n).push(card(point));
    }
    const n = W.points.length;
    W.put(W.box("pointed"), n ? said(`${n} 条，待核 ${open} 条`, `${n}, ${open} to check`) : "");
    const top = box.scrollTop;
    box.replaceChildren();
    if (!n)
      box.append(
        W.note(
          said("还没有要点", "no points yet"),
          said(
            "文字稿里出现议题、意见、决定和议定事项时，列在这里",
            "topics, opinions, decisions and actions of the text are listed here",
          ),
        ),
      );
    for (const [number, cards] of groups) {
      const item = W.opened.agenda.find((one) => one.n === number);
      if (W.opened.items.length)
        box.append(
          el(
            "h3",
            "",
            item
              ? said(`议题${number}　${item.title}`, `Item ${number}: ${item.title}`)
              : said("议题之外", "before the first item"),
          ),
        );
      box.append(...cards);
    }
    box.scrollTop = top;
    pointed();
  };
  const pointed = () => {
    const id = W.lines[W.current]?.id;
    for (const e of document.querySelectorAll(".rc-pt")) {
      const on = e.dataset.segment === id;
      if (on && !e.classList.contains("rc-on")) e.scrollIntoView({ block: "nearest" });
      e.classList.toggle("rc-on", on);
    }
  };

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
      drawPoints();
      if (tab === "papers") draw();
    }, 60);
  };
  W.on("read changed opened", later);
  W.on("current", pointed);
  W.on("start", () => W.tab(tab)); // which somebody may have chosen already
})();
