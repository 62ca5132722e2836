// The usher's telephone: who is led in, who is led out. Each press has a key, outlives a reload, and is sent until the
// host has answered.
(() => {
  const { at, put, said } = roomScreen;
  const EACH = 3_000;                            // ms between two looks at the host
  const NOW = 3_000;                             // ms within which what was done is done now
  const AT_ONCE = 20;                            // acts of one request
  const LONGEST = 86_400;                        // s after which the host takes nothing any more
  const KEPT = `roomctl-usher-${location.pathname.replace(/\/$/, "").split("/").pop()}`;
  const read = (name, none) => { try { return JSON.parse(localStorage.getItem(`${KEPT}-${name}`)) ?? none; } catch { return none; } };
  const keep = (name, value) => { try { localStorage.setItem(`${KEPT}-${name}`, JSON.stringify(value)); } catch { /* it lives in memory alone */ } };
  let sight = read("sight", null), waiting = read("acts", []), taken = read("taken", []), lost = false, closed = false, undoable = null, refused = "";
  const make = (tag, props, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children.filter(Boolean)); return e; };
  const nth = (n) => said(`第 ${n} 项`, `Item ${n}`);

  const ago = (row) => { const ms = Date.now() - row.at; return ms < NOW ? 0 : Math.min(Math.max(ms / 1000, 0), LONGEST); };
  const settle = (rows) => { waiting = waiting.filter((one) => !rows.includes(one)); keep("acts", waiting); };
  /** What the host took, and `sight` does not show yet: the line may be lost before the next look. */
  const since = (rows) => { taken = rows; keep("taken", taken); };
  /** Names and telephones leave the telephone with the link; what was done and not sent yet stays. */
  const forget = () => {
    sight = null;
    keep("sight", null);
    since([]);
    for (const name of Object.keys(HEADS)) { at(name).hidden = true; at(name).querySelector("ul").replaceChildren(); }
    for (const name of ["title", "now", "following", "nobody"]) put(at(name), "");
    drawn = "";
  };
  let sending = null;
  const send = () => (sending ??= roomScreen.deliver("/acts", AT_ONCE, {
    next: () => waiting,
    act: ({ key, kind, person, item, of }) => ({ key, kind, person, ...(kind === "enter" ? { item } : {}), ...(of ? { of } : {}), ago: ago(waiting.find((one) => one.key === key)) }),
    told: (answer, rows) => {
      settle(rows);
      since([...taken, ...rows.filter((row) => answer.acts.some((one) => one.ok && one.key === row.key))]);
      const no = answer.acts.find((one) => !one.ok);
      if (no) refused = no.why;
    },
    aside: (row) => settle([row]),
  }).then((end) => { lost = end === "lost"; closed = end === "closed"; if (closed) forget(); }).finally(() => { sending = null; }));
  const look = async () => {
    const before = taken;
    try {
      const answer = await roomScreen.ask("");
      closed = answer.status === 401 || answer.status === 403;
      if (closed) forget();
      if (answer.ok) { sight = await answer.json(); keep("sight", sight); since(taken.filter((one) => !before.includes(one))); }
      lost = !answer.ok && !closed;
    } catch { lost = true; }
    paint();
  };
  const act = async (kind, one, more = {}) => {
    const row = { key: roomScreen.key(), kind, person: one.person, name: one.name, item: sight.item, at: Date.now(), ...more };
    waiting = [...waiting, row];
    keep("acts", waiting);
    refused = "";
    undoable = kind === "undo" ? null : row;
    paint();
    await send();
    await look();
  };

  const acted = () => [...taken, ...waiting];
  /** The lists as they are once what was done here is shown by the host. */
  const lists = () => {
    const of = { enter: [...sight.enter], leave: [...sight.leave], stay: [...sight.stay], wait: [...sight.wait] };
    const undone = new Set(acted().map((row) => row.of).filter(Boolean));
    for (const row of acted()) {
      const from = Object.keys(of).find((name) => of[name].some((one) => one.person === row.person));
      if (!from || row.kind === "undo" || undone.has(row.key)) continue;
      const one = of[from].find((it) => it.person === row.person);
      of[from] = of[from].filter((it) => it !== one);
      of[row.kind === "enter" ? "stay" : "wait"].push(one);
    }
    return of;
  };
  const HEADS = { enter: ["请进场", "Lead in"], leave: ["请退场", "Lead out"], wait: ["候会", "Waiting"], stay: ["在会场", "Inside"] };
  const row = (one, name) => {
    const waits = acted().some((it) => it.person === one.person);
    const goes = name === "leave" || name === "stay";
    const button = make("button", { textContent: goes ? said("已退场", "Is out") : said("已进场", "Is in"), disabled: !sight.open || waits });
    button.setAttribute("aria-label", `${button.textContent} ${one.name}`);
    button.addEventListener("click", () => act(goes ? "exit" : "enter", one));
    const items = one.items.length ? said(`议题 ${one.items.join("、")}`, `items ${one.items.join(", ")}`) : said("全程", "all items");
    const state = name === "enter" || name === "wait" ? make("small", { className: one.here ? "" : "no", textContent: one.here ? said("已签到", "signed in") : said("还没有签到", "not signed in") }) : make("small", { textContent: one.since ? said(`${one.since} 进场`, `in since ${one.since}`) : "" });
    const call = one.phone && !goes ? make("a", { href: `tel:${one.phone}`, textContent: one.phone }) : null;
    return make("li", {}, make("div", {}, make("b", { textContent: one.name }), make("small", { textContent: [one.line, items].filter(Boolean).join("　") }), state), call, button);
  };
  let drawn = "";
  const paint = () => {
    document.title = said("候会引导", "Usher");
    const state = closed ? said("链接已收回，或会议已结束", "the link was taken back, or the meeting is over") : lost ? said(`连接中断，已存在本机 ${waiting.length} 条，联网后补送`, `Line lost: ${waiting.length} kept here, sent later`) : refused ? said(`没有登记：${refused}`, `Not taken: ${refused}`) : sight && !sight.open ? said("现在不能登记", "Nothing can be put down now") : "";
    put(at("state"), state);
    const e = at("done");
    e.hidden = !undoable || !sight;
    if (!e.hidden) {
      put(e.firstChild, undoable.kind === "enter" ? said(`${undoable.name}已进场`, `${undoable.name} is in`) : said(`${undoable.name}已退场`, `${undoable.name} is out`));
      put(e.lastChild, said("撤销", "Undo"));
    }
    if (!sight) return;
    put(at("title"), sight.title);
    put(at("now"), sight.item ? `${nth(sight.item)}　${sight.item_title}` : said("还没有开始议题", "No item has begun"));
    put(at("following"), sight.following ? said(`下一项：第 ${sight.following} 项　${sight.following_title}`, `Next: item ${sight.following}, ${sight.following_title}`) : "");
    const shown = JSON.stringify([sight, taken, waiting]);
    if (shown === drawn) return;
    drawn = shown;
    const of = lists();
    for (const [name, title] of Object.entries(HEADS)) {
      at(name).hidden = !of[name].length;
      put(at(name).querySelector("h2"), `${said(...title)} ${of[name].length}`);
      at(name).querySelector("ul").replaceChildren(...of[name].map((one) => row(one, name)));
    }
    put(at("nobody"), Object.values(of).some((one) => one.length) ? "" : said("名单里没有列席人员", "No observers on the roster"));
  };
  at("done").lastChild.addEventListener("click", () => act("undo", { person: undoable.person, name: undoable.name }, { of: undoable.key }));
  const turn = async () => {
    for (;;) {
      if (waiting.length) await send();
      await look();
      await new Promise((done) => setTimeout(done, EACH));
    }
  };
  paint();
  turn();
})();
