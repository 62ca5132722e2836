// The 会议记录 as it would be drafted now, beside the text: the sentence that is heard stands out in it too, and each of
// its paragraphs leads to its place in the sound.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  const QUIET = 1500, // ms after the last change before it is drafted anew; and as many more as there are sentences
    EACH = 1,
    LEAF = 40; // paragraphs
  let page = null, // as the host gave it
    stale = true,
    asking = 0,
    busy = false,
    soon = 0;

  const ask = async () => {
    const mine = ++asking;
    clearTimeout(soon);
    stale = false;
    busy = true;
    const made = await W.ask("GET", "/minutes").catch((error) => ({ error }));
    if (mine !== asking) return;
    busy = false;
    page = made;
    if (W.tabNow() === "page") W.drawSide();
  };
  const shown = () => W.tabNow() === "page" && W.opened.records && !document.hidden;
  /** Once nothing changes any more: the text itself comes first. */
  const later = () => {
    stale = true;
    clearTimeout(soon);
    if (W.reading || (W.version && !W.known)) return;
    soon = setTimeout(() => shown() && ask(), page === null ? 0 : QUIET + EACH * W.lines.length);
  };

  // --- where each sentence stands in it
  let paragraphs = []; // {place, e, text}: those that were spoken, in the order of the paper
  const indexed = (paper) => {
    paragraphs = [];
    for (const e of paper.querySelectorAll("[data-segment]")) {
      const place = W.place.get(e.dataset.segment);
      if (place === undefined) continue;
      paragraphs.push({ place, e, text: e.textContent });
      const play = W.press("", () => {
        W.go(W.place.get(e.dataset.segment));
        W.hear(W.from(W.lines[W.current]));
      }, "rc-hear");
      play.setAttribute("aria-label", said(`听 ${W.clock(W.from(W.lines[place]))}`, `hear ${W.clock(W.from(W.lines[place]))}`));
      play.disabled = !W.opened.hear;
      e.prepend(play);
    }
  };
  /** In leaves, of which those in sight are painted: else every stroke in the text paints all that was said once more. */
  const leaved = (paper) => {
    const leaves = [];
    for (const sheet of paper.querySelectorAll(".gbt")) {
      const all = [...sheet.children];
      for (let k = 0; k < all.length; k += LEAF) {
        const leaf = el("div");
        all[k].before(leaf);
        leaf.append(...all.slice(k, k + LEAF));
        leaves.push(leaf);
      }
    }
    const tall = leaves.map((leaf) => leaf.offsetHeight); // before one of them is left out
    leaves.forEach((leaf, k) => {
      leaf.style.contentVisibility = "auto";
      leaf.style.containIntrinsicBlockSize = `auto ${tall[k]}px`;
    });
  };
  const marking = (bring) => {
    CSS.highlights?.delete("rc-page");
    const line = W.lines[W.current];
    if (!line || !paragraphs.length || !window.Highlight || !CSS.highlights) return;
    // a decision stands on its own, a sentence of a speech in the paragraph that its turn began
    const said = paragraphs.filter((one) => one.place <= W.current && one.text.includes(line.text)),
      nearest = Math.max(...said.map((one) => one.place)),
      ranges = said
        .filter((one) => one.place === nearest || one.place === W.current)
        .map(({ e, text }) => {
          const at = text.indexOf(line.text);
          return W.range(e, at, at + line.text.length);
        })
        .filter(Boolean);
    if (!ranges.length) return;
    CSS.highlights.set("rc-page", new Highlight(...ranges));
    const box = W.box("side"),
      r = ranges[0].getBoundingClientRect(),
      b = box.getBoundingClientRect();
    if (bring && (r.top < b.top + 56 || r.bottom > b.bottom - 16)) box.scrollTop += r.top - b.top - b.height / 3;
  };

  const send = async (e) => {
    e.disabled = true;
    try {
      const papers = await W.ask("POST", "/papers");
      const made = papers.find((one) => one.kind === "会议记录");
      W.tell(
        said(made ? `会议记录第 ${made.version} 稿已送审` : "已起草", made ? `version ${made.version} is sent for review` : "drafted"),
        said("审核人在“文件”页看和签", "the approver reads and signs it on the page Papers"),
        "ok",
      );
      await ask();
    } catch (error) {
      W.fault(error);
    }
    e.disabled = false;
  };
  const head = () => {
    const told = page?.signed_by
      ? said(`第 ${page.version} 稿，${page.signed_by} 已签`, `version ${page.version}, signed by ${page.signed_by}`)
      : page?.version
        ? said(`按现在的文字；已存第 ${page.version} 稿`, `as of now; version ${page.version} is kept`)
        : said("按现在的文字", "as of now");
    const papers = el("a", "rc-btn rc-sm", said("文件", "Papers"));
    papers.href = `/meetings/${W.opened.api.split("/").pop()}/papers`;
    const row = el("div", "rc-row rc-pagehd", el("span", "rc-s3 rc-grow", told), papers);
    if (W.opened.write && page?.html && !page.signed_by) {
      const e = W.press(said("送审", "Send for review"), () => send(e), "rc-btn rc-sm rc-pri");
      e.dataset.send = "minutes";
      e.disabled = Boolean(W.opened.unsent);
      row.append(e);
      if (W.opened.unsent) row.append(el("span", "rc-s3 rc-unsent", W.opened.unsent));
    }
    return row;
  };
  W.drawer("page", (box) => {
    if (!W.opened.records) {
      box.replaceChildren(W.note(said("你的角色不能看会议记录", "your role does not see the papers")));
      return;
    }
    if (page === null) {
      if (!busy) later();
      box.replaceChildren(W.note(said("正在起草…", "drafting…")));
      return;
    }
    if (page.error) {
      box.replaceChildren(W.note(page.error.message, [page.error.why, page.error.mend].filter(Boolean).join(" ")));
      return;
    }
    if (stale) later();
    const top = box.scrollTop,
      paper = el("div", "rc-sheet");
    paper.innerHTML = page.html; // made by the host, of text alone
    box.replaceChildren(head(), paper);
    indexed(paper);
    leaved(paper);
    box.scrollTop = top;
    marking(false);
  });

  W.on("start", () => {
    page = null;
    stale = true;
  });
  W.on("read changed noted", later);
  let unsent = null;
  W.on("opened", () => {
    if (unsent === W.opened.unsent) return;
    unsent = W.opened.unsent;
    if (page && W.tabNow() === "page") W.drawSide();
  });
  document.addEventListener("visibilitychange", () => W.opened && stale && later());
  W.on("current", () => {
    if (W.tabNow() === "page") marking(true);
  });
})();
