// One sentence: who says it and when, its looks, what was changed in it and why, and what is to be decided.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  const LEFT = 8; // colours of speakers, see secretary.css
  const PAUSE = 3; // seconds of quiet after which a paragraph begins, as in the text that is exported

  // --- who speaks
  const colours = new Map();
  W.colour = (speaker) => {
    if (!speaker) return 0;
    if (!colours.has(speaker)) colours.set(speaker, (colours.size % LEFT) + 1);
    return colours.get(speaker);
  };
  W.unit = (speaker) => W.opened.people.find((one) => one.name === speaker)?.unit || "";
  W.isNew = (i) => {
    const line = W.lines[i],
      before = W.lines[i - 1];
    return (
      !before ||
      before.speaker !== line.speaker ||
      before.recording !== line.recording ||
      (!line.speaker && line.start - before.end > PAUSE)
    );
  };
  const KNOWN = () => ({
    seat: said("按座位", "by the seat"),
    operator: said("操作员标记", "marked by the operator"),
    voice: said("按声音", "by voice"),
    cue: said("按上一句点名", "named just before"),
    person: said("人工指定", "said by a person"),
  });

  // --- what stands between two sentences: what is off the record, and speech without text
  const between = (i) => {
    const line = W.lines[i],
      before = W.lines[i - 1],
      sound = W.sound(line.recording);
    const from = before && before.recording === line.recording ? before.start : -1,
      to = line.start,
      found = [];
    for (const [a, b] of sound?.off || [])
      if (a > from - 0.5 && a <= to) found.push({ kind: "off", from: sound.at + a, to: sound.at + b });
    for (const hole of W.holes) {
      if (hole.recording !== line.recording) continue;
      const middle = (hole.start + hole.end) / 2;
      if (middle > from && middle <= to)
        found.push({ kind: "hole", from: (sound?.at || 0) + hole.start, to: (sound?.at || 0) + hole.end });
    }
    return found;
  };
  const strip = (one) => {
    const times = W.span(one.from, one.to);
    if (one.kind === "off") return el("div", "rc-off", said(`不入记录 ${times}`, `off the record ${times}`));
    return el(
      "div",
      "rc-hole",
      W.glyph("warn"),
      el("span", "rc-grow", said(`漏转 ${times}`, `no text for ${times}`)),
      W.press(said("听", "Listen"), () => W.playSpan(one.from, one.to)),
    );
  };
  // --- what was marked and noted while the sentence was said
  let flags = { lines: null, notes: null, at: new Map() };
  const flagged = (i) => {
    const { notes } = W.opened;
    if (flags.lines !== W.lines || flags.notes !== notes) {
      flags = { lines: W.lines, notes, at: new Map() };
      for (const one of notes) {
        const place = one.at === null || one.corrected ? -1 : W.at(one.at);
        if (place >= 0) flags.at.set(place, [...(flags.at.get(place) || []), one]);
      }
    }
    return flags.at.get(i) || [];
  };
  const flag = (one) => {
    const e = el("span", "rc-chip rc-flag", `⚑ ${one.kind}${one.text ? said("：", ": ") + one.text : ""}`);
    e.title = [W.clock(one.at), one.by].filter(Boolean).join("  ");
    return e;
  };
  /** How many lines of buttons and notes a row has below or above its text; for the reckoning of its height. */
  W.extras = (i) =>
    between(i).length + (W.lines[i].doubts.length || flagged(i).length ? 1 : 0) + (i === W.current && W.asked(W.lines[i]).length ? 1 : 0);

  // --- the text in runs of one look
  const WORDS = new Set(["names", "terms", "numbers"]); // steps that put other words in; the rest is script and punctuation
  const spread = (looks, from, to, look) => {
    for (let k = Math.max(0, from); k < Math.min(looks.length, to); k++) looks[k] = look;
  };
  W.where = (text, change) => {
    let best = -1;
    for (let k = text.indexOf(change.after); k >= 0; k = text.indexOf(change.after, k + 1))
      if (best < 0 || Math.abs(k - change.at) < Math.abs(best - change.at)) best = k;
    return best;
  };
  const runs = (line, asked) => {
    const text = line.text,
      looks = new Array(text.length).fill("");
    if (!line.confirmed) for (const [a, b] of line.unsure) spread(looks, a, b, "rc-low");
    for (const one of line.changes) {
      if (!WORDS.has(one.step) || !one.after || one.before === one.after) continue;
      const at = W.where(text, one);
      if (at >= 0) spread(looks, at, at + one.after.length, "rc-fix");
    }
    for (const one of line.doubts)
      if (text.startsWith(one.said, one.at))
        spread(looks, one.at, one.at + one.said.length, line.confirmed ? "rc-fix" : "rc-fig");
    if (asked) {
      const at = W.where(text, asked);
      spread(looks, at, at + asked.after.length, "rc-say");
    }
    const titles = {
      "rc-low": said("听不准", "unsure"),
      "rc-fix": said("自动改过", "changed by the machine"),
      "rc-fig": said("存疑数字", "a figure to look at"),
      "rc-say": said("待确认", "to be decided"),
    };
    const made = [];
    for (let a = 0, b = 1; b <= text.length; b++) {
      if (b < text.length && looks[b] === looks[a]) continue;
      if (looks[a]) {
        const e = el("span", looks[a], text.slice(a, b));
        e.title = titles[looks[a]];
        made.push(e);
      } else made.push(text.slice(a, b));
      a = b;
    }
    return made;
  };

  // --- below the text
  const question = (line, change) => {
    const heard = el(
      "span",
      "rc-grow",
      el("span", "rc-s3", said("听到“", "heard “")),
      change.before,
      el("span", "rc-s3", `”${change.reason ? said("，", ", ") + W.why(change.reason) : ""}`),
    );
    const revert = W.press(said("还原", "Revert"), () => W.revert()),
      accept = W.press(said("接受", "Accept"), () => W.accept(), "rc-btn rc-sm rc-pri");
    revert.append(el("kbd", "", "X"));
    accept.append(el("kbd", "", "Y"));
    revert.dataset.do1 = "revert";
    accept.dataset.do1 = "accept";
    return el("div", "rc-chg", heard, revert, accept);
  };
  const figure = (one) =>
    el(
      "span",
      "rc-chip rc-warn",
      W.glyph("warn"),
      one.paper
        ? said(`口述 ${one.said}，材料 ${one.paper}`, `said ${one.said}, the paper has ${one.paper}`)
        : said(`没有这个日期：${one.said}`, `no such date: ${one.said}`),
    );
  const STEPS = () => ({
    names: said("人名", "name"),
    terms: said("术语", "term"),
    numbers: said("数字", "number"),
    punctuation: said("标点", "punctuation"),
    simplify: said("简体", "simplified"),
    person: said("人工", "person"),
    seen: said("核对", "checked"),
    holes: said("补转", "tried again"),
  });
  /** Why, as the steps tell it, in the reader's language. */
  const WHY = [
    [
      /^(roster|term|expected): .*?\((.*)\)$/,
      (m) => `${{ roster: "名单", term: "词表", expected: "名单、材料" }[m[1]]}，${m[2]}`,
    ],
    [/same pinyin/g, () => "同音"],
    [/sounds alike/g, () => "音近"],
    [/doubtful/g, () => "机器听不准"],
    [/office homophone/g, () => "公文里的同音词"],
    [/^pause ([\d.]+) s$/, (m) => `停顿 ${m[1]} 秒`],
    [/, /g, () => "，"],
  ];
  W.why = (reason) =>
    document.documentElement.lang === "en"
      ? reason
      : WHY.reduce((text, [what, by]) => text.replace(what, (...m) => by(m)), reason);
  const history = (line) => {
    const list = el("ol", "rc-his"),
      small = new Map();
    if (line.raw !== null) list.append(el("li", "", el("span", "rc-s3", said("原文", "as heard")), el("span", "", line.raw)));
    for (const one of line.changes) {
      if (one.before === one.after && one.step !== "seen") continue;
      if (!WORDS.has(one.step) && one.step !== "person" && one.step !== "seen") {
        small.set(one.step, (small.get(one.step) || 0) + 1);
        continue;
      }
      const what =
        one.step === "seen"
          ? el("span", "", said(`${one.reason} 听过，无误`, `${one.reason} has heard it: right`))
          : el(
              "span",
              "",
              el("del", "", one.before || said("（无）", "(nothing)")),
              " → ",
              el("ins", "", one.after || said("（删去）", "(left out)")),
            );
      const why = one.step === "seen" ? "" : W.why(one.reason);
      list.append(el("li", "", el("span", "rc-s3", STEPS()[one.step] || one.step), what, el("span", "rc-s3", why)));
    }
    for (const [step, n] of small)
      list.append(el("li", "rc-num", el("span", "rc-s3", STEPS()[step] || step), el("span", "rc-s3", said(`${n} 处`, `${n} ×`))));
    return list;
  };
  let unfolded = null; // id of the sentence whose history stands open

  // --- what a hand without keys does with the sentence: over the edge of its row, so that nothing moves
  const PATHS = {
    right: "M5 12.5l4.5 4.5L19 7.5",
    write: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    who: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21c0-4.5 3.4-7 7.5-7s7.5 2.5 7.5 7",
    history: "M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2",
  };
  const pill = (line, i) => {
    const box = el("div", "rc-pill");
    const add = (path, label, does) => {
      const e = W.press("", does, "");
      e.innerHTML = `<svg class="rc-ic rc-s" viewBox="0 0 24 24" aria-hidden="true"><path d="${PATHS[path]}"/></svg>`;
      e.title = label;
      e.dataset.pill = path;
      e.setAttribute("aria-label", label);
      box.append(e);
      return e;
    };
    if (W.may()) {
      if (!line.confirmed) add("right", said("核对无误  Y", "it is right  Y"), () => W.confirm(line.id));
      add("write", said("改这一句  Enter", "write  Enter"), () => W.edit());
      add("who", said("谁在发言  N", "who speaks  N"), () => W.askSpeaker(i));
    }
    if (line.changes.length || line.raw !== null) {
      const open = unfolded === line.id;
      const more = add("history", said("改动", "changes"), () => {
        unfolded = open ? null : line.id;
        W.redraw(i);
      });
      more.setAttribute("aria-expanded", String(open));
    }
    return box.childNodes.length ? box : "";
  };

  W.row = (i) => {
    const line = W.lines[i],
      on = i === W.current,
      fresh = W.isNew(i);
    const asked = on && W.may() ? W.asked(line)[0] : undefined;
    const row = el("div", `rc-ln1${fresh ? " rc-new" : ""}${on ? " rc-on" : ""}${line.confirmed ? " rc-seen" : ""}`);
    row.dataset.i = i;
    row.dataset.id = line.id;
    row.setAttribute("role", "listitem");
    row.setAttribute("aria-posinset", i + 1);
    row.setAttribute("aria-setsize", W.lines.length);
    row.tabIndex = on ? 0 : -1;
    if (on) row.setAttribute("aria-current", "true");
    for (const one of between(i)) row.append(strip(one));
    if (fresh) {
      const who = el(
        "button",
        `rc-who rc-sp${W.colour(line.speaker)}`,
        el("i", ""),
        el("b", "", line.speaker || said("未知发言人", "somebody")),
        el("span", "", W.unit(line.speaker)),
      );
      who.type = "button";
      who.tabIndex = -1;
      who.title = line.known_by ? KNOWN()[line.known_by] : said("谁在发言？按一下指定", "who speaks? press to say so");
      who.addEventListener("click", (event) => {
        event.stopPropagation();
        W.go(i, { scroll: false });
        W.askSpeaker(i);
      });
      row.append(who);
    }
    const time = el("time", "rc-num", line.confirmed ? W.glyph("ok", said("已核对", "checked")) : null, W.clock(W.from(line)));
    const text = el("p", "", ...runs(line, asked));
    row.append(time, text);
    const below = el("div", "rc-under");
    for (const one of flagged(i)) below.append(flag(one));
    for (const one of line.doubts) below.append(figure(one));
    if (line.corrected) below.append(el("span", "rc-s3", said(`${by(line)} 改过`, `changed by ${by(line)}`)));
    if (on) row.append(pill(line, i));
    if (below.childNodes.length) row.append(below);
    if (on && unfolded === line.id) row.append(history(line));
    if (asked) row.append(question(line, asked));
    if (W.conflicts?.has(line.id)) row.append(W.conflictBox(line));
    const draft = W.drafts()[line.id];
    if (draft && !W.conflicts?.has(line.id) && W.editing?.id !== line.id) row.append(W.draftBox(line, draft));
    return row;
  };
  const by = (line) => [...line.changes].reverse().find((one) => one.step === "person")?.reason || "";

  /** In place of the sentences where there are none. */
  W.nothing = () => {
    if (W.version && !W.known) return el("div", "rc-empty", said("正在读文字稿…", "reading the transcript…"));
    if (W.version && W.opened.complete) {
      const heard =
        W.opened.speech > 0 && W.holes.length
          ? said("有人讲话，但没有听出文字；见“漏转”", "somebody speaks, and no words were heard; see Holes")
          : "";
      return el(
        "div",
        "rc-empty",
        el("b", "", said("录音里没有听到讲话", "nobody is heard to speak")),
        el("span", "rc-s2", heard),
      );
    }
    const live = W.opened.sounds.some((one) => one.live),
      sound = W.opened.seconds > 0;
    const [what, next] = live
      ? [
          said("正在录音，还没有文字", "being recorded; no text yet"),
          said("转写出第一句后，这里自己出现", "the first sentence appears here by itself"),
        ]
      : sound
        ? [
            said("还没有转写", "not transcribed yet"),
            said("录音封存后自动转写，不用等在这里", "it is transcribed once the sound is sealed; there is no need to wait here"),
          ]
        : [
            said("还没有声音", "no sound yet"),
            said("会议开始录音后，这里出现文字稿", "the transcript appears once the meeting is recorded"),
          ];
    return el("div", "rc-empty", el("b", "", what), el("span", "rc-s2", next));
  };

  // --- a word that is pressed is heard
  const offset = (p, event) => {
    const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const [node, n] = at
      ? [at.offsetNode, at.offset]
      : (() => {
          const r = document.caretRangeFromPoint?.(event.clientX, event.clientY);
          return r ? [r.startContainer, r.startOffset] : [null, 0];
        })();
    if (!node || !p.contains(node)) return -1;
    let before = 0;
    const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    while (walk.nextNode() && walk.currentNode !== node) before += walk.currentNode.length;
    return before + n;
  };
  /** Second of the meeting at which that character is heard. */
  W.second = (line, place) => {
    let found = 0;
    for (let k = 0; k < line.words.length && line.words[k] <= place; k += 2) found = line.words[k + 1] / 100;
    if (!line.words.length && line.text.length) found = ((line.end - line.start) * place) / line.text.length;
    return W.from(line) + found;
  };
  /** Characters of the word that is heard then: from, to. */
  W.word = (line, second) => {
    const at = (second - W.from(line)) * 100;
    for (let k = line.words.length - 2; k >= 0; k -= 2)
      if (line.words[k + 1] <= at + 2) return [line.words[k], k + 2 < line.words.length ? line.words[k + 2] : line.text.length];
    return null;
  };
  /** The characters of a paragraph as a range, across its runs. */
  W.range = (p, from, to) => {
    const range = document.createRange(),
      walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    let before = 0,
      begun = false;
    while (walk.nextNode()) {
      const n = walk.currentNode.length;
      if (!begun && from < before + n) {
        range.setStart(walk.currentNode, from - before);
        begun = true;
      }
      if (begun && to <= before + n) {
        range.setEnd(walk.currentNode, to - before);
        return range;
      }
      before += n;
    }
    return null;
  };

  W.on("start", () => {
    const box = W.box("lines");
    box.addEventListener("click", (event) => {
      const row = event.target.closest(".rc-ln1");
      if (!row || event.target.closest("button, [contenteditable]")) return;
      const i = Number(row.dataset.i),
        p = row.querySelector("p"),
        line = W.lines[i];
      if (String(getSelection()).length && getSelection().anchorNode && p.contains(getSelection().anchorNode)) return; // somebody marks text
      const place = p.contains(event.target) ? offset(p, event) : -1;
      W.go(i, { scroll: false });
      if (event.detail < 2) W.hear?.(place >= 0 ? W.second(line, place) : W.from(line));
    });
    box.addEventListener("dblclick", (event) => {
      const row = event.target.closest(".rc-ln1");
      if (!row || event.target.closest("button, [contenteditable]") || !W.may()) return;
      event.preventDefault();
      getSelection()?.removeAllRanges();
      W.go(Number(row.dataset.i), { scroll: false });
      W.edit();
    });
  });
})();
