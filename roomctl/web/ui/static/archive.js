// The scan of a signed paper goes up as it is; what is wrong with it stands beside the button.
(() => {
  const send = async (input) => {
    const [file] = input.files;
    const box = input.closest(".rc-form"), told = box.querySelector(".rc-scan-told");
    const by = box.querySelector("[name=signed_by]").value.trim();
    if (!file) return;
    if (!by) { told.textContent = input.dataset.nobody; input.value = ""; return; }
    told.textContent = "…";
    const headers = { "Content-Type": "application/octet-stream", "Accept-Language": document.documentElement.lang };
    try {
      const asked = new URLSearchParams({ signed_by: by, kind: box.querySelector("[name=kind]").value });
      const answer = await fetch(`${input.dataset.scan}?${asked}`, { method: "POST", headers, body: file });
      const said = answer.ok ? null : await answer.json();
      told.textContent = said ? [said.title, said.detail, said.mend].filter(Boolean).join(" ") : "✓";
    } catch (error) { told.textContent = String(error); }
    input.value = "";
  };
  // What somebody types outlives that the page is drawn anew, as a counting under way draws it.
  const typed = new Map();
  let at = null;
  addEventListener("focusin", (event) => { at = event.target; });
  addEventListener("input", (event) => {
    const box = event.target.closest?.("[data-typed]");
    if (box && event.target.name) typed.set(`[data-typed="${CSS.escape(box.dataset.typed)}"] [name="${event.target.name}"]`, event.target);
  });
  new MutationObserver(() => {
    for (const [where, field] of typed) {
      if (field.isConnected) continue;
      const again = document.querySelector(where);
      if (!again) { typed.delete(where); continue; }
      again.value = field.value;
      typed.set(where, again);
      if (at === field && document.activeElement === document.body) again.focus({ preventScroll: true });
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("change", (event) => { if (event.target.dataset?.scan) send(event.target); });
})();
