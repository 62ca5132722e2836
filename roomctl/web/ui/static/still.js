// What may not be drawn anew now: a box in which an input method still composes, in which a button is being pressed, or a
// list hangs open. A field that is replaced meanwhile loses what was typed, a button its press, a list closes. What comes
// is done a moment later.
window.rcStill = (() => {
  const TAP = 300;                               // ms after a finger is lifted, within which a browser tells of the press
  const LATER = 500;                             // ms between two looks at what waits: a list that closes may tell nobody
  const BUSY = CSS.supports("selector(select:open)") ? ".rc-held, select:open" : ".rc-held";
  let composing = null, pressed = null, timer = 0, lifted = 0;
  const waiting = new Map();                     // box → what is to be done with it, in its order
  const held = (box) =>
    (composing !== null && composing === document.activeElement && box.contains(composing)) ||
    (pressed !== null && box.contains(pressed)) || box.querySelector(BUSY) !== null;
  const settle = () => {
    for (const [box, todo] of [...waiting]) {
      while (todo.length && !held(box)) todo.shift()();
      if (!todo.length) waiting.delete(box);
    }
    clearTimeout(timer);
    timer = waiting.size ? setTimeout(settle, LATER) : 0;
  };
  const soon = (ms = 0) => setTimeout(settle, ms);
  const press = (event) => {
    clearTimeout(lifted);                        // of the press before, which is over
    pressed = event.target.closest?.("[data-act], a, button, input, label") ?? null;
  };
  const release = () => { clearTimeout(lifted); lifted = setTimeout(() => { pressed = null; settle(); }, TAP); };
  const listen = (names, does) => { for (const one of names.split(" ")) addEventListener(one, does, true); };
  listen("compositionstart", (event) => { composing = event.target; });
  listen("compositionend", () => { composing = null; soon(); });
  listen("focusout keyup", () => soon());
  listen("pointerdown", press);
  listen("pointerup pointercancel", release);
  listen("keydown", (event) => { if (event.key === " ") press(event); });   // which presses a button when it is let go
  listen("keyup", (event) => { if (event.key === " ") release(); });
  listen("click", ({ target }) => {                // of another button it may be: the one before this
    if (pressed?.contains(target) || target.contains?.(pressed)) pressed = null;
    soon();
  });
  addEventListener("blur", () => { pressed = null; soon(); });

  /** Does it now, or as soon as nobody composes or presses in the box; what came before it is done before it. */
  const when = (box, does) => {
    const todo = waiting.get(box);
    if (todo) todo.push(does);
    else if (held(box)) { waiting.set(box, [does]); settle(); }
    else does();
  };
  return { when };
})();
