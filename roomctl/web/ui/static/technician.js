// The technician's keys, and the way to what a press on a tile has opened where that stands above the tiles.
(() => {
  const said = (zh, en) => (document.documentElement.lang === "en" ? en : zh);
  const typing = (e) => e instanceof Element && Boolean(e.closest("input, textarea, select, [contenteditable='true'], dialog[open]"));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (!document.querySelector(".rc-tech") || typing(event.target)) return;
    if (event.key === "Escape") document.querySelector("[data-act='close detail'], [data-act='close report']")?.click();
    if (event.key === "?") help();
    if (localStorage.getItem("roomctl-keys-off")) return;
    const e = [...document.querySelectorAll(`.rc-tech [data-hotkey="${event.key.toUpperCase()}"]`)].find((one) => !one.disabled && one.offsetParent);
    if (e) { event.preventDefault(); e.click(); }
  });
  const help = () => {
    document.querySelector("dialog.rc-keys")?.remove();
    const dialog = Object.assign(document.createElement("dialog"), { className: "rc-keys rc-panel rc-sec2" });
    const rows = [["R", said("全部重查", "check all again")], ["Tab", said("到下一块", "next tile")],
                  ["Enter", said("看这台设备", "look at the device")], ["Esc", said("收起", "close")]];
    for (const [key, what] of rows) {
      const row = Object.assign(document.createElement("p"), { className: "rc-row" });
      row.append(Object.assign(document.createElement("kbd"), { textContent: key }), what);
      dialog.append(row);
    }
    document.body.append(dialog);
    dialog.showModal();
    dialog.addEventListener("click", () => dialog.close());
  };
  // What a press opens elsewhere on the page is brought into sight; the page alone is scrolled, not what stands around it.
  document.addEventListener("click", (event) => {
    const e = event.target.closest?.(".rc-tech .rc-tile, .rc-tech .rc-scenes .rc-btn, .rc-tech [data-act='report']");
    if (!e) return;
    const id = e.dataset.act === "report" ? "report-pane" : "detail", page = document.querySelector(".rc-page");
    const seen = new MutationObserver(() => {
      const opened = document.getElementById(id);
      if (!opened) return;
      seen.disconnect();
      const { top } = opened.getBoundingClientRect(), from = page.getBoundingClientRect().top;
      if (top < from || top > innerHeight - 120) page.scrollBy({ top: top - from - 8 });
    });
    seen.observe(document.querySelector(".rc-tcols"), { childList: true, subtree: true });
    setTimeout(() => seen.disconnect(), 5000);
  });
  document.addEventListener("change", async (event) => {   // a file that is imported is read here, and seen before it is sent
    const into = event.target.dataset?.into, file = event.target.files?.[0];
    if (into && file) document.getElementById(`f-${into}`).value = await file.text();
  });
})();
