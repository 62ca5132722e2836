// Papers beside speech: what a sentence follows, figures that differ, and the papers of the meeting.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  const MOST = 200; // figures in the list
  const followed = () => {
    const line = W.lines[W.current],
      box = document.querySelector(".rc-followed");
    if (!box) return;
    box.replaceChildren();
    if (line?.beside)
      box.append(
        el(
          "div",
          "rc-head",
          el("h3", "", said("这一句念的材料", "the paper it follows")),
          el("span", "rc-s3", `${Math.round(line.beside.alike * 100)}%`),
        ),
        el("div", "rc-paper", el("b", "rc-s3", line.beside.file), el("p", "", ...W.differing(line.beside.passage, line.text))),
      );
    document.querySelector(".rc-side .rc-it.rc-on")?.classList.remove("rc-on");
    if (line) document.querySelector(`.rc-side [data-segment="${line.id}"]`)?.classList.add("rc-on");
  };
  // --- the papers themselves
  let papers = null;
  const path = (name = "") => `/meetings/${W.opened.api.split("/").pop()}/papers${name ? `/${encodeURIComponent(name)}` : ""}`;
  const readPapers = async () => {
    try {
      papers = await W.plugin("GET", path());
    } catch {
      papers = []; // the plugin that reads them is off: the page goes on without
    }
    if (W.tabNow() === "papers") W.drawSide();
  };
  const put = async (all) => {
    for (const file of all) {
      try {
        const told = await W.plugin("PUT", path(file.name), file);
        W.tell(
          said(`“${told.name}”已放入`, `${told.name} is in`),
          said(
            `${told.characters} 字，人名 ${told.people} 个。重新转写后用上`,
            `${told.characters} characters, ${told.people} names. The next transcript uses it`,
          ),
          "ok",
        );
      } catch (error) {
        W.fault(error);
      }
    }
    await readPapers();
  };
  const choose = () => {
    const field = Object.assign(document.createElement("input"), { type: "file", multiple: true, accept: ".docx,.pdf,.txt" });
    field.addEventListener("change", () => put(field.files));
    field.click();
  };
  const leaveOut = async (name) => {
    try {
      await W.plugin("DELETE", path(name));
    } catch (error) {
      W.fault(error);
    }
    await readPapers();
  };
  const file = (one) => {
    const link = el("a", "rc-ell", one.name);
    link.href = W.pluginPath + path(one.name);
    link.setAttribute("download", one.name);
    const what =
      one.trouble || said(`${one.characters} 字，人名 ${one.people} 个`, `${one.characters} characters, ${one.people} names`);
    const out = W.press(said("移除", "Leave out"), () => leaveOut(one.name));
    out.disabled = Boolean(W.opened.locked);
    return el("div", "rc-it", el("div", "rc-grow", link, el("div", one.trouble ? "rc-s3 rc-c-crit" : "rc-s3 rc-num", what)), out);
  };
  const files = () => {
    if (papers === null) return [];
    const add = W.press(said("放入材料", "Add papers"), choose);
    add.disabled = Boolean(W.opened.locked);
    const hint = said(
      "讲话稿、主持词、汇报材料（docx、pdf、txt）：人名和术语从中来，念稿的句子和原文并排，数字不一致时标出。",
      "Speeches and reports (docx, pdf, txt): names and terms come from them, what is read out stands beside them, and figures that differ are marked.",
    );
    return [
      el("div", "rc-row", el("h3", "rc-grow", said(`材料 ${papers.length} 份`, `papers: ${papers.length}`)), add),
      ...papers.map(file),
      el("p", "rc-s3", hint),
    ];
  };

  W.drawer("papers", (box) => {
    if (papers === null) readPapers();
    const all = W.lines.filter((one) => one.doubts.length),
      any = W.lines.some((one) => one.beside);
    const made = [el("div", "rc-followed")];
    if (all.length) {
      made.push(el("h3", "", said(`存疑的数字 ${all.length} 句`, `figures to look at: ${all.length}`)));
      const list = el("div", "rc-figures"); // what stands above it changes with each sentence; it is not laid out again
      made.push(list);
      for (const one of all.slice(0, MOST)) {
        const rows = one.doubts.map((doubt) =>
          doubt.paper
            ? el(
                "div",
                "",
                said("口述 ", "said "),
                el("b", "", doubt.said),
                said("，材料 ", ", the paper has "),
                el("b", "", doubt.paper),
                el("span", "rc-s3", ` ${doubt.file}`),
              )
            : el("div", "", said("没有这个日期：", "no such date: "), el("b", "", doubt.said)),
        );
        const e = el(
          "button",
          "rc-it",
          W.glyph(W.doubtful(one) ? "warn" : "ok"),
          el("div", "rc-grow", ...rows),
          el("time", "rc-num", W.clock(W.from(one))),
        );
        e.type = "button";
        e.dataset.segment = one.id;
        e.addEventListener("click", () => {
          W.go(W.place.get(one.id));
          if (W.opened.hear) W.sentence();
        });
        list.append(e);
      }
      if (all.length > MOST)
        made.push(
          el(
            "p",
            "rc-s3",
            said(
              `还有 ${all.length - MOST} 句，用“下一处存疑”逐句看`,
              `${all.length - MOST} more: go through them with Next to look at`,
            ),
          ),
        );
    }
    if (!all.length && !any && papers?.length) made.push(W.note(said("没有和材料对上的话", "nothing follows a paper")));
    box.replaceChildren(...made, ...files());
    followed();
  });

  W.on("current", followed);
  W.on("start", () => {
    papers = null;
  });
  let soon = 0;
  W.on("read changed opened", () => {
    clearTimeout(soon);
    soon = setTimeout(() => W.count("papers", W.lines.filter((one) => one.doubts.length && W.doubtful(one)).length), 60);
  });
})();
