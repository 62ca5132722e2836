// What every screen that nobody signs on at needs: where its routes are, the room and its clock, a stream that starts
// again for ever, a display that stays on. A plugin's page loads it from here and calls `roomScreen`.
window.roomScreen = (() => {
  const API = "/api/v1/x" + location.pathname.slice(2).replace(/\/$/, "");
  const SILENT = 35_000;                         // ms without a byte: the host says each 15 s that the line stands
  const AGAIN = [1, 1, 2, 3, 5];                 // s between two attempts
  const CLOSED = 30;                             // s between two looks at a screen that was closed
  const PATIENCE = 5_000;                        // ms for the answer to a question
  const WRONG = 30_000;                          // ms by which a computer's clock may differ from the host's
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
  const look = async () => {
    const answer = await fetch("about.json");
    if (!answer.ok) return;
    about = await answer.json();
    face = new Intl.DateTimeFormat("en-GB", { timeZone: about.zone, hour: "2-digit", minute: "2-digit" });
  };
  const setRight = (answer) => {
    const off = Date.parse(answer.headers.get("date") || "") - Date.now();
    skew = Math.abs(off) > WRONG ? off : 0;
  };
  const clock = () => (face ? face.format(Date.now() + skew) : "");

  /** Server-sent events, read by hand: a line that died without a word is noticed too.
   *
   *  on.opened(): the line stands; on.event(data): parsed; on.broken(): it does not, and is tried again;
   *  on.closed(): the host says that this screen may see nothing more, and is asked again now and then.
   */
  const once = async (url, on) => {
    const stop = new AbortController();
    let watch = 0, opened = false;
    const alive = () => { clearTimeout(watch); watch = setTimeout(() => stop.abort(), SILENT); };
    alive();
    try {
      const answer = await fetch(url, { signal: stop.signal, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) { on.closed(); return "closed"; }
      if (!answer.ok) return "broken";
      setRight(answer);
      if (!about) await look();
      opened = true;
      on.opened();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { done, value } = await reader.read();
        if (done) return "opened";
        alive();
        const parts = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
        rest = parts.pop();
        for (const part of parts) {
          const data = part.split("\n").filter((one) => one.startsWith("data:")).map((one) => one.slice(5).trimStart());
          if (data.length) on.event(JSON.parse(data.join("\n")));
        }
      }
    } catch { return opened ? "opened" : "broken"; } finally { clearTimeout(watch); }
  };
  const follow = async (path, on) => {
    for (let failed = 0; ;) {
      const end = await once(API + path, on);
      failed = end === "opened" ? 0 : failed + 1;
      if (end !== "closed") on.broken();
      await wait(end === "closed" ? CLOSED : AGAIN[Math.min(failed, AGAIN.length - 1)]);
    }
  };

  /** One question to the screen's routes. Throws where the line is lost, or nothing comes for PATIENCE. */
  const ask = async (path, options = {}) => {
    const answer = await fetch(API + path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
    setRight(answer);
    if (!about && answer.status < 400) await look();
    return answer;
  };

  /** A random key of an act: crypto.randomUUID is there on https alone. */
  const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

  /** Of an answer that is no success: for good, where another attempt changes nothing, and why, in its own words. */
  const refusal = async (answer) => {
    const told = await answer.json().catch(() => ({}));
    const good = FINAL.has(answer.status) || (answer.status === 409 && !answer.headers.get("retry-after"));
    return { final: good, why: [told.title, told.detail].filter(Boolean).join(said("：", ": ")) || String(answer.status) };
  };

  /** Sends the rows that wait, `most` at once, until the host has answered each: "sent", "lost" (no answer), "held" (it
   *  cannot keep them now) or "closed".
   *
   *  queue.next(): those that wait, the oldest first; queue.act(row): as it is sent; queue.told(answer, rows): they were
   *  answered, and wait no more; queue.aside(row, why): refused for good, and must hold nobody up; queue.held(why).
   */
  const deliver = async (path, most, queue) => {
    let some = most;
    for (let rows = await queue.next(); rows.length; rows = await queue.next()) {
      rows = rows.slice(0, some);
      let answer, told;
      try {
        answer = await ask(path, { method: "POST", headers: JSON_SENT, body: JSON.stringify({ acts: rows.map(queue.act) }) });
        if (answer.ok) told = await answer.json();
      } catch { return "lost"; }
      if (answer.status === 401 || answer.status === 403) return "closed";
      if (!answer.ok) {
        const { final, why } = await refusal(answer);
        if (!final) { queue.held?.(why); return "held"; }
        if (rows.length === 1) queue.aside(rows[0], why);
        some = 1;
        continue;
      }
      some = most;
      await queue.told(told, rows);
    }
    return "sent";
  };

  /** Answers whether the host took it. Throws where the line is lost. */
  const change = async (path, wish) => {
    return (await fetch(API + path, { method: "PUT", headers: JSON_SENT, body: JSON.stringify(wish) })).ok;
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

  return { english, said, at, put, clock, follow, ask, key, deliver, refusal, change, wall, about: () => about };
})();
