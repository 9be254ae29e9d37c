"""Delivery: tried again with growing pauses until it is taken or given up, and across restarts under the same id."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inferlog import ids
from inferlog.budgets.courier import Courier
from inferlog.budgets.definitions import Budget
from inferlog.budgets.register import Delivery, Register, Told
from inferlog.budgets.webhooks import Answer, Sender
from tests.receiver import Receiver
from tests.server import wait_for
from tests.unit.budgets.samples import MONTH, kept
from tests.unit.budgets.samples import reached as reached_at_a_fixed_time


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver() as running:
        yield running


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """An empty register."""
    opened = Register(tmp_path / "budgets.db")
    yield opened
    opened.close()


def courier(register: Register, **given: Any) -> Courier:
    """Return a courier that tries again at once."""
    options = {"pause_seconds": 0.001, "attempts_max": 5, "seconds_max": 1e9, **given}
    return Courier(register, Sender(seconds_max=10, private=True), **options)


def told(register: Register, of: Budget) -> list[Told]:
    """Return what became of a budget's events."""
    return register.told(of, MONTH.start)


def test_what_fails_is_tried_again_until_it_is_taken(register: Register, receiver: Receiver) -> None:
    """Each attempt has the same id and the same body; taken, it is not sent again."""
    of = kept(register, webhook_url=receiver.url)
    register.record(reached_at_a_fixed_time(of, "50"))
    receiver.status = 500
    running = courier(register, attempts_max=1_000_000)
    running.start()
    receiver.wait(3)
    receiver.status = 200
    wait_for(lambda: told(register, of)[0].delivery == "delivered")
    running.stop(10)
    assert len({(each.id, each.body) for each in receiver.received}) == 1
    assert told(register, of)[0].attempts == len(receiver.received)
    assert told(register, of)[0].last_error == ""


def test_a_webhook_is_given_up_after_so_many_attempts(register: Register, receiver: Receiver) -> None:
    """The last reason is kept."""
    of = kept(register, webhook_url=receiver.url)
    register.record(reached_at_a_fixed_time(of, "50"))
    receiver.status = 500
    running = courier(register, attempts_max=3)
    running.start()
    wait_for(lambda: told(register, of)[0].delivery == "failed")
    running.stop(10)
    assert len(receiver.received) == 3
    assert (told(register, of)[0].attempts, told(register, of)[0].last_error) == (3, "answered 500")


def test_a_receiver_that_is_gone_is_left_at_once(register: Register, receiver: Receiver) -> None:
    """410 is its wish."""
    of = kept(register, webhook_url=receiver.url)
    register.record(reached_at_a_fixed_time(of, "50"))
    receiver.status = 410
    running = courier(register)
    running.start()
    wait_for(lambda: told(register, of)[0].delivery == "failed")
    running.stop(10)
    assert len(receiver.received) == 1


def test_thresholds_are_told_in_order_and_a_slow_receiver_holds_up_only_its_own(
    register: Register, receiver: Receiver
) -> None:
    """One at a time of each budget, the lowest first; another budget's go out meanwhile."""
    of = kept(register, webhook_url=receiver.url)
    receiver.hold()
    with Receiver() as quick:
        other = kept(register, name="other", webhook_url=quick.url)
        register.record(reached_at_a_fixed_time(of, "100"))
        register.record(reached_at_a_fixed_time(other, "100"))
        running = courier(register)
        running.start()
        assert [each.threshold for each in quick.wait(3)] == [50, 80, 100]
        assert [each.threshold for each in receiver.wait(1)] == [50]
        receiver.go_on()
        assert [each.threshold for each in receiver.wait(3)] == [50, 80, 100]
        wait_for(lambda: all(each.delivery == "delivered" for each in told(register, of)))
        running.stop(10)


def test_a_stop_breaks_off_and_the_next_start_delivers(register: Register, receiver: Receiver) -> None:
    """What was broken off is no failed attempt; the same id goes out again."""
    of = kept(register, webhook_url=receiver.url)
    register.record(reached_at_a_fixed_time(of, "50"))
    receiver.hold()
    running = courier(register)
    running.start()
    receiver.wait(1)
    running.stop(10)
    assert (told(register, of)[0].delivery, told(register, of)[0].attempts) == ("pending", 0)
    receiver.go_on()
    running = courier(register)
    running.start()
    wait_for(lambda: told(register, of)[0].delivery == "delivered")
    running.stop(10)
    assert len(receiver.received) == 2
    assert len({each.id for each in receiver.received}) == 1


@pytest.mark.parametrize(
    ("attempts", "answer", "pause"),
    [
        (0, Answer("x"), 5), (1, Answer("x"), 20), (2, Answer("x"), 80), (5, Answer("x"), 5_120),
        (7, Answer("x"), 21_600), (13, Answer("x"), 21_600),
        (0, Answer("x", retry_after=120), 120), (3, Answer("x", retry_after=120), 320),
        (0, Answer("x", retry_after=1e9), 21_600),
    ],
)  # fmt: skip
def test_pauses_grow_and_are_bounded(register: Register, attempts: int, answer: Answer, pause: float) -> None:
    """Four times as long each time, at most six hours, not less than the receiver asks for, spread by up to a tenth."""
    begun = ids.now()
    delivery = Delivery("evt_ff", "b", "u", "s", b"", attempts, begun)
    due_at = courier(register, pause_seconds=5, attempts_max=20)._next_attempt(delivery, answer)
    assert due_at is not None
    assert begun + pause <= due_at <= ids.now() + pause * 1.1


def test_a_webhook_is_given_up_when_its_event_is_too_old(register: Register) -> None:
    """After webhook_retry_seconds_max, however few attempts there were."""
    delivery = Delivery("evt_00", "b", "u", "s", b"", 0, ids.now() - 97)
    late = courier(register, pause_seconds=5, seconds_max=100)
    assert late._next_attempt(delivery, Answer("x")) is None
    assert courier(register, pause_seconds=1, seconds_max=1_000)._next_attempt(delivery, Answer("x")) is not None
