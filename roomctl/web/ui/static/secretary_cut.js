// A sentence made two at the cursor, and two made one, as in any text: the cut is a line break, its end a deletion.
(() => {
  const W = window.rcWords,
    { said, el } = W;

  // --- the host
  const fetched = (id) => W.ask("GET", `/transcripts/${W.version}/lines/${id}`);
  const part = async (id, at, seen) => {
    const [, second] = await W.ask("POST", `/transcript/sentences/${id}/split`, { at: W.characters(seen, at), seen });
    W.recut({ lines: await Promise.all([fetched(id), fetched(second.id)]), behind: { [second.id]: id } });
    W.readNotes().catch(W.fault);
    return second.id;
  };
  const join = async (id, following, seen) => {
    await W.ask("POST", `/transcript/sentences/${id}/merge`, { following, seen });
    W.recut({ lines: [await fetched(id)], gone: [following] });
    W.readNotes().catch(W.fault);
  };
  const tried = (does) =>
    W.inTurn(async () => {
      try {
        await does();
      } catch (error) {
        if (error.status === 409 || error.status === 404) await W.read();
        W.fault(error);
      }
    });
  const show = (id) => {
    W.go(W.place.get(id));
    W.shownRow(W.current)?.focus({ preventScroll: true });
  };

  /** Makes a sentence two before the unit `at` of its text. */
  W.split = (id, at) =>
    tried(async () => {
      const seen = W.lines[W.place.get(id)].text,
        second = await part(id, at, seen);
      W.did({ kind: "split", id, at, second });
      show(second);
      W.tell(said("已拆成两句", "two sentences now"), said("发言人不同的，按 N 指定", "press N where another one speaks"), "ok");
    });
  /** Makes that sentence one with the one before it. */
  W.join = (place) => {
    const first = W.lines[place - 1],
      second = W.lines[place];
    if (!first || !second) return;
    tried(async () => {
      const at = first.text.length;
      await join(first.id, second.id, [first.text, second.text]);
      W.did({ kind: "joined", id: first.id, at, second: second.id });
      show(first.id);
    });
  };
  const again = (step) => part(step.id, step.at, W.lines[W.place.get(step.id)].text);
  const together = async (step) => {
    const [first, second] = [step.id, step.second].map((id) => W.lines[W.place.get(id)]);
    step.at = first.text.length;
    await join(step.id, step.second, [first.text, second.text]);
  };
  const turned = (forth) => async (step, now) => {
    if (!W.place.has(step.id)) throw Object.assign(new Error(said("这一句已经不在了", "the sentence is gone")), { status: 404 });
    if (now === forth) step.second = await again(step);
    else await together(step);
    show(step.id);
  };
  W.backs.split = turned(true);
  W.backs.joined = turned(false);

  // --- the hands
  const clean = (text) => text.replace(/[\s ]+/g, " ").trim();
  const caret = (p) => {
    const at = getSelection();
    if (!at.isCollapsed || !p.contains(at.anchorNode)) return -1;
    const range = document.createRange();
    range.selectNodeContents(p);
    range.setEnd(at.anchorNode, at.anchorOffset);
    return clean(`${range.toString()}·`).length - 1;
  };
  const atEnd = (p) => {
    const at = caret(p);
    return at > 0 && at === clean(p.textContent).length;
  };
  const splitAt = async (p) => {
    const { id } = W.editing,
      at = caret(p),
      text = clean(p.textContent);
    if (at <= 0 || at >= text.length) {
      W.tell(said("把光标放在要拆开的地方", "put the cursor where it is to be cut"), "", "warn");
      return;
    }
    if (await W.leave()) await W.split(id, at);
  };
  const joinFrom = async (step) => {
    const { id } = W.editing;
    if (await W.leave()) W.join(W.place.get(id) + step);
  };
  /** Whether the key cuts or joins; it does then. */
  W.cutKey = (event) => {
    const p = event.currentTarget,
      { key } = event;
    // where the cursor is costs the browser a layout: asked for where it matters, not at each stroke
    if (key === "Enter" && event.shiftKey) splitAt(p);
    else if (key === "Backspace" && caret(p) === 0) joinFrom(0);
    else if (key === "Delete" && atEnd(p)) joinFrom(1);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  /** What a hand without keys needs: below the text while somebody writes in it. */
  W.cutBar = (p) => {
    const bar = el("div", "rc-cutbar");
    const add = (name, text, key, does) => {
      const e = W.press(text, does);
      e.append(el("kbd", "", key));
      e.dataset.cut = name;
      e.tabIndex = -1; // Tab plays and pauses while somebody writes; the keys beside the words do the same
      e.addEventListener("pointerdown", (event) => event.preventDefault()); // the cursor stays where it is
      bar.append(e);
    };
    add("split", said("光标处拆开", "Split here"), "Shift+Enter", () => splitAt(p));
    if (W.current > 0) add("join", said("并入上一句", "Join to the one before"), "Backspace", () => joinFrom(0));
    return bar;
  };
})();
