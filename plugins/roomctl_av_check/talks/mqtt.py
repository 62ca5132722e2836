"""What a broker holds of a room's devices, and orders to them (MQTT 3.1.1), by aiomqtt."""

import asyncio
import contextlib
import json
import logging
import math
import time
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiomqtt import Client, MqttCodeError, MqttError

from roomctl.api import RoomctlError, tr
from roomctl.api.devices import Deed, Device, Fact, Reading, Secret, Silent
from roomctl_av_check.climate import SENSORS, relays_text, state_word
from roomctl_av_check.talks.troubles import refused

if TYPE_CHECKING:
    from roomctl_av_check.drivers.mqtt import MqttOptions, Relay, Source

STEP = 1.5
"""Seconds for the broker's answer."""
HELD = 1.0
"""Seconds in which a broker has sent all that it holds (3.3.1.3 of the standard: at once after a subscription)."""
LOGIN = {4, 5, 134, 135}
"""Return codes: bad user or password, not authorised (3.2.2.3), and the same in MQTT 5."""
MILLISECONDS = 1e11
"""A number above it is a time in milliseconds: in seconds it would be the year 5138."""
LONGEST = 65_536
"""Bytes of a payload that is looked at."""
_quiet = logging.getLogger("roomctl_av_check.mqtt")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False  # what goes wrong is told by our errors


async def read(device: Device, secret: Secret) -> Reading:
    """The last of each topic that the inventory names. Raises: Unreachable, LoginRefused, Silent, RoomctlError."""
    options: MqttOptions = device.options
    async with _connected(device, secret) as client:
        held = await _held(client, options.topics())
    return reading(options, held, time.time())


async def switch(device: Device, secret: Secret, name: str, *, on: bool) -> Deed:
    """Orders, then waits until the device itself says so; what it says last is confirmed."""
    options: MqttOptions = device.options
    relay: Relay = options.relays[name]
    async with _connected(device, secret) as client:
        await client.subscribe(relay.state.topic)
        await client.publish(relay.command, (relay.on if on else relay.off).encode(), qos=1)
        shown: bool | None = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(options.settle):
                async for message in client.messages:
                    shown = relay.shows(_text(message.payload, relay.state))
                    if shown is on:
                        break
    return Deed(f"{name}={state_word(on=on)}", "" if shown is None else f"{name}={state_word(on=shown)}")


@contextlib.asynccontextmanager
async def _connected(device: Device, secret: Secret) -> AsyncIterator[Client]:
    """Signed on. The library connects in a thread, and leaves its socket open where it is cancelled meanwhile."""
    _, knock = await asyncio.open_connection(device.address, device.port or 1883)  # tells why nobody is there
    knock.transport.abort()
    client = Client(
        device.address,
        device.port or 1883,
        username=secret.user or None,
        password=secret.password or None,
        timeout=STEP,
        logger=_quiet,
    )
    try:
        async with client:
            yield client
    except MqttCodeError as error:
        code = error.rc if isinstance(error.rc, int) else getattr(error.rc, "value", 0)
        if code in LOGIN:
            raise refused(secret) from None
        raise RoomctlError(tr("代理拒绝连接", "the broker refuses the connection"), str(error)) from None
    except MqttError as error:
        raise Silent(
            tr("接通后不按 MQTT 回答", "it takes the connection and does not answer MQTT"), str(error)
        ) from None
    finally:
        client._client.disconnect()  # noqa: SLF001 - there is no other way to close what __aenter__ left open
        await asyncio.sleep(0)


async def _held(client: Client, topics: frozenset[str]) -> dict[str, bytes]:
    """Payload of each topic of which the broker holds something, or something comes."""
    held: dict[str, bytes] = {}
    await client.subscribe([(topic, 0) for topic in sorted(topics)])
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HELD):
            async for message in client.messages:
                if isinstance(message.payload, bytes | bytearray):
                    held[str(message.topic)] = bytes(message.payload[:LONGEST])
                if held.keys() >= topics:
                    break
    return held


def reading(options: "MqttOptions", held: Mapping[str, bytes], now: float) -> Reading:
    """Facts from payloads; what cannot be understood is missing, and named."""
    facts: dict[str, Any] = {}
    ages: list[float] = []
    missing = sorted(options.topics() - held.keys())
    for name in SENSORS:
        source: Source | None = getattr(options, name)
        if source is None or source.topic not in held:
            continue
        value = _number(_text(held[source.topic], source))
        if value is None:
            missing.append(f"{source.topic} {source.key}".strip())
        else:
            facts[name] = round(value * source.scale, 3)
        if (age := _age(held[source.topic], source, now)) is not None:
            ages.append(age)
    states = {
        name: relay.shows(_text(held[relay.state.topic], relay.state))
        for name, relay in options.relays.items()
        if relay.state.topic in held
    }
    if known := {name: on for name, on in states.items() if on is not None}:
        facts["relays"] = relays_text(known)
    missing += [options.relays[name].state.topic for name, on in states.items() if on is None]
    if options.available and options.available.topic in held:
        facts["available"] = _text(held[options.available.topic], options.available) == options.online
    if ages:
        facts["age"] = round(max(ages))
    facts["missing"] = " ".join(missing)
    return Reading(facts=tuple(Fact(name, value) for name, value in facts.items()))


def _value(payload: Any, key: str) -> Any:
    """The payload itself, or what stands under a path such as `sensor.temperature`. None where there is none."""
    try:
        text = bytes(payload).decode("utf-8")
        if not key:
            return text.strip()
        told = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None
    for part in key.split("."):
        told = told.get(part) if isinstance(told, dict) else None
    return told


def _text(payload: Any, source: "Source") -> str | None:
    told = _value(payload, source.key)
    if isinstance(told, bool):
        return state_word(on=told)
    return str(told).strip() if isinstance(told, str | int | float) else None


def _number(told: str | None) -> float | None:
    try:
        value = float(told or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _age(payload: bytes, source: "Source", now: float) -> float | None:
    """Seconds since the device spoke, by the time in its own payload: a broker tells none (3.3)."""
    told = _value(payload, source.time) if source.time else None
    if isinstance(told, str):
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            return None
        told = at.timestamp() if at.tzinfo else None
    if not isinstance(told, int | float) or isinstance(told, bool) or not math.isfinite(told):
        return None
    return max(0.0, now - (told / 1000 if told > MILLISECONDS else told))
