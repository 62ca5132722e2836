// T−15: what 领导 and 主持人 are told before the start, live; it prints as it stands.
(() => {
  const { at, put, said } = roomScreen;
  const EACH = 5;                                // s between two looks at the host
  const SOON = 120;                              // minutes before the start from which they are counted down
  const line = {};
  let report = null;

  const table = (section, title, people, cells) => {
    at(section).hidden = !people.length;
    put(at(section).querySelector("h2"), `${title} ${people.length}`);
    at(section).querySelector("tbody").replaceChildren(...people.map((one) => {
      const row = document.createElement("tr");
      row.append(...cells(one).map((text) => Object.assign(document.createElement("td"), { textContent: text })));
      return row;
    }));
  };
  const paint = () => {
    document.title = said("会前报告", "Report before the start");
    put(at("print"), said("打印", "Print"));
    put(at("line"), line.closed ? said("链接已收回，或会议已结束", "the link was taken back, or the meeting is over") : line.lost ? said("连接中断，以下是最后一次的情况", "Line lost: this is how it was last") : "");
    if (!report) return;
    put(at("room"), report.room);
    put(at("title"), report.title);
    const left = report.minutes > 0 && report.minutes <= SOON ? said(`，还有 ${report.minutes} 分钟`, `, in ${report.minutes} min`) : "";
    const chair = report.chair ? said(`　主持人 ${report.chair}`, `   Chair: ${report.chair}`) : "";
    const day = report.date.replace(/(\d+)-0?(\d+)-0?(\d+)/, "$1年$2月$3日");
    put(at("when"), said(`${day} ${report.starts} 开始${left}${chair}`, `${report.date}, begins ${report.starts}${left}${chair}`));
    put(at("said"), report.said);
    put(at("quorum"), report.quorum?.said ?? "");
    at("quorum").className = report.quorum && !report.quorum.met ? "short" : "";
    put(at("aloud").querySelector("h2"), said("可宣读", "To be read out"));
    put(at("aloud").querySelector("p"), report.read_out);
    table("absent", said("未到，请督促", "Not here, to be called"), report.absent, (one) => [one.name, one.line, one.phone || said("无电话", "no telephone"), one.why]);
    table("leave", said("请假", "On leave"), report.leave, (one) => [one.name, one.line, one.why]);
    at("proxies").hidden = !report.proxies.length;
    put(at("proxies").querySelector("h2"), said(`代会 ${report.proxies.length}`, `By proxy ${report.proxies.length}`));
    put(at("proxies").querySelector("p"), report.proxies.join("、"));
    at("questions").hidden = !report.questions.length;
    put(at("questions").querySelector("h2"), said("待核对", "To be settled"));
    at("questions").querySelector("ul").replaceChildren(...report.questions.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    put(at("at"), said(`${report.at} 的情况`, `as of ${report.at}`));
  };
  at("print").addEventListener("click", () => print());
  roomScreen.turn(line, EACH, async () => {
    await roomScreen.look(line, async (answer) => { report = await answer.json(); });
    paint();
  });
})();
