"""`[plugins.av_check.acoustics]` of roomctl.toml."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from roomctl.api import label, tr


class AcousticsConfig(BaseModel):
    """How the acoustic proof is done, and what its figures are held against.

    The limits are a room's own: no standard sets them for every room. They can be changed, and a baseline says more.

    Attributes:
        speaker: by name; `pulse:SINK` is a sink of a sound server; empty is the system's default.
        speakers: channels of it that a sweep is played through, one after the other.
        scheduled: also by itself, an hour before a meeting.
        sweep_dbfs, sweep_seconds: of the sweep.
        calibration: for each microphone the dB SPL of what it gives as 0 dBFS (root mean square), found with an
            acoustic calibrator of IEC 60942; empty: no sound pressure level, and no NC class, is claimed.
        nearest: for each microphone the number of the loudspeaker that it stands nearest to; empty: not known.
        snr_warn, snr_crit: dB of the sweep over the noise. thd_warn: %. rt60_warn: s. latency_warn: ms.
        change_warn: dB by which level, or a third of an octave of the response, may differ from the baseline.
        noise_warn: dBFS. hum_warn: dB of the strongest line over the noise around it. nc_warn: NC class.
        drift_warn: ppm between the clocks of loudspeaker and microphones.
        sentence_warn, sentence_crit: % of the sentence.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: str = Field(default="", json_schema_extra=label("扬声器", "Loudspeaker"))
    speakers: int = Field(default=1, ge=1, le=8, json_schema_extra=label("几路扬声器", "Loudspeakers"))
    scheduled: bool = Field(
        default=False, json_schema_extra=label("会前 60 分钟自动发声实测", "Sounds by itself 60 minutes before")
    )
    sweep_dbfs: float = Field(
        default=-12.0, ge=-40, le=-3, json_schema_extra=label("扫频电平（dBFS）", "Sweep, dBFS")
    )
    sweep_seconds: float = Field(default=5.0, ge=1, le=20, json_schema_extra=label("扫频时长（秒）", "Sweep, s"))
    calibration: tuple[float, ...] = Field(
        default=(), max_length=64, json_schema_extra=label("校准：0 dBFS 的声压级", "Calibration: dB SPL at 0 dBFS")
    )
    nearest: tuple[int, ...] = Field(
        default=(), max_length=64, json_schema_extra=label("各话筒最近的扬声器", "Nearest loudspeaker of each")
    )
    snr_warn: float = Field(default=25.0, json_schema_extra=label("信噪比低于此注意", "SNR, warn below, dB"))
    snr_crit: float = Field(default=10.0, json_schema_extra=label("信噪比低于此故障", "SNR, fault below, dB"))
    thd_warn: float = Field(default=5.0, gt=0, json_schema_extra=label("失真高于此注意（%）", "THD, warn above, %"))
    rt60_warn: float = Field(
        default=1.0, gt=0, json_schema_extra=label("混响高于此注意（秒）", "RT60, warn above, s")
    )
    latency_warn: float = Field(
        default=1000.0, gt=0, json_schema_extra=label("延迟高于此注意（ms）", "Latency, warn above, ms")
    )
    change_warn: float = Field(
        default=6.0, gt=0, json_schema_extra=label("与基线相差注意（dB）", "Change, warn above, dB")
    )
    noise_warn: float = Field(
        default=-50.0, lt=0, json_schema_extra=label("底噪高于此注意", "Noise, warn above, dBFS")
    )
    hum_warn: float = Field(default=15.0, gt=0, json_schema_extra=label("交流声高于此注意", "Hum, warn above, dB"))
    nc_warn: int = Field(default=40, ge=15, le=70, json_schema_extra=label("NC 高于此注意", "NC, warn above"))
    drift_warn: float = Field(
        default=200.0, gt=0, json_schema_extra=label("时钟偏差高于此注意（ppm）", "Clocks apart, warn above, ppm")
    )
    sentence_warn: float = Field(
        default=90.0, ge=0, le=100, json_schema_extra=label("句子低于此注意（%）", "Sentence, warn below, %")
    )
    sentence_crit: float = Field(
        default=60.0, ge=0, le=100, json_schema_extra=label("句子低于此故障（%）", "Sentence, fault below, %")
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("snr", "sentence"):
            if getattr(self, f"{name}_crit") > getattr(self, f"{name}_warn"):
                raise ValueError(
                    tr(f"{name}_crit 不能大于 {name}_warn", f"{name}_crit must not be above {name}_warn")
                )
        if any(not 1 <= one <= self.speakers for one in self.nearest):
            raise ValueError(tr("nearest 是扬声器的编号，从 1 起", "nearest: numbers of loudspeakers, from 1"))
        return self
