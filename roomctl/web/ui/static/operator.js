// The operator's page, as far as it moves: meters ten times a second, the waveform, times that count by themselves.
// The host calls window.rcDesk; what stands still is drawn by the host.
(() => {
  const FLOOR = -60;                 // dBFS at the left end of a meter, as in its scale
  const CLIP = -0.1;                 // dBFS from which on the converter has clipped
  const HOLD = 1500, FALL = 12;      // ms that a peak stands, then dB a second
  const SPEAKS = -45, LEAD = 3;      // dBFS of RMS that counts as speech; dB by which another must be louder
  const english = () => document.documentElement.lang === "en";
  const said = (zh, en) => (english() ? en : zh);
  const two = (n) => String(n).padStart(2, "0");
  const clamp = (x, low, high) => Math.max(low, Math.min(high, x));
  const share = (db) => clamp(100 * (1 - db / FLOOR), 0, 100);
  const number = (db) => (db <= -100 ? "−∞" : String(Math.round(db)).replace("-", "−"));

  // --- time: the host's clock, whatever the browser's says
  let skew = 0;
  const now = () => Date.now() / 1000 + skew;
  const digits = (s) => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(Math.floor(s) % 60)}`;
  const short = (s) => {
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60, r = Math.floor(s) % 60;
    if (h) return said(`${h} 小时 ${m} 分`, `${h} h ${m} min`);
    return m ? said(`${m} 分 ${r} 秒`, `${m} min ${r} s`) : said(`${r} 秒`, `${r} s`);
  };
  const brief = (s) => (s < 60 ? short(s) : said(`${Math.floor(s / 60)} 分`, `${Math.floor(s / 60)} min`));
  const put = (e, text) => { if (e && e.textContent !== text) e.textContent = text; };
  const since = () => {
    for (const e of document.querySelectorAll("[data-since]"))
      put(e, ("brief" in e.dataset ? brief : short)(Math.max(0, now() - Number(e.dataset.since))));
  };
  setInterval(since, 1000);

  // --- meters
  const tracks = new Map();          // number → what is shown of it
  let words = {}, moving = true, loudest = 0, loudSince = 0, key = "";
  const remembered = () => JSON.parse(sessionStorage.getItem(key) || "[]");
  const remember = () => sessionStorage.setItem(key, JSON.stringify([...tracks].filter(([, t]) => t.clipped).map(([n]) => n)));

  const adopt = (row) => {
    const find = (query) => row.querySelector(query);
    return { row, meter: find(".rc-meter"), db: find(".rc-db"), state: find(".rc-st"), clip: find(".rc-clip"),
             peak: FLOOR, held: FLOOR, at: 0, smooth: -120, said: 0, clipped: false, shown: "" };
  };
  const adoptAll = () => {
    const rows = document.querySelectorAll(".rc-trk[data-track]");
    key = `roomctl-clip-${document.querySelector(".rc-meters")?.dataset.recording || ""}`;
    const before = remembered();
    for (const row of rows) {
      const n = Number(row.dataset.track);
      if (tracks.get(n)?.row === row) continue;
      tracks.set(n, adopt(row));
      if (before.includes(n)) clipped(tracks.get(n), true);
    }
    for (const [n, t] of tracks) if (!t.row.isConnected) tracks.delete(n);
  };
  const clipped = (t, on) => { t.clipped = on; if (t.clip) t.clip.hidden = !on; };
  document.addEventListener("click", (event) => {
    const e = event.target.closest(".rc-clip");
    if (!e) return;
    const t = tracks.get(Number(e.closest("[data-track]").dataset.track));
    if (t) { clipped(t, false); remember(); }
  });

  const MIC = '<svg class="rc-ic rc-s" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M8.5 21h7"/></svg>';
  const showState = (n, t) => {
    const given = words[n], speaks = n === loudest && !given;
    const shown = given ? `${given.look}|${given.word}` : speaks ? "speaks" : t.smooth > -70 ? "good" : "quiet";
    t.row.classList.toggle("rc-on", speaks || (Boolean(given) && n === loudest));
    if (shown === t.shown) return;
    t.shown = shown;
    t.row.classList.toggle("rc-bad", given?.look === "crit");
    t.row.classList.toggle("rc-low", given?.look === "warn");
    t.meter.classList.toggle("rc-dead", Boolean(given?.dead));
    if (given) t.state.innerHTML = given.html;
    else if (speaks) t.state.innerHTML = MIC + said("发言", "speaks");
    else t.state.textContent = t.row.dataset.idle || (shown === "good" ? said("正常", "good") : said("安静", "quiet"));
  };

  const whoSpeaks = (at) => {
    let best = 0, level = SPEAKS;
    for (const [n, t] of tracks) if (!t.row.dataset.idle && t.smooth > level) { best = n; level = t.smooth; }
    const held = tracks.get(loudest);
    if (held && held.smooth > SPEAKS && best && level < held.smooth + LEAD) best = loudest;
    if (best === loudest) { loudSince = at; return; }
    if (!best && at - loudSince < 1500) return;   // a breath between two sentences
    loudest = best; loudSince = at;
    for (const seat of document.querySelectorAll(".rc-seat"))
      seat.classList.toggle("rc-heard", best > 0 && Number(seat.dataset.track) === best);
  };

  const levels = (list) => {
    if (!document.querySelector(".rc-trk")) return;
    adoptAll();
    const at = performance.now();
    list.forEach(([peak, rms], i) => {
      const t = tracks.get(i + 1);
      if (!t) return;
      if (peak >= CLIP && moving && !t.clipped) { clipped(t, true); remember(); }
      if (peak >= t.held) { t.held = peak; t.at = at; }
      else if (at - t.at > HOLD) t.held = Math.max(peak, t.held - FALL * 0.1);
      t.smooth = Math.max(t.smooth, -120) * 0.7 + Math.max(rms, -120) * 0.3;
      t.meter.style.setProperty("--v", share(rms).toFixed(1));
      t.meter.style.setProperty("--w", share(peak).toFixed(1));
      t.meter.style.setProperty("--p", share(t.held).toFixed(1));
      if (at - t.said > 240) { t.said = at; put(t.db, words[i + 1]?.dead ? "−∞" : number(t.held)); }
    });
    whoSpeaks(at);
    for (const [n, t] of tracks) showState(n, t);
  };

  // --- the waveform
  const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const height = (db) => Math.pow(clamp(1 + db / 54, 0, 1), 1.9);
  let wave = null, whole = null;
  const view = () => document.querySelector('[data-wave][aria-pressed="true"]')?.dataset.wave || "minute";

  const canvasOf = () => {
    const canvas = document.querySelector(".rc-wave canvas");
    if (!canvas) return null;
    const w = canvas.clientWidth, h = canvas.clientHeight, dots = window.devicePixelRatio || 1;
    if (!w || !h) return null;
    if (canvas.width !== Math.round(w * dots) || canvas.height !== Math.round(h * dots)) {
      canvas.width = Math.round(w * dots); canvas.height = Math.round(h * dots);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, w, h);
    return { canvas, pen, w, h };
  };

  const hatch = (pen, x, y, w, h, ink) => {
    pen.save(); pen.beginPath(); pen.rect(x, y, w, h); pen.clip();
    pen.strokeStyle = ink; pen.lineWidth = 2; pen.beginPath();
    for (let i = x - h; i < x + w + h; i += 7) { pen.moveTo(i, y + h); pen.lineTo(i + h, y); }
    pen.stroke(); pen.restore();
  };
  const flag = (pen, x, ink) => {
    pen.fillStyle = ink; pen.beginPath();
    for (const [dx, dy] of [[0, 3], [12, 3], [8.5, 7], [12, 11], [0, 11]]) pen.lineTo(x + dx, dy);
    pen.fill();
  };

  const draw = () => {
    const data = view() === "whole" ? whole : wave, at = canvasOf();
    if (!at) return;
    const { pen, w, h } = at, top = 12, middle = top + (h - top) / 2, half = (h - top) / 2 - 2;
    pen.fillStyle = colour("--line"); pen.fillRect(0, middle, w, 1);
    if (!data) return;
    const x = (second) => (second - data.from) / (data.to - data.from) * w;
    for (const span of data.spans || []) {
      const a = clamp(x(span.from), 0, w), b = clamp(x(span.to), 0, w), wide = Math.max(2, b - a);
      if (b <= 0 || a >= w) continue;
      if (span.kind === "off") { pen.fillStyle = colour("--warn-bg"); pen.fillRect(a, top, wide, h - top); }
      else hatch(pen, a, top, wide, h - top, colour(span.kind === "pause" ? "--line" : "--crit"));
    }
    const pitch = data.step / (data.to - data.from) * w, thick = Math.max(1, Math.min(3, pitch - 1.5));
    const safe = colour("--azure"), later = colour("--edge");
    data.peaks.forEach((db, i) => {
      if (db <= -99) return;           // nothing was kept then
      const from = data.start + i * data.step, left = x(from) + (pitch - thick) / 2;
      if (left < -thick || left > w) return;
      const tall = Math.max(1.5, half * height(db));
      pen.fillStyle = data.disk !== null && from + data.step > data.disk + 0.01 ? later : safe;
      pen.beginPath(); pen.roundRect(left, middle - tall, thick, 2 * tall, 1); pen.fill();
    });
    if (data.disk !== null) {
      const edge = clamp(x(data.disk), 0, w - 1);
      pen.globalAlpha = 0.5; pen.fillStyle = colour("--sunk"); pen.fillRect(edge, top, w - edge, h - top); pen.globalAlpha = 1;
      pen.fillStyle = colour("--ok"); pen.fillRect(edge - 1, 8, 2, h - 8);
    }
    const ink = colour("--ink"), azure = colour("--azure");
    pen.setLineDash([3, 3]); pen.lineWidth = 1;
    for (const mark of data.marks || []) {
      const left = Math.round(x(mark.at)) + 0.5;
      if (left < 0 || left > w) continue;
      pen.strokeStyle = mark.kind === "item" ? azure : ink;
      pen.beginPath(); pen.moveTo(left, 8); pen.lineTo(left, h); pen.stroke();
    }
    pen.setLineDash([]);
    for (const mark of data.marks || []) {
      const left = Math.round(x(mark.at));
      if (left < 0 || left > w) continue;
      if (mark.kind === "item") {
        pen.fillStyle = azure; pen.beginPath(); pen.arc(left, 8, 7, 0, 7); pen.fill();
        pen.fillStyle = colour("--on-azure"); pen.font = "700 10px sans-serif"; pen.textAlign = "center"; pen.textBaseline = "middle";
        pen.fillText(mark.text, left, 8.5);
      } else flag(pen, left, ink);
    }
    const axis = document.querySelectorAll(".rc-axis span");
    (data.axis || []).forEach((text, i) => put(axis[i], text));
    at.canvas.setAttribute("aria-label", data.label || "");
  };
  new ResizeObserver(draw).observe(document.documentElement);

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-wave]");
    if (tab) {
      for (const one of document.querySelectorAll("[data-wave]")) one.setAttribute("aria-pressed", String(one === tab));
      const hint = document.querySelector(".rc-wave .rc-hint");
      if (hint) hint.textContent = hint.dataset[tab.dataset.wave] || "";
      draw();
    }
  });

  // --- what the host calls
  window.rcDesk = {
    levels,
    now, digits, short, put, said,
    /** All that changes each second: the host's clock, figures by name, the state word of each track. */
    look(told) {
      skew = told.now - Date.now() / 1000;
      moving = told.keeps;
      words = told.words || {};
      for (const [name, text] of Object.entries(told.facts || {}))
        for (const e of document.querySelectorAll(`[data-fact="${name}"]`)) put(e, text);
      window.rcListen?.heard(told.disk);
      since();
      if (!told.levels) for (const [n, t] of tracks) showState(n, t);
    },
    wave(told) { wave = told; if (view() === "minute") draw(); },
    whole(told) { whole = told; if (view() === "whole") draw(); },
  };
  document.addEventListener("visibilitychange", () => emitEvent("operator_seen", !document.hidden));
})();
