"""The new official client, respan-api 0.1.49, against the server: create, bulk, list to the last page, get."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from respan import RespanClient
from respan.core.api_error import ApiError
from respan.types.filter_value import FilterValue
from respan.types.filters import Filters
from respan.types.span_create_request import SpanCreateRequest

from tests.api.calls import new_project_key
from tests.server import Server


@pytest.fixture
def connections() -> Iterator[httpx.Client]:
    """The connections that the client under test uses, closed when the test ends."""
    with httpx.Client(timeout=60) as client:
        yield client


@pytest.fixture
def respan(server: Server, connections: httpx.Client) -> RespanClient:
    """The client, pointed at the server, with a key to a project of the test's own."""
    return _client(server, connections, new_project_key(server))


def test_create_and_retrieve(respan: RespanClient) -> None:
    """A span created with typed arguments answers its stored figures, and is read back whole."""
    moment = datetime(2026, 3, 1, 10, 0, 0, 250_000, tzinfo=UTC)
    created = respan.spans.create_span(
        model="my-own",
        input=[{"role": "user", "content": "Hi"}],
        output={"role": "assistant", "content": "Hello"},
        log_type="chat",
        timestamp=moment,
        cost=0.25,
        prompt_tokens=8,
        completion_tokens=2,
        latency=1.5,
        customer_identifier="c-1",
        metadata={"plan": "pro"},
        trace_unique_id="tr-1",
    )
    assert created.id == created.unique_id
    assert (created.status, created.cost, created.latency, created.environment) == ("success", 0.25, 1.5, "prod")
    assert (created.customer_identifier, created.timestamp) == ("c-1", moment)
    span = respan.spans.retrieve_span(unique_id=str(created.id))
    assert (span.id, span.model, span.cost, span.timestamp) == (created.id, "my-own", 0.25, moment)
    assert (span.prompt_tokens, span.completion_tokens, span.total_request_tokens) == (8, 2, 10)
    assert (span.trace_unique_id, span.metadata) == ("tr-1", {"plan": "pro"})
    assert span.input == '[{"role":"user","content":"Hi"}]'


def test_bulk_and_paging_to_the_last_page(respan: RespanClient) -> None:
    """The pager asks for page after page until one is empty, and sees every span once, the newest first."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    spans = [
        SpanCreateRequest(model=f"m-{number}", timestamp=moment + timedelta(seconds=number)) for number in range(7)
    ]
    done = respan.spans.bulk_create_spans(logs=[*spans, SpanCreateRequest(model="m", prompt_tokens=-1)])
    assert (done.success_count, done.error_count) == (7, 1)
    assert done.errors is not None
    assert [error.index for error in done.errors] == [7]
    pager = respan.spans.list_spans(page_size=3)
    assert [span["model"] for span in pager] == [f"m-{number}" for number in reversed(range(7))]


def test_pages_of_the_pager(respan: RespanClient) -> None:
    """Its pages hold as many spans as asked for, and the total."""
    respan.spans.bulk_create_spans(logs=[SpanCreateRequest(model="m")] * 5)
    sizes = [len(page.items or []) for page in respan.spans.list_spans(page_size=2).iter_pages()]
    assert [size for size in sizes if size] == [2, 2, 1]
    assert respan.spans.list_spans(page_size=2).response.count == 5


def test_listing_by_time_and_environment(respan: RespanClient) -> None:
    """Times travel as the client writes them, and the environments are told apart."""
    respan.spans.create_span(model="old", timestamp=datetime(2026, 3, 1, tzinfo=UTC))
    respan.spans.create_span(model="new", timestamp=datetime(2026, 3, 3, tzinfo=UTC))
    since = respan.spans.list_spans(start_time=datetime(2026, 3, 2, tzinfo=UTC), sort_by="-timestamp")
    assert [span["model"] for span in since] == ["new"]
    assert list(respan.spans.list_spans(environment="test")) == []


def test_filters_and_the_summary(respan: RespanClient) -> None:
    """Its typed filters choose spans, and its typed summary is of the same spans."""
    spans = [SpanCreateRequest(model=f"m-{number}", cost=0.1, prompt_tokens=number) for number in range(5)]
    respan.spans.bulk_create_spans(logs=spans)
    filters = Filters(
        model=FilterValue(operator="not", value=["m-0"]), prompt_tokens=FilterValue(operator="lt", value=[4])
    )
    assert [span["model"] for span in respan.spans.list_spans(filters=filters, sort_by="prompt_tokens")] == [
        "m-1", "m-2", "m-3",
    ]  # fmt: skip
    summary = respan.spans.get_spans_summary(filters=filters)
    assert (summary.number_of_requests, summary.total_cost, summary.total_prompt_tokens) == (3, 0.3, 6)
    assert (summary.avg_latency, summary.scores) == (0, {})


def test_refusals_are_its_errors(server: Server, connections: httpx.Client, respan: RespanClient) -> None:
    """A 404, a 401 and a 400 reach the caller with their status and text."""
    with pytest.raises(ApiError) as missing:
        respan.spans.retrieve_span(unique_id="0" * 32)
    assert (missing.value.status_code, _detail(missing.value)) == (404, "Log not found")
    with pytest.raises(ApiError) as bad:
        respan.spans.bulk_create_spans(logs=[SpanCreateRequest(model="m", prompt_tokens=-1)])
    assert bad.value.status_code == 400
    stranger = _client(server, connections, "no-such-key")
    with pytest.raises(ApiError) as unknown:
        stranger.spans.create_span(model="m")
    assert unknown.value.status_code == 401


def _client(server: Server, connections: httpx.Client, key: str) -> RespanClient:
    return RespanClient(
        base_url=server.url, authorization=f"Bearer {key}", respan_api_key=key, httpx_client=connections
    )


def _detail(error: ApiError) -> str | None:
    body = error.body
    return body["detail"] if isinstance(body, dict) else getattr(body, "detail", None)
