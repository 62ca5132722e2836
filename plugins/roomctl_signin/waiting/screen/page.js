// The wall of the waiting room: who is called in, who comes next. It shows the last that it knows while the line is cut.
(() => {
  const { at, put, said } = roomScreen;
  const EACH = 3;                                // s between two looks at the host
  const MANY = 4;                                // units that fit in large type
  const line = {};
  let sight = null, drawn = "";
  const make = (tag, props, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children.filter(Boolean)); return e; };
  const party = (one) => make("li", { textContent: one.unit || one.names.join("、") }, one.unit && one.names.length ? make("span", { textContent: one.names.join("、") }) : null);
  const nth = (n) => said(`第 ${n} 项`, `Item ${n}`);

  const paint = () => {
    document.title = said("候会", "Waiting room");
    put(at("line"), line.closed ? said("链接已收回，或会议已结束", "the link was taken back, or the meeting is over") : line.lost ? said("连接中断，以下是最后的情况", "Line lost: this is how it was last") : "");
    put(at("clock"), roomScreen.clock());
    if (!sight) return;
    put(at("room"), sight.room);
    put(at("title"), sight.title);
    put(at("recorded"), sight.recorded && sight.state !== "over" ? said("本次会议由办公室统一录音，供整理记录使用，请勿自行录音录像", "The office records this meeting for its record. Please do not record it yourself.") : "");
    const state = JSON.stringify(sight);
    if (state === drawn) return;
    drawn = state;
    const on = sight.state === "open";
    put(at("now"), on && sight.item ? `${nth(sight.item)}${said("正在进行", " is under way")}${sight.item_title ? said("：", ": ") + sight.item_title : ""}` : "");
    at("enter").hidden = !on || !sight.enter.length;
    put(at("enter").querySelector("h1"), said("请进场", "Please come in"));
    at("enter").querySelector("ul").className = sight.enter.length > MANY ? "many" : "";
    at("enter").querySelector("ul").replaceChildren(...sight.enter.map(party));
    at("leave").hidden = !on || !sight.leave.length;
    put(at("leave").querySelector("h2"), said("请退场", "Please leave the room"));
    at("leave").querySelector("ul").replaceChildren(...sight.leave.map(party));
    at("coming").hidden = sight.state === "over" || !sight.coming.length;
    put(at("coming").querySelector("h2"), said("候会", "Waiting"));
    at("coming").querySelector("ol").replaceChildren(...sight.coming.map((one) => make("li", {}, make("b", { textContent: nth(one.item) }), make("div", {}, one.title ? make("p", { textContent: one.title }) : null, make("ul", {}, ...one.parties.map(party))))));
    const nobody = at("enter").hidden && at("leave").hidden && at("coming").hidden;
    put(at("idle"), sight.state === "over" ? said("会议已结束", "The meeting is over") : !nobody ? "" : on ? said("请在此等候，会务人员会来引导", "Please wait here: somebody will lead you in") : said(`会议 ${sight.starts} 开始，请在此等候`, `The meeting begins at ${sight.starts}: please wait here`));
  };
  roomScreen.wall();
  setInterval(paint, 1000);
  roomScreen.turn(line, EACH, async () => {
    await roomScreen.look(line, async (answer) => { sight = await answer.json(); });
    paint();
  });
})();
