// What was typed is kept, and the focus: somebody fills in a form, or works by the keys, while what stands around it
// changes. What was sent is the host's to show, but where it says that it was refused.
(() => {
  const REFUSED = "[role=alert]:not(.rc-alarm), [aria-invalid=true]";      // on the page itself; a toast goes by
  const KEPT = "roomctl-typed", DOOR = "/log-in";
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
  const standing = ({ type, value, checked }) => ({ type, value, checked, isConnected: false });
  const typed = new Map();                       // place → {field, sent: what stood there then}, of this page or of the load before
  let focused = null, area = null, pressed = []; // what has the focus, in which box; what went with the last press
  const trail = [], STEPS = 8;                   // places of the last presses
  document.addEventListener("input", (event) => {
    const where = place(event.target);
    if (where) typed.set(where, { field: event.target });
  });
  document.addEventListener("click", (event) => {
    const press = event.target.closest("[data-act]"), form = press?.closest("[data-form]");
    if (!press || (press.dataset.hold && !press.dataset.full)) return;
    trail.push(place(press));
    if (trail.length > STEPS) trail.shift();
    pressed = [...typed.values()].filter((one) => form?.contains(one.field));
    for (const one of pressed) one.sent = standing(one.field);
  });
  document.addEventListener("focusin", (event) => {
    focused = place(event.target) ? event.target : null;
    area = focused?.closest("[data-box]") ?? null;
  });
  document.addEventListener("focusout", (event) => setTimeout(() => {      // left, and not taken away: by Esc
    if (focused === event.target && focused.isConnected && document.activeElement === document.body) focused = null;
  }));
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest?.("[data-act]")) focused = null; });

  const refused = () => {
    for (const one of pressed) {
      if (one.sent && !value(one.field)) take(one.field, one.sent);       // emptied as it was sent
      one.sent = null;
    }
    pressed = [];
  };
  const carry = () => {
    for (const [where, one] of typed) {
      if (one.field.isConnected) continue;
      const field = document.querySelector(where);
      if (!field && one.before) continue;                                  // its form is not open yet
      if (field && one.sent && value(field) === value(one.sent)) { one.field = field; continue; }
      if (!field || one.sent || (one.before && one.who !== who()) || value(field) === value(one.field)) { typed.delete(where); continue; }
      take(field, one.field);
      typed.set(where, { field });
    }
  };
  /** What was pressed is there no more: the keys go on from what stands in its place, or from what had opened it. */
  const stay = (box) => {
    if (document.activeElement !== document.body || !box?.isConnected) return;
    const opened = trail.findLast((one) => !box.contains(document.querySelector(one)) && document.querySelector(one));
    const e = box.offsetHeight ? box : opened && document.querySelector(opened);
    if (e === box) box.tabIndex = -1;
    e?.focus({ preventScroll: true });
  };
  new MutationObserver((changes) => {
    if (changes.some((one) => [...one.addedNodes].some((e) => e.classList?.contains("rc-toast")))) refused();
    carry();
    if (!focused || focused.isConnected || document.activeElement !== document.body) return;
    const before = focused, e = document.querySelector(place(before));
    if (!e) { focused = null; setTimeout(stay, 0, area); return; }
    e.focus({ preventScroll: true });
    if (before.selectionStart != null) e.setSelectionRange?.(before.selectionStart, before.selectionEnd);
  }).observe(document.documentElement, { childList: true, subtree: true });

  // A page that is loaded anew, since the host was started again or somebody had to sign on again, has it still; no other
  // page has, and nobody else.
  const who = () => document.querySelector(".rc-top a[href='/account']")?.textContent;
  const keep = () => {
    const refused = document.querySelector(REFUSED) !== null;              // the host has it for this load of the page alone
    const ours = (one) => !one.sent || (refused && value(one.field) === value(one.sent));
    const all = [...typed].filter(([, one]) => ours(one) && one.field.type !== "password");
    const rows = all.map(([where, one]) => [where, standing(one.field)]);
    if (rows.length) sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, who: who(), rows }));
  };
  const again = () => {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
    sessionStorage.removeItem(KEPT);
    if (kept.path !== location.pathname) return;
    for (const [where, field] of kept.rows) typed.set(where, { field, who: kept.who, before: true });
  };
  addEventListener("submit", (event) => { if (event.target.matches("[action='/log-out']")) typed.clear(); });
  try {
    if (location.pathname !== DOOR) again();
    addEventListener("pagehide", keep);
  } catch { /* a browser that keeps nothing: the fields themselves still have it */ }
})();
