// The close page in the browser: a photo is made small before it is sent, and Enter presses the button of its form.
(() => {
  const LONGEST = 1600;                          // pixels of the longer side: a thing is well seen, a request carries it
  const QUALITY = 0.8;
  const english = () => document.documentElement.lang === "en";

  const smaller = async (file) => {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  };
  const say = (text) => {
    document.querySelectorAll(".rc-toast").forEach((e) => e.remove());
    const e = Object.assign(document.createElement("div"), { className: "rc-toast", textContent: text });
    e.setAttribute("role", "alert");
    e.addEventListener("click", () => e.remove());
    document.body.append(e);
    setTimeout(() => e.remove(), 12_000);
  };

  const send = async (path, file) => {
    try {
      const answer = await fetch(path, { method: "PUT", body: await smaller(file) });
      if (!answer.ok) return say((await answer.json().catch(() => ({}))).title || String(answer.status));
      emitEvent("closing_pictured");
    } catch { say(english() ? "The photo was not kept: try again" : "照片没有保存，请再试"); }
  };
  document.addEventListener("click", (event) => {       // the list may be drawn anew while somebody takes the photo
    const path = event.target.closest?.("[data-photo]")?.dataset.photo;
    if (!path) return;
    const pick = Object.assign(document.createElement("input"), { type: "file", accept: "image/*" });
    pick.addEventListener("change", () => { if (pick.files[0]) send(path, pick.files[0]); });
    pick.click();
  });

  // A task that is done has its way back in the place of its box: who works by the keys goes on from there.
  let pressed = null;
  document.addEventListener("focusin", (event) => { pressed = /^(task|undo) /.exec(event.target.dataset?.act || "")?.input || null; });
  new MutationObserver(() => {
    if (!pressed || document.activeElement !== document.body) return;
    const id = pressed.slice(5), act = (one) => document.querySelector(`[data-act="${CSS.escape(one)}"]`);
    (act(pressed) || act(`task ${id}`) || act(`undo ${id}`))?.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT" || event.target.type === "file") return;
    const press = event.target.closest(".rc-close [data-form]")?.querySelector("[data-act]:not([data-hold])");
    if (press) { event.preventDefault(); press.click(); }
  });
})();
