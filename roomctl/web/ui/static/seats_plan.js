// The plan of the seats as a drawing: places, tables, names; from either side of the room. It changes nothing.
(() => {
  const WIDE = 104, DEEP = 76, BOX = [96, 52], EDGE = 30;
  const NS = "http://www.w3.org/2000/svg";
  const el = (name, attributes = {}, ...children) => {
    const e = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    e.append(...children.filter((one) => one !== ""));
    return e;
  };
  const said = (zh, en) => (document.documentElement.lang === "en" ? en : zh);

  // Half a turn: what the platform sees. Only places turn; words stay upright.
  const seen = (plan, turned) => ({
    spot: (one) => (turned ? [plan.width - one.x, plan.height - one.y] : [one.x, one.y]),
    box: ([x, y, w, h]) => (turned ? [plan.width - x - w, plan.height - y - h, w, h] : [x, y, w, h]),
  });

  // A name fills its seat and never runs out of it: a long one in two lines, parted at its dot; two people share one.
  const lines = (name) => {
    const signs = [...name];
    if (signs.length <= 6) return [name];
    const half = signs.length / 2;
    const dots = signs.map((one, n) => (one === "·" ? n : -1)).filter((n) => n > 0);
    const at = dots.length ? dots.reduce((a, b) => (Math.abs(b + 1 - half) < Math.abs(a + 1 - half) ? b : a)) + 1 : Math.ceil(half);
    return [signs.slice(0, at).join(""), signs.slice(at).join("")];
  };
  const names = (people, x, y) => {
    const rows = people.length > 1 ? people.slice(0, 2).map((one) => one.name) : lines(people[0].name);
    if (people.length > 2) rows[1] += ` +${people.length - 2}`;
    const most = Math.max(...rows.map((one) => [...one].length));
    const size = Math.max(10, Math.min(rows.length > 1 ? 15 : 18, Math.floor((BOX[0] - 8) / most)));
    return rows.map((text, n) => {
      const at = rows.length > 1 ? y - 4 + n * (size + 4) : y + 6;
      const e = el("text", { x, y: at, "font-size": size, "font-weight": 700 }, text);
      if ([...text].length * size > BOX[0] - 6) { e.setAttribute("textLength", BOX[0] - 8); e.setAttribute("lengthAdjust", "spacingAndGlyphs"); }
      return e;
    });
  };

  const label = (place, people) => {
    const parts = [place.label, people.map((one) => one.name + (one.away ? said("（请假）", " (on leave)") : "")).join(said("、", ", ")) || said("空位", "free")];
    if (place.channel) parts.push(said(`话筒 ${place.channel}`, `microphone ${place.channel}`));
    if (place.locked) parts.push(said("已锁定", "locked"));
    return parts.join(said("，", ", "));
  };

  const seat = (place, people, [x, y], state) => {
    const [w, h] = BOX, left = x * WIDE - w / 2 + EDGE, top = y * DEEP - h / 2 + EDGE;
    const classes = ["rc-sd-seat", people.length ? "rc-full" : "rc-none", place.locked ? "rc-locked" : "", people.length && people.every((one) => one.away) ? "rc-away" : "",
      state.chosen === place.id ? "rc-on" : "", people.some((one) => one.id === state.held) ? "rc-held" : ""];
    const g = el("g", { class: classes.filter(Boolean).join(" "), role: "button", tabindex: state.focus === place.id ? 0 : -1,
      "data-place": place.id, "aria-label": label(place, people) });
    g.append(el("rect", { x: left, y: top, width: w, height: h, rx: 8 }));
    if (people.length) g.append(...names(people, left + w / 2, top + h / 2));
    else g.append(el("text", { x: left + w / 2, y: top + h / 2 + 5, class: "rc-sd-no" }, String(place.number)));
    if (place.channel) g.append(el("text", { x: left + w - 12, y: top + 15, class: "rc-sd-no" }, String(place.channel)));
    if (place.locked) g.append(el("path", { d: `M${left + 7} ${top + 12}h9v7h-9zM${left + 9} ${top + 12}v-2a2.5 2.5 0 0 1 5 0v2`, class: "rc-sd-lock" }));
    return g;
  };

  // The name of a row or side stands before its first seat as one sees it.
  const zones = (plan, view) => {
    const first = new Map();
    for (const place of plan.places) {
      const at = view.spot(place), known = first.get(place.zone);
      if (!known || at[1] < known[1] || (at[1] === known[1] && at[0] < known[0])) first.set(place.zone, at);
    }
    return [...first].map(([zone, [x, y]]) =>
      el("text", { x: x * WIDE - BOX[0] / 2 + EDGE, y: y * DEEP - BOX[1] / 2 + EDGE - 4, class: "rc-sd-zone" }, zone));
  };

  const draw = (plan, state) => {
    const view = seen(plan, state.turned), by = new Map(plan.people.map((one) => [one.id, one]));
    const w = plan.width * WIDE + EDGE * 2, h = plan.height * DEEP + EDGE * 2 + 20;
    const what = state.turned ? said("台上视角", "seen from the platform") : said("台下视角", "seen from the audience");
    const svg = el("svg", { viewBox: `0 0 ${w} ${h}`, width: w, height: h, role: "group", "aria-label": said(`座位图，${what}`, `plan of the seats, ${what}`) });
    svg.style.minWidth = `${Math.round(w * 0.62)}px`; // smaller, and nobody could read the names
    for (const one of plan.tables) {
      const [x, y, tw, th] = view.box(one);
      svg.append(el("rect", { class: "rc-sd-table", rx: 10, x: x * WIDE + EDGE + 6, y: y * DEEP + EDGE + 6, width: tw * WIDE - 12, height: th * DEEP - 12 }));
    }
    svg.append(...zones(plan, view));
    for (const place of plan.places) {
      svg.append(seat(place, place.people.map((id) => by.get(id)).filter(Boolean), view.spot(place), state));
    }
    svg.append(el("text", { class: "rc-sd-view", x: w - EDGE, y: h - 12, "text-anchor": "end" }, what));
    return svg;
  };

  // The nearest place in a direction, as one sees the plan; null at the edge.
  const beside = (plan, turned, from, [dx, dy]) => {
    const view = seen(plan, turned), here = plan.places.find((one) => one.id === from);
    if (!here) return null;
    const [x, y] = view.spot(here);
    let best = null, least = Infinity;
    for (const one of plan.places) {
      const [a, b] = view.spot(one), along = (a - x) * dx + (b - y) * dy, aside = Math.abs((a - x) * dy) + Math.abs((b - y) * dx);
      if (along <= 0.01) continue;
      const cost = along + aside * 2;
      if (cost < least) [best, least] = [one.id, cost];
    }
    return best;
  };

  window.rcSeats = { draw, beside, said };
})();
