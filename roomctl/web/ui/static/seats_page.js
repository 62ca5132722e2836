// The page of the seats: a person is dragged, or picked up with Enter and put down; every change is the host's to make.
(() => {
  const { draw, beside, said } = window.rcSeats;
  const SIZES = {
    platform: ["主席台/主位", "Platform, chair's side"], rows: ["排数", "Rows"], columns: ["每排", "In a row"],
    opposite: ["对面", "Opposite"], sides: ["侧边/端头", "Each side"], observers: ["列席", "Observers"],
  };
  const USED = { rows: ["platform", "rows", "columns", "observers"], table: ["platform", "opposite", "sides", "observers"], hollow: ["platform", "opposite", "sides", "observers"] };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const node = (name, classes, ...children) => {
    const e = document.createElement(name);
    if (classes) e.className = classes;
    e.append(...children.filter((one) => one !== null && one !== undefined && one !== ""));
    return e;
  };

  const begin = (desk) => {
    const may = Boolean(desk.dataset.may), api = desk.dataset.seats;
    const state = { turned: false, chosen: "", held: "", focus: "", layout: "" };
    let plan = null, queued = [], working = false; // changes that are not asked for yet, and whether one is under way
    const bar = node("div", "rc-sd-bar"), told = node("p", "rc-sd-said"), drawing = node("div", "rc-sd-plan"), side = node("div", "rc-sd-side");
    told.setAttribute("role", "status");
    desk.append(bar, told, drawing, side);
    const say = (text, bad = false) => { told.textContent = text; told.classList.toggle("rc-bad", bad); };
    const person = (id) => plan.people.find((one) => one.id === id);
    const place = (id) => plan.places.find((one) => one.id === id);

    // --- the host
    const why = (told) => [told.title, told.detail, told.mend].filter(Boolean).join(said("：", ": "));
    let seen = ""; // tag of the plan that was read last
    const ask = async (method, path, body, tag = "") => {
      const headers = { "Accept-Language": document.documentElement.lang, "Content-Type": "application/json" };
      if (tag) headers["If-None-Match"] = tag;
      const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) }).catch(() => { throw new Error(""); });
      if (answer.status === 401) location.href = `/log-in?next=${encodeURIComponent(location.pathname)}`;
      if (answer.status === 304) return plan;
      const found = await answer.json().catch(() => null);
      if (!answer.ok || !found) throw new Error(why(found ?? {}));
      seen = answer.headers.get("etag") || "";
      return found;
    };
    const load = async () => {
      try {
        const found = await ask("GET", "", undefined, seen);
        rcStill.when(desk, () => {
          if (plan && !idle()) { seen = ""; return; } // somebody has begun meanwhile: it is looked at later
          if (JSON.stringify(found) !== JSON.stringify(plan)) { plan = found; show(); } // a leave, a proxy, a name change too
        });
      } catch (error) { say(error.message || said("主机没有应答", "the host does not answer"), true); }
    };
    const change = async (...asked) => {
      if (!may) return;
      queued.push(asked);
      if (working) return;
      working = true;
      try {
        while (queued.length) await make(...queued.shift());
      } finally { working = false; queued = []; }
    };
    const make = async (method, path, body, done) => {
      try {
        plan = await ask(method, path, { ...body, version: plan.version });
        state.layout = "";
        say(done || "");
      } catch (error) {
        const rest = queued.splice(0).length; // they meant a plan that will not be
        const also = rest ? said(`；后面 ${rest} 处也没有改`, `; nor was what came after it (${rest})`) : "";
        say((error.message || said("主机没有应答，没有改动", "the host does not answer; nothing was changed")) + also, true);
        await ask("GET", "").then((found) => { plan = found; }).catch(() => {});
      }
      show();
    };
    const move = (id, to) => {
      const who = person(id), there = to && place(to);
      const where = there ? there.label : said("未排座", "no seat");
      state.held = "";
      return change("POST", "/moves", { person: id, place: to }, who ? `${who.name} → ${where}` : "");
    };

    // --- the bar
    const button = (text, does, classes = "rc-btn rc-sm") => {
      const e = node("button", classes, text);
      e.type = "button";
      e.addEventListener("click", does);
      return e;
    };
    const layoutPart = () => {
      const chosen = node("select", ""), sizes = node("span", "rc-row rc-wrapping");
      chosen.setAttribute("aria-label", said("布局", "Layout"));
      for (const one of plan.templates) {
        const option = node("option", "", one.title);
        option.value = one.id;
        option.selected = (state.layout || plan.template?.id) === one.id;
        chosen.append(option);
      }
      const fields = () => {
        const which = plan.templates.find((one) => one.id === chosen.value), now = plan.template?.id === chosen.value ? plan.template.sizes : null;
        sizes.replaceChildren(...(which ? USED[which.shape] : []).map((name) => {
          const input = node("input", "");
          Object.assign(input, { type: "number", min: 0, max: 300, name, value: now ? now[name] : "", placeholder: said("自动", "auto") });
          return node("label", "", said(...SIZES[name]), input);
        }));
      };
      chosen.addEventListener("change", () => { state.layout = chosen.value; fields(); });
      fields();
      const lay = () => {
        const given = [...sizes.querySelectorAll("input")].filter((one) => one.value !== "");
        const all = plan.templates.find((one) => one.id === chosen.value).sizes;
        const wanted = given.length ? { ...all, ...Object.fromEntries(given.map((one) => [one.name, Number(one.value)])) } : null;
        change("PUT", "", { template: chosen.value, sizes: wanted }, said("布局已换；原位还在的人没有动", "another layout; whoever's place is there again keeps it"));
      };
      return [node("label", "", said("布局", "Layout"), chosen), sizes, button(said("用这个布局", "Use it"), lay)];
    };
    const viewPart = () => {
      const group = node("span", "");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", said("从哪边看", "Seen from"));
      for (const [turned, zh, en] of [[false, "台下视角", "From the audience"], [true, "台上视角", "From the platform"]]) {
        const one = button(said(zh, en), () => { state.turned = turned; show(); });
        one.setAttribute("aria-pressed", String(state.turned === turned));
        group.append(one);
      }
      return group;
    };
    const showBar = () => {
      const parts = [];
      if (may) {
        parts.push(...layoutPart());
        if (plan.template) {
          const many = plan.people.length && plan.unseated.length === plan.people.length;
          parts.push(button(said("按排序排座", "Seat by rank"), () => change("POST", "/proposal", {}, said("已按排序排座；锁定的没有动", "seated by rank; locked places stayed")), `rc-btn rc-sm${many ? " rc-pri" : ""}`));
        }
        if (plan.steps) parts.push(button(said("撤销", "Undo"), undo));
      }
      if (plan.template) parts.push(node("span", "rc-grow"), viewPart());
      bar.replaceChildren(...parts);
    };
    const undo = () => change("POST", "/undo", {}, said("已撤销一步", "one step taken back"));

    // --- the side
    const showSide = () => {
      const parts = [];
      const chosen = plan.template && place(state.chosen);
      if (chosen) parts.push(choice(chosen));
      if (plan.template || plan.people.length) parts.push(waiting());
      if (plan.template && may) parts.push(microphones());
      if (plan.template && desk.dataset.papers) parts.push(prints());
      side.replaceChildren(...parts);
    };
    const panel = (title, ...children) => node("section", "rc-panel", node("h2", "", title), ...children);
    const choice = (one) => {
      const rows = one.people.map((id) => {
        const who = person(id);
        if (!who) return "";
        const instead = who.instead_of ? said(`（代${who.instead_of}）`, ` (for ${who.instead_of})`) : "";
        const away = who.away ? said("（请假）", " (on leave)") : "";
        return node("p", "", node("b", "", who.name + instead + away), " ", node("span", "rc-s2", who.line));
      });
      const acts = node("div", "rc-row");
      if (may) {
        for (const id of one.people) {
          if (!one.locked && person(id)) {
            const which = one.people.length > 1 ? ` ${person(id).name}` : "";
            acts.append(button(said("换座", "Move") + which, () => hold(id)), button(said("撤下", "Unseat") + which, () => move(id, "")));
          }
        }
        const lock = button(one.locked ? said("解锁", "Unlock") : said("锁定", "Lock"), () => change("POST", "/locks", { place: one.id, locked: !one.locked }));
        lock.dataset.key = "lock";
        acts.append(lock);
        const input = node("input", "");
        Object.assign(input, { type: "number", min: 0, max: 64, value: one.channel || "" });
        input.setAttribute("aria-label", said("话筒编号", "Channel of the microphone"));
        input.addEventListener("change", () => change("PUT", "/channels", { place: one.id, channel: Number(input.value) || 0 }));
        acts.append(node("label", "rc-row", said("话筒", "Microphone"), input));
      }
      return panel(one.label, ...(rows.length ? rows : [node("p", "rc-s2", said("空位", "free"))]), acts);
    };
    const waiting = () => {
      const box = node("div", "rc-sd-off");
      box.dataset.off = "1";
      box.tabIndex = 0; // it is scrolled by keys too, also where nobody may take a name up
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", said("未排座的人", "who is without a seat"));
      for (const id of plan.unseated) {
        const who = person(id), chip = node("button", `rc-sd-chip${state.held === id ? " rc-held" : ""}`, who.name, node("small", "", who.line));
        chip.type = "button";
        chip.dataset.person = id;
        chip.title = [who.name, who.line].filter(Boolean).join("  ");
        chip.disabled = !may || !plan.template;
        box.append(chip);
      }
      if (!plan.unseated.length) box.append(node("p", "rc-s2", said("都有座位了", "everybody has a seat")));
      const hint = may && plan.template ? node("p", "rc-sd-hint", said("拖到座位上；或选中后按回车拿起，方向键选座，回车放下，Esc 取消", "Drag onto a seat; or Enter picks up, arrows choose, Enter puts down, Esc cancels")) : "";
      return panel(said(`未排座 ${plan.unseated.length} 人`, `Without a seat: ${plan.unseated.length}`), box, hint);
    };
    const microphones = () => {
      const input = node("input", "");
      Object.assign(input, { type: "number", min: 0, max: 64, value: plan.places.filter((one) => one.channel).length || "" });
      input.setAttribute("aria-label", said("话筒数", "How many"));
      const number = button(said("依次编号", "Number them"), () => change("POST", "/channels", { count: Number(input.value) || 0 }, said("话筒已编号", "the microphones are numbered")));
      return panel(said("话筒", "Microphones"), node("p", "rc-s2", said("座位的话筒是录音的第几路；转写据此认人", "Which channel of the recorder a seat's microphone is; the transcript names people by it")), node("div", "rc-row", input, number));
    };

    const prints = () => {
      const row = node("div", "rc-row");
      for (const [kind, en] of [["座签", "Place cards"], ["座位图", "Plan"]]) row.append(button(said(kind, en), () => print(kind)));
      return panel(said("打印", "Print"), row, node("p", "rc-sd-hint", said("PDF，按现在的座位；也列在“文件”里", "PDF, of the seats as they are; listed among the papers too")));
    };
    const print = async (kind) => {
      say(said(`正在生成${kind}…`, "being made…"));
      try {
        const headers = { "Accept-Language": document.documentElement.lang, "Content-Type": "application/json" };
        const answer = await fetch(`${desk.dataset.papers}/drafts`, { method: "POST", headers, body: JSON.stringify({ kind }) }).catch(() => { throw new Error(""); });
        const made = await answer.json().catch(() => ({}));
        if (!answer.ok) throw new Error(why(made));
        const link = node("a", "");
        Object.assign(link, { href: `${desk.dataset.papers}/${made.id}/file?as=pdf`, download: "" });
        link.click();
        say(said(`${kind}已下载`, "downloaded"));
      } catch (error) { say(error.message || said("主机没有应答", "the host does not answer"), true); }
    };

    // --- drawing
    const ACTIVE = "button, input, select, [tabindex]", name = (one) => one.dataset.key || one.name || one.getAttribute("aria-label") || one.textContent;
    const show = () => {
      const kept = document.activeElement?.closest?.("[data-place]")?.dataset.place;
      const active = document.activeElement, box = [bar, side].find((one) => one.contains(active));
      const nth = box ? [...box.querySelectorAll(ACTIVE)].indexOf(active) : -1, called = nth >= 0 && name(active);
      showBar();
      showSide();
      if (nth >= 0) { // who works by keys stays where he was
        const now = [...box.querySelectorAll(ACTIVE)];
        (now.find((one) => name(one) === called) ?? now[Math.min(nth, now.length - 1)])?.focus();
      }
      if (!plan.template) {
        const text = desk.dataset.nobody ? said("还没有名单：先把人加进名单，再来排座", "there is no roster yet: add people first") : said("还没有排座：在上面选一种布局", "no seats yet: choose a layout above");
        drawing.replaceChildren(node("p", "rc-s2 rc-sd-none", text));
        return;
      }
      if (!place(state.focus)) state.focus = plan.places[0]?.id || "";
      if (!place(state.chosen)) state.chosen = "";
      drawing.replaceChildren(draw(plan, state));
      if (kept) drawing.querySelector(`[data-place="${CSS.escape(state.focus)}"]`)?.focus();
    };
    const hold = (id) => {
      const who = person(id);
      state.held = who ? id : "";
      show();
      if (who) {
        drawing.querySelector(`[data-place="${CSS.escape(state.focus)}"]`)?.focus();
        say(said(`已拿起${who.name}：点一个座位放下，Esc 取消`, `${who.name} is picked up: press a seat, or Esc`));
      }
    };
    const pressed = (id) => {
      if (state.held) { move(state.held, id); return; }
      state.chosen = id;
      state.focus = id;
      show();
    };

    // --- by hand: a press chooses, a drag moves
    let drag = null;
    const under = (event) => {
      const e = document.elementFromPoint(event.clientX, event.clientY);
      return { seat: e?.closest("[data-place]"), off: e?.closest("[data-off]") };
    };
    desk.addEventListener("pointerdown", (event) => {
      const chip = event.target.closest("[data-person]"), seat = event.target.closest("[data-place]");
      const id = chip ? chip.dataset.person : seat ? place(seat.dataset.place)?.people.at(-1) : "";
      if (!may || !id || event.button) return;
      if (seat && place(seat.dataset.place).locked) return;
      drag = { id, x: event.clientX, y: event.clientY, ghost: null };
    });
    addEventListener("pointermove", (event) => {
      if (!drag) return;
      if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 8) return;
      if (!drag.ghost) { drag.ghost = node("div", "rc-sd-ghost", person(drag.id)?.name); document.body.append(drag.ghost); }
      Object.assign(drag.ghost.style, { left: `${event.clientX}px`, top: `${event.clientY}px` });
      for (const e of desk.querySelectorAll(".rc-over")) e.classList.remove("rc-over");
      const to = under(event);
      (to.seat || to.off)?.classList.add("rc-over");
      event.preventDefault();
    }, { passive: false });
    addEventListener("pointercancel", () => { drag?.ghost?.remove(); drag = null; });
    addEventListener("pointerup", (event) => {
      if (!drag) return;
      const { id, ghost } = drag, to = under(event);
      drag = null;
      if (!ghost) return;
      ghost.remove();
      desk.addEventListener("click", (later) => later.stopPropagation(), { capture: true, once: true });
      setTimeout(() => desk.dispatchEvent(new Event("click")), 0);
      if (to.seat) move(id, to.seat.dataset.place);
      else if (to.off) move(id, "");
      else show();
    });
    desk.addEventListener("click", (event) => {
      const seat = event.target.closest?.("[data-place]"), chip = event.target.closest?.("[data-person]");
      if (seat) pressed(seat.dataset.place);
      else if (chip) hold(state.held === chip.dataset.person ? "" : chip.dataset.person);
    });

    // --- by keys
    desk.addEventListener("keydown", (event) => {
      const seat = event.target.closest?.("[data-place]");
      if (event.key === "Escape" && state.held) { state.held = ""; say(""); show(); return; }
      if (!seat) return;
      const here = place(seat.dataset.place);
      if (ARROWS[event.key]) {
        const next = beside(plan, state.turned, here.id, ARROWS[event.key]);
        if (next) {
          seat.setAttribute("tabindex", -1);
          state.focus = next;
          const to = drawing.querySelector(`[data-place="${CSS.escape(next)}"]`);
          to.setAttribute("tabindex", 0);
          to.focus();
        }
        event.preventDefault();
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        if (state.held) move(state.held, here.id);
        else if (event.key === "Enter" && here.people.length && !here.locked && may) { state.chosen = here.id; state.focus = here.id; hold(here.people.at(-1)); }
        else pressed(here.id);
      }
    });
    addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.closest("input, select") && (plan?.steps || working)) { event.preventDefault(); undo(); }
    });

    const idle = () => !document.hidden && !drag && !state.held && !working && !desk.contains(document.activeElement?.closest?.("input, select"));
    load();
    setInterval(() => { if (idle()) load(); }, 4000);
  };
  const look = () => { for (const desk of document.querySelectorAll(".rc-sd:not([data-begun])")) { desk.dataset.begun = "1"; begin(desk); } };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
