// Finding and replacing in all sentences, with a look at what would change; and the text as a file.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  let bar = null,
    field = null,
    other = null,
    told = null,
    found = [],
    at = -1;

  const search = () => {
    const wanted = field.value;
    found = [];
    if (wanted)
      W.lines.forEach((line, i) => {
        for (let k = line.text.indexOf(wanted); k >= 0; k = line.text.indexOf(wanted, k + wanted.length)) found.push({ i, k });
      });
    at = found.findIndex((one) => one.i >= W.current);
    if (at < 0 && found.length) at = 0;
    show();
  };
  const show = () => {
    W.put(told, !field.value ? "" : found.length ? `${at + 1} / ${found.length}` : said("没有", "none"));
    for (const e of bar.querySelectorAll("[data-needs]")) e.disabled = !found.length || (e.dataset.needs === "may" && !W.may());
    if (found[at]) W.go(found[at].i);
    paint();
  };
  const step = (by) => {
    if (found.length) {
      at = (at + by + found.length) % found.length;
      show();
    }
  };
  const paint = () => {
    if (!window.Highlight || !CSS.highlights) return;
    CSS.highlights.delete("rc-found");
    CSS.highlights.delete("rc-found-now");
    if (!bar || !field.value) return;
    const ranges = [],
      now = [];
    for (const row of document.querySelectorAll(".rc-ln1")) {
      const i = Number(row.dataset.i),
        p = row.querySelector("p");
      if (!p || !W.lines[i]) continue;
      for (let k = p.textContent.indexOf(field.value); k >= 0; k = p.textContent.indexOf(field.value, k + field.value.length)) {
        const range = W.range(p, k, k + field.value.length);
        if (range) (found[at]?.i === i && found[at]?.k === k ? now : ranges).push(range);
      }
    }
    CSS.highlights.set("rc-found", new Highlight(...ranges));
    CSS.highlights.set("rc-found-now", new Highlight(...now));
  };
  const one = async () => {
    const here = found[at];
    if (!here) return;
    const line = W.lines[here.i];
    await W.correct(line.id, line.text.slice(0, here.k) + other.value + line.text.slice(here.k + field.value.length), line.text);
    search();
  };
  const all = () => {
    const from = field.value,
      to = other.value;
    const list = [...new Set(found.map((one) => one.i))]
      .map((i) => ({
        id: W.lines[i].id,
        at: W.from(W.lines[i]),
        before: W.lines[i].text,
        after: W.lines[i].text.replaceAll(from, to),
      }))
      .filter((one) => one.after.trim() && one.after !== one.before);
    const box = W.dialog(said(`把“${from}”换成“${to}”`, `Replace ${from} by ${to}`), "rc-repl");
    const ticks = new Map(),
      rows = el("div", "rc-pairs");
    for (const one of list) {
      const tick = Object.assign(document.createElement("input"), { type: "checkbox", className: "rc-tick", checked: true });
      tick.addEventListener("change", count);
      ticks.set(one, tick);
      rows.append(
        el(
          "label",
          "rc-pair rc-pick1",
          tick,
          el("span", "rc-num rc-s3", W.clock(one.at)),
          el("p", "", ...W.differing(one.after, one.before)),
        ),
      );
    }
    const state = el("span", "rc-s3 rc-num", ""),
      go = W.press(
        "",
        async () => {
          go.disabled = true;
          const chosen = list.filter((one) => ticks.get(one).checked);
          const n = await W.correctAll(chosen, (done) => W.put(state, `${done} / ${chosen.length}`));
          box.close();
          W.tell(
            said(`换了 ${n} 句`, `${n} sentences changed`),
            n < chosen.length
              ? said(
                  `${chosen.length - n} 句别人刚改过，没有动`,
                  `${chosen.length - n} were just changed by somebody else and are left`,
                )
              : said("Ctrl+Z 一次撤销", "Ctrl+Z takes all of it back"),
            "ok",
          );
          search();
        },
        "rc-btn rc-sm rc-pri",
      );
    function count() {
      const n = list.filter((one) => ticks.get(one).checked).length;
      go.textContent = said(`换 ${n} 句`, `Change ${n}`);
      go.disabled = !n;
    }
    count();
    box.body.append(rows);
    box.foot.prepend(state);
    box.foot.append(go);
    box.open();
  };

  W.find = () => {
    if (bar?.isConnected) {
      field.focus();
      field.select();
      return;
    }
    field = Object.assign(document.createElement("input"), {
      className: "rc-in",
      placeholder: said("查找", "find"),
      autocomplete: "off",
    });
    other = Object.assign(document.createElement("input"), {
      className: "rc-in",
      placeholder: said("换成", "replace by"),
      autocomplete: "off",
    });
    field.setAttribute("aria-label", said("查找", "find"));
    other.setAttribute("aria-label", said("换成", "replace by"));
    told = el("span", "rc-s3 rc-num rc-nw", "");
    const needs = (e, what) => {
      e.dataset.needs = what;
      return e;
    };
    bar = el(
      "div",
      "rc-find",
      field,
      told,
      needs(
        W.press("↑", () => step(-1), "rc-btn rc-sm rc-sq"),
        "any",
      ),
      needs(
        W.press("↓", () => step(1), "rc-btn rc-sm rc-sq"),
        "any",
      ),
      ...(W.may()
        ? [other, needs(W.press(said("换这处", "Replace"), one), "may"), needs(W.press(said("全换…", "All…"), all), "may")]
        : []),
      W.press("×", () => W.closeFind(), "rc-btn rc-sm rc-sq rc-quiet"),
    );
    const names = { "↑": said("上一处", "before"), "↓": said("下一处", "next"), "×": said("关闭查找", "close") };
    for (const e of bar.querySelectorAll("button")) if (names[e.textContent]) e.setAttribute("aria-label", names[e.textContent]);
    let soon = 0;
    field.addEventListener("input", () => {
      clearTimeout(soon);
      soon = setTimeout(search, 120);
    });
    for (const e of [field, other])
      e.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        if (event.key === "Escape") {
          event.preventDefault();
          W.closeFind();
        }
        if (event.key === "Enter" && e === field) {
          event.preventDefault();
          step(event.shiftKey ? -1 : 1);
        }
      });
    W.box("lines").before(bar);
    const chosen = String(getSelection());
    if (chosen && !chosen.includes("\n") && chosen.length < 40) field.value = chosen;
    field.focus();
    search();
  };
  W.closeFind = () => {
    if (!bar) return;
    bar.remove();
    bar = null;
    found = [];
    paint();
    W.shownRow(W.current)?.focus({ preventScroll: true });
  };
  W.on("filled", () => {
    if (bar) paint();
  });
  W.on("start", () => {
    bar = null;
  });

  // --- the text as a file
  const FORMATS = () => [
    ["docx", said("Word 文档", "Word document"), said("发言人分段，存疑处标出", "by speaker; what is unsure is marked")],
    ["txt", said("纯文本", "plain text"), ""],
    ["srt", said("字幕 SRT", "captions, SRT"), ""],
    ["vtt", said("字幕 WebVTT", "captions, WebVTT"), ""],
    ["json", "JSON", said("每句、每处改动和时间", "every sentence, change and time")],
  ];
  W.askExport = () => {
    if (!W.version || !W.lines.length) {
      W.tell(said("还没有文字可以导出", "nothing to export yet"), "", "warn");
      return;
    }
    const box = W.dialog(said(`导出第 ${W.version} 稿`, `Export version ${W.version}`), "rc-expo");
    for (const [format, name, more] of FORMATS()) {
      const link = el(
        "a",
        "rc-it",
        el("div", "rc-grow", el("b", "", name), more ? el("div", "rc-s3", more) : null),
        el("span", "rc-s3", `.${format}`),
      );
      link.href = `${W.pluginPath}/meetings/${W.opened.api.split("/").pop()}/transcripts/${W.version}.${format}`;
      link.setAttribute("download", "");
      box.body.append(link);
    }
    box.open();
  };
  /** What the plugin that transcribes answers itself: its files, its engines, its glossary. */
  W.pluginPath = "/api/v1/x/transcript";
  W.plugin = async (method, path, body) => {
    const file = body instanceof Blob,
      headers = { "Accept-Language": document.documentElement.lang };
    if (body) headers["Content-Type"] = file ? "application/octet-stream" : "application/json";
    const answer = await fetch(W.pluginPath + path, { method, headers, body: file ? body : body && JSON.stringify(body) });
    const told = answer.status === 204 ? null : await answer.json().catch(() => ({}));
    if (!answer.ok)
      throw Object.assign(new Error(told?.title || answer.statusText), {
        status: answer.status,
        why: told?.detail || "",
        mend: told?.mend || "",
      });
    return told;
  };
})();
