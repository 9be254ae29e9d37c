"""Handlers of /sql: a caller's own SELECT, and what it may read."""

from typing import Any, Final

import msgspec

from inferlog import jsontext
from inferlog.errors import InvalidInput, TooLarge
from inferlog.query.select.confine import Reader
from inferlog.query.select.functions import AGGREGATES, FUNCTIONS
from inferlog.query.select.run import FORMATS, Limits, read_format, run
from inferlog.query.select.tables import TABLES
from inferlog.server.http import Call, Reply, json_reply

_FIELDS: Final = ("query", "format", "parameters")
_PARAMETERS_BYTES_MAX: Final = 1_000_000
"""Room in the body for values of parameters, beside the query."""


async def query_sql(call: Call) -> Reply:
    """Run one SELECT over the logs of the key's project, and answer in the format that is asked for."""
    body = await call.json(call.settings.sql_text_bytes_max + _PARAMETERS_BYTES_MAX)
    text, format_name, parameters = _read(jsontext.read_object(jsontext.check(body)), call.settings.sql_text_bytes_max)
    settings = call.settings
    limits = Limits(
        settings.sql_seconds_max, settings.sql_bytes_max, settings.sql_rows_max, settings.sql_result_bytes_max
    )
    project_id = call.key.project_id
    answer = await call.runtime.select(
        lambda store: run(
            store,
            text,
            parameters,
            format_name,
            Reader(project_id, store.placement.database),
            limits,
        )
    )
    return Reply(answer, headers=((b"content-type", FORMATS[format_name][1].encode()),))


async def show_sql_schema(call: Call) -> Reply:
    """Answer the tables with their columns, the functions, the formats and the limits of a SELECT."""
    settings = call.settings
    names = ("sql_seconds_max", "sql_bytes_max", "sql_rows_max", "sql_result_bytes_max", "sql_text_bytes_max")
    return json_reply(
        {
            "dialect": "ClickHouse",
            "tables": list(TABLES.values()),
            "functions": FUNCTIONS,
            "aggregate_functions": AGGREGATES,
            "formats": list(FORMATS),
            "limits": {name: getattr(settings, name) for name in names},
        }
    )


def _read(fields: jsontext.RawObject, text_bytes_max: int) -> tuple[str, str, dict[str, Any]]:
    """Return the query, the format and the parameters of a request. Raises InvalidInput naming the field."""
    for name in fields:
        if name not in _FIELDS:
            raise InvalidInput(f"{name}: unknown field; expected query, format or parameters")
    if "query" not in fields:
        raise InvalidInput('query: missing; expected {"query": "SELECT …"}')
    text = _text(fields, "query")
    size = len(text.encode("utf-8"))
    if size > text_bytes_max:
        raise TooLarge(
            f"query: it has {size:,} bytes; the limit sql_text_bytes_max is {text_bytes_max:,}: "
            "give long lists as parameters, IN {name:Array(String)}"
        )
    format_name = read_format(_text(fields, "format")) if "format" in fields else "JSON"
    return text, format_name, _parameters(fields)


def _text(fields: jsontext.RawObject, name: str) -> str:
    if jsontext.kind(fields[name]) != "string":
        raise InvalidInput(f"{name}: expected a text, received {jsontext.kind(fields[name])}")
    return msgspec.json.decode(fields[name], type=str)


def _parameters(fields: jsontext.RawObject) -> dict[str, Any]:
    raw = fields.get("parameters")
    if raw is None or jsontext.kind(raw) == "null":
        return {}
    if jsontext.kind(raw) != "object":
        raise InvalidInput(f'parameters: expected an object {{"name": value}}, received {jsontext.kind(raw)}')
    return {name: _value(name, value) for name, value in jsontext.read_object(raw).items()}


def _value(name: str, raw: msgspec.Raw) -> Any:
    """Return a parameter's value: numbers as the text that was sent, so that no digit of an amount is lost."""
    kind = jsontext.kind(raw)
    if kind == "number":
        return bytes(raw).decode("ascii")
    if kind == "array":
        return [_value(name, each) for each in jsontext.read_array(raw)]
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidInput(f"parameters.{name}: it is no JSON that can be read") from None
