# ruff: noqa: D101 - a row says by its columns what it is
"""The tables. Each class is a row as it is stored; `repositories` turns rows into the domain's values.

Values that are never asked for by themselves (gaps, markers, words, changes, …) are JSON in one column.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from roomctl.storage.columns import Instant, SeenName


class Base(DeclarativeBase):
    """Constraints have names, so that a later migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text,
        datetime: Instant,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        int: BigInteger,  # frames of a long recording pass 2**31
        float: Double,  # which SQLAlchemy takes from 2.1 on by itself
    }


class RoomRow(Base):
    __tablename__ = "rooms"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]


class MeetingRow(Base):
    __tablename__ = "meetings"

    id: Mapped[str] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(ForeignKey("rooms.id"))
    title: Mapped[str] = mapped_column(SeenName)
    starts: Mapped[datetime] = mapped_column(DateTime(), index=True)  # local time of `zone`, without offset
    zone: Mapped[str]
    planned_minutes: Mapped[int]
    kind: Mapped[str]
    place: Mapped[str]
    chair: Mapped[str]
    minute_taker: Mapped[str]
    contact: Mapped[str]
    scope: Mapped[str] = mapped_column(server_default="")
    multimedia: Mapped[str] = mapped_column(server_default="")
    press: Mapped[str] = mapped_column(server_default="")
    catering: Mapped[str] = mapped_column(server_default="")
    special: Mapped[str] = mapped_column(server_default="")
    secrecy: Mapped[dict[str, Any]]
    recorded: Mapped[bool]
    recording_approved_by: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    urgent: Mapped[bool]
    urgent_reason: Mapped[str]
    facts: Mapped[list[Any]]
    started_at: Mapped[datetime | None]
    adjourned_at: Mapped[datetime | None]
    version: Mapped[int]
    agenda: Mapped[list["AgendaItemRow"]] = relationship(
        cascade="all, delete-orphan", order_by="AgendaItemRow.n", lazy="selectin"
    )


class AgendaItemRow(Base):
    __tablename__ = "agenda_items"

    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    unit: Mapped[str]
    presenter: Mapped[str]
    minutes: Mapped[int]
    observers: Mapped[list[Any]]
    secrecy: Mapped[dict[str, Any]]


class PersonRow(Base):
    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), index=True)
    name: Mapped[str] = mapped_column(SeenName)
    unit: Mapped[str]
    duty: Mapped[str]
    phone: Mapped[str]
    seat: Mapped[str]
    role: Mapped[str]
    rank: Mapped[int]
    items: Mapped[list[Any]]


class CheckRunRow(Base):
    __tablename__ = "check_runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str | None] = mapped_column(ForeignKey("meetings.id"), index=True)
    at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(server_default="hand")
    signed_by: Mapped[str] = mapped_column(server_default="")
    signed_at: Mapped[datetime | None]
    sign_note: Mapped[str] = mapped_column(server_default="")
    results: Mapped[list["CheckResultRow"]] = relationship(
        cascade="all, delete-orphan", order_by="CheckResultRow.place", lazy="selectin"
    )


class CheckResultRow(Base):
    __tablename__ = "check_results"
    __table_args__ = (
        Index(
            "ix_check_results_figures",
            "device",
            "check",
            "measured",
            "run",
            "place",
            "value",
            sqlite_where=text("measured IS NOT NULL"),
        ),
    )

    run: Mapped[str] = mapped_column(ForeignKey("check_runs.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # row of the report, from 1
    device: Mapped[str]
    check: Mapped[str]
    state: Mapped[str]
    value: Mapped[Any] = mapped_column(JSON)
    unit: Mapped[str]
    threshold: Mapped[Any] = mapped_column(JSON)
    message: Mapped[str]
    message_en: Mapped[str] = mapped_column(server_default="")  # empty: it was kept in one language alone
    hint: Mapped[str | None]
    hint_en: Mapped[str] = mapped_column(server_default="")
    evidence: Mapped[str | None]
    started: Mapped[datetime | None]
    took: Mapped[float]
    device_title: Mapped[list[Any]] = mapped_column(server_default="[]")
    title: Mapped[list[Any]] = mapped_column(server_default="[]")
    firm: Mapped[bool] = mapped_column(server_default="0")
    found: Mapped[str] = mapped_column(server_default="")  # state before somebody decided about it; else empty
    decided_by: Mapped[str] = mapped_column(server_default="")
    decided_why: Mapped[str] = mapped_column(server_default="")
    measured: Mapped[datetime | None]  # of a figure that this run has measured; a row may be kept from another one


class WaiverRow(Base):
    __tablename__ = "waivers"

    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    device: Mapped[str] = mapped_column(primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str]
    reason: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="accepted")


class DeviceWatchRow(Base):
    __tablename__ = "device_watches"

    device: Mapped[str] = mapped_column(primary_key=True)
    up: Mapped[bool]
    since: Mapped[datetime | None]
    misses: Mapped[int]
    why: Mapped[str]
    emitting: Mapped[str] = mapped_column(server_default="")  # the meeting that it may carry out; else empty


class UsualSinceRow(Base):
    __tablename__ = "usual_since"

    device: Mapped[str] = mapped_column(primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    by: Mapped[str]


class RecordingRow(Base):
    __tablename__ = "recordings"
    __table_args__ = (UniqueConstraint("meeting", "purpose", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"))
    number: Mapped[int]
    folder: Mapped[str]
    source: Mapped[str]
    recorder: Mapped[str]
    state: Mapped[str]
    tracks: Mapped[int]
    sample_rate: Mapped[int]
    frames: Mapped[int]
    dropped: Mapped[int]
    gaps: Mapped[list[Any]]
    markers: Mapped[list[Any]]
    purpose: Mapped[str]
    alarm_rows: Mapped[int]
    journal: Mapped[str]


class SegmentRow(Base):
    """Not a collection of its recording: a day in the room has thousands, and each minute adds a few."""

    __tablename__ = "segments"

    recording: Mapped[str] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    track: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str]
    first_frame: Mapped[int]
    frames: Mapped[int]
    utc: Mapped[datetime]
    monotonic: Mapped[float]
    sha256_pcm: Mapped[str]
    sha256_file: Mapped[str]
    sm3_file: Mapped[str]
    overflows: Mapped[int]
    gap_before: Mapped[int]
    recovered: Mapped[bool]


class TranscriptRow(Base):
    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("meeting", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str | None] = mapped_column(ForeignKey("meetings.id"))
    version: Mapped[int]
    engine: Mapped[str]
    model: Mapped[str]
    model_sha256: Mapped[str]
    at: Mapped[datetime | None]
    duration: Mapped[float]
    speech: Mapped[float]
    covered: Mapped[float]
    rtf: Mapped[float]
    complete: Mapped[bool]
    holes: Mapped[list[Any]]
    points: Mapped[list[Any]]
    report: Mapped[dict[str, Any]]


class TranscriptSegmentRow(Base):
    """Not a collection of its transcript: three hours of text are compared and saved segment by segment."""

    __tablename__ = "transcript_segments"
    __table_args__ = (Index("ix_transcript_segments_order", "transcript", "place", "start", "id"),)

    transcript: Mapped[str] = mapped_column(ForeignKey("transcripts.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]  # order in the transcript, from 1
    recording: Mapped[str] = mapped_column(ForeignKey("recordings.id"))
    track: Mapped[int]
    start: Mapped[float]
    end: Mapped[float]
    first_frame: Mapped[int]
    last_frame: Mapped[int]
    raw: Mapped[str]
    text: Mapped[str]
    words: Mapped[list[Any]]
    speaker: Mapped[str | None]
    known_by: Mapped[str | None]
    changes: Mapped[list[Any]]
    confidence: Mapped[float]
    beside: Mapped[dict[str, Any] | None]
    doubts: Mapped[list[Any]]
    dropped: Mapped[bool]


class DocumentRow(Base):
    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), index=True)
    kind: Mapped[str]
    version: Mapped[int]
    path: Mapped[str]
    sha256: Mapped[str]
    at: Mapped[datetime]
    signed_by: Mapped[str]
    signed_at: Mapped[datetime | None]
    demo: Mapped[bool]
    pdf: Mapped[str] = mapped_column(server_default="")
    pdf_sha256: Mapped[str] = mapped_column(server_default="")


class PackageRow(Base):
    __tablename__ = "packages"

    id: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), index=True)
    path: Mapped[str]
    files: Mapped[int]
    bytes: Mapped[int]
    manifest_sha256: Mapped[str]
    at: Mapped[datetime]
    documents: Mapped[list[Any]]
    targets: Mapped[list[Any]]
    supplement_to: Mapped[str | None] = mapped_column(ForeignKey("packages.id"))


class ReceiptRow(Base):
    __tablename__ = "receipts"

    package: Mapped[str] = mapped_column(ForeignKey("packages.id"), primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), index=True)
    key: Mapped[str]
    files: Mapped[int]
    bytes: Mapped[int]
    manifest_sha256: Mapped[str]
    at: Mapped[datetime]


class EventRow(Base):
    """Nothing here is ever changed: `at`, `actor` and `data` are text exactly as it was hashed."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("stream", "n"), Index("ix_events_stream_kind", "stream", "kind", "n"))

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    room: Mapped[str] = mapped_column(ForeignKey("rooms.id"))
    stream: Mapped[str]
    n: Mapped[int]
    at: Mapped[str]
    kind: Mapped[str]
    v: Mapped[int]
    actor: Mapped[str]
    data: Mapped[str]
    sha256: Mapped[str]
    sm3: Mapped[str]


class CursorRow(Base):
    __tablename__ = "cursors"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]


class PluginDocumentRow(Base):
    """`scope` is the meeting's id, or empty for the room: a key column cannot be NULL, a reference can."""

    __tablename__ = "plugin_documents"

    plugin: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str | None] = mapped_column(ForeignKey("meetings.id"))
    value: Mapped[Any] = mapped_column(JSON)
