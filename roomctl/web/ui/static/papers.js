// A paragraph that was spoken plays when it is pressed; a finding leads to its place on the page; the page is as wide
// as there is room for it, with every line broken where it will be printed.
(() => {
  const fit = () => {
    for (const paper of document.querySelectorAll(".rc-papers-page .gbt")) {
      const box = paper.parentElement, style = getComputedStyle(box);
      const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      paper.style.zoom = 1;
      paper.style.zoom = Math.min(1, room / paper.offsetWidth);
    }
  };
  addEventListener("resize", fit);
  new MutationObserver(fit).observe(document.documentElement, { childList: true, subtree: true });
  // A corrected paper goes in, and a pack comes out, by the API; what it says against it stands beside the button.
  const told = (near, text) => { near.closest(".rc-row").querySelector(".rc-upload-told").textContent = text; };
  const why = async (answer) => {
    const problem = await answer.json().catch(() => ({}));
    return [problem.title, problem.detail, problem.mend].filter(Boolean).join("：") || answer.statusText;
  };
  const take = async (input) => {
    const [file] = input.files;
    if (!file) return;
    const asked = new URLSearchParams({ kind: input.dataset.kind, unit: input.dataset.unit, name: file.name });
    told(input, "…");
    const headers = { "Content-Type": "application/octet-stream", "Accept-Language": document.documentElement.lang };
    try {
      const answer = await fetch(`${input.dataset.upload}?${asked}`, { method: "POST", headers, body: file });
      told(input, answer.ok ? "✓" : await why(answer));
    } catch (error) { told(input, String(error)); }
    input.value = "";
  };
  const send = async (button) => {
    const unit = button.dataset.unit;
    try {
      const headers = { "Accept-Language": document.documentElement.lang };
      const answer = await fetch(`${button.dataset.pack}?${new URLSearchParams({ unit })}`, { method: "POST", headers });
      if (!answer.ok) { told(button, await why(answer)); return; }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = `${unit}.zip`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    } catch (error) { told(button, String(error)); }
  };
  addEventListener("change", (event) => { if (event.target.matches("[data-upload]")) take(event.target); });
  const sound = new Audio();
  let playing = null;
  const stop = () => { playing?.classList.remove("rc-playing"); playing = null; };
  sound.addEventListener("ended", stop);
  sound.addEventListener("error", stop);
  document.addEventListener("click", (event) => {
    const spoken = event.target.closest(".rc-papers-page [data-segment]");
    if (spoken) {
      const again = spoken === playing;
      sound.pause();
      stop();
      if (again) return;
      const meeting = spoken.closest("[data-meeting]").dataset.meeting;
      sound.src = `/api/v1/meetings/${meeting}/transcript/sentences/${spoken.dataset.segment}/sound`;
      playing = spoken;
      spoken.classList.add("rc-playing");
      sound.play().catch(stop);
      return;
    }
    const pack = event.target.closest("[data-pack]");
    if (pack) { send(pack); return; }
    const found = event.target.closest(".rc-found[data-block]");
    if (found) {
      const words = found.querySelector("mark")?.textContent ?? "";
      const places = [...document.querySelectorAll(".gbt :is(p, h1, h2, h3, h4, h5, dd, td)")];
      places.find((one) => one.textContent.includes(words))?.scrollIntoView({ block: "center", behavior: "smooth" });
    }
  });
})();
