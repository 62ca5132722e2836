// The code for telephones beside the title: drawn from what the host says, and taken away the moment it is worth nothing.
window.phoneCode = (wanted, changed) => {
  const { at, put } = roomScreen;
  const STEP = 30, AGAIN = 3_000;                // s of one code; ms until the host is asked again where it did not answer
  let shown = null, until = 0, asked = 0, asking = false, english = false;
  const seconds = () => Math.max(0, Math.ceil((until - performance.now()) / 1000));
  const draw = () => {
    const code = at("code");
    code.setAttribute("viewBox", `-4 -4 ${shown.size + 8} ${shown.size + 8}`);
    code.firstElementChild.setAttribute("d", shown.path);
  };
  const look = async () => {
    if (!wanted()) { if (shown) { shown = null; changed(); } return; }
    const now = performance.now();
    if (now >= until && shown) { shown = null; changed(); }
    if (!shown && !asking && now - asked >= AGAIN) {
      asking = true;
      asked = now;
      try {
        const answer = await roomScreen.ask("/code");
        const told = answer.ok ? await answer.json() : null;
        if (told?.size) { shown = told; until = performance.now() + told.left * 1000; asked = 0; draw(); }
      } catch { /* the line is lost: no code is better than an old one */ }
      asking = false;
      changed();
    }
    paint(english);
  };
  const paint = (inEnglish) => {
    english = inEnglish;
    const said = (zh, en) => (english ? en : zh), left = seconds();
    at("phone").hidden = !shown;
    at("code").setAttribute("aria-label", said("手机签到二维码", "QR code for telephones"));
    put(at("scan"), said("手机扫码签到", "Scan to sign in"));
    put(at("fresh"), said(`${left} 秒后换新码`, `A new code in ${left} s`));
    at("rest").value = left / STEP;
    put(at("without"), said("没带手机：按姓名签到，或刷卡", "No telephone: sign in by name, or by card"));
  };
  setInterval(look, 500);
  return { paint, shown: () => Boolean(shown) };
};
