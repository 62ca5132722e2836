// What was marked and noted in the meeting, beside the text: pressed, the sound is heard from there. Nothing of it comes
// into the record by itself.
(() => {
  const W = window.rcWords,
    { said, el } = W;
  const BEFORE = 5; // s: who notes something has heard it begin

  const row = (one) => {
    const text = one.text || said("前 30 秒", "the 30 s before");
    const words = el(one.corrected ? "s" : "span", "rc-grow", text);
    const by = el("span", "rc-s3", one.corrected ? said(`${one.by}，已更正`, `${one.by}, corrected`) : one.by);
    const kind = el("b", "", one.kind);
    if (one.at === null) return el("div", "rc-row rc-noted", el("span", "rc-s3", "—"), kind, words, by);
    const e = W.press(W.clock(one.at), () => W.hear(Math.max(0, one.at - BEFORE)), "rc-btn rc-quiet rc-sm rc-num");
    e.disabled = !W.opened.hear;
    e.setAttribute("aria-label", said(`从 ${W.clock(one.at)} 听：${text}`, `Listen from ${W.clock(one.at)}: ${text}`));
    return el("div", "rc-row rc-noted", e, kind, words, by);
  };
  W.drawer("notes", (box) => {
    const notes = W.opened.notes;
    const none = W.note(
      said("没有标记和记事", "nothing was marked or noted"),
      said("录音时按 M 标记、按 N 记事，列在这里", "what the operator marks (M) and notes (N) stands here"),
    );
    box.replaceChildren(...(notes.length ? notes.map(row) : [none]));
  });
  let drawn = "";
  W.on("opened read", () => {
    const now = JSON.stringify(W.opened.notes);
    if (now === drawn) return;
    drawn = now;
    W.count("notes", W.opened.notes.length);
    if (W.tabNow() === "notes") W.drawSide();
  });
})();
