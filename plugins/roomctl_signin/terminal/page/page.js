// The sign-in terminal. What somebody does here is kept first and sent then: a cut line, or a restart of the host, costs
// nothing, and each act has a key, so that it counts once however often it is sent.
(() => {
  const { at, put } = roomScreen;
  const EACH = 5;  // s between two looks at the host
  const PATIENCE = 4_000;  // ms that somebody waits for the host's answer before the welcome
  const FREE = 45_000, ATTENDED = 120_000;       // ms without a touch after which the terminal belongs to nobody
  const LONG = 30, LONG_NAME = 14;               // characters, from which a title or a name is written smaller
  const ROWS = 4;  // names beside the keys
  let english = roomScreen.english;
  const said = (zh, en) => (english ? en : zh);

  let sight = null, tag = "", synced = "", safe = 0;
  let view = "idle", typed = "", meant = null, left = 0, touched = performance.now(), busy = false;
  const signature = signing(at("glass"), () => paint());
  let code = null;  // shows the code for telephones: only where they are let in
  const script = (src, onload = null, onerror = null) => document.body.appendChild(Object.assign(document.createElement("script"), { src, onload, onerror }));
  const coded = () => {
    if (!sight?.phone || code) return;
    code = { paint: () => {}, shown: () => false };
    script("code.js", () => { code = phoneCode(() => open() && sight.phone && !acts.lost, () => paint()); }, () => { code = null; });
  };
  let staff = null;  // 会务员代签: only where somebody asks for it
  const helped = () => Boolean(staff?.name());
  const attend = () => {
    if (helped()) { staff.end(); paint(); }
    else if (staff) staff.ask();
    else script("attendant.js", () => { staff ??= attending(said, () => paint()); staff.ask(); }, () => { tell(said("连接中断，联网后再试", "The line is lost: try again later")); paint(); });
  };
  const signed = () => sight.signed && !helped();
  const CARD = 6;                                // s that the answer to a card stands
  let told = "", toldUntil = 0;

  const WORDS = {
    expected: () => said("应到", "Expected"), present: () => said("实到", "Here"),
    initials: () => said("按姓名首字母", "First letters of the name"), glass: () => said("请在框里签名", "Sign within the frame"),
  };
  const RECORDED = () => said("本次会议由办公室统一录音，供整理记录使用，请勿自行录音录像", "The office records this meeting for its record. Please do not record it yourself.");

  // --- the host
  let plan = null;  // the script that draws it: only where seats were laid out
  const planned = () => { if (sight?.chart && !plan) plan = script("seat.js"); };
  const answers = new Map(), stuck = new Map();  // by key; refused for good, each with why: they stay here, and hold nobody up
  const acts = {
    waiting: [], taken: [], most: 20,
    next: async () => (acts.waiting = await keeping.waiting()).filter((row) => !stuck.has(row.key)),
    act: ({ key, kind, person, proxy, of, strokes }) => ({ key, kind, person, proxy, of, strokes }),
    aside: (row, why) => stuck.set(row.key, why),
    told: async (told) => {
      synced = roomScreen.clock();
      for (const one of told.acts) { answers.set(one.key, one); await keeping.drop(one.key); }
      if (sight) { sight.present = told.present; sight.expected = told.expected; }
      tag = "";                                  // the next look brings everything
    },
  };
  const send = () => roomScreen.deliver(acts);
  const look = async () => {
    await roomScreen.look(acts, async (answer) => {
      synced = roomScreen.clock();
      if (answer.status === 304) return;
      sight = await answer.json();
      tag = answer.headers.get("etag") || "";
      planned();
      coded();
      await keeping.keep({ sight, synced });
      safe = await keeping.safe();
    }, tag ? { headers: { "If-None-Match": tag } } : {});
    paint();
  };
  /** What the host told, and over it what was done here and is not in it yet. */
  const names = () => (sight ? sight.names : []).map((one) => {
    const mine = [...acts.taken, ...acts.waiting].findLast((row) => one.person === row.person && one.proxy === Boolean(row.proxy));
    if (!mine) return one;
    const came = mine.kind === "undo" ? "" : mine.time;
    return { ...one, came, kept: came && acts.waiting.includes(mine) };
  });

  // --- what somebody does
  const within = (work) => Promise.race([work, new Promise((done) => setTimeout(done, PATIENCE))]);
  const sign = async () => {
    if (busy || !meant) return;
    busy = true;
    paint();
    if (helped()) { await signFor(); return; }
    const strokes = signed() ? signature.strokes() : [];
    const row = { kind: "sign_in", person: meant.person, proxy: meant.proxy, strokes };
    const kept = await keeping.add({ ...row, time: roomScreen.clock() });
    acts.waiting = await keeping.waiting();
    await within((acts.sending ?? Promise.resolve()).then(send));
    busy = false;
    const answer = answers.get(kept.key), wrong = answer?.ok === false ? answer.why : stuck.get(kept.key);
    if (wrong) { meant = { ...meant, wrong }; paint(); return; }
    welcome({ ...meant, came: answer?.came || kept.time, kept: !answer, key: kept.key });
  };
  const signFor = async () => {
    const next = await staff.sign(meant);
    busy = false;
    if (next.attended) welcome(next);
    else if (helped()) { meant = next; paint(); }
    else { show("find"); tell(next.wrong); }
    tag = "";
    await look();
  };
  const notMe = async () => {
    const { person, proxy, key, attended } = meant;
    show("find");
    if (attended) {
      tell(await staff.undo(person, proxy, key));
      tag = "";
      await look();
      return;
    }
    await keeping.add({ kind: "undo", person, proxy, of: key, time: roomScreen.clock() });
    acts.waiting = await keeping.waiting();
    await send();
    paint();
  };
  /** A card: never “invalid” while nobody can look it up. */
  const card = async (number) => {
    touched = performance.now();
    if (!open() || busy) return;
    typed = "";
    busy = true;
    try {
      const answer = await roomScreen.ask("/cards", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ number, key: roomScreen.key() }) });
      const read = answer.ok ? await answer.json() : null;
      if (read?.ok) cardRead(read);
      else tell(read ? said(`${read.why}，请找会务人员`, `${read.why}: please ask the staff`) : (await roomScreen.refusal(answer)).why);
    } catch {
      tell(said("现在查不了这张卡，请按姓名签到，或找会务人员", "Cannot tell whose card this is now: sign in by name, or ask the staff"));
    }
    busy = false;
    paint();
  };
  const cardRead = (read) => {
    const own = sight.names.find((one) => one.person === read.person && !one.proxy);
    welcome({ ...read, papers: own?.papers });
    tag = "";
  };
  const tell = (text) => {
    told = text;
    toldUntil = performance.now() + CARD * 1000;
    if (view === "welcome") show("find");        // a stranger is not welcomed by the one before
  };
  cardTyped((number) => card(number));
  let seen = -1;
  const reads = async () => {                    // cards at a reader of the host, which this terminal shows
    if (!sight?.readers || !open() || acts.lost || busy) return;
    try {
      const answer = await roomScreen.ask(`/reads?after=${seen}`);
      const all = answer.ok ? await answer.json() : null;
      const newest = seen >= 0 ? all?.reads.at(-1) : null;
      if (all) seen = all.last;
      if (newest?.ok && view !== "confirm") cardRead(newest);
      else if (newest && !newest.ok) tell(said(`${newest.why}，请找会务人员`, `${newest.why}: please ask the staff`));
    } catch { /* the next look says that the line is lost */ }
    paint();
  };
  const choose = (one) => {
    meant = one;
    if (one.came) { welcome({ ...one, before: true }); return; }
    signature.clear();
    show("confirm");
  };
  const welcome = (one) => {
    meant = one;
    left = sight?.welcome ?? 6;
    show("welcome");
  };

  // --- what is shown
  const show = (next) => {
    view = next;
    if (next === "idle" || next === "find") { typed = ""; meant = null; }
    if (next === "idle") english = roomScreen.english;
    touched = performance.now();
    paint();
    if (next === "confirm") at("yes").focus();
    if (next === "welcome") at("known").focus();
  };
  const title = () => sight?.title ?? "";
  const open = () => sight?.state === "open" && !acts.closed;
  const paint = () => {
    if (!open() && view !== "idle" && view !== "welcome") view = "idle";
    if (view === "idle") staff?.end();
    document.documentElement.lang = english ? "en" : "zh-CN";
    document.title = said("签到", "Sign-in");
    document.body.className = [view, sight?.rehearsal && "rehearsal", code?.shown() && "coded"].filter(Boolean).join(" ");
    put(at("rehearsal"), sight?.rehearsal ? said("演练：按真签到操作，不记入任何记录", "Rehearsal: sign in as for real, nothing is kept in any record") : "");
    for (const one of ["idle", "find", "confirm", "welcome"]) at(one).hidden = view !== one;
    put(at("room"), sight?.room ?? roomScreen.about()?.room ?? "");
    put(at("language"), said("English", "中文"));
    put(at("back"), said("返回", "Back"));
    at("back").hidden = view === "idle" || view === "welcome";
    for (const e of document.querySelectorAll("[data-said]")) put(e, WORDS[e.dataset.said]());
    for (const e of document.querySelectorAll("[data-title]")) put(e, e.closest("#idle") ? title().replace("：", "：\n") : title());
    document.querySelector("#idle h1").classList.toggle("long", title().length > LONG);
    for (const e of document.querySelectorAll("[data-expected]")) put(e, String(sight?.expected ?? ""));
    for (const e of document.querySelectorAll("[data-present]")) put(e, String(sight?.present ?? ""));
    for (const e of document.querySelectorAll("[data-recorded]")) put(e, sight?.recorded && sight.state !== "over" && !acts.closed ? RECORDED() : "");
    ({ idle, find, confirm: asking, welcome: greet })[view]();
    put(at("card"), performance.now() < toldUntil ? told : "");
    code?.paint(english);
    line();
    tick();
  };

  const idle = () => {
    const day = sight && new Intl.DateTimeFormat(english ? "en" : "zh-CN", { dateStyle: "full", timeZone: "UTC" }).format(new Date(`${sight.date}T00:00:00Z`));
    put(at("day"), (day || "").replace("日星", "日 星"));
    at("begin").hidden = !open();
    put(at("begin"), said("按姓名签到", "Sign in by name"));
    document.querySelector("#idle .counts").hidden = !open();
    const chair = sight?.chair ? said(`主持人 ${sight.chair}`, `Chair: ${sight.chair}`) : "";
    put(at("when"), acts.closed || !sight ? "" : open() ? [said(`${sight.starts} 开始`, `Begins ${sight.starts}`), chair].filter(Boolean).join("　") : said(`下一场 ${sight.starts}`, `Next ${sight.starts}`));
    put(at("soon"), soon());
    const later = at("later");
    later.replaceChildren(...(sight?.later ?? []).map((one) => {
      const row = document.createElement("li");
      row.append(...[["b", one.starts], ["span", one.title], ["span", said(`${one.opens} 开始签到`, `sign-in from ${one.opens}`)]].map(([tagged, text]) => Object.assign(document.createElement(tagged), { textContent: text })));
      return row;
    }));
  };
  const soon = () => {
    if (acts.closed) return acts.waiting.length ? said(`签到已结束。本机还有 ${acts.waiting.length} 条没有送出，请会务人员登录后打开本页补送。`, `Sign-in has ended. ${acts.waiting.length} acts are still kept here: sign on and open this page, and they are sent.`) : said("签到已结束", "Sign-in has ended");
    if (!sight) return acts.lost ? said("连接不上会议主机，正在重试…", "The host cannot be reached, trying again…") : said("正在连接…", "Connecting…");
    if (sight.state === "over") return said("签到已结束", "Sign-in has ended");
    if (sight.state === "open") return "";
    const wait = acts.lost ? 0 : sight.minutes;
    return said(`${sight.opens} 开始签到${wait ? `，还有 ${wait} 分钟` : ""}。请把手机调成静音。`, `Sign-in from ${sight.opens}${wait ? `, in ${wait} min` : ""}. Please mute your phone.`);
  };

  let matched = "";
  const find = () => {
    const all = names(), found = finding.found(all, typed), letters = finding.next(all, typed);
    put(at("letters"), typed);
    for (const key of at("keys").children) if (key.dataset.letter) key.disabled = !letters.has(key.dataset.letter);
    at("keys").querySelector("[data-do=back]").textContent = said("退格", "Delete");
    at("keys").querySelector("[data-do=clear]").textContent = said("清空", "Clear");
    const nobody = typed && !found.length;
    put(at("lead"), !typed ? said("输入姓名的拼音首字母，如 张建国 输 ZJG", "Type the initials of the name’s pinyin, as ZJG for 张建国") : nobody ? said("没有找到，请找会务人员", "Not found: please ask the staff") : helped() ? said("点要代签的人", "Touch who is to be signed in") : sight.signed ? said("点自己的名字，再签名", "Touch your name, then sign") : said("点自己的名字", "Touch your name"));
    const shown = found.slice(0, ROWS), drawn = JSON.stringify([shown, signed(), helped(), english]);
    if (drawn !== matched) roomScreen.redraw(at("matches"), () => at("matches").replaceChildren(...shown.map(match)));
    matched = drawn;
    const more = found.length - ROWS;
    put(at("hint"), helped() ? said(`${staff.name()} 正在代签`, `${staff.name()} signs in for others`) : sight.readers ? said("刷卡：卡放在读卡器上", "By card: hold it to the reader") : "");
    put(at("attend"), helped() ? said("结束代签", "Stop") : said("会务员代签", "Staff sign-in"));
    at("attend").hidden = sight.rehearsal;
    put(at("scanning"), said("手机扫码", "By telephone"));
    at("scanning").hidden = !code?.shown();
    put(at("more"), more > 0 ? said(`还有 ${more} 位，请再输一个字母`, `${more} more: type another letter`) : "");
  };
  const match = (one) => {
    const row = document.createElement("li"), press = document.createElement("button"), who = document.createElement("span");
    who.append(Object.assign(document.createElement("b"), { textContent: one.name }), Object.assign(document.createElement("small"), { textContent: one.line }));
    const go = one.came ? said(`${one.came} 已签到`, `signed in ${one.came}`) : helped() ? said("代签", "Sign in") : sight.signed ? said("签名", "Sign") : said("签到", "Sign in");
    press.append(who, Object.assign(document.createElement("span"), { className: one.came || !signed() ? "go" : "go pen", textContent: go }));
    press.classList.toggle("done", Boolean(one.came));
    press.addEventListener("click", () => choose(one));
    row.append(press);
    row.dataset.of = `${one.person} ${one.proxy}`;
    return row;
  };

  const asking = () => {
    put(at("who"), meant.name);
    at("who").classList.toggle("long", meant.name.length > LONG_NAME);
    put(at("whose"), meant.line);
    at("sheet").hidden = at("again").hidden = !signed();
    put(at("wrong"), helped() ? meant.wrong ?? "" : meant.wrong ? said(`${meant.wrong}。请找会务人员`, `${meant.wrong}. Please ask the staff`) : "");
    put(at("yes"), busy ? said("正在签到…", "Signing in…") : helped() ? said("确认代签", "Sign in") : said("确认签到", "Sign in"));
    at("yes").disabled = busy || (signed() && !signature.signed());
    put(at("again"), said("重写", "Write again"));
    put(at("no"), helped() ? said("返回", "Back") : said("不是我", "Not me"));
  };

  let drawn = null;  // for whom the plan was drawn
  const greet = () => {
    put(at("hello"), meant.before ? said(`${meant.name}，已签到`, `${meant.name}, you have signed in`) : said(`${meant.name}同志，您好`, `Welcome, ${meant.name}`));
    put(at("taken"), [meant.line, said(`${meant.came} 已签到`, `signed in ${meant.came}`)].filter(Boolean).join("　"));
    const place = window.seats?.words(sight?.chart, meant.person, said);
    put(at("seat"), place || (meant.seat ? said(`座位 ${meant.seat}`, `Seat ${meant.seat}`) : ""));
    const papers = (!meant.before && meant.papers || []).join(said("、", ", "));
    put(at("papers"), papers && said(`您的材料编号 ${papers}`, `Your papers: no. ${papers}`));
    if (drawn !== meant) window.seats?.draw(at("map"), sight?.chart, sight?.names ?? [], meant, said);
    drawn = meant;
    at("welcome").classList.toggle("seated", Boolean(place));
    put(at("kept"), !meant.kept ? "" : acts.held ? said("已存在本机，稍后自动补送", "Kept here, and sent again by itself") : said("已存在本机，联网后补送", "Kept here, and sent when the line is back"));
    at("welcome").classList.toggle("kept", Boolean(meant.kept));
    put(at("known"), said("知道了", "OK"));
    put(at("notme"), meant.attended ? said("撤销", "Undo") : said("不是我", "Not me"));
    at("notme").hidden = !meant.key;
    put(at("returns"), said(`${left} 秒后自动返回`, `Returns in ${left} s`));
  };

  const line = () => {
    const all = sight?.names.length ?? 0, whole = safe >= all;
    put(at("ready"), sight && !acts.closed ? said(`${whole ? "已就绪 离线" : "不能离线"}，${safe}/${all} 人，同步 ${synced}`, `${whole ? "Ready offline" : "Not ready offline"}, ${safe} of ${all} names, synced ${synced}`) : "");
    const count = acts.waiting.filter((row) => !stuck.has(row.key)).length, not = acts.waiting.length - count;
    const cut = acts.held ? said(`主机现在存不下（${acts.held}），签到照常`, `The host cannot keep it now (${acts.held}); sign-in goes on`) : acts.lost && sight ? said("连接中断，签到照常", "Line lost, sign-in goes on") : "";
    const rest = count ? said(`待补送 ${count} 条`, `${count} to be sent`) : "";
    const whys = [...new Set(acts.waiting.map((row) => stuck.get(row.key)).filter(Boolean))].join("；");
    const final = not ? said(`${not} 条主机不收（${whys}），请会务人员处理`, `${not} refused by the host (${whys}): please tell the staff`) : "";
    put(at("waiting"), [cut, rest, final].filter(Boolean).join("，"));
  };
  const tick = () => put(at("clock"), roomScreen.clock());

  // --- touch and keys
  const type = (letter) => {
    if (!finding.next(names(), typed).has(letter)) return;
    typed += letter;
    paint();
  };
  const keys = at("keys");
  const key = (text, on, data) => {
    const made = Object.assign(document.createElement("button"), { textContent: text });
    Object.assign(made.dataset, data);
    made.addEventListener("click", on);
    keys.append(made);
  };
  for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") key(letter, () => type(letter), { letter });
  key("", () => { typed = typed.slice(0, -1); paint(); }, { do: "back" });
  key("", () => { typed = ""; paint(); }, { do: "clear" });

  at("begin").addEventListener("click", () => {
    if (matchMedia("(pointer: coarse)").matches) document.documentElement.requestFullscreen?.().catch(() => {});
    show("find");
  });
  at("back").addEventListener("click", () => show(view === "confirm" ? "find" : "idle"));
  at("attend").addEventListener("click", attend);
  at("scanning").addEventListener("click", () => show("idle"));
  at("language").addEventListener("click", () => { english = !english; paint(); });
  at("yes").addEventListener("click", sign);
  at("again").addEventListener("click", () => signature.clear());
  at("no").addEventListener("click", () => show("find"));
  at("known").addEventListener("click", () => show("find"));
  at("notme").addEventListener("click", notMe);
  addEventListener("contextmenu", (event) => event.preventDefault());
  for (const one of ["pointerdown", "keydown"]) addEventListener(one, () => { touched = performance.now(); });
  addEventListener("keydown", (event) => {
    if (event.target.closest?.("dialog") || event.repeat || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const letter = event.key.toUpperCase();
    if (event.key === "Escape") show(view === "confirm" ? "find" : "idle");
    else if (view === "idle" && open() && /^[A-Z]$/.test(letter)) { show("find"); type(letter); }
    else if (view === "find" && /^[A-Z]$/.test(letter)) type(letter);
    else if (view === "find" && event.key === "Backspace") { typed = typed.slice(0, -1); paint(); }
  });
  setInterval(() => {
    tick();
    reads();
    if (told && performance.now() >= toldUntil) { told = ""; paint(); }
    if (view === "welcome" && --left <= 0) show("find");
    else if (view === "welcome") greet();
    else if (view !== "idle" && !busy && performance.now() - touched > (helped() ? ATTENDED : FREE)) show("idle");
  }, 1000);

  const start = async () => {
    const before = await keeping.kept();
    if (before && !sight) { sight = before.sight; synced = before.synced; safe = await keeping.safe(); }
    acts.waiting = await keeping.waiting();
    roomScreen.wall();
    paint();
    roomScreen.turn(acts, EACH, look);
  };
  start();
})();
