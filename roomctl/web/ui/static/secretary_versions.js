// Speech without text, and tried again; the versions of a transcript, chosen, compared, made anew.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  let reworks = [],
    works = [],
    holes = null,
    heads = null,
    chosen = "", // engine of the next version: it outlives a redrawing of the form
    engines = null;

  const waiting = () => reworks.find((one) => one.state === "waiting");
  const KIND = () => ({ again: said("重新转写", "transcribed again"), holes: said("补漏转", "holes tried again") });
  const readReworks = async () => {
    try {
      reworks = await W.ask("GET", "/transcript/reworks");
      works = waiting() ? await W.ask("GET", "/transcript/progress") : [];
    } catch {
      reworks = works = [];
    }
    shown();
  };
  const typing = () => Boolean(writing?.form.contains(document.activeElement));
  const shown = () => {
    // a form that is moved loses the keyboard, and what an input method holds
    if (["holes", "versions"].includes(W.tabNow()) && !typing()) W.drawSide();
  };
  const ask = async (what) => {
    try {
      await W.ask("POST", "/transcript/reworks", what);
      W.tell(said("已排上，做完自动出现", "asked for; it appears when it is done"), "", "ok");
    } catch (error) {
      W.fault(error);
    }
    await readReworks();
  };
  const cancel = async () => {
    try {
      await W.ask("DELETE", "/transcript/reworks");
      W.tell(said("已取消", "cancelled"), said("已经补上的字留着", "what was filled stays"), "ok");
    } catch (error) {
      W.fault(error);
    }
    await readReworks();
  };
  /** What is being done again: how far, and the way out of it. */
  const under = () => {
    const one = waiting();
    if (!one) return null;
    const work = works.find((found) => found.total > 0),
      stuck = works.find((found) => found.stuck);
    const share = work ? Math.min(1, work.done / work.total) : one.holes.length ? one.tried / one.holes.length : null;
    const bar = el("div", "rc-prog", el("i", ""));
    bar.style.setProperty("--v", String(Math.round(100 * (share ?? 0))));
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-valuemin", "0");
    bar.setAttribute("aria-valuemax", "100");
    if (share !== null) bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    const told = one.holes.length
      ? said(
          `试过 ${one.tried} / ${one.holes.length} 处，补上 ${one.gained} 字`,
          `${one.tried} of ${one.holes.length} tried, ${one.gained} characters found`,
        )
      : share !== null
        ? `${Math.round(100 * share)}%${work?.left ? said(`，还要 ${W.clock(work.left)}`, `, ${W.clock(work.left)} left`) : ""}`
        : said("等待开始", "waiting to begin");
    const stop = W.press(said("取消", "Cancel"), cancel);
    stop.disabled = Boolean(W.opened.locked);
    return el(
      "div",
      "rc-doing",
      el(
        "div",
        "rc-row",
        el(
          "div",
          "rc-grow",
          el("b", "", said(`正在${KIND()[one.kind]}`, KIND()[one.kind])),
          el("div", "rc-s3 rc-num", `${one.by} · ${one.engine || said("按设置", "as configured")} · ${told}`),
          stuck ? el("div", "rc-c-crit", stuck.stuck) : null,
        ),
        stop,
      ),
      bar,
    );
  };

  // --- holes
  const readHoles = async () => {
    try {
      holes = await W.ask("GET", "/transcript/holes");
    } catch (error) {
      holes = [];
      W.fault(error);
    }
    shown();
  };
  const hole = (one) => {
    const at = W.sound(one.recording)?.at || 0,
      from = at + one.start,
      to = at + one.end;
    const hear = W.press(said("听", "Listen"), () => {
      const place = W.at(from);
      if (place >= 0) W.go(place);
      W.playSpan(from, to);
    });
    hear.disabled = !W.opened.hear;
    const again = W.press(said("再试", "Try again"), () => ask({ kind: "holes", holes: [one.number] }));
    const write = W.press(said("写下", "Write"), () => open(one, "text"));
    const none = W.press(said("无人讲话", "No speech"), () => open(one, "why"));
    for (const e of [again, write, none]) e.disabled = !W.may() || Boolean(waiting()) || !W.opened.complete;
    const row = el(
      "div",
      "rc-it rc-hl",
      el(
        "div",
        "rc-grow",
        el("b", "rc-num", W.span(from, to)),
        el(
          "span",
          "rc-s3 rc-num",
          said(`　${(one.end - one.start).toFixed(1)} 秒`, ` ${(one.end - one.start).toFixed(1)} s`) +
            (one.tried ? said(`，试过 ${one.tried} 次`, `, tried ${one.tried} ×`) : ""),
        ),
        one.reason ? el("div", "rc-s3", one.reason) : null,
        one.before ? el("div", "rc-s3 rc-ell", `…${one.before.slice(-16)}`) : null,
        one.after ? el("div", "rc-s3 rc-ell", `${one.after.slice(0, 16)}…`) : null,
      ),
      el("div", "rc-row rc-acts", hear, again, write, none),
    );
    if (writing?.number === one.number && writing.start === one.start) row.append(writing.form);
    return row;
  };

  // --- by ear: what is said there, or that nothing is
  const AFTER = 500; // ms, in which what somebody presses there is not drawn anew under the finger
  let writing = null; // {number, start, form}: it outlives a redrawing of the list
  const field = (label, value, choices) => {
    const e = Object.assign(document.createElement("input"), { className: "rc-in", value, maxLength: label.most });
    e.setAttribute("list", `rc-hole-${label.name}`);
    const list = Object.assign(document.createElement("datalist"), { id: `rc-hole-${label.name}` });
    for (const text of choices) list.append(Object.assign(document.createElement("option"), { value: text }));
    return { e, box: el("label", "rc-fl", el("span", "rc-s3", label.said), e, list) };
  };
  const close = () => {
    writing = null;
    shown();
  };
  const open = (one, what) => {
    const before = W.lines[W.at((W.sound(one.recording)?.at || 0) + one.start)];
    const form = el("form", "rc-hlf");
    const first =
      what === "text"
        ? (() => {
            const e = Object.assign(document.createElement("textarea"), { className: "rc-in", rows: 3, maxLength: 2000 });
            return { e, box: el("label", "rc-fl", el("span", "rc-s3", said("听到的话", "what is heard")), e) };
          })()
        : field({ name: "why", said: said("那里是什么", "what there is"), most: 200 }, "", [
            said("掌声", "applause"),
            said("杂音", "noise"),
            said("音乐", "music"),
            said("无人讲话", "nobody speaks"),
          ]);
    const who =
      what === "text"
        ? field(
            { name: "who", said: said("谁讲的", "who says it"), most: 100 },
            before?.speaker || "",
            W.opened.people.map((person) => person.name),
          )
        : null;
    const save = W.press(said("存下", "Save"), () => form.requestSubmit(), "rc-btn rc-sm rc-pri");
    form.append(first.box, ...(who ? [who.box] : []), el("div", "rc-row", W.press(said("不改", "Cancel"), close), save));
    form.addEventListener("focusout", () => setTimeout(shown, AFTER)); // what came while somebody typed
    form.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page's own keys
      if (event.isComposing) return; // Esc and Enter are the input method's
      if (event.key === "Escape") close();
      if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = first.e.value.trim();
      if (!text) {
        first.e.focus();
        return;
      }
      save.disabled = true;
      const path = `/transcript/holes/${one.number}`;
      try {
        if (what === "text") await W.ask("PUT", path, { text, speaker: who.e.value.trim(), start: one.start });
        else await W.ask("POST", `${path}/dismissal`, { why: text, start: one.start });
        close();
        await W.read();
        W.tell(
          what === "text" ? said("已写进文字稿", "written into the transcript") : said("已记下：无人讲话", "noted: no speech there"),
          "",
          "ok",
        );
      } catch (error) {
        save.disabled = false; // what was written stays
        W.fault(error);
      }
    });
    writing = { number: one.number, start: one.start, form };
    shown();
    first.e.focus();
  };
  W.drawer("holes", (box) => {
    if (holes === null) {
      box.replaceChildren(W.note(said("正在读…", "reading…")));
      readHoles();
      return;
    }
    const covered = W.opened.speech ? Math.round((1000 * W.opened.covered) / W.opened.speech) / 10 : 100;
    const made = [
      el(
        "p",
        "rc-s2 rc-num",
        W.opened.speech
          ? said(
              `有人讲话 ${W.clock(W.opened.speech)}，其中 ${covered}% 有文字。`,
              `${W.clock(W.opened.speech)} of speech, ${covered}% of it has text.`,
            )
          : "",
      ),
    ];
    const doing = under();
    if (doing) made.push(doing);
    if (!holes.length) made.push(W.note(said("没有漏转的地方", "no speech without text")));
    else {
      const all = W.press(said("全部再试", "Try all again"), () => ask({ kind: "holes" }));
      all.disabled = !W.may() || Boolean(waiting()) || !W.opened.complete;
      made.push(
        el(
          "div",
          "rc-row",
          el("span", "rc-grow rc-s3", W.opened.complete ? "" : said("转写完后可以再试", "to be tried again once it is complete")),
          all,
        ),
        ...holes.map(hole),
      );
    }
    box.replaceChildren(...made);
  });

  // --- versions
  const readHeads = async () => {
    try {
      heads = await W.ask("GET", "/transcripts");
    } catch (error) {
      heads = [];
      W.fault(error);
    }
    shown();
  };
  const when = (at) =>
    at
      ? new Intl.DateTimeFormat(document.documentElement.lang, {
          month: "numeric",
          day: "numeric",
          hour: "2-digit",
          minute: "2-digit",
          timeZone: document.querySelector("[data-clock]")?.dataset.clock,
        }).format(new Date(at))
      : "";
  const head = (one) => {
    const on = one.version === W.version,
      newest = one.version === W.newest;
    const open = W.press(on ? said("正在看", "shown") : said("看这一稿", "Open"), () => W.show(one.version));
    open.disabled = on;
    const beside = newest ? null : W.press(said("与最新稿并排", "Beside the newest"), () => compare(one.version, W.newest));
    return el(
      "div",
      `rc-it${on ? " rc-on" : ""}`,
      el(
        "div",
        "rc-grow",
        el(
          "b",
          "",
          said(`第 ${one.version} 稿`, `Version ${one.version}`),
          newest ? el("span", "rc-s3", said("　最新", " newest")) : null,
        ),
        el("div", "rc-s3 rc-num", `${one.engine} ${one.model}`),
        el(
          "div",
          "rc-s3 rc-num",
          `${when(one.at)} · ${said(`${one.segments} 句`, `${one.segments} sentences`)}${one.complete ? "" : said(" · 未完", " · not complete")}`,
        ),
      ),
      beside,
      open,
    );
  };
  const form = () => {
    if (!W.may()) return null;
    const pick = el("select", "rc-in");
    pick.setAttribute("aria-label", said("引擎", "engine"));
    for (const [value, text] of [
      ["", said("同一引擎，用现在的名单和材料", "same engine, roster and papers of now")],
      ["auto", said("自动：装好的最好的", "auto: the best installed")],
      ...(engines || []).map((one) => [
        one.name,
        one.ready ? `${one.name} · ${one.model}` : said(`${one.name}（没装好）`, `${one.name} (not installed)`),
      ]),
    ])
      pick.append(
        Object.assign(el("option", "", text), { value, disabled: engines?.find((one) => one.name === value)?.ready === false }),
      );
    pick.value = chosen;
    pick.addEventListener("change", () => (chosen = pick.value));
    const go = W.press(said("重新转写", "Transcribe again"), () => ask({ kind: "again", engine: pick.value }));
    go.disabled = Boolean(waiting()) || !W.opened.complete;
    return el(
      "div",
      "rc-again",
      el("h3", "", said("做一稿新的", "Make a new version")),
      pick,
      el(
        "p",
        "rc-s3",
        W.opened.complete
          ? said(
              "旧稿留着，改过的字带到新稿里。做完以前大家看的还是旧稿。",
              "The old one stays, and corrections are carried over. Until it is complete everybody reads the old one.",
            )
          : said("第一遍转写完后可以做", "once the first run is complete"),
      ),
      go,
    );
  };
  W.drawer("versions", (box) => {
    if (heads === null) {
      box.replaceChildren(W.note(said("正在读…", "reading…")));
      readHeads();
      return;
    }
    const doing = under(),
      made = [];
    if (doing) made.push(doing);
    if (!heads.length) made.push(W.note(said("还没有文字稿", "no transcript yet")));
    made.push(...[...heads].reverse().map(head));
    const more = doing || !heads.length ? null : form();
    if (more) made.push(more);
    box.replaceChildren(...made);
  });

  // --- two versions side by side
  const MOST = 400; // rows that are drawn at once
  const compare = async (old, newer) => {
    let rows;
    try {
      rows = await W.ask("GET", `/transcripts/${old}/beside/${newer}`);
    } catch (error) {
      W.fault(error);
      return;
    }
    const differs = rows.filter((one) => !one.same);
    const box = W.dialog(said(`第 ${old} 稿与第 ${newer} 稿`, `Version ${old} and version ${newer}`), "rc-beside");
    const onlyTick = Object.assign(document.createElement("input"), { type: "checkbox", className: "rc-tick", checked: true });
    const list = el("div", "rc-pairs"),
      count = el(
        "span",
        "rc-s3 rc-num",
        said(`${differs.length} 处不同，共 ${rows.length} 段`, `${differs.length} of ${rows.length} differ`),
      );
    const text = (all) => all.map((one) => one.text).join("");
    const pair = (row) => {
      const a = text(row.old),
        b = text(row.new),
        first = row.new[0] || row.old[0];
      const at = W.press(
        "",
        () => {
          const place = W.at((W.sound(first.recording)?.at || 0) + first.start);
          box.close();
          if (place >= 0) W.go(place);
          W.sentence();
        },
        "rc-link1 rc-num",
      );
      at.textContent = W.clock((W.sound(first.recording)?.at || 0) + first.start);
      return el(
        "div",
        "rc-pair",
        at,
        el("p", "", ...(row.same ? [a] : W.differing(a, b))),
        el("p", "", ...(row.same ? [b] : W.differing(b, a))),
      );
    };
    let drawn = 0,
      all = [];
    const more = W.press(said("再显示一些", "Show more"), () => add());
    const add = () => {
      list.append(...all.slice(drawn, drawn + MOST).map(pair));
      drawn = Math.min(all.length, drawn + MOST);
      more.hidden = drawn >= all.length;
    };
    const draw = () => {
      list.replaceChildren();
      drawn = 0;
      all = onlyTick.checked ? differs : rows;
      if (!all.length) list.append(W.note(said("两稿一字不差", "not one character differs")));
      add();
    };
    onlyTick.addEventListener("change", draw);
    box.body.append(
      el("div", "rc-row", el("label", "rc-row", onlyTick, said("只看不同的", "only what differs")), count),
      el(
        "div",
        "rc-pair rc-hd1",
        el("span", ""),
        el("b", "", said(`第 ${old} 稿`, `Version ${old}`)),
        el("b", "", said(`第 ${newer} 稿`, `Version ${newer}`)),
      ),
      list,
      more,
    );
    draw();
    box.open();
  };

  W.on("start", () => {
    holes = heads = null;
    reworks = [];
  });
  const all = async () => {
    W.count("holes", W.holes.length);
    W.count("versions", W.newest > 1 ? W.newest : 0);
    holes = heads = null; // asked for when somebody looks
    await readReworks();
    if (engines === null && W.may()) {
      try {
        engines = await W.plugin("GET", "/engines");
      } catch {
        engines = [];
      }
      shown();
    }
  };
  let soon = 0;
  W.on("read again", () => {
    clearTimeout(soon);
    soon = setTimeout(all, 200);
  });
  setInterval(() => {
    if (W.opened && waiting() && !document.hidden) readReworks();
  }, 2000);
})();
