// The operator's hands and ears: keys, the list of them, listening to what is on disk, and what to do without a host.
(() => {
  const said = (zh, en) => (document.documentElement.lang === "en" ? en : zh);
  const OFF = "roomctl-keys-off";
  const TWICE = 600;                 // ms between the two presses of the space bar
  const typing = (e) => e instanceof Element && Boolean(e.closest("input, textarea, select, [contenteditable='true'], dialog[open]"));
  const lost = () => document.querySelector(".rc-op")?.classList.contains("rc-lost");
  let space = -Infinity;            // not 0: the clock of events begins with the page
  let pointed = false;              // the focus stands where somebody pressed by hand, and not where he went by Tab
  addEventListener("pointerdown", () => { pointed = true; }, true);
  addEventListener("keydown", (event) => { if (event.key === "Tab") pointed = false; }, true);

  const press = (key) => {
    const e = [...document.querySelectorAll(`[data-hotkey="${key}"]`)].find((one) => !one.disabled && one.offsetParent);
    if (!e) return false;
    if (e.matches("input, textarea")) e.focus(); else e.click();
    return true;
  };
  const nameOf = (event) => ({ ArrowRight: "→", " ": "space" }[event.key] || event.key.toUpperCase());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.key === "Escape" && event.target.matches?.(".rc-op input")) { event.target.blur(); return; }
    if (event.key === "Enter" && event.target.matches?.("[data-enter]")) {
      event.preventDefault();
      event.target.closest("[data-form]").querySelector("[data-act]").click();
      event.target.value = "";
      return;
    }
    if (!document.querySelector(".rc-op") || typing(event.target)) return;
    if (event.key === "?") { event.preventDefault(); help(); return; }
    if (event.key === "Escape") document.querySelector(".rc-op [data-act='back']")?.click();   // of what was asked
    if (localStorage.getItem(OFF) || lost()) return;
    if (event.key === " ") {
      const focused = event.target.closest?.("button, a, summary");
      if (focused && !pointed) return;            // there the bar presses what has the focus
      focused?.blur();                            // but not again what was pressed by hand, nor what stands there now
      event.preventDefault();
      if (event.timeStamp - space < TWICE) { space = -Infinity; press("space"); } else space = event.timeStamp;
      return;
    }
    if (event.key === "Enter" || event.key === "Tab") return;
    if (press(nameOf(event))) event.preventDefault();
  });

  // --- the list of keys
  const KEYS = () => [
    [said("空格 ×2", "Space ×2"), said("暂停", "pause")], ["M", said("标记最近 30 秒", "mark the last 30 s")],
    ["U", said("不入记录，再按恢复", "off the record, and back on")], ["→", said("下一项议题", "next item")],
    ["1–9", said("谁在发言", "who speaks")], ["A", said("报警：知道了", "alarm: seen")], ["L", said("监听", "listen")],
    ["N", said("写一条记事", "write a note")], ["?", said("显示这张表", "show this list")],
  ];
  const help = () => {
    document.querySelector("dialog.rc-keys")?.remove();
    const box = document.createElement("dialog");
    box.className = "rc-keys rc-panel";
    const rows = KEYS().map(([key, what]) => `<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`).join("");
    box.innerHTML = `<h2>${said("快捷键", "Keys")}</h2><dl>${rows}</dl>` +
      `<label class="rc-row"><input type="checkbox" class="rc-tick"> ${said("在这台电脑上使用快捷键", "use the keys on this PC")}</label>` +
      `<p class="rc-s3">${said("打字时不起作用。停止录音没有快捷键。", "Off while typing. There is no key to stop.")}</p>` +
      `<form method="dialog"><button class="rc-btn rc-sm">${said("关闭", "Close")}</button></form>`;
    const tick = box.querySelector("input");
    tick.checked = !localStorage.getItem(OFF);
    tick.addEventListener("change", () => {
      if (tick.checked) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "1");
      keysShown();
    });
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    document.body.append(box);
    box.showModal();
  };
  const keysShown = () => document.querySelector(".rc-op")?.classList.toggle("rc-nokeys", Boolean(localStorage.getItem(OFF)));
  document.addEventListener("click", (event) => { if (event.target.closest("[data-help]")) help(); });

  // --- listening to what is on disk
  const BEHIND = 2;                  // seconds before the end of what is on disk, where the host begins
  let disk = null, heardAt = 0, began = 0, sound = null;
  const onDisk = () => (disk === null ? 0 : disk + (performance.now() - heardAt) / 1000);
  const box = () => document.querySelector("[data-listen]");
  const line = () => document.querySelector("[data-lag]");
  const show = () => {
    const button = box();
    if (!button) return;
    const on = sound !== null;
    if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
    const word = button.querySelector("span");
    const text = on ? said("停", "Stop") : said("听", "Listen");
    if (word && word.textContent !== text) word.textContent = text;
    const told = line();
    if (!told) return;
    const lag = on ? Math.max(0, onDisk() - began - sound.currentTime) : 0;
    const shown = !on ? told.dataset.idle : sound.paused || sound.readyState < 3 ? said("正在缓冲…", "buffering…")
      : said(`已写入磁盘的声音，慢 ${Math.round(lag)} 秒`, `sound on disk, ${Math.round(lag)} s behind`);
    if (told.textContent !== shown) told.textContent = shown;
  };
  const end = () => { if (sound) { sound.pause(); sound.removeAttribute("src"); sound.load(); sound = null; } show(); };
  const begin = (track) => {
    end();
    const button = box();
    if (!button) return;
    const chosen = document.querySelector("select[name=track]");
    if (track !== undefined && chosen) chosen.value = track;
    const number = chosen?.value || "";
    sound = new Audio(button.dataset.listen + (number ? `?track=${number}` : ""));
    began = Math.max(0, onDisk() - BEHIND);
    const mine = sound;
    const told = (text) => { if (sound === mine) { end(); const e = line(); if (e) e.textContent = text; } };
    sound.addEventListener("ended", () => { if (sound === mine) end(); });
    sound.addEventListener("error", () => told(said("听不了：磁盘上还没有声音，或连接断了", "nothing to hear: no sound on disk yet, or no line")));
    sound.play().catch(() => told(said("浏览器没有放声音，请再按一次", "the browser played nothing; press again")));
    show();
  };
  setInterval(() => { if (sound) show(); }, 500);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-listen]")) { if (sound) end(); else begin(); }
    const take = event.target.closest("[data-play]");
    if (take) { const was = sound; end(); if (!was) { sound = new Audio(take.dataset.play); sound.addEventListener("ended", end); sound.play().catch(end); } }
    const one = event.target.closest("[data-hear]");
    if (one) begin(one.dataset.hear);
  });
  document.addEventListener("change", (event) => { if (event.target.matches("select[name=track]") && sound) begin(); });
  window.rcListen = {
    heard(seconds) { if (seconds !== null && seconds !== undefined) { disk = seconds; heardAt = performance.now(); } show(); },
    get playing() { return sound !== null && !sound.paused && sound.currentTime > 0; },
  };

  // --- without the host: times go on, what could not be done is off
  let off = false;
  const barred = () => {
    const page = document.querySelector(".rc-op");
    page?.classList.toggle("rc-lost", off);
    for (const e of page?.querySelectorAll("button, select, input") ?? []) e.toggleAttribute("inert", off);
  };
  const watch = () => {
    const popup = document.getElementById("popup");
    if (!popup) return;
    const look = () => {
      off = popup.getAttribute("aria-hidden") === "false";
      barred();
      if (off) end();
    };
    new MutationObserver(look).observe(popup, { attributes: true });
    look();
  };
  const ready = () => { watch(); keysShown(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready); else ready();
  new MutationObserver(() => { keysShown(); show(); if (off) barred(); }).observe(document.documentElement, { childList: true, subtree: true });
})();
