"""The table of settings: name, type, default, help. A flag beats the environment, which beats the file."""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from inferlog.errors import ConfigError

_MB: Final = 1_000_000
ENVIRONMENT_PREFIX: Final = "INFERLOG_"
CLIENT_VARIABLES: Final = frozenset({"INFERLOG_KEY", "INFERLOG_URL"})
"""What a client of a server reads (`import --url`, examples); no settings of the server itself."""


def _setting(text: str, *, secret: bool = False) -> Meta:
    return Meta(description=text, extra={"secret": secret})


_Positive = Annotated[int, Meta(ge=1)]
_PositiveSeconds = Annotated[float, Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of inferlog. In the environment `log_bytes_max` is INFERLOG_LOG_BYTES_MAX."""

    host: Annotated[str, _setting("Address to listen on.")] = "127.0.0.1"
    port: Annotated[Annotated[int, Meta(ge=0, le=65535)], _setting("Port to listen on; 0 takes a free one.")] = 8321
    data: Annotated[str, _setting("Directory of the journal, the keys and the embedded store.")] = "inferlog-data"
    store: Annotated[
        str, _setting("Store to use: empty for the embedded engine, or clickhouse://user:password@host:8123/database.")
    ] = ""
    bootstrap_key: Annotated[
        str, _setting("The first key, set instead of drawn when the data directory is new.", secret=True)
    ] = ""
    public_url: Annotated[str, _setting("Address under which clients reach this server, for links and examples.")] = ""

    log_bytes_max: Annotated[_Positive, _setting("Largest log in bytes, also once inflated.")] = 20 * _MB
    batch_bytes_max: Annotated[_Positive, _setting("Largest batch body in bytes, also once inflated.")] = 100 * _MB
    batch_logs_max: Annotated[_Positive, _setting("Most logs in one batch/create request or array.")] = 5_000
    bulk_logs_max: Annotated[_Positive, _setting("Most logs in one bulk request.")] = 500
    page_size_max: Annotated[_Positive, _setting("Most logs on one page of a list.")] = 1_000
    page_bytes_max: Annotated[_Positive, _setting("Past this many bytes the logs of a page come without bodies.")] = (
        20 * _MB
    )

    filter_conditions_max: Annotated[_Positive, _setting("Most conditions of one request's filters.")] = 100
    filter_bytes_max: Annotated[_Positive, _setting("Most bytes of one request's filters.")] = 60_000
    group_fields_max: Annotated[_Positive, _setting("Most fields by which one metrics query groups.")] = 8
    metric_rows_max: Annotated[_Positive, _setting("Most rows of one metrics query.")] = 10_000
    trace_spans_max: Annotated[_Positive, _setting("Most spans of one trace that is shown.")] = 50_000
    trace_depth_max: Annotated[
        Annotated[int, Meta(ge=1, le=200)],
        _setting("Most levels of a trace's tree."),
    ] = 200
    own_prices_max: Annotated[_Positive, _setting("Most prices of its own that a project may have.")] = 10_000
    price_file_bytes_max: Annotated[_Positive, _setting("Largest file of prices, bytes.")] = 50 * _MB

    head_bytes_max: Annotated[
        Annotated[int, Meta(ge=8_192)], _setting("Most bytes of a request's URL and headers; past it 431.")
    ] = 262_144
    body_seconds_max: Annotated[_PositiveSeconds, _setting("Longest pause of a client within its body, seconds.")] = (
        30.0
    )
    inflight_bytes_max: Annotated[
        _Positive, _setting("Bytes of request bodies held at once; past it requests get 429 and Retry-After.")
    ] = 128 * _MB
    requests_max: Annotated[_Positive, _setting("Requests under way at once; past it they get 429.")] = 2_000
    queries_max: Annotated[_Positive, _setting("Store queries run at once; further ones wait.")] = 4
    query_seconds_max: Annotated[_PositiveSeconds, _setting("Longest store query, seconds.")] = 30.0
    count_logs_max: Annotated[_Positive, _setting("Up to this many logs the count of a list is exact.")] = 1_000_000
    count_seconds_max: Annotated[
        _PositiveSeconds,
        _setting("Longest that a list's logs are counted, seconds; the count is what was found by then."),
    ] = 0.1
    query_bytes_max: Annotated[_Positive, _setting("Most memory of one store query, bytes.")] = 400 * _MB

    exports_max: Annotated[_Positive, _setting("Exports under way at once; past it they get 429.")] = 4
    stream_pause_seconds_max: Annotated[
        _PositiveSeconds, _setting("Longest pause of a client that reads an export, seconds.")
    ] = 60.0

    sql_queries_max: Annotated[_Positive, _setting("Queries of /api/sql run at once; further ones wait.")] = 2
    sql_seconds_max: Annotated[_PositiveSeconds, _setting("Longest query of /api/sql, and longest wait, seconds.")] = (
        30.0
    )
    sql_bytes_max: Annotated[_Positive, _setting("Most memory of one query of /api/sql, bytes.")] = 400 * _MB
    sql_rows_max: Annotated[_Positive, _setting("Most rows in the result of one query of /api/sql.")] = 100_000
    sql_result_bytes_max: Annotated[_Positive, _setting("Largest result of one query of /api/sql, bytes.")] = 20 * _MB
    sql_text_bytes_max: Annotated[_Positive, _setting("Longest query of /api/sql, bytes.")] = 20_000

    journal_bytes_max: Annotated[
        _Positive, _setting("Journal size at which logs are refused (503) while the store is away, bytes.")
    ] = 4_000 * _MB
    segment_bytes_max: Annotated[_Positive, _setting("Size at which a journal segment goes to the store, bytes.")] = (
        64 * _MB
    )
    flush_seconds: Annotated[_PositiveSeconds, _setting("Longest time before journaled logs go to the store.")] = 1.0
    flush_wait_seconds_max: Annotated[
        _PositiveSeconds, _setting("Longest a read waits for logs acknowledged before it to reach the store, seconds.")
    ] = 10.0
    reconcile_bytes_max: Annotated[_Positive, _setting("Largest cost export that is compared, bytes.")] = 20 * _MB
    count_bytes_max: Annotated[
        Annotated[int, Meta(ge=0)],
        _setting("Most bytes of a log without usage that are tokenized; the rest is extrapolated. 0 counts no tokens."),
    ] = 4 * _MB
    count_segment_bytes_max: Annotated[
        Annotated[int, Meta(ge=0)],
        _setting("Most bytes of one journal segment that are tokenized; logs past it are estimated by characters."),
    ] = 32 * _MB
    dedup_days: Annotated[
        _Positive, _setting("Days for which a repeat of a log (Idempotency-Key, unique_id, span) is recognised.")
    ] = 30

    budgets_max: Annotated[_Positive, _setting("Most budgets of one project.")] = 100
    budget_check_seconds: Annotated[_PositiveSeconds, _setting("How often budgets are looked at, seconds.")] = 10.0
    budget_grace_seconds: Annotated[
        Annotated[float, Meta(ge=0, le=82_800)],
        _setting("How long after its end late logs of a period still reach thresholds, seconds."),
    ] = 3_600.0
    budget_customers_max: Annotated[
        _Positive, _setting("Most customers, those who spent most, that a budget for each customer looks at.")
    ] = 1_000
    budget_event_days: Annotated[
        _Positive, _setting("Days for which it is kept when a threshold was reached and who was told.")
    ] = 90
    budget_series_max: Annotated[
        Annotated[int, Meta(ge=0)],
        _setting("Most budgets in /metrics, those of which most is spent; 0 for none."),
    ] = 200
    webhook_seconds_max: Annotated[_PositiveSeconds, _setting("Longest attempt to deliver a webhook, seconds.")] = 15.0
    webhook_pause_seconds: Annotated[
        _PositiveSeconds, _setting("Pause after a webhook's first failure, seconds; each further one is four times it.")
    ] = 5.0
    webhook_attempts_max: Annotated[_Positive, _setting("Attempts after which a webhook is given up.")] = 15
    webhook_retry_seconds_max: Annotated[
        _PositiveSeconds, _setting("Seconds after its event past which a webhook is given up.")
    ] = 259_200.0
    webhook_private_addresses: Annotated[
        bool, _setting("Whether webhooks may go to loopback and private addresses: true or false.")
    ] = True

    delete_portion_logs: Annotated[
        _Positive, _setting("Logs that a deletion takes at once, 100 bytes of memory each; more at once is less work.")
    ] = 500_000
    delete_ids_max: Annotated[_Positive, _setting("Most logs or traces that one deletion names by their ids.")] = 1_000
    retention_days: Annotated[
        Annotated[int, Meta(ge=0, le=36_500)],
        _setting("Days for which logs are kept, of projects without their own number; 0 is for ever."),
    ] = 0
    retention_check_seconds: Annotated[_PositiveSeconds, _setting("How often expired logs are deleted, seconds.")] = (
        86_400.0
    )
    retention_gap_days_max: Annotated[
        _PositiveSeconds, _setting("Days without a look at the clock after which it is not believed before you say so.")
    ] = 31.0
    reprice_portion_logs: Annotated[
        _Positive, _setting("Logs that a re-pricing changes at once, 2 kB of memory each; more at once is less work.")
    ] = 100_000


def is_secret(name: str) -> bool:
    """Tell whether a setting must not be shown, and may be read from a file named by INFERLOG_<NAME>_FILE."""
    field = next(field for field in msgspec.inspect.type_info(Settings).fields if field.name == name)  # type: ignore[attr-defined]  # a struct's info
    return bool(getattr(field.type, "extra", None) and field.type.extra.get("secret"))


def describe() -> list[tuple[str, str, Any]]:
    """Return (name, help, default) of every setting, in order: what --help and the docs are made from."""
    schema = msgspec.json.schema(Settings)["$defs"]["Settings"]["properties"]
    return [(name, part["description"], part["default"]) for name, part in schema.items()]


def load(
    flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ, config_file: str | None = None
) -> Settings:
    """Return the settings from flags (those not None), environment and TOML file. Raises ConfigError."""
    values: dict[str, Any] = _from_file(config_file) if config_file else {}
    values.update(_from_environment(environment))
    values.update((name, value) for name, value in flags.items() if value is not None)
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"Setting {str(error).replace(' - at `$.', ' (').replace('`', '')})") from None


def _from_file(path: str) -> dict[str, Any]:
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"Cannot read the configuration file {path}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The configuration file {path} is not valid TOML: {error}") from None
    for name in values:
        _require_known(name, f"in {path}")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for variable, value in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable in CLIENT_VARIABLES:
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        held = name.removesuffix("_file")
        if held != name and held in Settings.__struct_fields__ and is_secret(held):
            name, value = held, _read_secret(variable, value)
        _require_known(name, f"from the environment variable {variable}")
        values[name] = value
    return values


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"Cannot read {path}, the file named by {variable}: {reason}") from None


def _require_known(name: str, where: str) -> None:
    if name not in Settings.__struct_fields__:
        near = get_close_matches(name, Settings.__struct_fields__, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ConfigError(f"Unknown setting {name!r} {where}{hint}")
