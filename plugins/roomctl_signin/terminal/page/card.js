// A card reader that types: digits and letters faster than any hand, then Enter. What it typed presses no button.
window.cardTyped = (got) => {
  const FAST = 60, LEAST = 4, MOST = 40;         // ms between two keys of a reader; characters of a card
  let text = "", last = 0;
  addEventListener("keydown", (event) => {
    if (event.target.closest?.("dialog") || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const now = event.timeStamp, fast = now - last < FAST;
    last = now;
    if (event.key === "Enter") {
      if (fast && text.length >= LEAST && /\d/.test(text)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        got(text);
      }
      text = "";
      return;
    }
    if (!/^[0-9A-Za-z]$/.test(event.key)) { if (event.key !== "Shift") text = ""; return; }
    text = fast ? (text + event.key).slice(0, MOST + 1) : event.key;
    if (text.length > MOST) text = "";
  }, true);
};
