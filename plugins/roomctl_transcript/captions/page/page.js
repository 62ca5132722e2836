// The captions of one meeting on the room's screen. It asks nobody but the host, starts again for ever, and hides the
// words the moment somebody presses Esc, whether the host can be reached or not.
(() => {
  const API = "/api/v1/x" + location.pathname.slice(2).replace(/\/$/, "");
  const SILENT = 35_000;                         // ms without a byte: the host says each 15 s that the line stands
  const AGAIN = [1, 1, 2, 3, 5];                 // s between two attempts
  const CLOSED = 30;                             // s between two looks at a screen that was closed
  const english = (navigator.languages.find((one) => /^(zh|en)/i.test(one)) || "zh").toLowerCase().startsWith("en");
  const said = (zh, en) => (english ? en : zh);
  const at = (id) => document.getElementById(id);
  const put = (e, text) => { if (e.textContent !== text) e.textContent = text; };
  document.documentElement.lang = english ? "en" : "zh-CN";
  document.title = said("会场字幕", "Captions");

  let about = null, clock = null, state = null, told = 0, lost = 0, ended = false, wish = null, skew = 0;

  const RECORDING = {
    recording: ["正在录音", "recording"], paused: ["录音已暂停", "recording paused"], armed: ["录音待命", "about to record"],
    off_record: ["不入记录", "off the record"], "": ["没有录音", "not recorded"],
  };

  const RECORDED = new Set(["recording", "off_record", "paused"]);

  // --- what is shown
  const passage = (e, one, english) => {
    e.hidden = !one;
    if (!one) return;
    put(e.querySelector(".who"), captions.who(one, english));
    const said = e.querySelector(".said");
    while (said.children.length > one.lines.length) said.firstChild.remove();
    while (said.children.length < one.lines.length) said.append(row());
    one.lines.forEach((line, i) => {           // each begins a row of its own: what stands there already never jumps
      put(said.children[i].firstChild, line.text);
      put(said.children[i].lastChild, line.unsure);
    });
  };
  const row = () => {
    const p = document.createElement("p");
    for (const name of ["sure", "part"]) p.append(Object.assign(document.createElement("span"), { className: name }));
    return p;
  };

  const notice = () => {
    if (ended) return [said("字幕已关闭", "Captions are closed"), said("链接已收回，或会议已结束", "the link was taken back, or the meeting is over")];
    if (!state) return [said("正在连接…", "Connecting…"), ""];
    if (!state.on) return [about?.meeting || said("会场字幕", "Captions"), said("字幕没有打开，由主持人或会务负责人决定", "Captions are off; the chair, or who runs the meeting, decides")];
    if (state.lines.length) return null;
    if (state.state === "starting") return [said("字幕准备中", "Captions are being prepared"), RECORDED.has(state.recording) ? "" : said("录音开始后出现", "they begin with the recording")];
    return ["", ""];
  };

  const note = () => {
    if (!state || !state.on) return ["", false];
    if (hidden()) return [said("字幕已遮住，按空格键恢复", "Captions are hidden; the space bar shows them"), false];
    if (state.state === "paused" || state.state === "down") {
      const sound = state.recording === "recording" ? said("，录音正常", "; the recording goes on") : "";
      return [said("字幕暂停", "Captions rest") + sound, true];
    }
    return [said("自动字幕，可能有误，以会议记录为准", "Automatic captions may be wrong; the record counts"), false];
  };

  const hidden = () => (wish === null ? Boolean(state?.on && state.blanked) : wish);

  const delay = () => {
    if (!state?.on || state.state !== "live") return "";
    if (state.whole_sentences) return said("整句显示", "whole sentences");
    return state.delay_ms === null ? "" : said(`慢 ${(state.delay_ms / 1000).toFixed(1)} 秒`, `${(state.delay_ms / 1000).toFixed(1)} s late`);
  };

  const show = () => {
    const shown = notice(), away = lost && !ended ? Math.round((performance.now() - lost) / 1000) : 0;
    const body = document.body.classList;
    for (const [name, on] of [["noticed", Boolean(shown)], ["blanked", hidden() && !ended], ["lost", Boolean(lost) && !ended], ["ended", ended]])
      body.toggle(name, on);
    body.remove("waiting");
    if (shown) { put(at("notice").children[0], shown[0]); put(at("notice").children[1], shown[1]); }
    const [before, now] = state?.on && !hidden() ? pair(captions.passages(state.lines)) : [];
    passage(at("before"), before, english);
    passage(at("now"), now, english);
    const item = state?.item;
    put(at("nth"), item ? said(`议题${captions.nth(item.n)}`, `Item ${item.n}`) + reporter(item) : "");
    put(at("title"), item?.title || "");
    const [text, bad] = note();
    put(at("note"), text);
    at("note").classList.toggle("bad", bad);
    put(at("delay"), delay());
    put(at("line"), lost && !ended ? said(`连接中断，正在重新连接… ${away} 秒`, `Line lost, reconnecting… ${away} s`) : "");
    const recording = state ? state.recording : "";
    at("recording").className = recording;
    put(at("recording"), state ? said(...RECORDING[recording]) : "");
    tick();
  };
  const pair = (found) => (found.length > 1 ? found : [null, found[0] || null]);
  const reporter = (item) => {
    const name = item.unit || item.presenter;
    return name ? (english ? ` · ${name}` : `　${name}汇报`) : "";
  };

  const tick = () => {
    put(at("clock"), clock ? clock.format(Date.now() + skew) : "");
    const left = captions.left(state?.item, (performance.now() - told) / 1000, said);
    put(at("left"), left.text);
    at("left").classList.toggle("over", left.over);
  };
  setInterval(() => (lost ? show() : tick()), 1000);

  // --- Esc: hidden at once, here; then everywhere. What was wished holds here until the stream has told of it: the
  // answer of the host may come before the stream does, or after somebody else has wished otherwise.
  let asking = null, seen = false, done = false;
  const blank = (on) => {
    if (state && !state.on) return;              // there is nothing to hide, and nothing is to be hidden tomorrow
    wish = on;
    show();
    ask();
  };
  const ask = async () => {
    if (wish === null || asking !== null) return;
    const asked = asking = wish;
    seen = state?.blanked === asked;
    done = false;
    try {
      const answer = await fetch(API, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ blanked: asked }) });
      if (answer.ok && wish === asked) { done = true; settle(); }
      else if (wish === asked && !asked) wish = null;   // refused: hidden is hidden; here alone, where it was wished here
    } catch { /* the line is lost: asked again when it is back */ }
    asking = null;
    if (wish !== null && wish !== asked) ask();
    show();
  };
  const settle = () => { if (done && seen) { wish = null; done = false; } };

  addEventListener("keydown", (event) => {
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") blank(true);
    else if (event.key === " " && hidden()) { event.preventDefault(); blank(false); }
  });

  // --- the stream (server-sent events, read by hand: a line that died without a word is noticed too)
  const hear = (text) => {
    const row = text.split("\n").filter((one) => one.startsWith("data:")).map((one) => one.slice(5).trimStart()).join("\n");
    if (!row) return;
    state = JSON.parse(row);
    told = performance.now();
    if (done || state.blanked === wish) seen = true;
    settle();
    show();
  };

  const ask_about = async () => {
    const answer = await fetch("about.json");
    if (!answer.ok) return;
    about = await answer.json();
    clock = new Intl.DateTimeFormat("en-GB", { timeZone: about.zone, hour: "2-digit", minute: "2-digit" });   // the room's
  };

  const follow = async () => {
    const stop = new AbortController();
    let watch = setTimeout(() => stop.abort(), SILENT);
    try {
      const answer = await fetch(`${API}/stream?for=screen&lines=12`, { signal: stop.signal, cache: "no-store" });
      ended = answer.status === 401 || answer.status === 403;
      if (!answer.ok) return false;
      const date = Date.parse(answer.headers.get("date") || "");
      skew = Math.abs(date - Date.now()) > 30_000 ? date - Date.now() : 0;      // the host's clock, where ours is wrong
      lost = 0;
      if (!about) await ask_about();
      ask();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { done, value } = await reader.read();
        if (done) return true;
        clearTimeout(watch);
        watch = setTimeout(() => stop.abort(), SILENT);
        const parts = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
        rest = parts.pop();
        parts.forEach(hear);
      }
    } catch { return !lost; } finally { clearTimeout(watch); }
  };

  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const forever = async () => {
    for (let failed = 0; ;) {
      failed = (await follow()) ? 0 : failed + 1;
      if (!lost && state) lost = performance.now();
      show();
      await wait(ended ? CLOSED : AGAIN[Math.min(failed, AGAIN.length - 1)]);
    }
  };

  // --- a screen that nobody touches stays on, and shows no pointer
  let rest = 0;
  const moved = () => {
    document.body.classList.remove("still");
    clearTimeout(rest);
    rest = setTimeout(() => document.body.classList.add("still"), 3000);
  };
  addEventListener("pointermove", moved);
  const awake = () => { if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); };
  document.addEventListener("visibilitychange", awake);
  awake();
  moved();
  show();
  forever();
})();
