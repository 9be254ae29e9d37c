"""The file of budgets: what is kept, what there is once, and what is due."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from inferlog.budgets.definitions import Change, Draft
from inferlog.budgets.register import Register, Seen
from inferlog.errors import Conflict, NotFound, StorageFull
from tests.unit.budgets.samples import MONTH, NOW, PROJECT, kept, reached

URL = "http://127.0.0.1:9/"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the budgets are."""
    return tmp_path / "budgets.db"


@pytest.fixture
def register(path: Path) -> Iterator[Register]:
    """An empty register."""
    opened = Register(path)
    yield opened
    opened.close()


def test_a_budget_is_what_it_was_after_a_restart(path: Path) -> None:
    """Every field, the amount with all its digits."""
    register = Register(path)
    made = kept(register, amount=Decimal("0.100000"), thresholds=(1, 99), scope="customer", subject="*", period="week",
                time_zone="Europe/Berlin", environment="test", webhook_url=URL)  # fmt: skip
    register.close()
    register = Register(path)
    assert register.budgets() == register.budgets(PROJECT) == [made]
    assert register.find(PROJECT, made.id) == made
    assert (str(made.amount), made.version, made.webhook_secret[:6]) == ("0.100000", 1, "whsec_")
    register.close()


def test_only_its_owner_can_read_the_file(path: Path, register: Register) -> None:
    """Secrets that sign stand in it, also in the files that SQLite keeps beside it."""
    kept(register)
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_project_sees_its_own_budgets_only(register: Register) -> None:
    """Another project's is not found, neither to read nor to change."""
    made = kept(register)
    other = PROJECT.replace("0", "f")
    assert register.budgets(other) == []
    for project, budget_id in ((other, made.id), (PROJECT, "0" * 32)):
        with pytest.raises(NotFound, match="Budget not found"):
            register.find(project, budget_id)
        with pytest.raises(NotFound, match="Budget not found"):
            register.change(project, budget_id, Change(name="x"))
        with pytest.raises(NotFound, match="Budget not found"):
            register.delete(project, budget_id)
    assert register.budgets() == [made]


def test_names_and_number_of_budgets_are_bounded(register: Register) -> None:
    """A name is taken once in a project, and there are at most budgets_max."""
    first = kept(register)
    with pytest.raises(Conflict, match="name: this project has a budget named 'all' already"):
        kept(register)
    second = kept(register, name="other")
    with pytest.raises(Conflict, match="has a budget named 'all' already"):
        register.change(PROJECT, second.id, Change(name="all"))
    with pytest.raises(Conflict, match="This project has 2 budgets; the limit budgets_max is 2"):
        register.create(PROJECT, Draft(name="third", amount=Decimal(1), scope="project", subject=""), most=2)
    assert register.budgets() == [first, second]


def test_a_change_of_the_amount_begins_the_thresholds_anew(register: Register) -> None:
    """Another amount is another version, a name is not; what was reached of the old one is no longer the budget's."""
    made = kept(register)
    assert len(register.record(reached(made, "60"))) == 1
    renamed = register.change(PROJECT, made.id, Change(name="renamed", amount=Decimal("100.00"), thresholds=(50, 60)))
    assert (renamed.name, renamed.version, renamed.thresholds) == ("renamed", 1, (50, 60))
    assert [each.threshold for each in register.record(reached(renamed, "60"))] == [60]
    raised = register.change(PROJECT, made.id, Change(amount=Decimal(120)))
    assert raised.version == 2
    assert register.told(raised, MONTH.start) == []
    assert [each.threshold for each in register.record(reached(raised, "60"))] == [50]


def test_a_webhook_that_is_given_has_a_new_secret(register: Register) -> None:
    """The same address too; without one there is none."""
    made = kept(register, webhook_url=URL)
    secrets = {made.webhook_secret}
    secrets.add(register.change(PROJECT, made.id, Change(name="x")).webhook_secret)
    assert len(secrets) == 1
    secrets.add(register.change(PROJECT, made.id, Change(webhook_url=URL)).webhook_secret)
    assert len(secrets) == 2
    assert register.change(PROJECT, made.id, Change(webhook_url="")).webhook_secret == ""


def test_an_event_is_recorded_once_whoever_records_it(path: Path) -> None:
    """Many threads and two processes' worth of connections: each event is new to exactly one of them."""
    registers = [Register(path) for _ in range(2)]
    made = kept(registers[0])
    events = reached(made, "100")
    new: list[str] = []
    threads = [
        threading.Thread(target=lambda each=each: new.extend(event.id for event in each.record(events)))
        for each in registers * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == sorted(event.id for event in events)
    for each in registers:
        each.close()


def test_what_is_recorded_is_known_after_a_restart(path: Path) -> None:
    """And what of it is due."""
    register = Register(path)
    made = kept(register, webhook_url=URL)
    events = reached(made, "100")
    register.record(events)
    register.close()
    register = Register(path)
    assert register.recorded(MONTH.start) == {event.crossing for event in events}
    assert register.recorded(MONTH.end) == set()
    due = register.due(NOW, [])
    assert due is not None
    assert (due.event_id, due.url, due.secret, due.body, due.attempts) == (
        events[0].id, URL, made.webhook_secret, events[0].body, 0,
    )  # fmt: skip
    register.close()


def test_webhooks_are_due_in_order_and_one_of_a_budget_at_a_time(register: Register) -> None:
    """The lowest threshold first; a busy budget waits; one that failed waits until its time; delivered is delivered."""
    made, other = kept(register, webhook_url=URL), kept(register, name="other", webhook_url=URL)
    first, second, third = register.record(reached(made, "100"))
    register.record(reached(other, "50"))
    assert _due(register, other.id) == first.id
    assert register.due(NOW - 1, []) is None
    busy = register.due(NOW, [made.id])
    assert busy is not None
    assert busy.budget_id == other.id
    register.note_failed(first.id, "answered 500", NOW + 60)
    assert _due(register, other.id) == second.id
    register.note_delivered(second.id, NOW + 1)
    assert register.next_due() == NOW
    told = {each.threshold: each for each in register.told(made, MONTH.start)}
    assert (told[50].delivery, told[50].attempts, told[50].last_error, told[50].due_at) == (
        "pending", 1, "answered 500", NOW + 60,
    )  # fmt: skip
    assert (told[80].delivery, told[80].attempts, told[80].delivered_at) == ("delivered", 1, NOW + 1)
    register.note_failed(first.id, "answered 410", None)
    assert register.told(made, MONTH.start)[0].delivery == "failed"
    later = register.due(NOW + 100, [other.id])
    assert later is not None
    assert later.event_id == third.id


def _due(register: Register, *busy: str) -> str:
    delivery = register.due(NOW, busy)
    assert delivery is not None
    return delivery.event_id


def test_nobody_is_told_where_there_is_no_webhook(register: Register) -> None:
    """Without an address from the beginning, or taken away while the webhook waits."""
    made = kept(register)
    register.record(reached(made, "50"))
    assert [each.delivery for each in register.told(made, MONTH.start)] == ["no_webhook"]
    told = kept(register, name="other", webhook_url=URL)
    register.record(reached(told, "50"))
    register.change(PROJECT, told.id, Change(webhook_url=""))
    assert (register.due(NOW, []), register.next_due()) == (None, None)


def test_a_budget_that_is_gone_has_no_events(register: Register) -> None:
    """They go with it, and none come after it; nor of a version that is over."""
    made = kept(register, webhook_url=URL)
    events = reached(made, "100")
    register.record(events[:1])
    changed = register.change(PROJECT, made.id, Change(amount=Decimal(5)))
    assert register.record(events) == []
    register.note_seen([(made.id, Seen("", MONTH, Decimal(1)))])
    assert register.delete(PROJECT, made.id) == changed
    assert register.record(reached(changed, "5")) == []
    register.note_seen([(made.id, Seen("", MONTH, Decimal(1)))])
    assert (register.due(NOW, []), register.recorded(0), register.seen(made.id)) == (None, set(), None)


def test_old_events_are_forgotten_unless_they_wait(register: Register) -> None:
    """Of periods that ended before."""
    made = kept(register, webhook_url=URL)
    first, second, third = register.record(reached(made, "100"))
    register.note_delivered(first.id, NOW)
    register.note_failed(second.id, "gone", None)
    register.drop_older(MONTH.end)
    assert len(register.told(made, MONTH.start)) == 3
    register.drop_older(MONTH.end + 1)
    assert [each.event_id for each in register.told(made, MONTH.start)] == [third.id]


def test_a_full_disk_is_said_and_leaves_what_was_there(register: Register) -> None:
    """A 507 with the reason, nothing half written; with space again it goes on."""
    made = kept(register)
    [(pages,)] = register._db.execute("PRAGMA page_count").fetchall()
    register._db.execute(f"PRAGMA max_page_count = {pages}")
    many = [event for number in range(200) for event in reached(made, "100", subject=f"c{number}")]
    with pytest.raises(StorageFull, match=r"Budgets cannot be written \(database or disk is full\): make space"):
        register.record(many)
    assert register.recorded(0) == set()
    register._db.execute("PRAGMA max_page_count = 1000000")
    assert len(register.record(many)) == len(many)


def test_what_was_seen_is_kept(register: Register) -> None:
    """For the command line, which cannot ask the store while the server has it."""
    made = kept(register)
    assert register.seen(made.id) is None
    for spent in ("1.000000000001", "1.000000000001", "2"):
        register.note_seen([(made.id, Seen("acme", MONTH, Decimal(spent)))])
        assert register.seen(made.id) == Seen("acme", MONTH, Decimal(spent))
