// Where somebody sits, and the way there: the plan as one sees it from the door, which is the audience's side.
(() => {
  const NS = "http://www.w3.org/2000/svg", WIDE = 104, DEEP = 66;
  const el = (name, attributes, text = "") => {
    const e = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    e.textContent = text;
    return e;
  };
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "seat.css" }));
  const spot = (chart, person) => chart?.places.find((one) => one.people.includes(person));
  window.seats = {
    words: (chart, person, said) => {
      const one = spot(chart, person);
      if (!one) return "";
      const [zh, en] = one.zone;
      return said(`${zh} ${one.number} 号座`, `${en}, seat ${one.number}`) + (one.channel ? said(`，话筒 ${one.channel}`, `, microphone ${one.channel}`) : "");
    },
    draw: (svg, chart, names, meant, said) => {
      const own = spot(chart, meant.person);
      svg.toggleAttribute("hidden", !own);
      svg.replaceChildren();
      if (!own) return;
      const w = chart.width * WIDE, h = chart.height * DEEP;
      svg.setAttribute("viewBox", `0 -40 ${w} ${h + 110}`);
      svg.setAttribute("aria-label", said("座位图，台下视角", "plan of the seats, seen from the audience"));
      for (const [x, y, tw, th] of chart.tables) svg.append(el("rect", { class: "table", x: x * WIDE + 6, y: y * DEEP + 6, width: tw * WIDE - 12, height: th * DEEP - 12, rx: 10 }));
      for (const one of chart.places) {
        const mine = one === own, other = chart.named && names.findLast((n) => n.person === one.people[0]);  // a proxy, after the member
        const x = one.x * WIDE, y = one.y * DEEP, text = mine ? meant.name : other?.name || "";
        svg.append(el("rect", { class: mine ? "mine" : one.people.length ? "" : "none", x: x - 48, y: y - 26, width: 96, height: 52, rx: 8 }));
        if (!text) continue;
        const size = Math.max(10, Math.min(18, Math.floor(88 / [...text].length)));
        const fit = size * [...text].length > 90 ? { textLength: 88, lengthAdjust: "spacingAndGlyphs" } : {};  // never over its neighbours
        svg.append(el("text", { class: mine ? "mine" : "", x, y: y + 7, "text-anchor": "middle", "font-size": size, ...fit }, text));
      }
      const stage = chart.places.find((one) => one.zone[0] === "主席台");
      if (stage) svg.append(el("text", { x: w / 2, y: -16, "text-anchor": "middle", "font-size": 18 }, said(...stage.zone)));
      svg.append(el("text", { class: "view", x: w, y: -16, "text-anchor": "end" }, said("台下视角", "Floor view")));
      svg.append(el("path", { class: "door", d: `M${w / 2 - 12} ${h + 26}l12-12 12 12` }), el("text", { x: w / 2, y: h + 52, "text-anchor": "middle", "font-size": 18 }, said("门口，您在这里", "The door: you are here")));
    },
  };
})();
