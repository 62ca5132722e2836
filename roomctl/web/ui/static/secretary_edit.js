// Writing in a sentence where it stands; what others wrote meanwhile; accepting, reverting, confirming.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  W.conflicts = new Map(); // id → {mine, theirs}: nothing is lost until a person has chosen

  const clean = (text) => text.replace(/[\s ]+/g, (s) => (s.includes("\n") || s.length > 1 ? " " : s)).trim();

  // --- what is not saved yet
  /** A text that was not saved is kept for as long as the page stands in this tab. */
  const kept = () => `roomctl-words ${W.opened.api}`;
  W.drafts = () => {
    try {
      return JSON.parse(sessionStorage.getItem(kept()) || "{}");
    } catch {
      return {};
    }
  };
  W.draft = (id, draft) => {
    const all = W.drafts();
    if (draft) all[id] = draft;
    else delete all[id];
    try {
      sessionStorage.setItem(kept(), JSON.stringify(all));
    } catch {
      /* no room: the field itself still has it */
    }
  };

  // --- writing
  W.edit = (text = null) => {
    const line = W.lines[W.current];
    if (!line || W.editing) return;
    if (!W.may()) {
      W.tell(W.opened.locked || said("这是旧的一稿，只能看", "this is an older version: to read only"), "", "warn");
      return;
    }
    const row = W.shownRow(W.current),
      p = row?.querySelector("p");
    if (!p) return;
    W.editing = { id: line.id, base: line.text };
    p.textContent = text ?? line.text;
    p.contentEditable = "plaintext-only";
    p.spellcheck = false;
    p.setAttribute("role", "textbox");
    p.setAttribute("aria-label", said("改这一句，Esc 保存", "write; Esc saves"));
    row.classList.add("rc-writing");
    p.focus();
    const end = document.createRange();
    end.selectNodeContents(p);
    end.collapse(false);
    getSelection().removeAllRanges();
    getSelection().addRange(end);
    let kept = 0; // a stroke costs no more than its painting: what was written is kept soon after
    const keep = () => {
      if (W.editing?.id !== line.id || !p.isConnected) return;
      const now = clean(p.textContent);
      W.draft(line.id, now === W.editing.base ? null : { text: now, seen: W.editing.base });
    };
    p.addEventListener("input", () => {
      clearTimeout(kept);
      kept = setTimeout(keep, 150);
    });
    const taller = new ResizeObserver(() => (p.isConnected ? W.measureAgain() : taller.disconnect()));
    taller.observe(p);
    p.addEventListener("keydown", keyed);
    p.addEventListener("blur", () => {
      W.leave();
    });
    p.after(W.cutBar(p));
    W.measureAgain();
  };
  const keyed = (event) => {
    if (event.isComposing) return; // an input method takes Enter and Esc for itself
    if (W.cutKey(event)) return;
    if (event.key === "Escape" || event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      const on = event.key === "Enter" && event.ctrlKey;
      W.leave().then((saved) => {
        if (on && saved) {
          W.go(W.current + 1);
          W.edit();
        }
      });
    } else if (event.key === "Tab") {
      // the hands stay on the keys: play, pause, back
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) W.skip(-5);
      else W.toggle();
    }
  };
  /** Ends the writing and saves what was written. */
  W.leave = async () => {
    const held = W.editing;
    if (!held) return true;
    W.editing = null;
    const place = W.place.get(held.id),
      row = W.shownRow(place),
      p = row?.querySelector("p[contenteditable]");
    const text = p ? clean(p.textContent) : (W.drafts()[held.id]?.text ?? held.base);
    row?.classList.remove("rc-writing");
    row?.querySelector(".rc-cutbar")?.remove();
    if (p) p.contentEditable = "false";
    if (!text) {
      W.draft(held.id, null);
      W.redraw(place);
      W.tell(
        said("一句话不能改成空的", "a sentence cannot be left empty"),
        said("原来的字还在", "the words that stood there still do"),
        "warn",
      );
      return false;
    }
    if (text === held.base) {
      W.draft(held.id, null);
      W.redraw(place);
      W.shownRow(W.current)?.focus({ preventScroll: true });
      return true;
    }
    const saved = await W.correct(held.id, text, held.base);
    W.redraw(W.place.get(held.id));
    W.shownRow(W.current)?.focus({ preventScroll: true });
    return saved;
  };

  // --- two at once
  W.on("conflict", ({ id, mine, theirs, error }) => {
    W.conflicts.set(id, { mine, theirs, who: error.message });
    W.redraw(W.place.get(id));
    W.go(W.place.get(id));
  });
  W.conflictBox = (line) => {
    const held = W.conflicts.get(line.id);
    const end = () => {
      W.conflicts.delete(line.id);
      W.draft(line.id, null);
      W.redraw(W.place.get(line.id));
    };
    const box = el(
      "div",
      "rc-clash",
      el("b", "", held.who),
      el(
        "dl",
        "",
        el("dt", "rc-s3", said("现在是", "it is now")),
        el("dd", "", line.text),
        el("dt", "rc-s3", said("你写的", "yours")),
        el("dd", "", held.mine),
      ),
      el(
        "div",
        "rc-row",
        W.press(said("留现在的", "Keep it"), end),
        W.press(said("用我的", "Take mine"), async () => {
          const mine = held.mine;
          end();
          await W.correct(line.id, mine, line.text);
        }),
        W.press(
          said("合在一起改", "Write anew"),
          () => {
            end();
            W.go(W.place.get(line.id));
            W.edit(held.mine);
          },
          "rc-btn rc-sm rc-pri",
        ),
      ),
    );
    box.setAttribute("role", "alert");
    return box;
  };
  /** What was written and could not be saved. */
  W.draftBox = (line, draft) =>
    el(
      "div",
      "rc-clash",
      el("b", "", said("这句还没存上", "not saved yet")),
      el("dl", "", el("dt", "rc-s3", said("你写的", "yours")), el("dd", "", draft.text)),
      el(
        "div",
        "rc-row",
        W.press(said("放弃", "Drop it"), () => {
          W.draft(line.id, null);
          W.redraw(W.place.get(line.id));
        }),
        W.press(
          said("再存一次", "Save again"),
          () => W.correct(line.id, draft.text, draft.seen).then(() => W.redraw(W.place.get(line.id))),
          "rc-btn rc-sm rc-pri",
        ),
      ),
    );

  W.on("changed", ({ place, before }) => {
    // somebody else was in the sentence that is being written in
    const line = W.lines[place];
    if (W.editing?.id !== line.id || line.text === before.text || line.text === W.editing.base) return;
    const p = W.shownRow(place)?.querySelector("p[contenteditable]");
    const mine = p ? clean(p.textContent) : W.editing.base,
      base = W.editing.base;
    W.editing = null;
    if (mine === base) {
      W.redraw(place);
      return;
    }
    const who = [...line.changes].reverse().find((one) => one.step === "person")?.reason || said("别人", "somebody else");
    W.conflicts.set(line.id, {
      mine,
      theirs: line.text,
      who: said(`${who} 刚改过这句`, `${who} has just changed this sentence`),
    });
    W.redraw(place);
  });

  // --- deciding
  const mayNow = () => {
    if (W.may()) return true;
    if (W.opened.locked) W.tell(W.opened.locked, "", "warn");
    return false;
  };
  /** The change of the machine that is asked about is right; with the last one the sentence is. */
  W.accept = async () => {
    const line = W.lines[W.current];
    if (!line || !mayNow()) return;
    const asked = W.asked(line);
    if (asked.length > 1) {
      (line.seen ||= new Set()).add(line.changes.indexOf(asked[0]));
      W.redraw(W.current);
      return;
    }
    const here = W.current;
    if (line.confirmed || (await W.confirm(line.id))) {
      if (!asked.length && here === W.current) W.go(here + 1);
    }
  };
  /** The words are again as they were heard. */
  W.revert = async () => {
    const line = W.lines[W.current];
    if (!line || !mayNow()) return;
    const asked = W.asked(line)[0],
      at = asked ? W.where(line.text, asked) : -1;
    if (at >= 0)
      await W.correct(line.id, line.text.slice(0, at) + asked.before + line.text.slice(at + asked.after.length), line.text);
    else if (line.raw !== null && line.corrected) await W.correct(line.id, firstOf(line), line.text);
  };
  const firstOf = (line) => line.changes.find((one) => one.step === "person")?.before ?? line.text;
  W.nextDoubt = () => {
    const n = W.lines.length;
    for (let k = 1; k <= n; k++) {
      const i = (W.current + k) % n;
      if (W.doubtful(W.lines[i])) {
        W.go(i);
        W.shownRow(i)?.focus({ preventScroll: true });
        return;
      }
    }
    W.tell(said("没有存疑的句子了", "nothing is left to look at"), "", "ok");
  };

  // --- how far it is
  const counted = () => {
    const seen = W.lines.filter((one) => one.confirmed || one.corrected).length,
      n = W.lines.length;
    const number = W.version ? said(`第 ${W.version} 稿`, `version ${W.version}`) : "";
    W.put(W.box("version"), n ? `${number} · ${said(`已校 ${seen} / ${n}`, `${seen} of ${n} checked`)}` : number);
    const chips = W.box("chips");
    chips.replaceChildren();
    if (W.holes.length) chips.append(chip(said(`漏转 ${W.holes.length} 处`, `holes: ${W.holes.length}`), () => W.tab("holes")));
    const figures = W.lines.filter((one) => one.doubts.length && W.doubtful(one));
    const above = W.box("above");
    above.replaceChildren();
    for (const [id, draft] of Object.entries(W.drafts())) {
      // its sentence is not there any more: the words are
      if (W.place.has(id) || W.reading || !n) continue;
      above.append(
        el(
          "div",
          "rc-mat rc-orphan",
          el("span", "rc-chip rc-warn", W.glyph("warn"), said("没存上的一句", "not saved")),
          el("span", "rc-grow", draft.text),
          W.press(said("复制", "Copy"), () => navigator.clipboard?.writeText(draft.text)),
          W.press(said("放弃", "Drop it"), () => {
            W.draft(id, null);
            counted();
          }),
        ),
      );
    }
    if (W.version !== W.newest && W.version) {
      above.append(
        el(
          "div",
          "rc-mat",
          el("span", "rc-chip rc-unk", said(`旧的一稿，只能看`, "an older version, to read only")),
          el("span", "rc-grow"),
          W.press(said(`回到第 ${W.newest} 稿`, `Back to version ${W.newest}`), () => W.show(W.newest)),
        ),
      );
    } else if (figures.length) {
      const first = figures[0],
        told = first.doubts[0];
      const what = told.paper
        ? said(`口述 ${told.said}，材料 ${told.paper}`, `said ${told.said}, paper ${told.paper}`)
        : said(`没有这个日期：${told.said}`, `no such date: ${told.said}`);
      const text = said(`与材料不一致 ${figures.length} 处：${what}`, `differs from the papers: ${figures.length}. ${what}`);
      const show = () => {
        W.go(W.place.get(first.id));
        W.tab("papers");
      };
      const hear = W.press(el("span", "", said("听 ", "Listen "), el("span", "rc-num", W.clock(W.from(first)))), () => {
        show();
        W.sentence();
      });
      above.append(el("div", "rc-mat", chip(text, show), el("span", "rc-grow"), hear));
    }
  };
  const chip = (text, does) => {
    const e = W.press("", does, "rc-chip rc-warn");
    e.append(W.glyph("warn"), el("span", "rc-ell", text));
    e.title = text;
    return e;
  };
  let soon = 0;
  W.on("read changed opened", () => {
    clearTimeout(soon);
    soon = setTimeout(counted, 60);
  });

  const steps = () => {
    const can = W.can();
    for (const name of ["undo", "redo"]) {
      const e = document.querySelector(`[data-do="${name}"]`);
      if (e) e.disabled = !can[name] || !W.may();
    }
  };
  W.on("steps read opened", steps);
})();
