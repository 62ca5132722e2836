// What every screen that nobody signs on at needs: where its routes are, the room and its clock, a stream that starts
// again for ever, a display that stays on. A plugin's page loads it from here and calls `roomScreen`.
window.roomScreen = (() => {
  const API = "/api/v1/x" + location.pathname.slice(2).replace(/\/$/, "");
  const AGAIN = [1, 1, 2, 3, 5];                 // s between two attempts
  const CLOSED = 30;                             // s between two looks at a screen that was closed
  const PATIENCE = 5_000;                        // ms for the answer to a question
  const WRONG = 30_000;                          // ms by which a computer's clock may differ from the host's
  const NOW = 3, LONGEST = 86_400;               // s within which what was done is done now; after which it is not taken
  const FINAL = new Set([400, 404, 405, 410, 413, 422]);   // answers that another attempt does not change
  const JSON_SENT = { "Content-Type": "application/json" };
  const english = (navigator.languages.find((one) => /^(zh|en)/i.test(one)) || "zh").toLowerCase().startsWith("en");
  const said = (zh, en) => (english ? en : zh);
  const at = (id) => document.getElementById(id);
  const put = (e, text) => { if (e.textContent !== text) e.textContent = text; };
  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  document.documentElement.lang = english ? "en" : "zh-CN";

  // --- the room, and its clock: the host's, where the computer's own is wrong
  let about = null, face = null, skew = 0;
  const learn = async () => {
    const answer = await fetch("about.json");
    if (!answer.ok) return;
    about = await answer.json();
    face = new Intl.DateTimeFormat("en-GB", { timeZone: about.zone, hour: "2-digit", minute: "2-digit" });
  };
  const closed = (answer) => answer.status === 401 || answer.status === 403;
  const heard = async (answer) => {
    const off = Date.parse(answer.headers.get("date") || "") - Date.now();
    skew = Math.abs(off) > WRONG ? off : 0;
    if (!about && answer.status < 400) await learn();
  };
  const clock = () => (face ? face.format(Date.now() + skew) : "");

  /** A stream of its routes that starts again for ever. on.opened(): the line stands; on.event(data): parsed;
   *  on.broken(): it is tried again; on.closed(): this screen may see nothing more, and asks again now and then. */
  const follow = async (path, on) => {
    let stream = null;                           // loaded here: most screens have none
    for (let failed = 0; ;) {
      stream ??= await import(`/static/ui/stream.js?${failed}`).catch(() => null);
      const end = stream ? await stream.once(API + path, on, heard) : "broken";
      failed = end === "opened" ? 0 : failed + 1;
      if (end !== "closed") on.broken();
      await wait(end === "closed" ? CLOSED : AGAIN[Math.min(failed, AGAIN.length - 1)]);
    }
  };

  /** One question to the screen's routes. Throws where the line is lost, or nothing comes for PATIENCE. */
  const ask = async (path, options = {}) => {
    const answer = await fetch(API + path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
    await heard(answer);
    return answer;
  };

  /** A random key: crypto.randomUUID is there on https alone. */
  const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const session = key();
  /** What somebody did, as it waits to be sent: with a key of its own, and when. */
  const done = (row) => ({ ...row, key: key(), session, at: Date.now(), mono: performance.now() });
  /** Seconds since, by a clock that nobody set meanwhile, where there is one. */
  const ago = (row) => {
    const s = (row.session === session ? performance.now() - row.mono : Date.now() - row.at) / 1000;
    return s > NOW ? Math.min(s, LONGEST) : 0;
  };

  /** Of an answer that is no success: for good, where another attempt changes nothing, and why, in its own words. */
  const refusal = async (answer) => {
    const told = await answer.json().catch(() => ({}));
    const good = FINAL.has(answer.status) || (answer.status === 409 && !answer.headers.get("retry-after"));
    return { final: good, why: [told.title, told.detail].filter(Boolean).join(said("：", ": ")) || String(answer.status) };
  };

  // --- what is done here: `waiting` for the host's answer, the oldest first; `taken` by it, and not in its sight yet;
  // `lost` and `closed`, the line; `held`, why it cannot keep them now. act(row) is what is sent, `most` at once. There may
  // be next(), those to send; told(answer); kept(), the lists are others; aside(row, why), one is refused for good.
  const settle = (acts, gone, took = []) => {
    acts.waiting = acts.waiting.filter((one) => !gone.includes(one));
    acts.taken = [...acts.taken.filter((one) => !gone.includes(one)), ...took];
    acts.kept?.();
  };
  const tried = async (acts, path, options, take) => {
    try {
      const answer = await ask(path, options);
      acts.closed = closed(answer);
      if (!acts.closed) await take(answer);
      acts.lost = false;
    } catch { acts.lost = true; }
    return !acts.lost && !acts.closed;
  };
  const send = async (acts) => {
    for (let some = acts.most; ;) {
      const rows = (acts.next ? await acts.next() : acts.waiting).slice(0, some);
      if (!rows.length) return;
      const body = JSON.stringify({ acts: rows.map((row) => ({ ...acts.act(row), ago: ago(row) })) });
      let told, no;
      const good = await tried(acts, "/acts", { method: "POST", headers: JSON_SENT, body }, async (answer) => {
        if (answer.ok) told = await answer.json(); else no = await refusal(answer);
      });
      acts.held = no && !no.final ? no.why : "";
      if (!good || acts.held) return;
      some = no ? 1 : acts.most;
      if (told) {
        settle(acts, rows, rows.filter((row) => told.acts.some((one) => one.ok && one.key === row.key)));
        await acts.told?.(told);
      } else if (rows.length === 1) { settle(acts, rows); acts.aside?.(rows[0], no.why); }
    }
  };
  /** Sends them, until each is answered, or cannot be. */
  const deliver = async (acts) => {
    if (!acts.closed) await (acts.sending ??= send(acts).finally(() => { acts.sending = null; }));
  };
  /** Asks for the sight, which has what was taken before: take(answer), also of a 304. */
  const look = async (acts, take, options) => {
    const before = acts.taken;
    const good = await tried(acts, "", options, (answer) => {
      if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
      return take(answer);
    });
    if (good && before) settle(acts, before);
  };
  /** For ever: sends what waits, and looks. */
  const turn = async (acts, each, looks) => {
    for (;; await wait(each)) {
      if (acts.waiting?.length) await deliver(acts);
      await looks();
    }
  };

  /** Answers whether the host took it. Throws where the line is lost. */
  const change = async (path, wish) => {
    return (await fetch(API + path, { method: "PUT", headers: JSON_SENT, body: JSON.stringify(wish) })).ok;
  };

  let rows = null;                               // loaded where there are some to press
  /** Draws what stands in `box`, with rows that have `data-of`: never under a finger, and the focus stays (see rows.js). */
  const redraw = (box, draw) => {
    if (rows?.redraw) { rows.redraw(box, draw); return; }
    rows ??= import("/static/ui/rows.js").then((all) => { rows = all; }, () => { rows = null; });
    draw();
  };

  // --- a screen that nobody touches stays on, and shows no pointer
  let rest = 0;
  const moved = () => {
    document.body.classList.remove("still");
    clearTimeout(rest);
    rest = setTimeout(() => document.body.classList.add("still"), 3000);
  };
  const awake = () => { if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); };
  const wall = () => {
    addEventListener("pointermove", moved);
    document.addEventListener("visibilitychange", awake);
    awake();
    moved();
  };

  return { english, said, at, put, clock, follow, ask, key, done, deliver, look, turn, refusal, change, redraw, wall, about: () => about };
})();
