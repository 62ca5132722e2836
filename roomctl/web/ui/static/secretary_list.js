// Ten thousand sentences, of which only those in sight stand in the page: heights are reckoned, then measured.
(() => {
  const W = window.rcWords;
  const OVER = 600; // px above and below what is in sight
  let box = null,
    inner = null,
    rows = new Map(); // place → row
  let heights = new Float64Array(0),
    tops = new Float64Array(1),
    known = new Uint8Array(0),
    stale = 0;
  let wide = 0,
    width = 0,
    view = 0,
    asked = false; // as the rows were reckoned for; as the box is now

  // --- heights
  const LINE = 30,
    READ = 18,
    PAD = 20,
    WHO = 24,
    ROW = 46;
  const reckoned = (i) => {
    const line = W.lines[i],
      inside = Math.max(120, wide - 76 - 46);
    let width = 0;
    for (const c of line.text) width += c.charCodeAt(0) < 0x2e80 ? READ * 0.56 : READ;
    return PAD + Math.max(1, Math.ceil(width / inside)) * LINE + (W.isNew(i) ? WHO : 0) + W.extras(i) * ROW;
  };
  const top = (i) => {
    if (stale < i) {
      for (let k = stale; k < i; k++) tops[k + 1] = tops[k] + heights[k];
      stale = i;
    }
    return tops[i];
  };
  const spoil = (i) => {
    stale = Math.min(stale, i);
  };
  /** Place of the row at that height. */
  const under = (y) => {
    let low = 0,
      high = W.lines.length - 1;
    top(W.lines.length);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tops[middle + 1] > y) high = middle;
      else low = middle + 1;
    }
    return Math.max(0, low);
  };
  /** Heights as they are; how far what stands above that place has moved what is in sight. */
  const measure = (y) => {
    let moved = 0;
    const first = under(y);
    for (const [i, row] of rows) {
      const tall = row.offsetHeight;
      if (!tall || (known[i] && heights[i] === tall)) continue;
      if (i < first) moved += tall - heights[i];
      heights[i] = tall;
      known[i] = 1;
      spoil(i);
    }
    return moved;
  };

  /** Where each row stands; written only where it is another place: every writing costs a layout. */
  const place = () => {
    for (const [i, row] of rows) {
      const at = top(i);
      if (row.rcAt !== at) {
        row.rcAt = at;
        row.style.transform = `translateY(${at}px)`;
      }
    }
    const tall = top(W.lines.length);
    if (inner.rcTall !== tall) {
      inner.rcTall = tall;
      inner.style.height = `${tall}px`;
    }
  };

  // --- what stands there
  const fill = () => {
    asked = false;
    if (!box || !inner || !W.lines.length) return;
    if (width && width !== wide) {
      again();
      return;
    }
    for (let turn = 0; turn < 3; turn++) {
      // what was measured may bring others into sight
      const y = box.scrollTop,
        from = under(Math.max(0, y - OVER)),
        to = under(y + view + OVER);
      for (const [i, row] of rows)
        if ((i < from || i > to) && !row.contains(document.activeElement) && W.lines[i]?.id !== W.editing?.id) {
          row.remove();
          rows.delete(i);
        }
      const made = [];
      for (let i = from; i <= to; i++) if (!rows.has(i)) made.push(i);
      if (made.length) {
        const all = document.createDocumentFragment();
        for (const i of made) {
          const row = W.row(i);
          rows.set(i, row);
          all.append(row);
        }
        inner.append(all);
      }
      const moved = measure(y);
      place();
      if (moved) box.scrollTop = y + moved;
      if (!moved && !made.length) break;
    }
    W.emit("filled");
  };
  const soon = () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(fill);
    }
  };

  /** All anew: other sentences, or another width. What stood at the top stays there. */
  const again = () => {
    if (!box) return;
    const n = W.lines.length,
      first = heights.length && n ? Math.min(under(box.scrollTop), n - 1) : 0;
    const into = heights.length ? box.scrollTop - top(Math.min(first, heights.length - 1)) : 0;
    wide = width = box.clientWidth;
    view = box.clientHeight;
    heights = new Float64Array(n);
    tops = new Float64Array(n + 1);
    known = new Uint8Array(n);
    stale = 0;
    for (let i = 0; i < n; i++) heights[i] = reckoned(i);
    clear();
    if (!n) {
      box.replaceChildren(W.nothing());
      inner = null;
      return;
    }
    if (!inner) {
      inner = W.el("div", "rc-tall");
      inner.setAttribute("role", "list");
      box.replaceChildren(inner);
    }
    place();
    box.scrollTop = top(first) + into;
    fill();
  };
  /** All rows but the one that is being written in, where its sentence is still there. */
  const clear = () => {
    const held = W.editing && [...rows.values()].find((row) => row.dataset.id === W.editing.id),
      at = W.place.get(W.editing?.id);
    for (const row of rows.values()) if (row !== held || at === undefined) row.remove();
    rows = new Map();
    if (held && at !== undefined) {
      held.dataset.i = at;
      held.rcAt = null;
      rows.set(at, held);
    }
  };

  /** Draws one row anew, where it stands in the page. */
  W.redraw = (i) => {
    if (!W.lines[i] || W.editing?.id === W.lines[i].id) return;
    const old = rows.get(i);
    if (!old) {
      if (known[i]) {
        known[i] = 0;
        heights[i] = reckoned(i);
        spoil(i);
      }
      return;
    }
    const held = old.contains(document.activeElement);
    const row = W.row(i);
    row.style.transform = old.style.transform;
    row.rcAt = old.rcAt;
    old.replaceWith(row);
    rows.set(i, row);
    if (held) row.focus({ preventScroll: true });
    soon();
  };
  W.shownRow = (i) => rows.get(i);
  W.measureAgain = () => soon();
  W.tops = (i) => top(i);
  /** Brings a sentence into sight, a third from the top, where it is not there already. */
  W.reveal = (i) => {
    if (!box || !inner || i < 0) return;
    const a = top(i),
      b = a + heights[i],
      y = box.scrollTop;
    if (a < y + 8 || b > y + view - 24) box.scrollTop = Math.max(0, a - view / 3);
    fill();
    const exact = top(i),
      now = box.scrollTop; // measured by now
    if (exact < now || exact + heights[i] > now + view) {
      box.scrollTop = Math.max(0, exact - view / 3);
      fill();
    }
  };

  W.on("start", () => {
    box = W.box("lines");
    inner = null;
    box.addEventListener("scroll", soon, { passive: true });
    new ResizeObserver(() => {
      width = box.clientWidth;
      view = box.clientHeight;
      soon();
    }).observe(box);
  });
  W.on("read", () => {
    if (!W.lines.length) {
      clear();
      inner = null;
    }
    again();
  });
  W.on("unread", (error) => {
    clear();
    inner = null;
    const said = W.said;
    box.replaceChildren(
      W.el(
        "div",
        "rc-empty",
        W.glyph("warn"),
        W.el("b", "", error.message),
        W.el("span", "rc-s2", [error.why, error.mend].filter(Boolean).join(" ")),
        W.press(said("再试", "Try again"), () => W.read()),
      ),
    );
  });
  W.on("changed", ({ place }) => {
    W.redraw(place);
    if (place + 1 < W.lines.length) W.redraw(place + 1);
  });
  W.on("current", ({ before, place, scroll }) => {
    if (before !== place) W.redraw(before);
    W.redraw(place);
    if (scroll) W.reveal(place);
    else soon();
  });
})();
