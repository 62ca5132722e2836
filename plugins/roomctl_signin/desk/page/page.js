// 会务员's desk: tick people in, one or many, 主席台 in one press; undo; 请假 and 代会. Every act has a key, and is sent
// until the host has answered.
(() => {
  const { at, put, said, english } = roomScreen;
  const EACH = 3;                                // s between two looks at the host
  const meeting = location.pathname.replace(/\/$/, "").split("/").pop();
  let sight = null, text = "", sort = "away", whom = null, undoable = null;
  const ticked = new Set();

  const WORDS = {
    未到: ["未到", "not here"], 到会: ["到会", "here"], 迟到: ["到会", "here"], 请假: ["请假", "on leave"], 缺席: ["缺席", "absent"], 早退: ["早退", "left early"],
  };
  const SORTS = {
    away: [() => said("未到", "Not here"), (one) => one.role === "出席" && (one.presence === "未到" || one.presence === "缺席")],
    leave: [() => said("请假", "Leave"), (one) => Boolean(one.leave)],
    observers: [() => said("列席", "Observers"), (one) => one.role === "列席"],
    here: [() => said("已到", "Here"), (one) => one.here],
    all: [() => said("全部", "All"), () => true],
  };
  const make = (tag, props, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children.filter(Boolean)); return e; };

  // --- the host
  const acts = {
    waiting: [], taken: [], most: 200,
    act: ({ key, kind, person, proxy, of }) => ({ key, kind, person, proxy, of }),
    aside: (row, why) => {
      if (undoable?.acts.includes(row)) undoable = null;
      notice(said(`主机没有接受对${row.name}的操作（${why}），请刷新页面再试`, `The host did not accept the act for ${row.name} (${why}): load the page again, then try`));
    },
    told: (told) => notice([...new Set(told.acts.filter((one) => !one.ok).map((one) => one.why))].join("；")),
  };
  const look = async () => {
    await roomScreen.look(acts, async (answer) => {
      const now = await answer.text();
      if (now !== text) { text = now; sight = JSON.parse(now); }
    });
    paint();
  };
  const act = async (people, kind = "sign_in", more = {}) => {
    const rows = people.map((one) => roomScreen.done({ kind, person: one.id, name: one.name, ...more }));
    acts.waiting.push(...rows);
    for (const one of people) ticked.delete(one.id);
    undoable = kind === "sign_in" ? { acts: rows, names: people.map((one) => one.written) } : null;
    paint();
    await roomScreen.deliver(acts);
    await look();
  };
  const tell = async (path, body) => {
    const answer = await fetch(`/api/v1/meetings/${meeting}/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(8000) });
    if (answer.ok) return "";
    const problem = await answer.json().catch(() => ({}));
    return [problem.title, problem.detail, problem.mend].filter(Boolean).join("，") || String(answer.status);
  };

  // --- who is shown
  const open = () => Boolean(sight?.open) && !acts.closed;
  const away = (one) => !one.here && ![...acts.taken, ...acts.waiting].some((row) => row.person === one.id);
  const fits = (one, wanted) => !wanted || one.keys.some((k) => k.startsWith(wanted.toUpperCase())) || `${one.name}${one.line}${one.leave?.proxy ?? ""}`.includes(wanted);
  const shown = () => {
    const wanted = at("wanted").value.trim();
    return (sight?.people ?? []).filter((one) => fits(one, wanted) && (wanted || SORTS[sort][1](one)));
  };
  const proxied = (one) => one.leave?.granted && one.leave.proxy;

  // --- what is shown
  const sorts = Object.fromEntries(Object.keys(SORTS).map((name) => {
    const e = make("button", {});
    e.addEventListener("click", () => { sort = name; at("wanted").value = ""; paint(); });
    return [name, e];
  }));
  at("sorts").append(...Object.values(sorts));
  const paint = () => {
    document.title = said("签到台", "Sign-in desk");
    put(at("title"), sight?.title ?? roomScreen.about()?.meeting ?? "");
    put(at("when"), sight ? said(`${sight.starts} 开始`, `begins ${sight.starts}`) : "");
    put(at("said"), sight?.said ?? "");
    put(at("quorum"), sight?.quorum?.said ?? "");
    at("quorum").classList.toggle("short", Boolean(sight?.quorum) && !sight.quorum.met);
    put(at("report"), said("会前报告", "Report"));
    at("report").href = `/s/signin/report/${meeting}/`;
    put(at("home"), said("回签到", "Back"));
    at("wanted").placeholder = said("姓名、首字母、单位", "Name, initials, unit");
    at("wanted").setAttribute("aria-label", at("wanted").placeholder);
    for (const [name, [title, of]] of Object.entries(SORTS)) {
      put(sorts[name], `${title()} ${(sight?.people ?? []).filter(of).length}`);
      sorts[name].setAttribute("aria-pressed", String(sort === name));
    }
    const platform = (sight?.people ?? []).filter((one) => one.platform && away(one) && !proxied(one));
    put(at("platform"), said(`主席台全部签到（${platform.length}）`, `Platform: all here (${platform.length})`));
    at("platform").disabled = !open() || !platform.length;
    at("platform").hidden = !(sight?.people ?? []).some((one) => one.platform);
    put(at("ticked"), said(`签到所选（${ticked.size}）`, `Sign in selected (${ticked.size})`));
    at("ticked").disabled = !open() || !ticked.size;
    const state = acts.closed ? said("没有登录，或不能看这个会议。请登录后再打开本页。", "Not signed on, or not for this meeting: sign on, then open this page again.") : acts.lost ? said(`连接中断，正在重试${acts.waiting.length ? `，待补送 ${acts.waiting.length} 条` : ""}`, `Line lost, trying again${acts.waiting.length ? `, ${acts.waiting.length} to be sent` : ""}`) : acts.held || (sight && !sight.open ? said("现在不能签到", "Nobody can sign in now") : "");
    roomScreen.redraw(at("people"), () => {
      rows();
      if (state || at("notice").dataset.state) put(at("notice"), state);
      at("notice").dataset.state = state;
    });
    const e = at("done");
    e.hidden = !undoable;
    if (undoable) {
      const names = undoable.names.slice(0, 3).join("、") + (undoable.names.length > 3 ? said(` 等 ${undoable.names.length} 人`, ` and others, ${undoable.names.length}`) : "");
      put(e.firstChild, said(`已签到：${names}`, `Signed in: ${names}`));
      put(e.lastChild, said("撤销", "Undo"));
    }
  };
  /** Above the rows, which it moves: not under a finger either. */
  const notice = (text) => roomScreen.redraw(at("people"), () => put(at("notice"), text));
  let drawn = "";
  const rows = () => {
    const people = shown(), state = JSON.stringify([people, [...ticked], open(), acts.waiting.length, acts.taken.length, english]);
    put(at("nobody"), sight && !people.length ? (sight.people.length ? said("没有这样的人", "Nobody fits") : said("还没有名单：roomctl roster import", "No roster yet: roomctl roster import")) : "");
    if (state === drawn) return;
    drawn = state;
    at("people").replaceChildren(...people.map(row));
  };
  const press = (name, one, does, kind = "") => {
    const e = make("button", { textContent: name, className: kind });
    e.dataset.act = name;
    e.setAttribute("aria-label", `${name} ${one.name}`);
    e.disabled = !open();
    e.addEventListener("click", does);
    return e;
  };
  const row = (one) => {
    const free = away(one), proxy = proxied(one);
    const tick = make("input", { type: "checkbox", checked: ticked.has(one.id), disabled: !free || !open() });
    tick.dataset.act = "tick";
    tick.setAttribute("aria-label", said(`选 ${one.name}`, `Select ${one.name}`));
    tick.addEventListener("change", () => { if (tick.checked) ticked.add(one.id); else ticked.delete(one.id); paint(); });
    const call = one.phone && free ? make("a", { href: `tel:${one.phone}`, textContent: one.phone }) : null;
    const leave = one.leave && make("small", { className: one.leave.granted === false ? "no" : "", textContent: asked(one.leave) });
    const questions = one.questions.length ? make("small", { className: "no", textContent: one.questions.join("；") }) : null;
    const word = one.here || one.presence === "早退" ? `${one.came} ${said(...WORDS[one.presence])}` : said(...WORDS[one.presence]);
    const state = make("span", { className: `state ${one.here ? "here" : one.presence === "请假" ? "leave" : ""}`, textContent: word });
    const acts = make("span", { className: "acts" });
    if (free) {
      if (proxy) acts.append(press(said(`代会 ${one.leave.proxy} 签到`, `Proxy ${one.leave.proxy}`), one, () => act([{ ...one, written: `${one.leave.proxy}（代${one.name}）` }], "sign_in", { proxy: true }), "act"));
      acts.append(press(said("代签", "Sign in"), one, () => act([one]), proxy ? "" : "act"));
      const decide = one.leave && one.leave.granted === null && sight.decides;
      acts.append(press(decide ? said("批假", "Decide") : said("请假", "Leave"), one, () => ask(one, decide)));
    } else if (one.here) acts.append(press(said("撤销", "Undo"), one, () => act([one], "undo")));
    const who = make("div", { className: "who" }, make("b", { textContent: one.written }), make("small", { textContent: [one.line, one.seat && said(`座位 ${one.seat}`, `seat ${one.seat}`)].filter(Boolean).join("　") }), leave, questions, call);
    const e = make("li", {}, tick, who, state, acts);
    e.dataset.of = one.id;
    return e;
  };
  const asked = (leave) => {
    const proxy = leave.proxy ? said("，代会 ", ", proxy ") + [leave.proxy, leave.proxy_duty].filter(Boolean).join(" ") : "";
    const end = leave.granted === null ? said("待批准", "to be decided") : leave.granted ? said(`${leave.by}批准`, `approved by ${leave.by}`) : said(`${leave.by}不准：${leave.note}`, `refused by ${leave.by}: ${leave.note}`);
    return said(`请假：${leave.reason}${proxy}（${end}）`, `Leave: ${leave.reason}${proxy} (${end})`);
  };

  // --- 请假, and its decision
  const dialog = at("asking"), form = dialog.querySelector("form");
  const ask = (one, decide) => {
    whom = { ...one, decide };
    form.reset();
    put(form.querySelector("h2"), said(`${one.name}　${decide ? "批假" : "请假"}`, `${decide ? "Decide on the leave of" : "Leave of"} ${one.name}`));
    at("ask").hidden = decide;
    at("decide").hidden = !decide;
    const labels = [said("理由", "Reason"), said("代替人选（没有就不填）", "Proxy, if any"), said("代会人职务", "The proxy’s duty"), said("不准的理由", "Why it is refused")];
    form.querySelectorAll("label span").forEach((e, n) => put(e, labels[n]));
    put(at("asked"), decide ? asked(one.leave) : "");
    put(form.querySelector(".wrong"), "");
    const [yes, no, close] = form.querySelectorAll(".acts button");
    put(yes, decide ? said("批准", "Approve") : said("登记请假", "Put down"));
    put(no, said("不准", "Refuse"));
    put(close, said("关闭", "Close"));
    no.hidden = !decide;
    dialog.showModal();
  };
  const settle = async (granted) => {
    const value = (name) => form.elements[name].value.trim();
    let wrong;
    try {
      wrong = whom.decide
        ? await tell("leave-decisions", { person: whom.id, granted, reason: value("note") })
        : await tell("leave-requests", { person: whom.id, reason: value("reason"), proxy: value("proxy"), proxy_duty: value("proxy_duty") });
    } catch { wrong = said("连接中断，没有登记，请再试", "The line is lost, nothing was put down: try again"); }
    put(form.querySelector(".wrong"), wrong);
    if (wrong) return;
    dialog.close();
    await look();
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "close") return;
    event.preventDefault();
    settle(true);
  });
  form.querySelector("[value=no]").addEventListener("click", () => settle(false));

  at("platform").addEventListener("click", () => act(sight.people.filter((one) => one.platform && away(one) && !proxied(one))));
  at("ticked").addEventListener("click", () => act(sight.people.filter((one) => ticked.has(one.id) && away(one))));
  at("done").lastChild.addEventListener("click", async () => {
    acts.waiting.push(...undoable.acts.map((one) => roomScreen.done({ kind: "undo", person: one.person, name: one.name, of: one.key })));
    undoable = null;
    await roomScreen.deliver(acts);
    await look();
  });
  at("wanted").addEventListener("input", paint);
  roomScreen.turn(acts, EACH, look);
})();
