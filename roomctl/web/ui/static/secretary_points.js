// Points by item of the agenda: what was decided, and who does what until when. They are written here, and the paper is
// drafted from them.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  const KIND = () => ({
    议题: said("议题", "topic"),
    意见: said("意见", "opinion"),
    决定: said("决定", "decision"),
    action: said("议定事项", "action"),
  });
  const PARTS = () => [
    ["owner", said("牵头单位", "lead")],
    ["support", said("配合单位", "with")],
    ["person", said("责任人", "in charge")],
    ["deadline", said("完成时限", "due")],
  ];
  const LISTS = { owner: "rc-units", support: "rc-units", person: "rc-names" };
  let writing = null; // {name or "", segment, words, seen, clash}: the one that is being written

  const itemAt = (second) => {
    let n = "";
    for (const one of W.opened.items) if (one.at <= second + 0.01) n = one.n;
    return n;
  };
  const lineOf = (point) => W.lines[W.place.get(point.segment)];
  const shownAs = (point, part) => (part === "support" ? point.support.join("、") : point[part]);
  /** As the host compares it: what stands there, without who wrote it. */
  const worded = (point) => ({
    kind: point.kind,
    what: point.what || point.text,
    owner: point.owner,
    support: point.support,
    person: point.person,
    deadline: point.deadline,
  });
  const listed = (text) =>
    text
      .split(/[、，,;；\n]/)
      .map((one) => one.trim())
      .filter(Boolean);

  // --- the host
  const save = async (held) => {
    const mine = { ...held.words, what: held.words.what.trim() };
    if (!mine.what) {
      W.tell(said("要点不能是空的", "a point cannot be left empty"), "", "warn");
      return;
    }
    try {
      const path = "/transcript/points";
      const now = held.name
        ? await W.ask("PUT", `${path}/${held.name}`, { ...mine, seen: held.seen })
        : await W.ask("POST", path, { ...mine, segment: held.segment });
      W.did({ kind: "point", name: now.name, before: held.name ? held.seen : null, after: worded(now) });
      writing = null;
      await W.readNotes();
    } catch (error) {
      if (error.status === 409 && held.name) {
        await W.readNotes().catch(() => {});
        const theirs = W.points.find((one) => one.name === held.name);
        if (theirs) {
          held.clash = error.message;
          held.seen = worded(theirs);
          draw();
          return;
        }
      }
      W.fault(error);
    }
  };
  const strike = async (point) => {
    try {
      await W.ask("POST", `/transcript/points/${point.name}/strike`, { seen: worded(point) });
      W.did({ kind: "point", name: point.name, before: worded(point), after: null });
      writing = null;
      await W.readNotes();
    } catch (error) {
      if (error.status === 409) await W.readNotes().catch(() => {});
      W.fault(error);
    }
  };
  W.backs.point = async (step, forth) => {
    const [from, to] = forth ? [step.before, step.after] : [step.after, step.before];
    const path = `/transcript/points/${step.name}`;
    if (to) await W.ask("PUT", path, { ...to, ...(from ? { seen: from } : {}) });
    else await W.ask("POST", `${path}/strike`, { seen: from });
    await W.readNotes();
  };

  // --- a card, and the form in its place
  const mark = (line, point) => {
    const seen = line && !point.now && (line.confirmed || line.corrected);
    return W.glyph(seen ? "ok" : "wait", seen ? said("已核对", "checked") : said("待核", "to be checked"));
  };
  /** 原话已改: a point that somebody wrote stays; both wordings of its sentence stand below it. */
  const changed = (point) =>
    point?.now
      ? el(
          "div",
          "rc-clash",
          el("b", "", said("原话已改", "what was said has been corrected")),
          el("p", "", said("写要点时：", "when it was written: "), el("s", "", point.text)),
          el("p", "", said("现在是：", "it is now: "), point.now),
        )
      : null;
  const open = (point) => {
    writing = { name: point.name, segment: point.segment, words: worded(point), seen: worded(point), clash: "" };
    draw();
    W.box("points").querySelector("form textarea")?.focus();
  };
  const card = (point) => {
    if (writing?.name && writing.name === point.name) return form(point);
    const line = lineOf(point);
    const at = el("button", "rc-link1 rc-num", line ? W.clock(W.from(line)) : "—");
    at.type = "button";
    at.disabled = !line;
    at.title = said("听这一句", "hear the sentence");
    const rows = PARTS().filter(([part]) => shownAs(point, part));
    const list = el("dl", "");
    for (const [part, name] of rows) list.append(el("dt", "", name), el("dd", "", shownAs(point, part)));
    const e = el(
      "div",
      "rc-pt",
      el("div", "rc-k", mark(line, point), el("b", "", KIND()[point.kind] || point.kind), at),
      el("span", "", point.what || point.text),
      rows.length ? list : null,
      point.by ? el("div", "rc-s3", said(`${point.by} 写`, `by ${point.by}`)) : null,
      changed(point),
    );
    e.dataset.segment = point.segment;
    if (W.may()) {
      const edit = W.press(said("改", "Edit"), () => open(point), "rc-link1");
      edit.dataset.point = point.name;
      edit.setAttribute("aria-label", said(`改要点：${point.what || point.text}`, `edit: ${point.what || point.text}`));
      e.firstChild.append(edit);
    }
    if (line)
      e.addEventListener("click", () => {
        W.go(W.place.get(point.segment));
        if (W.opened.hear) W.sentence();
      });
    return e;
  };
  const field = (label, input) => el("label", "rc-ptf", el("span", "rc-s3", label), input);
  const form = (point) => {
    const held = writing,
      { words } = held;
    const e = el("form", "rc-pt rc-on rc-ptform");
    e.dataset.segment = held.segment;
    const kind = el("select", "rc-in");
    for (const [value, text] of Object.entries(KIND())) kind.append(new Option(text, value, false, value === words.kind));
    const what = Object.assign(el("textarea", "rc-in"), { value: words.what, rows: 3, maxLength: 2000, required: true });
    what.addEventListener("input", () => (words.what = what.value));
    e.append(field(said("种类", "kind"), kind), field(said("内容", "what"), what));
    const parts = el("div", "");
    for (const [part, name] of PARTS()) {
      const input = Object.assign(el("input", "rc-in"), { value: shownAs(words, part), maxLength: 200 });
      if (LISTS[part]) input.setAttribute("list", LISTS[part]);
      input.addEventListener("input", () => (words[part] = part === "support" ? listed(input.value) : input.value.trim()));
      parts.append(field(name, input));
    }
    const whose = () => (parts.hidden = words.kind !== "action");
    kind.addEventListener("change", () => {
      words.kind = kind.value;
      whose();
    });
    whose();
    e.append(parts);
    const moved = changed(W.points.find((one) => one.name === held.name));
    if (moved) e.append(moved);
    if (held.clash)
      e.append(
        el(
          "div",
          "rc-clash",
          el("b", "", held.clash),
          el("p", "", said("现在是：", "it is now: "), [held.seen.what, held.seen.owner, held.seen.deadline].filter(Boolean).join("；")),
        ),
      );
    const cancel = W.press(said("放弃", "Drop it"), () => {
      writing = null;
      draw();
      W.shownRow(W.current)?.focus({ preventScroll: true });
    });
    const keep = el("button", "rc-btn rc-sm rc-pri", held.clash ? said("用我的", "Take mine") : said("存下", "Save"));
    keep.type = "submit";
    const acts = el("div", "rc-row rc-acts", point ? W.press(said("删去", "Strike out"), () => strike(point)) : null, el("span", "rc-grow"));
    acts.append(cancel, keep);
    e.append(acts);
    e.addEventListener("submit", (event) => {
      event.preventDefault();
      save(held);
    });
    e.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      cancel.click();
    });
    return e;
  };

  const lists = () => {
    const make = (id, all) => {
      const e = el("datalist", "");
      e.id = id;
      for (const one of new Set(all)) e.append(new Option(one));
      return e;
    };
    const units = W.points.flatMap((one) => [one.owner, ...one.support]).concat(W.opened.people.map((one) => one.office));
    return [make("rc-units", units.filter(Boolean)), make("rc-names", W.opened.people.map((one) => one.name))];
  };
  const draw = () => {
    const box = W.box("points");
    if (!box) return;
    const groups = new Map();
    let unseen = 0;
    const put = (segment, made) => {
      const line = lineOf({ segment }),
        n = line ? itemAt(W.from(line)) : "";
      if (!groups.has(n)) groups.set(n, []);
      groups.get(n).push(made);
    };
    for (const point of W.points) {
      const line = lineOf(point);
      if (point.now || !line || !(line.confirmed || line.corrected)) unseen++;
      put(point.segment, card(point));
    }
    if (writing && !writing.name) put(writing.segment, form(null));
    const n = W.points.length;
    W.put(W.box("pointed"), n ? said(`${n} 条，待核 ${unseen} 条`, `${n}, ${unseen} to check`) : "");
    const top = box.scrollTop;
    box.replaceChildren(...lists());
    if (!groups.size)
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
    const add = document.querySelector('[data-do="point"]');
    if (add) add.disabled = !W.may() || W.current < 0;
    pointed();
  };
  const pointed = () => {
    const id = W.lines[W.current]?.id;
    for (const e of document.querySelectorAll(".rc-pt:not(form)")) {
      const on = e.dataset.segment === id;
      if (on && !e.classList.contains("rc-on")) e.scrollIntoView({ block: "nearest" });
      e.classList.toggle("rc-on", on);
    }
  };
  /** One more point, of the sentence that is shown. */
  W.addPoint = () => {
    const line = W.lines[W.current];
    if (!line || !W.may()) return;
    const words = { kind: "action", what: line.text, owner: "", support: [], person: "", deadline: "" };
    writing = { name: "", segment: line.id, words, seen: null, clash: "" };
    draw();
    W.box("points").querySelector("form")?.scrollIntoView({ block: "nearest" });
    W.box("points").querySelector("form textarea")?.focus();
  };

  let soon = 0;
  /** What somebody writes is not taken from under their hands. */
  const unlessWriting = () => {
    if (!(writing && W.box("points")?.querySelector("form:focus-within"))) draw();
  };
  const later = () => {
    clearTimeout(soon);
    soon = setTimeout(unlessWriting, 60);
  };
  W.on("read changed opened", later);
  W.on("noted", unlessWriting);
  W.on("current", pointed);
})();
