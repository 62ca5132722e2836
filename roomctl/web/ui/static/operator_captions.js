// Live captions beside the meters: what is being said, how late it is, and their switches. They come from the host by
// server-sent events; while they are off, the sentences of the transcript that the host draws stay.
(() => {
  const AGAIN = 5000, ABSENT = 30_000;   // ms until the next attempt: the line broke; no plugin writes captions
  const SHOWN = 6;                       // lines; the newest last
  const { said } = window.rcDesk;
  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  let box = null, source = null, state = null, asking = false, wrong = "";

  // --- what the host answers
  const put = async (wish) => {
    wrong = "";
    let answer = null, told = {};
    try {
      answer = await fetch(box.dataset.captions, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) });
      told = await answer.json();
    } catch { /* told below */ }
    if (answer?.ok) { asking = false; state = told; } else
      wrong = [told.title || said("没有做成：连接中断", "not done: the line is lost"), told.detail, told.mend].filter(Boolean).join(said("。", ". "));
    draw();
  };

  const follow = async () => {
    source?.close();
    source = null;
    const here = box;
    let wait = AGAIN;
    try {
      const answer = await fetch(`${here.dataset.captions}?lines=0`);   // an EventSource does not tell why it fails
      if (answer.status === 404) wait = ABSENT;
      if (answer.ok && here === box) { listen(); return; }
    } catch { /* the host is away: tried again */ }
    if (here === box) { state = null; rcStill.when(box, draw); setTimeout(() => { if (here === box && !source) follow(); }, wait); }
  };
  const listen = () => {
    source = new EventSource(`${box.dataset.captions}/stream?lines=${SHOWN}`);
    source.addEventListener("captions", (event) => { state = JSON.parse(event.data); rcStill.when(box, draw); });
    source.onerror = () => { if (source?.readyState === EventSource.CLOSED) { source = null; setTimeout(follow, AGAIN); } };
  };

  // --- what is shown
  const button = (text, pressed, act) => {
    const e = make("button", "rc-btn rc-tiny", text);
    e.type = "button";
    if (pressed !== null) e.setAttribute("aria-pressed", String(pressed));
    e.addEventListener("click", act);
    return e;
  };
  const late = () => (state.state !== "live" || state.delay_ms === null ? "" :
    said(`慢 ${(state.delay_ms / 1000).toFixed(1)} 秒`, `${(state.delay_ms / 1000).toFixed(1)} s late`));

  const head = () => {
    const e = make("div", "rc-head rc-live-head");
    e.append(make("h2", "", said("字幕", "Captions")));
    if ("switch" in box.dataset) {
      e.append(
        button(state.blanked ? said("恢复", "Show") : said("遮住", "Hide"), state.blanked, () => put({ blanked: !state.blanked })),
        button(said("整句", "Whole"), state.whole_sentences, () => put({ whole_sentences: !state.whole_sentences })),
        button(said("关闭", "Off"), null, () => put({ on: false })),
      );
      e.children[2].title = said("会场屏幕只显示说完的句子，晚几秒", "the room's screen shows finished sentences alone, some seconds late");
    }
    e.append(make("span", "rc-s3 rc-num", late()));
    return e;
  };

  const note = () => {
    const e = make("p", "rc-live-note");
    const words = [];
    if (state.state === "paused" || state.state === "down") words.push(state.why || said("字幕暂停", "captions rest"));
    if (state.state === "starting") words.push(said("字幕准备中", "captions are being prepared"));
    if (state.blanked) words.push(said("会场屏幕已遮住", "hidden on the room's screen"));
    e.textContent = words.join(said("；", "; "));
    e.classList.toggle("rc-c-warn", state.state === "paused" || state.state === "down");
    e.hidden = !words.length;
    return e;
  };

  const line = (one, before) => {
    const p = document.createElement("p"), text = document.createElement("span");
    const name = before && before.speaker === one.speaker ? "" : one.speaker;
    text.append(one.text, ...(one.unsure ? [make("span", "rc-unsure", one.unsure)] : []));
    p.append(make("span", "rc-who", name), text);
    return p;
  };
  const lines = () => {
    const e = make("div", "rc-cap"), inner = document.createElement("div");
    const shown = state.lines.slice(-SHOWN);
    inner.append(...shown.map((one, i) => line(one, shown[i - 1])));
    e.append(inner);
    return e;
  };

  const off = () => {
    const e = make("div", "rc-live-off");
    if (!asking) {
      e.append(make("span", "rc-s3 rc-grow", said("会场字幕没有打开", "captions are off in the room")));
      if ("switch" in box.dataset) e.append(button(said("打开字幕", "Switch on"), null, () => { asking = true; wrong = ""; draw(); box.querySelector("input")?.focus(); }));
      return [e];
    }
    const form = make("form", "rc-live-ask"), field = make("input", "rc-in"), names = document.createElement("datalist");
    const label = make("label", "rc-s2", said("哪一场会议？写出或选择名称", "For which meeting? Write or choose its name"));
    Object.assign(field, { name: "meeting", autocomplete: "off", required: true });
    names.id = "rc-meeting-name";
    names.append(Object.assign(document.createElement("option"), { value: box.dataset.title }));
    field.setAttribute("list", names.id);
    label.append(field, names);
    const go = make("button", "rc-btn rc-tiny rc-pri", said("打开", "Switch on"));
    go.type = "submit";
    const back = button(said("返回", "Back"), null, () => { asking = false; wrong = ""; draw(); box.querySelector("button")?.focus(); });
    e.append(go, back);
    form.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); back.click(); } });
    form.append(label, e);
    form.addEventListener("submit", (event) => { event.preventDefault(); put({ on: true, confirm: field.value }); });
    return [form];
  };

  let drawn = "";
  const draw = () => {
    if (!box) return;
    const on = Boolean(state?.on), section = box.closest(".rc-words");
    section?.classList.toggle("rc-live-on", on);
    if (asking && !on && box.querySelector("form")) { complain(); return; }   // what is being typed stays
    const now = state ? (on ? JSON.stringify(state) : `off ${asking}`) : "";
    if (now !== drawn || !box.firstChild) {
      drawn = now;
      box.replaceChildren(...(!state ? [] : on ? [head(), note(), lines()] : off()));
    }
    complain();
  };
  const complain = () => {
    let e = box.querySelector(".rc-err");
    if (!wrong) { e?.remove(); return; }
    if (!e) { e = make("p", "rc-err"); e.setAttribute("role", "alert"); box.append(e); }
    e.textContent = wrong;
  };

  // --- the box is drawn by the host, and may be drawn anew
  const adopt = () => {
    const found = document.querySelector(".rc-live[data-captions]");
    if (found === box) return;
    box = found;
    drawn = ""; state = null; asking = false;
    if (box) follow(); else { source?.close(); source = null; }
  };
  new MutationObserver(adopt).observe(document.documentElement, { childList: true, subtree: true });
  adopt();
})();
