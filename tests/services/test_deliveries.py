import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.archive import Fault, Package, Receipt
from roomctl.domain.delivery import (
    FIRST_RETRY,
    JITTER,
    LAST_RETRY,
    LOCAL,
    Delivery,
    DeliveryStep,
    FixityCheck,
    SentFile,
    Trouble,
    backoff,
)
from roomctl.domain.devices import Secret
from roomctl.domain.events import SYSTEM
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import Pair, speaking
from roomctl.services.device_ports import Rack
from roomctl.services.facade import UseCases
from roomctl.services.identity import new_id
from roomctl.storage.inventory import InventoryFile
from roomctl.testing.fakes import A_MORNING


@pytest.fixture
def package(house):
    meeting = house.opened()
    made = Package(
        id=new_id(), meeting=meeting.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=house.clock.now(),
        targets=("nas", "usb"),
    )  # fmt: skip
    house.use.add_package(made)
    return made


def receipt(house, package, target):
    house.use.add_receipt(
        package.meeting,
        Receipt(package=package.id, target=target, key="k", files=3, bytes=9, manifest_sha256="ab", at=A_MORNING),
    )


def test_a_package_comes_with_a_row_for_each_target_it_waits_for(house, package):
    rows = house.use.deliveries(package.meeting)
    assert [(row.target, row.step) for row in rows] == [("nas", DeliveryStep.WAITING), ("usb", DeliveryStep.WAITING)]


def test_a_row_reads_back_as_it_was_written(house, package):
    row = Delivery(
        package=package.id, target="nas", meeting=package.meeting, at=A_MORNING, step=DeliveryStep.CHECKING, files=9,
        bytes=1 << 40, sent_files=9, sent=1 << 40, checked_files=3, checked=7, rate=1.5, tries=4,
        next_try=A_MORNING + timedelta(hours=1), trouble=Trouble(Pair("坏了", "broken"), "为什么", "怎么办"),
    )  # fmt: skip
    house.use.put_delivery(row)
    (kept, _) = house.use.deliveries(package.meeting)
    assert kept == row
    with speaking("en"):
        assert kept.trouble.as_json() == {"what": "broken", "why": "为什么", "mend": "怎么办"}


def test_the_receipt_ends_the_row_and_nothing_takes_it_back(house, package):
    house.use.put_sent_files(package.id, "nas", [SentFile("data/a", "00", 9)])
    (row, _) = house.use.deliveries(package.meeting)
    receipt(house, package, "nas")
    house.use.put_delivery(replace(row, step=DeliveryStep.SENDING))
    assert [one.done for one in house.use.deliveries()] == [True, False]
    assert [one.target for one in house.use.deliveries(open_only=True)] == ["usb"]
    assert house.use.sent_files(package.id, "nas") == {}


def test_files_that_arrived_are_remembered_by_target_until_they_are_forgotten(house, package):
    house.use.put_sent_files(package.id, "nas", [SentFile("data/a", "00", 9), SentFile("data/b", "11", 5)])
    house.use.put_sent_files(package.id, "nas", [SentFile("data/a", "00", 9, checked=True)])
    house.use.put_sent_files(package.id, "usb", [SentFile("data/a", "00", 9)])
    assert house.use.sent_files(package.id, "nas")["data/a"].checked
    house.use.forget_sent_files(package.id, "nas", ["data/a"])
    assert list(house.use.sent_files(package.id, "nas")) == ["data/b"]
    assert list(house.use.sent_files(package.id, "usb")) == ["data/a"]


def test_a_retry_makes_what_waits_due_at_once_and_is_told(house, package):
    for row in house.use.deliveries(package.meeting):
        house.use.put_delivery(row.failed(Trouble("x"), now=house.clock.now(), chance=0.5))
    assert not any(row.due(house.clock.now()) for row in house.use.deliveries())
    house.use.retry_deliveries(package.meeting, target="usb")
    assert [row.due(house.clock.now()) for row in house.use.deliveries()] == [False, True]
    assert house.kinds(package.meeting).count("package.retried") == 1


def test_a_retry_of_nothing_is_refused_in_words(house, package):
    with pytest.raises(NotFound, match="tape"):
        house.use.retry_deliveries(package.meeting, target="tape")
    for target in package.targets:
        receipt(house, package, target)
    with pytest.raises(Refused, match="没有要重试"):
        house.use.retry_deliveries(package.meeting)
    with pytest.raises(NotFound):
        house.use.retry_deliveries("nobody")


def test_the_local_copy_is_given_up_only_after_all_required_receipts_and_once(house, package):
    receipt(house, package, "nas")
    with pytest.raises(Refused, match="usb"):
        house.use.prune_package(package)
    receipt(house, package, "usb")
    house.use.prune_package(package)
    house.use.prune_package(package)
    assert list(house.use.pruned_packages()) == [package.id]
    assert house.kinds(package.meeting).count("package.pruned") == 1


def test_with_the_local_copy_goes_what_was_open_to_other_targets_and_what_its_reading_found(house, package):
    house.use.enqueue(package, ["tape"])
    house.use.put_sent_files(package.id, "tape", [SentFile("data/a", "00", 9)])
    (open_row,) = [row for row in house.use.deliveries() if row.target == "tape"]
    house.use.put_delivery(open_row.failed(Trouble("x"), now=house.clock.now(), chance=0.5))
    for place in (LOCAL, "nas"):
        house.use.add_fixity_check(
            FixityCheck(
                package=package.id, place=place, meeting=package.meeting, at=A_MORNING, files=3, bytes=9,
                problems=(Fault("data/a", "不同"),),
            )
        )  # fmt: skip
    for target in package.targets:
        receipt(house, package, target)
    house.use.prune_package(package)
    house.use.put_delivery(replace(open_row, step=DeliveryStep.SENDING))  # who was just sending
    assert [(row.target, row.done) for row in house.use.deliveries()] == [("nas", True), ("usb", True)]
    assert house.use.sent_files(package.id, "tape") == {}
    assert [check.place for check in house.use.fixity_checks()] == ["nas"]
    (pruned,) = [row for row in house.use.events(stream=package.meeting) if row.kind == "package.pruned"]
    assert json.loads(pruned.data)["withdrawn"] == ["tape"]


def test_what_a_later_reading_found_is_kept_and_told(house, package):
    check = FixityCheck(
        package=package.id, place="nas", meeting=package.meeting, at=A_MORNING, files=3, bytes=9,
        problems=(Fault("data/a", "不同"),),
    )  # fmt: skip
    house.use.add_fixity_check(check)
    house.use.add_fixity_check(later := replace(check, at=A_MORNING + timedelta(days=1), problems=()))
    assert house.use.fixity_checks(package.meeting) == [later]
    assert house.use.fixity_checks(damaged_only=True) == []
    for place, changes in (("usb", {}), ("tape", {"problems": (), "files": 0})):
        house.use.add_fixity_check(replace(check, place=place, **changes))
    assert {one.place for one in house.use.fixity_checks(damaged_only=True)} == {"usb", "tape"}
    assert house.kinds(package.meeting).count("package.reverified") == 4


def test_a_target_is_given_the_secret_that_its_section_names_and_no_other(house, tmp_path):
    inventory = InventoryFile(tmp_path)
    inventory.keep_secret("office", Secret("room", "pass"))
    given = []
    house.plugins.targets["sftp"] = given.append
    use = UseCases(
        data=tmp_path, actor=SYSTEM, clock=house.clock, open_uow=house.open_uow, plugins=lambda: house.plugins,
        models=None, rack=Rack(inventory, None),
    )  # fmt: skip
    use.target("sftp", {"kind": "sftp", "secret": "office"})
    use.target("sftp", {"kind": "sftp"})
    assert [section.get("credentials") for section in given] == [Secret("room", "pass"), None]
    assert "pass" not in repr(given)
    with pytest.raises(BadInput, match="roomctl devices secret nobody"):
        use.target("sftp", {"kind": "sftp", "secret": "nobody"})


@given(tries=st.integers(0, 10_000), chance=st.floats(0, 1))
def test_the_delay_grows_to_its_last_and_stays_there(tries, chance):
    delay = backoff(tries, chance)
    assert FIRST_RETRY * (1 - JITTER) <= delay <= LAST_RETRY * (1 + JITTER) + 1e-6
    assert backoff(tries + 1, chance) >= delay


def test_a_clock_that_was_set_back_does_not_stop_the_tries():
    row = Delivery(package="p", target="t", meeting="m", at=A_MORNING)
    waits = row.failed(Trouble("x"), now=A_MORNING, chance=0.5)
    assert not waits.due(A_MORNING)
    assert waits.due(A_MORNING + timedelta(seconds=FIRST_RETRY))
    assert waits.due(A_MORNING - timedelta(days=365))
