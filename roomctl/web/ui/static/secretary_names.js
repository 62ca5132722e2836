// Who speaks: one sentence, a turn, or a voice; and the names that the roster put in.
(() => {
  const W = window.rcWords,
    { said, el } = W;

  // --- who speaks
  const turnOf = (i) => {
    let a = i,
      b = i;
    while (a > 0 && !W.isNew(a)) a--;
    while (b + 1 < W.lines.length && !W.isNew(b + 1)) b++;
    return W.lines.slice(a, b + 1).map((one) => one.id);
  };
  /** A voice that nobody has named yet is called so by whatever tells voices apart. */
  const nobody = (name) => /^(发言人|Speaker )\d+$/.test(name || "");
  W.askSpeaker = (i) => {
    const line = W.lines[i];
    if (!line || !W.may()) {
      if (W.opened.locked) W.tell(W.opened.locked, "", "warn");
      return;
    }
    const box = W.dialog(said("谁在发言", "Who speaks"), "rc-whom");
    const sets = [
      [said("这一句", "this sentence"), [line.id]],
      [said("这一段话", "this turn of speech"), turnOf(i)],
      line.speaker
        ? [
            said(`“${line.speaker}”的所有句子`, `every sentence of ${line.speaker}`),
            W.lines.filter((one) => one.speaker === line.speaker).map((one) => one.id),
          ]
        : [
            said(`第 ${line.track} 轨里所有没有名字的句子`, `every sentence of track ${line.track} without a name`),
            W.lines.filter((one) => one.track === line.track && !one.speaker).map((one) => one.id),
          ],
    ];
    const field = Object.assign(document.createElement("input"), {
      className: "rc-in",
      value: nobody(line.speaker) ? "" : line.speaker || "",
      maxLength: 100,
      autocomplete: "off",
      placeholder: said("姓名，空着是没有名字", "name; empty is nobody"),
    });
    field.setAttribute("aria-label", said("姓名", "name"));
    const names = el("div", "rc-grid");
    const known = [
      ...new Set([
        ...W.opened.people.map((one) => one.name),
        ...W.lines.map((one) => one.speaker).filter((one) => one && !nobody(one)),
      ]),
    ];
    const showNames = () => {
      const wanted = field.value.trim();
      const fit = known.filter((one) => !wanted || known.includes(wanted) || one.includes(wanted));
      names.replaceChildren(
        ...fit.slice(0, 60).map((name) => {
          const e = W.press(
            "",
            () => {
              field.value = name;
              showNames();
            },
            `rc-seat1${name === wanted ? " rc-on" : ""} rc-sp${W.colour(name)}`,
          );
          e.append(el("i", ""), el("b", "", name), el("small", "", W.unit(name)));
          e.setAttribute("aria-pressed", String(name === wanted));
          return e;
        }),
      );
    };
    field.addEventListener("input", showNames);
    const scope = el(
      "fieldset",
      "rc-scope",
      ...sets.map(([text, ids], k) => {
        const radio = Object.assign(document.createElement("input"), {
          type: "radio",
          name: "scope",
          value: String(k),
          checked: k === (nobody(line.speaker) ? 2 : line.speaker ? 0 : 1),
        });
        return el(
          "label",
          "rc-row",
          radio,
          el("span", "", text),
          el("span", "rc-s3 rc-num", said(`${ids.length} 句`, `${ids.length}`)),
        );
      }),
    );
    const save = W.press(
      said("存下", "Save"),
      async () => {
        save.disabled = true;
        const ids = sets[Number(scope.querySelector("input:checked").value)][1],
          name = field.value.trim();
        await W.name(ids, name);
        box.close();
      },
      "rc-btn rc-sm rc-pri",
    );
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        save.click();
      }
    });
    box.body.append(field, names, scope);
    box.foot.append(save);
    showNames();
    box.open();
    field.select();
  };

  // --- names that the roster put in
  let names = null,
    busy = "";
  const readNames = async () => {
    try {
      names = await W.ask("GET", "/transcript/names");
    } catch (error) {
      names = [];
      W.fault(error);
    }
    if (W.tabNow() === "names") W.drawSide();
  };
  /** How many there are is seen in the sentences; what was heard instead is asked for when somebody looks. */
  const countNames = () => {
    const found = new Set();
    for (const line of W.lines)
      for (const one of line.changes)
        if ((one.step === "names" || one.step === "terms") && one.before !== one.after && line.text.includes(one.after))
          found.add(one.after);
    W.count("names", found.size);
    if (W.tabNow() === "names") readNames();
    else names = null;
  };
  const turn = async (name, back) => {
    busy = name;
    W.drawSide();
    try {
      const n = await W.everywhere(name, back);
      await W.read();
      W.tell(
        back
          ? said(`“${name}”已还原 ${n} 处`, `${name}: ${n} taken back`)
          : said(`“${name}”已恢复 ${n} 处`, `${name}: ${n} put in again`),
        n ? "" : said("改过或核对过的句子不动", "sentences that somebody has seen stay as they are"),
        "ok",
      );
    } catch (error) {
      W.fault(error);
    }
    busy = "";
    await readNames();
  };
  W.drawer("names", (box) => {
    if (names === null) {
      box.replaceChildren(W.note(said("正在读…", "reading…")));
      readNames();
      return;
    }
    if (!names.length) {
      box.replaceChildren(
        W.note(
          said("没有按名单改过的字", "the roster put nothing in"),
          said(
            "按名单、议程和词表改过的人名、单位列在这里，错了可以一次全部还原",
            "names and terms that were put in are listed here; a wrong one is taken back everywhere at once",
          ),
        ),
      );
      return;
    }
    box.replaceChildren(
      el(
        "p",
        "rc-s2",
        said(
          "按名单和词表改过的字。改错了，一次全部还原；人改过、核对过的句子不动。",
          "Put in by roster and glossary. A wrong one is taken back everywhere; sentences that a person has seen stay.",
        ),
      ),
      ...names.map((one) => {
        const standing = one.standing > 0;
        const act = W.press(standing ? said("全部还原", "Take back") : said("恢复", "Put in again"), () =>
          turn(one.name, standing),
        );
        act.disabled = !W.may() || Boolean(busy) || (!standing && !one.undone);
        return el(
          "div",
          "rc-it",
          el(
            "div",
            "rc-grow",
            el("b", "", one.name),
            el(
              "span",
              "rc-s3 rc-num",
              said(` ${one.standing} 句`, ` ${one.standing} ×`) +
                (one.undone ? said(`，已还原 ${one.undone}`, `, ${one.undone} taken back`) : ""),
            ),
            el("div", "rc-s3", said("听到：", "heard: ") + one.heard.join("、")),
          ),
          act,
        );
      }),
    );
  });
  let later = 0;
  W.on("read changed", () => {
    clearTimeout(later);
    later = setTimeout(countNames, 300);
  });

  // --- words for the glossary, from what people corrected
  const DROPPED = () => `roomctl-terms-refused ${W.opened.api}`;
  const refused = () => {
    try {
      return new Set(JSON.parse(localStorage.getItem(DROPPED()) || "[]"));
    } catch {
      return new Set();
    }
  };
  let terms = null,
    taken = new Set();
  const readTerms = async () => {
    if (W.opened.locked) {
      terms = [];
      return;
    }
    try {
      terms = await W.ask("GET", "/transcript/suggestions");
    } catch {
      terms = [];
    }
    const no = refused();
    W.count("terms", terms.filter((one) => !no.has(one.meant) && !taken.has(one.meant)).length);
    if (W.tabNow() === "terms") W.drawSide();
  };
  W.drawer("terms", (box) => {
    if (terms === null) {
      box.replaceChildren(W.note(said("正在读…", "reading…")));
      readTerms();
      return;
    }
    const no = refused(),
      open = terms.filter((one) => !no.has(one.meant) && !taken.has(one.meant));
    if (!open.length) {
      box.replaceChildren(
        W.note(
          said("没有新词", "no new words"),
          said(
            "改过的词列在这里，收进本单位词表后，下次转写就认得；不点收入，什么也不会学",
            "words that you put right are listed here; taken into the office's glossary, the next transcript knows them. Nothing is learned unasked",
          ),
        ),
      );
      return;
    }
    box.replaceChildren(
      el(
        "p",
        "rc-s2",
        said("从改动里找到的词。收入后，下次转写认得。", "Found in the corrections. Once taken, the next transcript knows them."),
      ),
      ...open.map((one) =>
        el(
          "div",
          "rc-it",
          el(
            "div",
            "rc-grow",
            el("b", "", one.meant),
            el(
              "div",
              "rc-s3 rc-num",
              said(`听成“${one.heard}”，改过 ${one.times} 次`, `heard as ${one.heard}, put right ${one.times} ×`),
            ),
          ),
          W.press(said("不收", "Refuse"), () => {
            no.add(one.meant);
            localStorage.setItem(DROPPED(), JSON.stringify([...no]));
            readTerms();
          }),
          W.press(said("收入词表", "Take"), async () => {
            try {
              await W.plugin("POST", "/glossary", { term: one.meant });
              taken.add(one.meant);
              W.tell(said(`“${one.meant}”已收入词表`, `${one.meant} is in the glossary`), "", "ok");
            } catch (error) {
              W.fault(error);
            }
            readTerms();
          }),
        ),
      ),
    );
  });
  let soon = 0;
  W.on("read changed", () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      if (W.lines.some((one) => one.corrected)) readTerms();
      else {
        terms = [];
        W.count("terms", 0);
      }
    }, 1500);
  });
})();
