"""Cost exports as providers write them: each format is recognised by its header, and what cannot be read says why."""

import json
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferlog.errors import InvalidInput
from inferlog.reconcile.invoices import Invoice, Line, read_invoice
from inferlog.reconcile.names import is_of, key_of

OPENAI: Final = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,"
    "user_id,api_key_id,project_id,organization_id,project_name,organization_name,user_email,api_source\n"
)
OPENAI_OLDER: Final = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,"
    "organization_id,organization_name\n"
)
ANTHROPIC: Final = (
    "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,"
    "inference_geo,speed,api_key_id,api_key_status\n"
)
DAY: Final = date(2026, 11, 2)
START: Final = 1_793_577_600
"""2026-11-02 as seconds since 1970."""


def openai_row(amount: str, item: str = "", quantity: str = "", unit: str = "") -> str:
    """Return a row of OpenAI's export of today."""
    times = f"{START},{START + 86400},2026-11-02T00:00:00,2026-11-03T00:00:00"
    currency = "usd" if amount else ""
    return f'{times},{amount},{currency},{quantity},{unit},"{item}",,key_1,proj_a,org-1,Proj A,Org,a@example.com,\n'


def anthropic_row(model: str, token_type: str, cost: str, listed: str = "", **columns: str) -> str:
    """Return a row of Anthropic's export."""
    usage_type, cost_type = columns.get("usage_type", "message"), columns.get("cost_type", "token")
    return (
        f"2026-11-02,{model},Default,key,{usage_type},≤ 200k,{token_type},{cost},{listed or cost},{cost_type},"
        "not_available,,apikey_01AAA,active\n"
    )


def read(text: str) -> Invoice:
    """Return the invoice of a text."""
    return read_invoice(text.encode())


def line(model: str, kind: Any, usd: str, **rest: Any) -> Line:
    """Return a line of the day."""
    return Line(day=DAY, model=model, kind=kind, usd=Decimal(usd).quantize(Decimal("1E-12")), **rest)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (openai_row("0.00042075", "gpt-4o-mini-2024-07-18, input", "2805.0", "tokens"),
         line("gpt-4o-mini-2024-07-18", "input", "0.00042075", tokens=2805)),
        (openai_row("0.00001", "gpt-4o-mini-2024-07-18, cached input", "500"),
         line("gpt-4o-mini-2024-07-18", "cache_read", "0.00001", tokens=500)),
        (openai_row("0.5", "gpt-5-nano, input_tokens", "1000", "tokens"),
         line("gpt-5-nano", "input", "0.5", tokens=1000)),
        (openai_row("1", "priority | gpt-5.6-sol, output, long context"),
         line("gpt-5.6-sol", "output", "1", tier="priority")),
        (openai_row("0.2", "gpt-5.6, cache writes"), line("gpt-5.6", "cache_write", "0.2")),
        (openai_row("0.05", "web search tool calls", "5", "calls"), line("web search tool calls", "fee", "0.05")),
        (openai_row("0.1", "assistants api | file search"), line("assistants api | file search", "fee", "0.1")),
        (openai_row("0.06", "gpt-4o"), line("gpt-4o", "total", "0.06")),
        (openai_row("0.003835980000000000000000000000"), line("", "total", "0.00383598")),
        (openai_row("0E-6176", "gpt-4o, cached input"), line("gpt-4o", "cache_read", "0")),
    ],
)  # fmt: skip
def test_line_items_of_openai(row: str, expected: Line) -> None:
    """Model, kind of tokens, tier and tokens are read out of a line item; what names no model is a fee."""
    assert read(OPENAI + row).lines == (expected,)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (anthropic_row("Claude Haiku 4.5", "input_no_cache", "0.05"),
         line("Claude Haiku 4.5", "input", "0.05", list_usd=Decimal("0.05"))),
        (anthropic_row("Claude Haiku 4.5", "input_cache_read", "0.1", "1"),
         line("Claude Haiku 4.5", "cache_read", "0.1", list_usd=Decimal(1))),
        (anthropic_row("Claude Haiku 4.5", "input_cache_write_5m", "0.1"),
         line("Claude Haiku 4.5", "cache_write", "0.1", list_usd=Decimal("0.1"))),
        (anthropic_row("Claude Haiku 4.5", "output", "0.1", usage_type="batch"),
         line("Claude Haiku 4.5", "output", "0.1", list_usd=Decimal("0.1"), tier="batch")),
        (anthropic_row("", "", "0.01", cost_type="web_search"),
         line("web_search", "fee", "0.01", list_usd=Decimal("0.01"))),
    ],
)  # fmt: skip
def test_rows_of_anthropic(row: str, expected: Line) -> None:
    """Kinds of tokens, list prices, batches and fees of the Console's export."""
    assert read("\ufeff" + ANTHROPIC + row).lines == (expected,)


def test_a_page_of_openais_costs() -> None:
    """Amounts as numbers keep their digits, days without costs count, and a page of several says so."""
    result = (
        '{"object":"organization.costs.result","amount":{"value":0.060000000001,"currency":"usd"},'
        '"line_item":"gpt-4o, input","quantity":24000.0,"project_id":null}'
    )
    buckets = [
        f'{{"object":"bucket","start_time":{START},"end_time":{START + 86_400},"results":[{result}]}}',
        f'{{"object":"bucket","start_time":{START + 86_400},"end_time":{START + 172_800},"results":[]}}',
    ]
    invoice = read(f'{{"object":"page","has_more":true,"data":[{",".join(buckets)}]}}')
    assert (invoice.provider, invoice.first, invoice.last) == ("openai", DAY, date(2026, 11, 3))
    assert invoice.lines == (line("gpt-4o", "input", "0.060000000001", tokens=24_000),)
    assert len(invoice.notes) == 1


def test_a_page_of_anthropics_cost_report() -> None:
    """Amounts are cents; model and kind of tokens are there if the report was grouped by description."""
    result = {"amount": "123.78912", "currency": "USD", "cost_type": "tokens", "model": "claude-opus-4-8",
              "token_type": "cache_creation.ephemeral_1h_input_tokens", "service_tier": "batch",
              "description": "…", "context_window": "0-200k", "workspace_id": None}  # fmt: skip
    whole = {"amount": "100", "currency": "USD", "cost_type": None, "model": None, "token_type": None}
    bucket = {"starting_at": "2026-11-02T00:00:00Z", "ending_at": "2026-11-03T00:00:00Z", "results": [result, whole]}
    invoice = read(json.dumps({"data": [bucket], "has_more": False, "next_page": None}))
    assert invoice.lines == (line("claude-opus-4-8", "cache_write", "1.2378912", tier="batch"), line("", "total", "1"))


def test_the_older_export_of_openai_and_a_spreadsheets_copy() -> None:
    """Fewer columns, days without an amount, and semicolons or tabs instead of commas are read as well."""
    rows = f"{START},{START + 86400},a,b,0.89,usd,,,org-1,Personal\n{START + 86400},{START + 172800},a,b,,,,,,\n"
    for delimiter in ",;\t":
        invoice = read((OPENAI_OLDER + rows).replace(",", delimiter).replace("\n", "\r\n"))
        assert (invoice.lines, invoice.last) == ((line("", "total", "0.89"),), date(2026, 11, 3))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("day,cost\n2026-11-02,1\n", "Found: day, cost. Expected: start_time, amount_value"),
        ("start_time,model,num_model_requests,input_tokens\n1,gpt-4o,2,3\n", "export of usage; export the cost"),
        (OPENAI, "no day in it"),
        (OPENAI + openai_row("many", "gpt-4o, input"), "Line 2 of the export: amount_value: expected an amount like"),
        (OPENAI + openai_row("NaN", "gpt-4o, input"), "amount_value: expected an amount below"),
        (OPENAI + openai_row("1e999999", "gpt-4o, input"), "amount_value: expected an amount below"),
        (OPENAI + openai_row("1").replace("usd", "eur"), "amount_currency: costs of logs are in USD"),
        (OPENAI + openai_row("1").replace(str(START), "yesterday"), "start_time: expected seconds since 1970"),
        (
            ANTHROPIC + anthropic_row("m", "output", "1").replace("2026-11-02", "Nov 2"),
            "usage_date_utc: expected a day",
        ),
        ('{"data":[{"day":1}]}', "Found: day. Expected: start_time, results"),
        ('{"data":[{"start_time":"x"}]}', "cannot be read as a page of a costs API"),
        ("{", "cannot be read as a page of a costs API"),
        ('{"data":[]}', "no day in it"),
    ],
)
def test_what_cannot_be_read_says_what_came_and_what_was_expected(text: str, told: str) -> None:
    """A wrong file, a wrong value and another currency are named, with the line where they stand."""
    with pytest.raises(InvalidInput) as raised:
        read(text)
    assert told in str(raised.value)


def test_bytes_that_are_no_text() -> None:
    """A spreadsheet's own file is no CSV."""
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_invoice(b"PK\x03\x04\xff\xfe")


@given(st.sampled_from([OPENAI, ANTHROPIC, OPENAI_OLDER, '{"data":[', ""]), st.text(max_size=60))
def test_no_text_is_a_failure(head: str, rest: str) -> None:
    """Whatever follows a header, it is an invoice or it is refused."""
    try:
        invoice = read(head + rest)
    except InvalidInput:
        return
    assert invoice.first <= invoice.last


@pytest.mark.parametrize(
    ("provider", "models"),
    [
        ("openai", ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", "openai/gpt-4o-mini", "GPT-4o-mini")),
        ("openai", ("ft:gpt-4o-mini-2024-07-18:acme::9x", "ft-gpt-4o-mini-2024-07-18")),
        ("openai", ("gpt-4-0613", "gpt-4")),
        ("anthropic", ("Claude Sonnet 3.5", "claude-3-5-sonnet-20241022", "claude-3-5-sonnet-latest")),
        ("anthropic", ("Claude Haiku 4.5", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4.5")),
        ("anthropic", ("Claude Opus 4", "claude-opus-4-20250514")),
        ("anthropic", ("Claude Opus 4.1", "claude-opus-4-1")),
    ],
)
def test_names_of_one_model(provider: str, models: tuple[str, ...]) -> None:
    """As billed, as asked, with a date, with who serves it: one model."""
    assert len({key_of(provider, model) for model in models}) == 1


def test_names_of_different_models() -> None:
    """What is priced apart is compared apart."""
    models = "gpt-4o gpt-4o-mini gpt-4 gpt-4.1 gpt-4.1-mini gpt-5 o1 o1-mini ft:gpt-4o gpt-4-turbo".split()
    assert len({key_of("openai", model) for model in models}) == len(models)
    claude = ["Claude Opus 4", "Claude Opus 4.1", "Claude Sonnet 4", "Claude Haiku 4.5", "Claude Sonnet 4.5"]
    assert len({key_of("anthropic", model) for model in claude}) == len(claude)


@pytest.mark.parametrize(
    ("provider", "log", "own"),
    [
        ("openai", ("openai", "gpt-4o", "openai"), True), ("openai", ("", "gpt-4o", "openai"), True),
        ("openai", ("", "gpt-99", ""), True), ("openai", ("my-proxy", "gpt-4o", "openai"), True),
        ("openai", ("azure", "gpt-4o", "azure"), False), ("openai", ("", "azure/gpt-4o", "azure"), False),
        ("openai", ("", "openrouter/openai/gpt-4o", "openrouter"), False),
        ("openai", ("", "claude-sonnet-4-5", "anthropic"), False), ("openai", ("anthropic", "gpt-4o", "openai"), False),
        ("openai", ("", "gpt-4o", "project"), True), ("openai", ("", "llama-3", "groq"), False),
        ("anthropic", ("", "claude-sonnet-4-5", "anthropic"), True), ("anthropic", ("Anthropic", "x", ""), True),
        ("anthropic", ("aws-bedrock", "claude-sonnet-4-5", "aws"), False),
        ("anthropic", ("", "gpt-4o", "openai"), False),
    ],
)  # fmt: skip
def test_whose_invoice_a_log_is_on(provider: str, log: tuple[str, str, str], own: bool) -> None:
    """Who served it decides; else who is priced; else the model's name."""
    assert is_of(provider, *log) is own
