// What a page does by itself in the browser: the clock, running times, double and long presses, language and light.
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

  // A telephone's rail is wider than the telephone: the entry of this page is in sight from the start.
  const rail = new MutationObserver(() => {
    const here = document.querySelector(".rc-rail .rc-on");
    if (here) { rail.disconnect(); here.scrollIntoView({ block: "nearest", inline: "center" }); }
  });
  rail.observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    const e = event.target.closest("[data-keep]");
    if (!e) return;
    document.cookie = `${e.dataset.keep};path=/;max-age=31536000;SameSite=Lax`;
    location.reload();
  });

  // Two quick presses at one place are one, though the first be done by then and another button stand there: a hand that
  // presses twice means one thing. But where somebody steps on and on.
  addEventListener("click", (event) => {
    const e = event.detail > 1 && event.target.closest?.("[data-act]");
    if (!e || "again" in e.dataset) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  }, true);

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
