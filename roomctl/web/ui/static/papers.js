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
    const found = event.target.closest(".rc-found[data-block]");
    if (found) {
      const words = found.querySelector("mark")?.textContent ?? "";
      const places = [...document.querySelectorAll(".gbt :is(p, h1, h2, h3, h4, h5, dd, td)")];
      places.find((one) => one.textContent.includes(words))?.scrollIntoView({ block: "center", behavior: "smooth" });
    }
  });
})();
