"""Which logs are counted on their way into the store, and that all others go through as they are."""

from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest

from inferlog.enrich.merge import merge
from inferlog.enrich.uncounted import NOT_COUNTED, PENDING
from inferlog.model import Log
from inferlog.pricing.prices import Price
from inferlog.uncounted import Uncounted
from tests.unit.journey import PRICES, enriched, prepared
from tests.unit.pieces import piece

UNCOUNTED: Final = Uncounted(PRICES, log_bytes_max=1_000_000, segment_bytes_max=2_000_000)
ASKED: Final = {"model": "gpt-4o-mini", "prompt_messages": [{"role": "user", "content": "Hi"}]}
ANSWERED: Final = ASKED | {"output": "Hello there"}
MARK: Final = {"estimated": ["tokens_pending"]}


def row(**body: Any) -> bytes:
    """Return the row of a log, as it is journaled."""
    return prepared(body).entry.row + b"\n"


def completed(uncounted: Uncounted, *rows: bytes) -> list[Log]:
    """Return the logs of a block of rows that went through."""
    [block] = uncounted.complete([b"".join(rows)])
    return [msgspec.json.decode(line, type=Log, strict=False) for line in block.splitlines()]


@pytest.mark.parametrize(
    ("body", "pending"),
    [
        (ANSWERED, True),
        (ASKED, True),
        (ANSWERED | {"usage": {}}, True),
        (ANSWERED | {"usage": {"prompt_tokens": "many"}}, True),
        (ANSWERED | {"stream": True}, True),
        (ANSWERED | {"usage": {"prompt_tokens": 0, "completion_tokens": 0}}, True),
        (ANSWERED | {"stream": True, "status": "error", "status_code": 500}, True),
        (ANSWERED | {"status": "error", "status_code": 429}, False),
        (ANSWERED | {"log_type": "embedding"}, True),
        (ASKED | {"usage": {"prompt_tokens": 0, "completion_tokens": 0}}, False),
        (ANSWERED | {"usage": {"prompt_tokens": 1}}, False),
        (ANSWERED | {"completion_tokens": 7}, False),
        (ANSWERED | {"total_request_tokens": 7}, False),
        (ANSWERED | {"model": ""}, False),
        (ANSWERED | {"log_type": "tool"}, False),
        (ANSWERED | {"log_type": "workflow"}, False),
        (ANSWERED | {"status": "running"}, False),
        (ASKED | {"status_code": 500}, False),
        ({"model": "gpt-4o-mini"}, False),
    ],
)
def test_which_logs_are_counted(body: dict[str, Any], pending: bool) -> None:
    """A call of a model that said something and of which no usage came; a figure that was told stands."""
    assert (enriched(body).estimated == PENDING) is pending


def test_a_log_is_counted_and_priced() -> None:
    """Its tokens, their sum, its speed and its cost are there, with the mark of the tokenizer."""
    [log] = completed(UNCOUNTED, row(**ANSWERED, latency=2.0))
    assert (log.prompt_tokens, log.completion_tokens, log.total_request_tokens) == (8, 2, 10)
    assert (log.usage_details, log.tokens_per_second) == ({"input": 8, "output": 2}, 1.0)
    assert (log.cost, log.cost_source) == (Decimal("0.0000024"), "price_book")
    assert sum(log.cost_details.values()) == log.cost
    assert log.estimated == ("tokens:o200k_base",)


@pytest.mark.parametrize(
    ("given", "cost", "source"),
    [
        ({"cost": 0.5}, Decimal("0.5"), "given"),
        ({"prompt_unit_price": 1_000_000, "completion_unit_price": 2_000_000}, Decimal(12), "unit_prices"),
        ({"model": "a-model-that-nobody-knows"}, None, ""),
    ],
)
def test_whose_price_holds_for_a_counted_log(given: dict[str, Any], cost: Decimal | None, source: str) -> None:
    """A given cost stands, given prices come before the book, and an unknown model has no cost, which is not zero."""
    [log] = completed(UNCOUNTED, row(**ANSWERED | given))
    assert (log.cost, log.cost_source, log.total_request_tokens) == (cost, source, 10)


def test_a_usage_of_zero_that_cannot_be_true() -> None:
    """What was answered is counted; the usage that came is kept as it came."""
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    [log] = completed(UNCOUNTED, row(**ANSWERED, stream=True, usage=usage))
    assert (log.usage_details, log.total_request_tokens) == ({"input": 8, "output": 2}, 10)
    assert (msgspec.json.decode(log.usage), log.estimated, log.flags) == (usage, ("tokens:o200k_base",), ())


def test_other_rows_go_through_as_they_are() -> None:
    """A row with usage is the same bytes after it, also if its metadata holds the mark; others are counted."""
    told = row(**ANSWERED, usage={"prompt_tokens": 5}, metadata=MARK)
    [block] = UNCOUNTED.complete([told + row(**ANSWERED) + told])
    lines = block.splitlines(keepends=True)
    assert (lines[0], lines[2]) == (told, told)
    assert msgspec.json.decode(lines[1], type=Log).estimated == ("tokens:o200k_base",)
    assert list(UNCOUNTED.complete([told, told])) == [told, told]


def test_a_counted_row_keeps_all_else() -> None:
    """Nothing of a log but its tokens, its cost and the marks is changed by counting."""
    sent = ANSWERED | {"metadata": MARK | {"n": 1.10}, "unknown": [1e400], "tools": [], "customer_identifier": "é"}
    before = msgspec.json.decode(prepared(sent | {"id": "0" * 32}).entry.row)
    after = msgspec.json.decode(next(iter(UNCOUNTED.complete([row(**sent, id="0" * 32)]))))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {
        "estimated", "usage_details", "prompt_tokens", "completion_tokens", "total_request_tokens", "cost",
        "cost_source", "cost_details", "price_id", "price_version",
    } | ({"id"} & changed)  # fmt: skip


def test_past_the_bound_of_a_segment_characters_are_counted() -> None:
    """The first logs of a segment use up the bytes that may be tokenized; the rest is estimated and says so."""
    bounded = Uncounted(PRICES, log_bytes_max=1_000_000, segment_bytes_max=20)
    logs = completed(bounded, *[row(**ANSWERED) for _ in range(3)])
    assert [log.estimated for log in logs] == [
        ("tokens:o200k_base",), ("tokens:o200k_base", "tokens:extrapolated", "tokens:characters"),
        ("tokens:characters",),
    ]  # fmt: skip
    assert all(log.total_request_tokens > 0 and log.cost for log in logs)


class _Failing:
    """Prices that fail, as a defect would."""

    def find(self, project_id: str, provider_id: str, model: str, timestamp: float, service_tier: str) -> Price | None:
        """Fail."""
        raise ArithmeticError(model)


def test_what_cannot_be_counted_is_stored_and_flagged() -> None:
    """A failure of counting costs a log its tokens, not its place in the store; nor does a row that is no row."""
    failing = Uncounted(_Failing(), log_bytes_max=1_000_000, segment_bytes_max=1_000_000)
    logs = completed(failing, row(**ANSWERED), row(**ANSWERED, cost=1))
    assert [(log.flags, log.estimated, log.total_request_tokens) for log in logs] == [
        ((NOT_COUNTED,), (), 0), ((), ("tokens:o200k_base",), 10),
    ]  # fmt: skip
    broken = row(**ANSWERED).replace(b'"model":', b'"model":1,"odd":')
    assert list(UNCOUNTED.complete([broken])) == [broken]


def test_counting_can_be_switched_off() -> None:
    """With count_bytes_max = 0 a log without usage says that its tokens were not counted."""
    [log] = completed(Uncounted(PRICES, log_bytes_max=0, segment_bytes_max=0), row(**ANSWERED))
    assert (log.estimated, log.flags, log.cost) == ((), (NOT_COUNTED,), None)


def test_content_that_is_not_kept_is_not_counted() -> None:
    """With disable_log there is nothing to count once the log is journaled; the log says so."""
    log = enriched(ANSWERED | {"disable_log": True})
    assert (log.estimated, log.flags) == ((), (NOT_COUNTED,))


def test_a_call_in_pieces_is_counted_when_it_has_ended() -> None:
    """While it runs nothing is counted; the whole is; and the provider's own figures, if they come at last, win."""
    begun = piece(model="gpt-4o-mini", status="running", prompt_messages=ASKED["prompt_messages"], log_type="chat").log
    assert begun.estimated == ()
    whole = merge(begun, piece(output="Hello there", log_type="chat", status="success").log, PRICES, overrides=True)
    UNCOUNTED.complete_log(whole)
    assert (whole.usage_details, whole.estimated) == ({"input": 8, "output": 2}, ("tokens:o200k_base",))
    told = merge(whole, piece(usage={"prompt_tokens": 9, "completion_tokens": 3}).log, PRICES, overrides=True)
    UNCOUNTED.complete_log(told)
    assert (told.usage_details, told.estimated) == ({"input": 9, "output": 3}, ())
