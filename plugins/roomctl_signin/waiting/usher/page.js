// The usher's telephone: who is led in, who is led out. Each press has a key, outlives a reload, and is sent until the
// host has answered.
(() => {
  const { at, put, said } = roomScreen;
  const EACH = 3;                                // s between two looks at the host
  const KEPT = `roomctl-usher-${location.pathname.replace(/\/$/, "").split("/").pop()}`;
  const read = (name, none) => { try { return JSON.parse(localStorage.getItem(`${KEPT}-${name}`)) ?? none; } catch { return none; } };
  const keep = (name, value) => { try { localStorage.setItem(`${KEPT}-${name}`, JSON.stringify(value)); } catch { /* it lives in memory alone */ } };
  let sight = read("sight", null), undoable = null, refused = "";
  const make = (tag, props, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children.filter(Boolean)); return e; };
  const nth = (n) => said(`第 ${n} 项`, `Item ${n}`);

  const acts = {
    waiting: read("acts", []), taken: read("taken", []), most: 20,
    act: ({ key, kind, person, item, of }) => ({ key, kind, person, ...(kind === "enter" ? { item } : {}), of }),
    told: (answer) => { refused = answer.acts.find((one) => !one.ok)?.why ?? refused; },
    kept: () => { keep("acts", acts.waiting); keep("taken", acts.taken); },
  };
  /** Names and telephones leave the telephone with the link; what was done and not sent yet stays. */
  const forget = () => {
    sight = null;
    keep("sight", null);
    acts.taken = [];
    acts.kept();
    for (const name of Object.keys(HEADS)) { at(name).hidden = true; at(name).querySelector("ul").replaceChildren(); }
    for (const name of ["title", "now", "following", "nobody"]) put(at(name), "");
    drawn = "";
  };
  const look = async () => {
    await roomScreen.look(acts, async (answer) => { sight = await answer.json(); keep("sight", sight); });
    if (acts.closed) forget();
    paint();
  };
  const act = async (kind, one, more = {}) => {
    const row = roomScreen.done({ kind, person: one.person, name: one.name, item: sight.item, ...more });
    acts.waiting = [...acts.waiting, row];
    acts.kept();
    refused = "";
    undoable = kind === "undo" ? null : row;
    paint();
    await roomScreen.deliver(acts);
    await look();
  };

  const acted = () => [...acts.taken, ...acts.waiting];
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
    const e = make("li", {}, make("div", {}, make("b", { textContent: one.name }), make("small", { textContent: [one.line, items].filter(Boolean).join("　") }), state), call, button);
    e.dataset.of = one.person;
    return e;
  };
  let drawn = "";
  const paint = () => roomScreen.redraw(document.body, draw);
  const draw = () => {
    document.title = said("候会引导", "Usher");
    const state = acts.closed ? said("链接已收回，或会议已结束", "the link was taken back, or the meeting is over") : acts.lost ? said(`连接中断，已存在本机 ${acts.waiting.length} 条，联网后补送`, `Line lost: ${acts.waiting.length} kept here, sent later`) : refused ? said(`没有登记：${refused}`, `Not taken: ${refused}`) : sight && !sight.open ? said("现在不能登记", "Nothing can be put down now") : "";
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
    const shown = JSON.stringify([sight, acts.taken, acts.waiting]);
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
  paint();
  roomScreen.turn(acts, EACH, look);
})();
