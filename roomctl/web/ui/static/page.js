// What a page does by itself in the browser: the clock, running times, long presses, language and light.
(() => {
  const two = (n) => String(n).padStart(2, "0");
  const text = (s, en) => {
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    if (h) return en ? `${h} h ${two(m)} min` : `${h} 小时 ${two(m)} 分`;
    return en ? `${m} min ${two(s % 60)} s` : `${m} 分 ${two(s % 60)} 秒`;
  };
  const digits = (s) => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  const began = new WeakMap();
  const tick = () => {
    const now = new Date(), en = document.documentElement.lang === "en";
    for (const e of document.querySelectorAll("[data-clock]")) {
      const said = new Intl.DateTimeFormat("en-GB", { timeZone: e.dataset.clock, timeStyle: "short" }).format(now);
      if (e.textContent !== said) e.textContent = said;
    }
    for (const e of document.querySelectorAll("[data-seconds]")) {
      const was = began.get(e);
      if (!was || was.value !== e.dataset.seconds) began.set(e, { value: e.dataset.seconds, at: performance.now() });
      const since = began.get(e);
      const seconds = Math.floor(Number(since.value) + (performance.now() - since.at) / 1000);
      const said = "digits" in e.dataset ? digits(seconds) : text(seconds, en);
      if (e.textContent !== said) e.textContent = said;
    }
  };
  // Out of reach: the pages' own words stand over the page (style.css), with the time of the last news.
  let news = new Date();
  const watch = () => {
    const popup = document.getElementById("popup"), clock = document.querySelector("[data-clock]");
    if (!popup) return;
    const gone = popup.ariaHidden === "false";
    if (!gone) news = new Date();
    const zone = clock ? { timeZone: clock.dataset.clock } : {};
    if (gone) popup.dataset.news = new Intl.DateTimeFormat("en-GB", { ...zone, timeStyle: "medium" }).format(news);
    document.body.classList.toggle("rc-cut-off", gone);
  };
  setInterval(() => { tick(); watch(); }, 1000);
  new MutationObserver(tick).observe(document.documentElement, { childList: true, subtree: true });

  // What is drawn anew keeps what was typed, and the focus: somebody fills in a form, or works by the keys, while what
  // stands around it changes. What was sent is the host's to show, but where a toast says that it was refused.
  const named = (name, value) => `[${name}="${CSS.escape(value)}"]`;
  const place = (e) => {
    if (e.dataset?.act) return named("data-act", e.dataset.act);
    const form = e.type !== "file" && e.name ? e.closest("[data-form]")?.dataset.form : "";
    return form ? `${named("data-form", form)} ${named("name", e.name)}` : "";
  };
  const value = (field) => (field.type === "checkbox" ? String(field.checked) : field.value.trim());
  const take = (field, from) => {
    if (field.type === "checkbox") field.checked = from.checked;
    else if (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === from.value)) field.value = from.value;
  };
  const typed = new Map();                       // place → {field, sent}
  let focused = null;
  document.addEventListener("input", (event) => {
    const where = place(event.target);
    if (where) typed.set(where, { field: event.target, sent: false });
  });
  document.addEventListener("click", (event) => {
    const press = event.target.closest("[data-act]"), form = press?.closest("[data-form]");
    if (!form || (press.dataset.hold && !press.dataset.full)) return;
    for (const one of typed.values()) if (form.contains(one.field)) one.sent = true;
  });
  document.addEventListener("focusin", (event) => { focused = place(event.target) ? event.target : null; });
  document.addEventListener("focusout", (event) => setTimeout(() => {      // left, and not taken away: by Esc
    if (focused === event.target && focused.isConnected && document.activeElement === document.body) focused = null;
  }));
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest?.("[data-act]")) focused = null; });
  new MutationObserver((changes) => {
    const refused = changes.some((one) => [...one.addedNodes].some((e) => e.classList?.contains("rc-toast")));
    for (const [where, one] of typed) {
      if (refused) one.sent = false;
      if (one.field.isConnected) continue;
      const field = document.querySelector(where);
      if (!field || one.sent || value(field) === value(one.field)) { typed.delete(where); continue; }
      take(field, one.field);
      typed.set(where, { field, sent: false });
    }
    if (!focused || focused.isConnected || document.activeElement !== document.body) return;
    const before = focused, e = document.querySelector(place(before));
    if (!e) { focused = null; return; }
    e.focus({ preventScroll: true });
    if (before.selectionStart != null) e.setSelectionRange?.(before.selectionStart, before.selectionEnd);
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    const e = event.target.closest("[data-keep]");
    if (!e) return;
    document.cookie = `${e.dataset.keep};path=/;max-age=31536000;SameSite=Lax`;
    location.reload();
  });

  // A long press: released too soon, nothing happened; held to the end, it is pressed once.
  let held = null;
  const release = () => { if (held) { clearTimeout(held.timer); held.e.classList.remove("rc-held"); held = null; } };
  const hold = (e) => {
    if (held || e.disabled) return;
    e.classList.add("rc-held");
    held = { e, timer: setTimeout(() => { release(); e.dataset.full = "1"; e.click(); delete e.dataset.full; },
                                  Number(e.dataset.hold) * 1000) };
  };
  document.addEventListener("pointerdown", (event) => { const e = event.target.closest("[data-hold]"); if (e) hold(e); });
  for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, release);
  document.addEventListener("pointerout", (event) => {   // off the button, not from its edge to its text
    if (held && !(event.relatedTarget instanceof Node && held.e.contains(event.relatedTarget))) release();
  });
  document.addEventListener("keydown", (event) => {
    const e = event.target.closest("[data-hold]");
    if (e && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); hold(e); }
  });
  document.addEventListener("keyup", release);
})();
