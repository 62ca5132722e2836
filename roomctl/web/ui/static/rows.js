// Rows that are drawn anew while somebody presses them, or works by the keys. A button that is replaced between press and
// release loses the press; what comes meanwhile is drawn a moment later.
import "/static/ui/still.js";

const named = (e) => (e.dataset.act ? `[data-act="${CSS.escape(e.dataset.act)}"]` : e.localName);
let meant = null;                                // where the focus was: {list, place in it, of, control}
const again = (row) => {
  const free = [...(row?.querySelectorAll("a, button, input") ?? [])].filter((one) => !one.disabled);
  const e = free.find((one) => one.matches(meant.control)) ?? free[0];
  e?.focus({ preventScroll: true });
  return Boolean(e);
};
/** The focus stays with its row, and goes to the next one where that has left the list. A row whose controls wait for the
 *  host has it back when they are free. */
const keepFocus = (draw) => {
  const now = document.activeElement, row = now?.closest("[data-of]");
  if (row) meant = { list: row.parentElement, place: [...row.parentElement.children].indexOf(row), of: row.dataset.of, control: named(now) };
  else if (now !== document.body) meant = null;
  draw();
  if (!meant || document.activeElement !== document.body) return;
  const rows = [...meant.list.children], same = (one) => one.dataset.of === meant.of;
  const there = rows.find(same);
  if (there) again(there);
  else if (![...rows.slice(meant.place), ...rows.slice(0, meant.place).reverse()].some(again)) again([...document.querySelectorAll("[data-of]")].find(same));
};
addEventListener("pointerdown", () => { meant = null; });
addEventListener("keydown", (event) => {         // held down it would press one row after the other
  if (event.repeat && event.key === "Enter") event.preventDefault();
});

export const redraw = (box, draw) => rcStill.when(box, () => keepFocus(draw));
