// The secretary's hands: keys, the list of them, and what the buttons of the page do.
(() => {
  const W = window.rcWords,
    { said } = W;
  const OFF = "roomctl-keys-off"; // as on the operator's page: off here is off there
  const typing = (e) =>
    e instanceof Element &&
    Boolean(e.closest("input, textarea, select, [contenteditable]:not([contenteditable='false']), dialog[open]"));

  const DOES = {
    back: () => W.skip(-5),
    forward: () => W.skip(5),
    play: () => W.toggle(),
    loop: () => W.loop(),
    doubt: () => W.nextDoubt(),
    undo: () => W.undo(),
    redo: () => W.redo(),
    find: () => W.find(),
    export: () => W.askExport(),
    point: () => W.addPoint(),
    help: () => help(),
  };
  const KEYS = {
    " ": () => W.toggle(),
    j: () => W.skip(-5),
    k: () => W.skip(5),
    s: () => W.sentence(),
    l: () => W.loop(),
    d: () => W.nextDoubt(),
    y: () => W.accept(),
    x: () => W.revert(),
    n: () => W.askSpeaker(W.current),
    Enter: () => W.edit(),
    ArrowDown: () => W.go(W.current + 1),
    ArrowUp: () => W.go(W.current - 1),
    Home: () => W.go(0),
    End: () => W.go(W.lines.length - 1),
    ",": () => W.speed(-1),
    ".": () => W.speed(1),
    "?": () => help(),
  };
  const HELD = new Set(["j", "k", "ArrowDown", "ArrowUp", ",", "."]); // may be held down

  document.addEventListener("keydown", (event) => {
    if (!W.opened || !document.querySelector(".rc-wd") || event.isComposing) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = event.ctrlKey || event.metaKey;
    if (command && key === "f") {
      event.preventDefault();
      W.find();
      return;
    }
    if (typing(event.target)) return;
    if (command && key === "z") {
      event.preventDefault();
      if (event.shiftKey) W.redo();
      else W.undo();
      return;
    }
    if (command && key === "y") {
      event.preventDefault();
      W.redo();
      return;
    }
    if (command || event.altKey) return;
    if (key === "Escape") {
      W.closeFind?.();
      return;
    }
    if (localStorage.getItem(OFF) && key !== "?") return;
    const does = KEYS[key];
    if (!does || (event.repeat && !HELD.has(key))) return;
    if (event.target.closest?.("button, a, summary, [role=slider]") && (key === " " || key === "Enter")) return; // there it presses what has the focus
    event.preventDefault();
    does();
    if (key.startsWith("Arrow") || key === "Home" || key === "End") W.shownRow(W.current)?.focus({ preventScroll: true });
  });

  const LIST = () => [
    [said("空格", "Space"), said("播放、暂停", "play, pause")],
    ["J  K", said("后退、前进 5 秒", "back, forward 5 s")],
    ["S", said("只听这一句", "hear this sentence")],
    ["L", said("循环这一句", "loop this sentence")],
    [",  .", said("放慢、放快", "slower, faster")],
    ["↑  ↓", said("上一句、下一句", "sentence before, after")],
    ["D", said("下一处存疑", "next to look at")],
    ["Y", said("接受、核对无误", "accept; it is right")],
    ["X", said("还原成听到的", "revert to what was heard")],
    ["N", said("指定发言人", "say who speaks")],
    ["Enter", said("改这一句", "write in the sentence")],
    ["Esc", said("改完，存下", "done, save")],
    ["Ctrl+Enter", said("存下，改下一句", "save, and write in the next")],
    ["Shift+Enter", said("改字时：在光标处拆成两句", "while writing: two sentences, cut at the cursor")],
    ["Backspace", said("改字时在句首：并入上一句", "while writing, at the beginning: one with the sentence before")],
    ["Delete", said("改字时在句末：并入下一句", "while writing, at the end: one with the next sentence")],
    ["Tab  Shift+Tab", said("改字时：播放、暂停，后退 5 秒", "while writing: play, pause; back 5 s")],
    ["Ctrl+Z  Ctrl+Y", said("撤销、重做", "undo, redo")],
    ["Ctrl+F", said("查找替换", "find and replace")],
    ["?", said("显示这张表", "show this list")],
  ];
  const help = () => {
    const box = W.dialog(said("快捷键", "Keys"), "rc-keys");
    const list = W.el("dl");
    for (const [key, what] of LIST())
      list.append(W.el("dt", "", ...key.split("  ").map((one) => W.el("kbd", "", one))), W.el("dd", "", what));
    const tick = Object.assign(document.createElement("input"), {
      type: "checkbox",
      className: "rc-tick",
      checked: !localStorage.getItem(OFF),
    });
    tick.addEventListener("change", () => {
      if (tick.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
      shown();
    });
    box.body.append(
      list,
      W.el("label", "rc-row", tick, said("在这台电脑上使用快捷键", "use the keys on this PC")),
      W.el("p", "rc-s3", said("打字时不起作用。", "Off while typing.")),
    );
    box.open();
  };
  /** A dialog with a head, a body, and a button that closes it. */
  W.dialog = (title, classes = "") => {
    document.querySelector("dialog.rc-dlg")?.remove();
    const box = W.el("dialog", `rc-dlg rc-panel ${classes}`),
      body = W.el("div", "rc-body"),
      foot = W.el("div", "rc-row rc-foot1");
    box.setAttribute("aria-label", title);
    const close = W.press(said("关闭", "Close"), () => box.close());
    foot.append(W.el("span", "rc-grow"), close);
    box.append(W.el("h2", "", title), body, foot);
    box.addEventListener("click", (event) => {
      if (event.target === box) box.close();
    });
    box.addEventListener("close", () => {
      box.remove();
      W.shownRow(W.current)?.focus({ preventScroll: true });
    });
    document.body.append(box);
    return { box, body, foot, close: () => box.close(), open: () => box.showModal() };
  };
  const shown = () => document.querySelector(".rc-wd")?.classList.toggle("rc-nokeys", Boolean(localStorage.getItem(OFF)));

  W.on("start", (work) => {
    shown();
    work.addEventListener("click", (event) => {
      const e = event.target.closest("[data-do]");
      if (e && !e.disabled) {
        DOES[e.dataset.do]?.();
        return;
      }
      const tab = event.target.closest("[data-tab]");
      if (tab) {
        W.tab(tab.dataset.tab);
        return;
      }
      const pane = event.target.closest("button[data-pane]");
      if (pane) {
        work.querySelector(".rc-cols").dataset.pane = pane.dataset.pane;
        for (const one of work.querySelectorAll("button[data-pane]")) one.setAttribute("aria-pressed", String(one === pane));
      }
    });
  });
})();
