"""From facts to results. Pure: the same facts give the same result."""

from collections.abc import Mapping
from functools import partial

from roomctl.api import CheckState, Result, checks, tr
from roomctl.api.speech import candidates
from roomctl_av_check.config import AvCheckConfig
from roomctl_av_check.facts import SLEEPS, Clock, Disk, Load, Memory, Power, Sleep, Speech, Sync
from roomctl_av_check.rows import row

DEVICE = "room-pc"
DEVICE_TITLE = ("本机", "This PC")
GIB = 1 << 30
SPARE = 2.0
"""Times the planned meeting that the disk should hold: meetings run over."""
MASK = f"sudo systemctl mask {' '.join(SLEEPS)}"
SLEEPY = frozenset({"suspend", "hibernate", "hybrid-sleep", "suspend-then-hibernate", "sleep"})
"""Values of IdleAction= and HandleLidSwitch= after which nothing is recorded any more, logind.conf(5)."""
LOW_BATTERY = 20.0
"""Percent below which a machine on battery does not last through a meeting."""

TYPES: Mapping[str, tuple[str, ...]] = {
    "小标宋": ("方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "小标宋"),
    "仿宋": ("仿宋_GB2312", "仿宋", "FangSong_GB2312", "FangSong", "STFangsong", "华文仿宋", "方正仿宋_GBK"),
    "黑体": ("黑体", "SimHei", "STHeiti", "华文黑体", "方正黑体_GBK"),
    "楷体": ("楷体_GB2312", "楷体", "KaiTi_GB2312", "KaiTi", "STKaiti", "华文楷体", "方正楷体_GBK"),
}
"""Types of a record after GB/T 9704-2012, 5.2.2 and 7.3, and the families that are one."""
STAND_INS = (
    "Noto Serif CJK SC", "Source Han Serif SC", "思源宋体", "Noto Sans CJK SC", "Source Han Sans SC", "思源黑体",
)  # fmt: skip

_result = partial(row, DEVICE)


def disk(facts: Disk, minutes: float, config: AvCheckConfig) -> Result:
    """Free space against tracks × rate × bytes a sample × seconds × copies."""
    need = config.sound_bytes(minutes)
    sound = f"{config.tracks} × {config.sample_rate} Hz × {config.bytes_per_sample} B"
    formula = f"{sound} × {minutes * 60:.0f} s × {config.copies}"
    return _result(
        "disk",
        checks.below(facts.free, warn=SPARE * need, crit=need),
        tr(
            f"剩余 {facts.free / GIB:.1f} GiB，{minutes:.0f} 分钟需要 {need / GIB:.1f} GiB（{formula}）",
            f"{facts.free / GIB:.1f} GiB free, {minutes:.0f} min need {need / GIB:.1f} GiB ({formula})",
        ),
        value=round(facts.free / GIB, 2),
        unit="GiB",
        threshold=round(SPARE * need / GIB, 2),
        hint=tr(
            f"清理 {facts.folder} 所在的磁盘，或换一个大的：roomctl --data 目录",
            f"free space on the disk of {facts.folder}, or use a larger one: roomctl --data DIR",
        ),
    )


def memory(facts: Memory, config: AvCheckConfig) -> Result:
    """Memory for engine, recorder and host."""
    free = facts.available / GIB
    return _result(
        "memory",
        checks.below(free, warn=config.memory_warn, crit=config.memory_crit),
        tr(
            f"可用内存 {free:.1f} GiB，共 {facts.total / GIB:.1f} GiB",
            f"{free:.1f} GiB of {facts.total / GIB:.1f} GiB are available",
        ),
        value=round(free, 2),
        unit="GiB",
        threshold=config.memory_warn,
        hint=tr("关掉浏览器等程序；查看占用：ps aux --sort=-rss | head", "close programs: ps aux --sort=-rss | head"),
    )


def load(facts: Load, config: AvCheckConfig) -> Result:
    """Others at work. At worst a warning: the recorder needs little, and words can wait."""
    if facts.one_minute is None:
        return _result("load", CheckState.SKIPPED, tr("本系统不统计负载", "this system does not count its load"))
    per_core = facts.one_minute / facts.cores
    return _result(
        "load",
        CheckState.WARN if per_core > config.load_warn else CheckState.OK,
        tr(f"每核负载 {per_core:.2f}（{facts.cores} 核）", f"load {per_core:.2f} a core ({facts.cores} cores)"),
        value=round(per_core, 2),
        unit="×",
        threshold=config.load_warn,
        hint=tr("字幕和转写会变慢；查看：top -o %CPU", "captions and transcript will lag; see top -o %CPU"),
    )


def clock(facts: Clock) -> Result:
    """A clock that stands before an instant that is surely past; a zone without rules."""
    seconds = round((facts.now - facts.floor).total_seconds())
    if seconds < 0:
        return _result(
            "clock",
            CheckState.CRIT,
            tr(
                f"系统时钟是 {facts.now:%Y-%m-%d %H:%M} UTC，至少慢了 {-seconds / 60:.0f} 分钟",
                f"the clock says {facts.now:%Y-%m-%d %H:%M} UTC, at least {-seconds / 60:.0f} min slow",
            ),
            value=seconds,
            unit="s",
            threshold=0,
            hint=tr(
                "sudo timedatectl set-ntp true；不能联网时：sudo timedatectl set-time '年-月-日 时:分:秒'",
                "sudo timedatectl set-ntp true; without network: sudo timedatectl set-time 'Y-M-D h:m:s'",
            ),
        )
    if not facts.zone_known:
        return _result(
            "clock",
            CheckState.CRIT,
            tr(f"没有时区 {facts.zone} 的数据", f"no rules for time zone {facts.zone}"),
            value=facts.zone,
            hint=tr(
                "pip install tzdata；并核对 roomctl.toml 的 zone", "pip install tzdata; and see zone in roomctl.toml"
            ),
        )
    return _result(
        "clock",
        CheckState.OK,
        tr(
            f"{facts.now:%Y-%m-%d %H:%M} UTC，时区 {facts.zone}", f"{facts.now:%Y-%m-%d %H:%M} UTC, zone {facts.zone}"
        ),
        value=True,  # for how long the clock has been after that instant is nobody's figure
    )


def sync(facts: Sync) -> Result:
    """Whether a time service holds the clock; a room without one drifts by seconds a week."""
    if not facts.asked:
        return _result(
            "clock-sync",
            CheckState.SKIPPED,
            tr("没有 systemd 也没有 chrony，问不到对时状态", "neither systemd nor chrony is here to be asked"),
        )
    if facts.synchronized is None:
        return _result(
            "clock-sync",
            CheckState.UNKNOWN,
            tr(f"{facts.asked} 的回答看不懂：{facts.answer!r}", f"{facts.asked} answered {facts.answer!r}"),
            hint=tr("手工查看：timedatectl status", "see for yourself: timedatectl status"),
        )
    return _result(
        "clock-sync",
        CheckState.OK if facts.synchronized else CheckState.WARN,
        tr("时钟已对时", "the clock is synchronized")
        if facts.synchronized
        else tr("时钟没有对时", "the clock is not synchronized"),
        value=facts.synchronized,
        hint=tr(
            "sudo timedatectl set-ntp true；内网请在 /etc/systemd/timesyncd.conf 写明 NTP=服务器",
            "sudo timedatectl set-ntp true; on a closed network name a server: NTP= in /etc/systemd/timesyncd.conf",
        ),
    )


def sleep(facts: Sleep) -> Result:
    """Anything that could put the machine to sleep while nobody touches it, as in a meeting."""
    if facts.manager and facts.masked.issuperset(SLEEPS):
        return _result("sleep", CheckState.OK, tr("休眠已禁用", "sleep is masked"), value="masked")
    idle = facts.logind.get("IdleAction", "ignore")
    if facts.desktop in SLEEPY and facts.desktop_seconds:
        minutes = facts.desktop_seconds / 60
        return _result(
            "sleep",
            CheckState.CRIT,
            tr(f"桌面在无操作 {minutes:.0f} 分钟后休眠", f"the desktop sleeps after {minutes:.0f} min without input"),
            value=round(minutes, 1),
            unit="min",
            hint="gsettings set org.gnome.settings-daemon.plugins.power sleep-inactive-ac-type nothing",
        )
    if idle in SLEEPY:
        return _result(
            "sleep",
            CheckState.CRIT,
            tr(f"logind 在空闲后执行 {idle}", f"logind does {idle} when idle"),
            value=idle,
            hint=MASK,
        )
    if not facts.manager and facts.desktop is None:
        return _result(
            "sleep",
            CheckState.SKIPPED,
            tr("没有 systemd 也没有 GNOME，问不到休眠设置", "neither systemd nor GNOME is here to be asked"),
        )
    # systemd's own default for the lid is to suspend, logind.conf(5)
    if facts.manager and facts.laptop and facts.logind.get("HandleLidSwitch", "suspend") in SLEEPY:
        return _result(
            "sleep",
            CheckState.WARN,
            tr("合上盖子会休眠", "it sleeps when the lid is closed"),
            value="lid",
            hint=MASK,
        )
    return _result("sleep", CheckState.OK, tr("无操作时不会休眠", "it does not sleep by itself"), value="never")


def power(facts: Power) -> Result:
    """On mains, or without a battery at all."""
    if not facts.known:
        return _result("power", CheckState.SKIPPED, tr("本系统不报告供电", "this system does not tell its power"))
    if facts.percent is None:
        return _result("power", CheckState.OK, tr("没有电池，市电供电", "no battery: on mains"), value="mains")
    if facts.plugged is None:
        return _result(
            "power",
            CheckState.UNKNOWN,
            tr(
                f"电池 {facts.percent:.0f} %，是否插电不明",
                f"battery {facts.percent:.0f} %, plugged in or not is not told",
            ),
            value=round(facts.percent),
            unit="%",
            hint=tr("请看电源线是否插好", "see whether the cable is in"),
        )
    on = tr("市电供电", "on mains") if facts.plugged else tr("用电池供电", "on battery")
    unplugged = CheckState.CRIT if facts.percent < LOW_BATTERY else CheckState.WARN
    return _result(
        "power",
        CheckState.OK if facts.plugged else unplugged,
        tr(f"{on}，电池 {facts.percent:.0f} %", f"{on}, battery at {facts.percent:.0f} %"),
        value=round(facts.percent),
        unit="%",
        threshold=LOW_BATTERY,
        hint=tr("插上电源", "plug it in"),
    )


def speech(facts: Speech) -> Result:
    """The engine that would be used has its packages and a model whose every byte is right."""
    if not candidates(facts.offers, facts.wanted):
        known = "、".join(offer.name for offer in facts.offers) or "-"
        return _result(
            "model",
            CheckState.CRIT,
            tr(f"没有转写引擎 {facts.wanted}，现有：{known}", f"no speech engine {facts.wanted}; known: {known}"),
            hint=tr("roomctl plugins list，看哪个引擎没有启用", "roomctl plugins list tells which is not enabled"),
        )
    if facts.choice is None:
        return _no_engine(facts)
    offer, model = facts.choice
    if offer.bundled:
        said = tr(f"{offer.name} · {model}，随引擎安装", f"{offer.name} · {model}, comes with the engine")
        return _result("model", CheckState.OK, said, value=model)
    if facts.verdict is None or not facts.verdict.ok:
        fault = next(iter(facts.verdict.problems), None) if facts.verdict else None
        why = f"{fault.file}: {fault.what}" if fault else tr("没有一个文件", "not one file")
        return _result(
            "model",
            CheckState.CRIT,
            tr(f"模型 {model} 已损坏：{why}", f"model {model} is damaged: {why}"),
            value=model,
            hint=f"roomctl models remove {model} && roomctl models pull {model}",
        )
    size = facts.verdict.bytes / 1e6
    return _result(
        "model",
        CheckState.OK,
        tr(f"{offer.name} · {model}，{size:.0f} MB 校验无误", f"{offer.name} · {model}, {size:.0f} MB verified"),
        value=model,
    )


def fonts(families: frozenset[str] | None) -> Result:
    """The types of the record: how it looks on this machine. The docx names them all the same."""
    if families is None:
        return _result(
            "fonts",
            CheckState.SKIPPED,
            tr(
                "没有 fc-list，查不到字体（apt-get install fontconfig）",
                "no fc-list here (apt-get install fontconfig)",
            ),
        )
    missing = [name for name, known in TYPES.items() if not families.intersection(known)]
    stand_in = next((name for name in STAND_INS if name in families), None)
    if not missing:
        return _result(
            "fonts", CheckState.OK, tr("公文字体齐全", "all types of the record are here"), value=len(TYPES)
        )
    lacking = "、".join(missing)
    told = tr(f"缺 {lacking}，以 {stand_in} 代替", f"no {lacking}; {stand_in} stands in")
    hint = tr(
        "把单位已购授权的字体放进 ~/.local/share/fonts，再运行 fc-cache -f",
        "put the office's licensed fonts into ~/.local/share/fonts, then fc-cache -f",
    )
    if stand_in is None:
        told = tr(f"缺 {lacking}，也没有可代替的中文字体", f"no {lacking}, and no Chinese font that could stand in")
        hint = "apt-get install fonts-noto-cjk"
    return _result("fonts", CheckState.WARN, told, value=len(TYPES) - len(missing), threshold=len(TYPES), hint=hint)


def _no_engine(facts: Speech) -> Result:
    """The best engine that was wanted, and what it lacks."""
    best = candidates(facts.offers, facts.wanted)[0]
    if packages := facts.lacking.get(best.name):
        names = "、".join(packages)
        return _result(
            "model",
            CheckState.CRIT,
            tr(f"引擎 {best.name} 缺 Python 包 {names}", f"engine {best.name} lacks Python packages: {names}"),
            value=best.name,
            hint="pip install 'roomctl[speech]'",
        )
    model = facts.model or best.models[-1]
    return _result(
        "model",
        CheckState.CRIT,
        tr(f"引擎 {best.name} 没有模型", f"engine {best.name} has no model"),
        value=model,
        hint=tr(
            f"roomctl models pull {model}；没有网络：roomctl models import U盘路径",
            f"roomctl models pull {model}; without network: roomctl models import PATH",
        ),
    )
