// A table of people goes to the host as it is chosen; what the host says against it stands below the button.
(() => {
  const send = async (input) => {
    const [file] = input.files;
    if (!file) return;
    const form = input.closest("[data-form]"), told = form.querySelector(".rc-upload-told");
    told.textContent = "…";
    const headers = { "Content-Type": "application/octet-stream", "Accept-Language": document.documentElement.lang };
    try {
      const asked = new URLSearchParams({ name: file.name.slice(0, 200) });
      const answer = await fetch(`${input.dataset.roster}?${asked}`, { method: "POST", headers, body: file });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) {
        told.textContent = "";
        form.querySelector("[name=file]").value = said.file;
        form.querySelector('[data-act="file sent"]').click();
      } else told.textContent = [said.title, said.detail, said.mend].filter(Boolean).join("：") || answer.statusText;
    } catch (error) { told.textContent = String(error); }
    input.value = "";
  };
  addEventListener("change", (event) => { if (event.target.matches("[data-roster]")) send(event.target); });
})();
