"""GET and POST /api/request-logs/export on the running server."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import httpx
import pyarrow.parquet
import pytest

from inferlog.query.exported import COLUMNS
from tests.api.calls import BATCH, create, new_project_key, refusal
from tests.server import Server, wait_for

EXPORT = "/api/request-logs/export"
LOG = {
    "model": "gpt-4o-mini", "timestamp": "2026-03-04T05:06:07.123456Z", "cost": 0.000000123456,
    "input": '{"not', "output": "é\n\"quoted\", \t", "prompt_messages": [{"role": "user", "content": "a\nb"}],
    "metadata": {"n": 1.10, "of": "it's"}, "usage": {"prompt_tokens": 3, "completion_tokens": 2}, "stream": True,
}  # fmt: skip


def lines(response: httpx.Response) -> list[dict[str, Any]]:
    """Return the logs of an export in JSON lines, amounts with their digits."""
    assert response.status_code == 200, response.text
    return [json.loads(line, parse_float=Decimal) for line in response.text.splitlines()]


@pytest.fixture(scope="module")
def exported(own_api: httpx.Client, server: Server) -> list[str]:
    """The ids of a project's logs: one with everything, and 30 of one moment; another project has logs too."""
    with server.client(new_project_key(server)) as other:
        create(other, {"model": "other"})
    many = [
        {"model": f"m{n % 3}", "timestamp": "2026-05-01T00:00:00Z", "customer_identifier": str(n)} for n in range(30)
    ]
    answer = own_api.post(BATCH, json={"logs": many})
    return [create(own_api, LOG), *(each["id"] for each in answer.json()["results"])]


def test_every_selected_log_is_there_once_oldest_first(own_api: httpx.Client, exported: list[str]) -> None:
    """The whole project by default; its number is told before."""
    response = own_api.get(EXPORT)
    found = lines(response)
    assert sorted(log["id"] for log in found) == sorted(exported)
    assert [log["timestamp"] for log in found] == sorted(log["timestamp"] for log in found)
    assert response.headers["inferlog-logs-total"] == str(len(exported))
    assert "content-length" not in response.headers


def test_a_line_holds_the_log_as_it_is_stored(own_api: httpx.Client, exported: list[str]) -> None:
    """Times, amounts and JSON are as they came; what is derived is there; texts that look like JSON stay texts."""
    log = next(log for log in lines(own_api.get(EXPORT)) if log["id"] == exported[0])
    assert next(iter(log)) == "inferlog_export"
    for name in ("model", "timestamp", "input", "output", "prompt_messages", "stream"):
        assert log[name] == LOG[name]
    assert (log["cost"], log["metadata"]) == (Decimal("0.000000123456"), {"n": Decimal("1.1"), "of": "it's"})
    assert log["usage_details"] == {"input": 3, "output": 2}
    assert "error_message" not in log


def test_filters_fields_and_samples(own_api: httpx.Client, exported: list[str]) -> None:
    """Those of the list; chosen fields are always there; a sample is the same logs each time, and a part of all."""
    chosen = lines(own_api.get(EXPORT, params={"model": "m1", "include_fields": "customer_identifier,model,cost"}))
    assert sorted(int(log["customer_identifier"]) for log in chosen) == list(range(1, 30, 3))
    assert all(list(log) == ["customer_identifier", "model", "cost"] for log in chosen)
    body = {"filters": {"model": {"operator": "", "value": ["m2"]}}, "include_fields": ["id"], "sample": 1}
    assert len(lines(own_api.post(EXPORT, json=body))) == 10
    half = [lines(own_api.get(EXPORT, params={"sample": 0.5})) for _ in range(2)]
    assert half[0] == half[1]
    assert 0 < len(half[0]) < len(exported)
    assert lines(own_api.get(EXPORT, params={"model": "none"})) == []


def test_csv_and_parquet_hold_the_same(own_api: httpx.Client, exported: list[str]) -> None:
    """The same logs in the same order, in all forms, with a head also if there is none."""
    ids = [log["id"] for log in lines(own_api.get(EXPORT))]
    rows = list(csv.DictReader(io.StringIO(own_api.get(EXPORT, params={"format": "csv"}).text, newline="")))
    assert [row["id"] for row in rows] == ids
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["cost"], rows[0]["output"], rows[0]["stream"]) == ("0.000000123456", LOG["output"], "true")
    assert json.loads(rows[0]["usage_details"]) == {"input": 3, "output": 2}
    table = pyarrow.parquet.read_table(io.BytesIO(own_api.get(EXPORT, params={"format": "parquet"}).content))
    assert [row["id"] for row in table.to_pylist()] == ids
    row = table.to_pylist()[0]
    assert (row["cost"], row["output"]) == (Decimal("0.000000123456"), LOG["output"])
    assert row["timestamp"].isoformat() == "2026-03-04T05:06:07.123456+00:00"
    empty = {"model": "none", "include_fields": "id,cost"}
    assert own_api.get(EXPORT, params=empty | {"format": "csv"}).text.strip() == "id,cost"
    none = own_api.get(EXPORT, params=empty | {"format": "parquet"})
    assert pyarrow.parquet.read_table(io.BytesIO(none.content)).num_rows == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"format": "xml"}, "format: expected one of jsonl, csv, parquet, received: xml"),
        ({"sample": "0"}, "sample: expected a share from 0.000001 to 1, received: 0"),
        ({"sample": "nan"}, "sample: expected a share"),
        ({"include_fields": "modle"}, "include_fields: unknown field 'modle' (did you mean model?)"),
        ({"include_fields": "project_id"}, "include_fields: unknown field 'project_id'"),
        ({"page": "2"}, "page: unknown parameter"),
    ],
)
def test_what_is_wrong_is_named(own_api: httpx.Client, given: dict[str, str], told: str) -> None:
    """A 400 that says what came and what was expected."""
    assert told in refusal(own_api.get(EXPORT, params=given), 400)


def test_head_has_no_body(own_api: httpx.Client, exported: list[str]) -> None:
    """HEAD is answered with the headers alone."""
    response = own_api.head(EXPORT)
    assert (response.status_code, response.headers["inferlog-logs-total"]) == (200, str(len(exported)))


def test_a_reader_who_leaves_makes_room(server: Server) -> None:
    """An export that nobody reads on waits, and counts; once its reader is gone the next one may come."""
    with server.client(new_project_key(server)) as api:
        for number in range(6):
            logs = [{"model": "m", "input": f"{number}{each}" + "x" * 2_000_000} for each in range(5)]
            assert api.post(BATCH, json={"logs": logs}).status_code == 200
        begun = []
        for _ in range(4):
            response = api.send(api.build_request("GET", EXPORT), stream=True)
            assert response.status_code == 200
            blocks = response.iter_raw()
            assert next(blocks)
            begun.append((response, blocks))  # a generator that is thrown away closes its response
        assert "exports_max = 4" in refusal(api.get(EXPORT, params={"model": "none"}), 429)
        begun[0][0].close()
        wait_for(lambda: api.get(EXPORT, params={"model": "none"}).status_code == 200)
        for response, _ in begun[1:]:
            response.close()
