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
  addEventListener("change", (event) => { if (event.target.dataset?.scan) send(event.target); });
})();
