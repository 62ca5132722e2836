// The captions of one meeting on the room's screen. It hides the words the moment somebody presses Esc, whether the host
// can be reached or not.
(() => {
  const { said, at, put, english } = roomScreen;
  document.title = said("会场字幕", "Captions");

  let state = null, told = 0, lost = 0, ended = false, wish = null;

  const RECORDING = {
    recording: ["正在录音", "recording"], paused: ["录音已暂停", "recording paused"], armed: ["录音待命", "about to record"],
    off_record: ["不入记录", "off the record"], "": ["没有录音", "not recorded"],
  };
  const RECORDED = new Set(["recording", "off_record", "paused"]);

  // --- what is shown
  const passage = (e, one) => {
    e.hidden = !one;
    if (!one) return;
    put(e.querySelector(".who"), captions.who(one, english));
    const box = e.querySelector(".said");
    while (box.children.length > one.lines.length) box.firstChild.remove();
    while (box.children.length < one.lines.length) box.append(row());
    one.lines.forEach((line, i) => {           // each begins a row of its own: what stands there already never jumps
      put(box.children[i].firstChild, line.text);
      put(box.children[i].lastChild, line.unsure);
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
    if (!state.on) return [roomScreen.about()?.meeting || said("会场字幕", "Captions"), said("字幕没有打开，由主持人或会务负责人决定", "Captions are off; the chair, or who runs the meeting, decides")];
    if (state.lines.length) return null;
    if (state.state === "starting") return [said("字幕准备中", "Captions are being prepared"), RECORDED.has(state.recording) ? "" : said("录音开始后出现", "they begin with the recording")];
    return ["", ""];
  };

  const note = () => {
    if (!state) return ["", false];
    if (!state.on) return [state.recording ? said("本次会议由办公室统一录音，供整理记录使用，请勿自行录音录像", "The office records this meeting for its record. Please do not record it yourself.") : "", false];
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
    passage(at("before"), before);
    passage(at("now"), now);
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
    put(at("clock"), roomScreen.clock());
    const left = captions.left(state?.item, (performance.now() - told) / 1000, said);
    put(at("left"), left.text);
    at("left").classList.toggle("over", left.over);
  };
  setInterval(() => (lost ? show() : tick()), 1000);

  // --- Esc: hidden at once, here; then everywhere. What was wished holds here until the stream has told of it: the
  // answer of the host may come before the stream does, or after somebody else has wished otherwise.
  const LATE = 1200;                             // ms after the host's answer by which the stream has told of it
  const AGAIN = 2000;                            // ms after a call that was not answered
  let asking = null, seen = false, done = false, fresh = false, turn = 0;
  const blank = (on) => {
    if (state && !state.on) return;              // there is nothing to hide, and nothing is to be hidden tomorrow
    wish = on;
    done = false;
    show();
    ask();
  };
  const ask = async () => {
    if (wish === null || asking !== null || done) return;   // done: the host has it, and others may wish otherwise
    const asked = asking = wish;
    seen = state?.blanked === asked;
    done = false;
    try {
      const taken = await roomScreen.change("", { blanked: asked });
      if (taken && wish === asked) {
        const mine = ++turn;
        done = true;
        settle();
        setTimeout(() => { if (turn === mine && !lost) { seen = true; settle(); show(); } }, LATE);
      } else if (!taken && wish === asked && !asked) wish = null;   // refused; what is hidden for all stays hidden here
    } catch {                                    // asked again when the line is back, or soon where it was this one call
      setTimeout(() => { if (!lost) ask(); }, AGAIN);
    }
    asking = null;
    if (wish !== asked) ask();
    show();
  };
  const settle = () => { if (done && seen) { wish = null; done = false; } };

  addEventListener("keydown", (event) => {
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") blank(true);
    else if (event.key === " " && hidden()) { event.preventDefault(); blank(false); }
  });

  // --- the stream
  roomScreen.wall();
  show();
  roomScreen.follow("/stream?for=screen&lines=12", {
    opened() { lost = 0; ended = false; fresh = true; ask(); },
    event(row) {
      state = row;
      told = performance.now();
      if ((fresh && done) || state.blanked === wish) seen = true;
      fresh = false;
      settle();
      show();
    },
    broken() { if (!lost && state) lost = performance.now(); show(); },
    closed() { ended = true; show(); },
  });
})();
