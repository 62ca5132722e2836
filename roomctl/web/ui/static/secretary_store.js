// The transcript as this page knows it: its sentences, what a person does to them, and the way back from that.
(() => {
  const said = (zh, en) => (document.documentElement.lang === "en" ? en : zh);
  const W = (window.rcWords = {
    said,
    opened: null, // what the host said of the meeting: see pages/secretary/sight.py
    lines: [],
    place: new Map(), // sentences in their order; id → place in them
    points: [],
    holes: [],
    current: -1, // place of the sentence that all columns show
    newest: 0,
    version: 0, // number of the newest version, and of the one that is shown
    editing: null, // {id, base}: the sentence that is written in, and its text as it was
  });

  // --- who listens to what happens
  const heard = new Map();
  W.on = (name, does) => {
    for (const one of name.split(" ")) heard.set(one, [...(heard.get(one) || []), does]);
  };
  W.emit = (name, told) => {
    for (const does of heard.get(name) || []) does(told);
  };

  // --- small things that every part needs
  const two = (n) => String(n).padStart(2, "0");
  W.clock = (s) => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(Math.floor(s) % 60)}`;
  W.span = (from, to) => {
    const [first, last] = [W.clock(from), W.clock(to)];
    const length = (to - from).toFixed(1);
    return first === last ? first + said(`（${length} 秒）`, ` (${length} s)`) : `${first}–${last}`;
  };
  W.el = (name, classes = "", ...children) => {
    const e = document.createElement(name);
    if (classes) e.className = classes;
    e.append(...children.filter((one) => one !== null && one !== undefined && one !== ""));
    return e;
  };
  W.put = (e, text) => {
    if (e && e.textContent !== text) e.textContent = text;
  };
  W.box = (name) => document.querySelector(`.rc-wd [data-${name}]`);
  W.press = (text, does, classes = "rc-btn rc-sm") => {
    const e = W.el("button", classes, text);
    e.type = "button";
    e.addEventListener("click", (event) => {
      event.stopPropagation();
      does(event);
    });
    return e;
  };
  const GLYPHS = {
    ok: '<circle cx="12" cy="12" r="11" fill="var(--ok)"/><path d="M6.8 12.4l3.6 3.6 6.8-7.4" fill="none" stroke="var(--surface)" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>',
    warn: '<path d="M12 1.8 23.2 21.2H.8z" fill="var(--warn)" stroke="var(--warn)" stroke-width="1.4" stroke-linejoin="round"/><path d="M12 8.6v6" stroke="var(--surface)" stroke-width="2.6" stroke-linecap="round"/><circle cx="12" cy="18" r="1.5" fill="var(--surface)"/>',
    wait: '<circle cx="12" cy="12" r="10" fill="none" stroke="var(--edge)" stroke-width="2"/>',
  };
  W.glyph = (name, label = "") => {
    const e = W.el("span", "rc-g1");
    e.innerHTML = `<svg class="rc-gl rc-s" viewBox="0 0 24 24" ${label ? 'role="img"' : 'aria-hidden="true"'}>${GLYPHS[name]}</svg>`;
    if (label) {
      e.firstChild.setAttribute("aria-label", label);
      e.title = label;
    }
    return e;
  };

  // --- the host
  W.ask = async (method, path, body) => {
    const headers = { "Accept-Language": document.documentElement.lang };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(W.opened.api + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw Object.assign(new Error(said("主机没有应答", "the host does not answer")), {
        status: 0,
        mend: said("等连上后再试", "try again once it is back"),
      });
    }
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    if (answer.status === 401) {
      location.href = `/log-in?next=${encodeURIComponent(location.pathname)}`;
    }
    const told = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(told.title || answer.statusText), {
      status: answer.status,
      why: told.detail || "",
      mend: told.mend || "",
    });
  };
  /** Says something for a while, over the page. */
  W.tell = (what, why = "", kind = "crit") => {
    document.querySelectorAll(".rc-toast").forEach((e) => e.remove());
    const e = W.el(
      "div",
      `rc-toast rc-${kind}`,
      W.glyph(kind === "crit" ? "warn" : kind),
      W.el("div", "", W.el("b", "", what), W.el("div", "rc-s2", why)),
    );
    e.setAttribute("role", kind === "crit" ? "alert" : "status");
    e.addEventListener("click", () => e.remove());
    document.body.append(e);
    setTimeout(() => e.remove(), kind === "crit" ? 12000 : 4000);
  };
  W.fault = (error) => W.tell(error.message, [error.why, error.mend].filter(Boolean).join(" "));

  // --- times: each sound follows the one before it
  W.sound = (id) => W.opened.sounds.find((one) => one.id === id);
  W.from = (line) => (W.sound(line.recording)?.at || 0) + line.start;
  W.to = (line) => (W.sound(line.recording)?.at || 0) + line.end;
  /** Place of the sentence that is heard at that second, or the last one before it. */
  W.at = (second) => {
    let low = 0,
      high = W.lines.length - 1,
      found = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (W.from(W.lines[middle]) <= second + 0.02) {
        found = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    return found;
  };

  // --- places: the host counts characters, a script counts units of 16 bits, of which a rare character (𠮷) has two
  W.characters = (text, units) => [...text.slice(0, units)].length;
  const inUnits = (line) => {
    const all = [...line.text];
    if (all.length === line.text.length) return line;
    const at = [0];
    for (const one of all) at.push(at.at(-1) + one.length);
    const unit = (n) => at[Math.min(n, all.length)];
    line.unsure = line.unsure.map(([a, b]) => [unit(a), unit(b)]);
    line.words = line.words.map((n, k) => (k % 2 ? n : unit(n)));
    line.doubts = line.doubts.map((one) => ({ ...one, at: unit(one.at) }));
    return line;
  };

  // --- reading
  W.may = () => !W.opened.locked && W.version === W.newest;
  /** A figure or a word that somebody has to look at, and nobody has. */
  W.doubtful = (line) => !line.confirmed && !line.corrected && (line.unsure.length > 0 || line.doubts.length > 0);
  /** What the roster put in and nobody has accepted yet. */
  W.asked = (line) =>
    line.confirmed || line.corrected
      ? []
      : line.changes.filter(
          (one, n) =>
            (one.step === "names" || one.step === "terms") &&
            one.before !== one.after &&
            line.text.includes(one.after) &&
            !line.seen?.has(n),
        );

  const index = () => {
    W.place = new Map(W.lines.map((one, i) => [one.id, i]));
  };
  const FIRST = 200,
    PART = 2000,
    AGAIN = 50; // sentences: read at once, read together, read again where the text grows
  const RETRY = 5000; // ms
  let reading = 0,
    late = false; // the host did not answer a reading; it is tried again
  const put = (lines) => {
    const here = W.lines[W.current]?.id;
    W.lines = lines;
    index();
    W.current = here && W.place.has(here) ? W.place.get(here) : W.lines.length ? 0 : -1;
    W.emit("read");
  };
  /** Sentences that were cut otherwise: those that changed or came, whom each of these follows, and who is gone. */
  W.recut = ({ lines = [], behind = {}, gone = [] }) => {
    const all = W.lines.filter((one) => !gone.includes(one.id));
    for (const line of lines) {
      const at = all.findIndex((one) => one.id === line.id),
        before = all.findIndex((one) => one.id === behind[line.id]);
      if (at >= 0) all[at] = inUnits(line);
      else if (before >= 0) all.splice(before + 1, 0, inUnits(line));
    }
    put(all);
  };
  W.readNotes = async () => {
    const version = W.version,
      notes = await W.ask("GET", `/transcripts/${version}/notes`);
    if (version !== W.version) return;
    W.points = notes.points;
    W.holes = notes.holes;
    W.emit("noted");
  };
  W.read = async ({ all = true } = {}) => {
    const mine = ++reading,
      version = W.version;
    const from = all || !W.lines.length ? 0 : Math.max(0, W.lines.length - AGAIN);
    const part = async (after, count) => {
      const lines = await W.ask("GET", `/transcripts/${version}/lines?after=${after}&count=${count}`);
      return mine === reading && version === W.version ? lines.map(inUnits) : null;
    };
    try {
      const [rest, first] = await Promise.all([W.ask("GET", `/transcripts/${version}/notes`), part(from, FIRST)]);
      if (!first) return;
      W.points = rest.points;
      W.holes = rest.holes;
      let lines = [...W.lines.slice(0, from), ...first],
        more = first.length === FIRST;
      W.reading = more;
      W.known = true;
      const shown = (all) => rcStill.when(W.work, () => mine === reading && put(all));
      if (!more || !W.lines.length) shown(lines); // the first ones can be read while the others come
      while (more) {
        const next = await part(lines.length, PART);
        if (!next) return;
        lines = lines.concat(next);
        more = next.length === PART;
        if (!more) {
          W.reading = false;
          shown(lines);
        }
      }
      late = false;
    } catch (error) {
      if (mine !== reading) return;
      if (!W.lines.length) W.emit("unread", error);
      else {
        // what stands there stays: somebody may be writing in it
        if (!late) W.fault(error);
        late = true;
        setTimeout(() => mine === reading && W.read(), RETRY);
      }
    }
  };
  W.show = (version) => {
    if (version === W.newest) {
      done.length = undone.length = 0;
      W.emit("steps");
    } // the steps were those of another version
    W.version = version;
    W.known = false;
    W.lines = [];
    W.current = -1;
    index();
    W.emit("read");
    return W.read();
  };
  /** A sentence as it is now; its place may be another. */
  W.merge = (line) => {
    const place = W.place.get(line.id);
    if (place === undefined) return;
    inUnits(line);
    const before = W.lines[place];
    line.seen = before.text === line.text ? before.seen : undefined;
    W.lines[place] = line;
    W.emit("changed", { place, before });
  };
  const afresh = async (id) => {
    const line = await W.ask("GET", `/transcripts/${W.version}/lines/${id}`);
    W.merge(line);
    return line;
  };

  /** Makes a sentence the one that all columns show. `by`: the hand, or the sound that has come to it. */
  W.go = (place, { scroll = true, by = "hand" } = {}) => {
    if (place < 0 || place >= W.lines.length) return;
    const before = W.current;
    W.current = place;
    W.emit("current", { before, place, scroll, by });
  };

  // --- doing, and undoing
  const done = [],
    undone = [];
  W.can = () => ({ undo: done.length > 0, redo: undone.length > 0 });
  W.backs = {}; // kind of a step → how it is undone, and done again
  /** Notes a step that can be undone: {kind, …}. */
  W.did = (step) => {
    done.push(step);
    undone.length = 0;
    W.emit("steps");
  };

  const write = async (id, text, seen) => {
    await W.ask("PUT", `/transcript/sentences/${id}`, { text, seen });
    W.draft(id, null);
    return afresh(id);
  };
  /** Saves a sentence. Gives true where it is saved; else the conflict, or what failed, is shown. */
  W.correct = async (id, text, seen, { quiet = false } = {}) => {
    try {
      await write(id, text, seen);
      if (!quiet) W.did({ kind: "text", all: [{ id, before: seen, after: text }] });
      return true;
    } catch (error) {
      W.draft(id, { text, seen });
      if (error.status === 409 && W.place.has(id)) {
        const line = await afresh(id).catch(() => null);
        if (line && line.text === text) {
          W.draft(id, null);
          return true;
        }
        if (line && line.text !== seen) {
          W.emit("conflict", { id, mine: text, theirs: line.text, error });
          return false;
        }
      }
      W.fault(error);
      return false;
    }
  };
  /** Several sentences as one step: [{id, before, after}]; those that somebody else has changed are left. */
  W.correctAll = async (all, seen = () => {}) => {
    const saved = [];
    let failed = null;
    for (const one of all) {
      try {
        await write(one.id, one.after, one.before);
        saved.push(one);
        seen(saved.length);
      } catch (error) {
        W.draft(one.id, null);
        if (error.status !== 409) {
          failed = error;
          break;
        }
        await afresh(one.id).catch(() => {});
      }
    }
    if (saved.length) W.did({ kind: "text", all: saved });
    if (failed) W.fault(failed);
    return saved.length;
  };
  W.confirm = async (id) => {
    try {
      await W.ask("PUT", `/transcript/sentences/${id}/confirmation`);
      await afresh(id);
      return true;
    } catch (error) {
      W.fault(error);
      return false;
    }
  };
  const call = async (ids, name) => {
    if (ids.length === 1) {
      await W.ask("PUT", `/transcript/sentences/${ids[0]}/speaker`, { name });
      await afresh(ids[0]);
      return;
    }
    await W.ask("POST", "/transcript/speakers", { name, sentences: ids });
    await W.read();
  };
  W.name = async (ids, name) => {
    const all = ids
      .map((id) => ({ id, before: W.lines[W.place.get(id)]?.speaker || "", after: name }))
      .filter((one) => one.before !== name);
    if (!all.length) return;
    try {
      await call(
        all.map((one) => one.id),
        name,
      );
      W.did({ kind: "speaker", all });
    } catch (error) {
      W.fault(error);
    }
  };
  /** A name that the roster put in: taken back everywhere, or put in again. */
  W.everywhere = async (name, back, { quiet = false } = {}) => {
    const answer = await W.ask("POST", back ? "/transcript/undone-names" : "/transcript/restored-names", { name });
    if (!quiet && answer.sentences) W.did({ kind: "name", name, back });
    return answer.sentences;
  };

  const back = async (step, forth) => {
    if (W.backs[step.kind]) {
      await W.backs[step.kind](step, forth);
      return;
    }
    if (step.kind === "name") {
      await W.everywhere(step.name, forth ? step.back : !step.back, { quiet: true });
      return;
    }
    if (step.kind === "speaker") {
      for (const name of new Set(step.all.map((one) => (forth ? one.after : one.before))))
        await call(
          step.all.filter((one) => (forth ? one.after : one.before) === name).map((one) => one.id),
          name,
        );
      return;
    }
    for (const one of step.all) {
      const [now, then] = forth ? [one.before, one.after] : [one.after, one.before];
      await write(one.id, then, now);
      if (W.place.has(one.id)) W.go(W.place.get(one.id));
    }
  };
  const turn = async (from, to, forth) => {
    const step = from.pop();
    if (!step) return;
    try {
      await back(step, forth);
      to.push(step);
    } catch (error) {
      if (error.status === 409) for (const one of step.all || []) await afresh(one.id).catch(() => {});
      W.fault(error);
    }
    W.emit("steps");
  };
  let turning = Promise.resolve(); // one after the other, however fast the keys are pressed
  W.inTurn = (does) => (turning = turning.then(does));
  W.undo = () => W.inTurn(() => turn(done, undone, false));
  W.redo = () => W.inTurn(() => turn(undone, done, true));

  // --- what the host tells: while an input method composes it waits, for what is composed is no text yet
  W.told = (told) => rcStill.when(W.work, () => taken(told));
  const taken = (told) => {
    if (told.opened) {
      const before = W.opened;
      W.opened = told.opened;
      const moved = before.version !== told.opened.version;
      if (moved && W.version === before.version) W.leave().then(() => W.show(W.newest)); // what is being written is saved first
      W.newest = told.opened.version;
      if (!moved && before.sentences !== told.opened.sentences) W.read({ all: false });
      W.emit("opened");
    }
    if (told.cut) W.recut(told.cut);
    for (const line of told.lines || []) W.merge(line);
    if (told.points && !told.again) W.readNotes().catch(W.fault);
    if (told.again) {
      W.read();
      W.emit("again");
    }
  };

  const start = () => {
    const work = document.querySelector(".rc-wd .rc-work");
    if (!work || work === W.work) return;
    W.work = work;
    W.opened = JSON.parse(work.dataset.opened);
    W.newest = W.version = W.opened.version;
    W.emit("start", work);
    W.emit("opened");
    if (W.version) W.read();
    else W.emit("read");
  };
  document.addEventListener("DOMContentLoaded", () => {
    start();
    new MutationObserver(start).observe(document.body, { childList: true, subtree: true });
  });
  document.addEventListener("visibilitychange", () => {
    if (W.opened) emitEvent("secretary_seen", !document.hidden);
  });
})();
