// 会务员代签: one of the staff signs on here for a while, and signs in who cannot do it alone. It needs the line: what is done
// in somebody's name is answered at once, and nothing of it is kept on the terminal.
window.attending = (said, changed) => {
  const PATIENCE = 15_000;                       // ms for an answer: a password takes the host longer than a name
  const make = (tag, props, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children); return e; };
  let name = "";
  const send = (path, method, body) => roomScreen.ask(`/attendant${path}`, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) });
  const why = async (answer) => {
    const told = await answer.json().catch(() => ({}));
    return [told.title, told.detail, told.mend].filter(Boolean).join(said("，", ", ")) || String(answer.status);
  };
  const LOST = () => said("连接中断，代签没有登记，联网后再试", "The line is lost, nobody was signed in: try again when it is back");

  document.head.append(make("link", { rel: "stylesheet", href: "attendant.css" }));
  const field = (type) => make("input", { type, name: type, required: true, maxLength: 128, autocomplete: "off", spellcheck: false });
  const who = field("text"), password = field("password"), wrong = make("p", { className: "wrong" });
  const words = ["h2", "p"].map((tag) => make(tag)), labels = [who, password].map((one) => make("label", {}, make("span"), one));
  const yes = make("button", { className: "big act" }), no = make("button", { className: "big", type: "button" });
  const form = make("form", {}, ...words, ...labels, wrong, make("p", { className: "acts" }, yes, no));
  const dialog = document.body.appendChild(make("dialog", {}, form));
  wrong.setAttribute("role", "alert");
  dialog.setAttribute("aria-labelledby", words[0].id = "attending");
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { password.value = ""; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (yes.disabled) return;
    yes.disabled = true;
    try {
      const answer = await send("", "POST", { name: who.value, password: password.value });
      wrong.textContent = answer.ok ? "" : await why(answer);
      if (answer.ok) name = (await answer.json()).name;
    } catch { wrong.textContent = LOST(); }
    yes.disabled = false;
    password.value = "";
    if (!name) { password.focus(); return; }
    if (!dialog.open) { end(); return; }         // closed meanwhile: nobody stands here any more
    dialog.close();
    changed();
  });

  const ask = () => {
    if (dialog.open) return;
    const texts = [said("会务员代签", "Sign in for others"), said("登录后替不便操作的人签到，日志记下是谁代签的。离开前请按“结束代签”。", "Sign on, then sign in who cannot do it alone; the log says who did. Press Stop before you leave.")];
    words.forEach((e, n) => { e.textContent = texts[n]; });
    labels.forEach((e, n) => { e.firstChild.textContent = [said("用户名", "Name"), said("密码", "Password")][n]; });
    yes.textContent = said("登录", "Sign on");
    no.textContent = said("取消", "Cancel");
    form.reset();
    wrong.textContent = "";
    dialog.showModal();
  };
  /** Answers as the host does: {ok, came, why}. */
  const act = async (row) => {
    try {
      const answer = await send("/acts", "POST", { acts: [row] });
      if (answer.ok) return (await answer.json()).acts[0];
      if (answer.status === 401 || answer.status === 403) name = "";
      return { ok: false, came: "", why: await why(answer) };
    } catch { return { ok: false, came: "", why: LOST() }; }
  };
  /** Whom it is about, with `came` where it is done, else with `wrong`. Pressed again it is the same act. */
  const sign = async (meant) => {
    const key = meant.key ?? roomScreen.key(), { person, proxy } = meant;
    const told = await act({ kind: "sign_in", person, proxy, key });
    return { ...meant, key, came: told.came, attended: told.ok, wrong: told.why };
  };
  /** Answers why it cannot be taken back, or nothing. */
  const undo = async (person, proxy, of) => (await act({ kind: "undo", person, proxy, of, key: roomScreen.key() })).why;
  const end = () => {
    if (dialog.open) dialog.close();
    if (!name) return;
    name = "";
    roomScreen.ask("/attendant", { method: "DELETE" }).catch(() => {});   // without a line the host ends it by itself
  };
  return { name: () => name, ask, sign, undo, end };
};
