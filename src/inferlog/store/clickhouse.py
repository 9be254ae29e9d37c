"""The one client of ClickHouse, embedded (chDB) or on a server: insert rows, run a query, nothing else."""

import logging
import queue
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

import clickhouse_connect
import msgspec
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, ProgrammingError

from inferlog import metrics
from inferlog.errors import ConfigError, InferlogError, InvalidInput, QueryLimitExceeded, RowsRefused, StoreUnavailable
from inferlog.store.migrate import Placement, migrate
from inferlog.store.refusals import LIMIT_CODES, explain

_logger = logging.getLogger("inferlog.store")
_DATABASE: Final = "inferlog"
_ROW_CODES: Final = frozenset(
    {6, 26, 27, 33, 34, 38, 41, 53, 69, 70, 72, 117, 131, 190, 246, 349, 376, 407, 441, 467, 675}
)
"""ClickHouse error codes that speak of the data itself: it cannot be parsed or does not fit its column.
Every other code (network, memory, disk, too many parts, …) may pass by itself, and the rows are sent again."""

_PATTERN_CODE: Final = 427
"""ClickHouse's error code of a regular expression that RE2 does not read. Only a caller's filter has one."""

_FINAL_CODES: Final = frozenset({170, 192, 193, 194, 497, 516, 701})
"""ClickHouse error codes of a wrong user, password, permission or cluster: somebody must mend the setting `store`."""

_OF_QUERIES: Final = {**dict.fromkeys(LIMIT_CODES, QueryLimitExceeded), _PATTERN_CODE: InvalidInput}

_READ_SETTINGS: Final[dict[str, Any]] = {
    "date_time_output_format": "unix_timestamp",
    "output_format_json_quote_decimals": 1,
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_denormals": 0,
    # A set of ids is kept once more for the index, which a large one does not use: three million took 400 MB so.
    "use_index_for_in_with_subqueries_max_values": 100_000,
}
_INSERT_SETTINGS: Final[dict[str, Any]] = {
    # A segment must become one block, so that one deduplication token covers all of it or nothing.
    "max_insert_threads": 1,
    "min_insert_block_size_rows": 1_000_000_000,
    "min_insert_block_size_bytes": 100_000_000_000,
    "max_insert_block_size": 1_000_000_000,
    "max_partitions_per_insert_block": 0,
    "throw_on_max_partitions_per_insert_block": 0,
    "input_format_json_max_depth": 2_000,
    "input_format_skip_unknown_fields": 0,
    "input_format_json_read_objects_as_strings": 1,
    "input_format_json_read_arrays_as_strings": 1,
    "input_format_defaults_for_omitted_fields": 1,
    "date_time_input_format": "basic",
    "async_insert": 0,
    "insert_deduplicate": 1,
}
_REWRITE_SETTINGS: Final[dict[str, Any]] = {
    "mutations_sync": 2,
    # What an update reads of another table is the same on every replica by then.
    "allow_nondeterministic_mutations": 1,
    "distributed_ddl_task_timeout": -1,
}


class Store:
    """A pool of clients on one store. Blocking; the size of the pool is how many queries run at once."""

    def __init__(
        self,
        url: str,
        *,
        queries_max: int = 4,
        sql_queries_max: int = 2,
        query_seconds_max: float = 30.0,
        query_bytes_max: int = 400_000_000,
        scratch: Path | None = None,
    ) -> None:
        """Open the store at `url` (chdb:///path or clickhouse://…) and migrate it.

        A server that is away is no reason to refuse logs: it is opened when it answers, and until then every call
        raises StoreUnavailable. Raises it at once for the embedded engine, and for what waiting does not mend.
        """
        if scratch:  # where the embedded client writes a block before the engine reads it
            scratch.mkdir(parents=True, exist_ok=True)
            tempfile.tempdir = str(scratch)
        self._dsn, self.placement = _read_url(url)
        self._embedded = self._dsn.startswith("chdb:")
        self._read_settings = {
            **_READ_SETTINGS,
            "max_execution_time": query_seconds_max,
            "max_memory_usage": query_bytes_max,
        }
        self._readers = _pool(queries_max)
        self._selectors = _pool(sql_queries_max)  # apart, so that callers' SQL keeps no other query waiting
        self._query_wait_seconds = query_seconds_max
        self._insert_lock = threading.Lock()
        self._opening = threading.Lock()
        self._writer: Client | None = None
        self._rewrite_lock = threading.Lock()
        self._rewriter: Client | None = None
        self.migrated: list[str] = []
        try:
            self._open()
        except StoreUnavailable as error:
            if self._embedded or not _may_pass(error.__cause__):
                raise
            _logger.warning("logs are taken into the journal until the store is there: %s", error)

    def insert(self, lines: Iterable[bytes], token: str, table: str = "logs") -> None:
        """Insert rows (lines of JSONEachRow, in blocks of whole lines) once, however often it is called with `token`.

        Raises RowsRefused if a row itself is the reason, StoreUnavailable for any other.
        """
        settings = {**_INSERT_SETTINGS, "insert_deduplication_token": token}
        place = self.placement.render(f"{{database}}.{table}")
        with self._insert_lock, _as_our_errors(dict.fromkeys(_ROW_CODES, RowsRefused)):
            self._open().raw_insert(
                place, insert_block=(block for block in lines), settings=settings, fmt="JSONEachRow"
            )

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> None:
        """Run one statement that changes rows, and return when it is done."""
        with self._insert_lock, _as_our_errors({}):
            self._open().command(self.placement.render(sql), parameters=dict(parameters))

    def rewrite(self, sql: str, parameters: Mapping[str, Any]) -> None:
        """Run one statement that takes long, and return when it is done on every replica. Inserts go on meanwhile."""
        with self._rewrite_lock:
            self._open()
            with _as_our_errors({}):
                if self._rewriter is None:
                    self._rewriter = self._connect(_REWRITE_SETTINGS)
                self._rewriter.command(self.placement.render(sql), parameters=dict(parameters))

    def drop_unless_found(self, check: str, parameters: Mapping[str, Any], sql: str) -> bool:
        """Run a statement that drops, if `check` counts no `logs`; no insert comes between. Tell whether it did."""
        with self._insert_lock:
            if msgspec.json.decode(self.query(check, parameters))["logs"]:
                return False
            with _as_our_errors({}):
                self._open().command(self.placement.render(sql))
            return True

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> bytes:
        """Run one SELECT and return its rows as lines of JSON. `{database}` in it is the store's database."""
        with self._lend(self._readers) as client, _as_our_errors(_OF_QUERIES):
            statement = self.placement.render(sql)
            with metrics.query_seconds.time():
                return client.raw_query(statement, parameters=dict(parameters or {}), fmt="JSONEachRow")

    def select(self, sql: str, parameters: Mapping[str, Any], settings: Mapping[str, Any], fmt: str) -> bytes:
        """Run a SELECT that a caller wrote under these settings, and return its result in this format of the engine.

        Settings stand in the statement, after its end, so that nothing of them outlives it. Raises InvalidInput for
        what is wrong in the SELECT, QueryLimitExceeded, StoreUnavailable.
        """
        apart = {"allow_python_table_function": 0} if self._embedded else {}  # else FROM finds variables
        ending = ", ".join(f"{name} = {_quoted(value)}" for name, value in {**apart, **settings}.items())
        with self._lend(self._selectors) as client, _as_the_callers():
            return client.raw_query(
                f"{sql}\nFORMAT {fmt}\nSETTINGS {ending}",
                parameters=dict(parameters),
                settings={"wait_end_of_query": 1},  # over HTTP: a failure is not put at the end of half a result
            )

    def ping(self) -> bool:
        """Tell whether the store answers."""
        try:
            return self.query("SELECT 1 AS one").strip() == b'{"one":1}'
        except StoreUnavailable:
            return False

    def close(self) -> None:
        """Close every client."""
        for client in (self._writer, self._rewriter):
            if client is not None:
                client.close()
        for pool in (self._readers, self._selectors):
            while not pool.empty():
                client = pool.get_nowait()
                if client is not None:
                    client.close()

    @contextmanager
    def _lend(self, pool: "_Pool") -> Iterator[Client]:
        """Lend a client of a pool; wait for one as long as a query may take.

        An embedded client whose query failed is not used again: what that query had written of its result until then
        stands before the result of the next one, which may be another project's.
        """
        try:
            client = pool.get(timeout=self._query_wait_seconds)
        except queue.Empty:
            raise StoreUnavailable(
                f"All store queries (queries_max, sql_queries_max) were busy for {self._query_wait_seconds:g} s; "
                "try again shortly"
            ) from None
        try:
            if client is None:
                self._open()
                with _as_our_errors({}):
                    client = self._connect(self._read_settings)
            yield client
        except BaseException:
            if client is not None and self._embedded:
                client.close()
                client = None
            raise
        finally:
            pool.put(client)

    def _connect(self, settings: dict[str, Any]) -> Client:
        try:
            return clickhouse_connect.get_client(dsn=self._dsn, settings=settings)
        except TypeError as error:  # an option after the ? that it does not know
            raise ConfigError(f"Setting store: the driver does not know one of its options: {error}") from None

    def _open(self) -> Client:
        """Return the client that writes; the first time that the store answers, migrate it."""
        with self._opening, _as_our_errors({}):
            if self._writer is None:
                client = self._connect({})
                self.migrated = migrate(client.command, lambda sql: _column(client, sql), self.placement)
                self._writer = client
            return self._writer


_Pool = queue.Queue[Client | None]


def _pool(size: int) -> _Pool:
    """Return places for clients, each opened when it is first used."""
    pool: _Pool = queue.Queue()
    for _ in range(size):
        pool.put(None)
    return pool


def _quoted(value: Any) -> str:
    """Return a setting's value as a literal; the engine reads a number from a text as well."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _column(client: Client, sql: str) -> list[str]:
    return [row[0] for row in client.query(sql).result_rows]


def _read_url(url: str) -> tuple[str, Placement]:
    """Split a store's URL into the driver's DSN and where tables are: the path is the database, ?cluster= a cluster."""
    if url.startswith("chdb://"):
        return url, Placement(_DATABASE)
    parts = urlsplit(url)
    if parts.scheme != "clickhouse" or not parts.hostname or not _port_is_valid(parts):
        raise ConfigError(
            "Setting store: expected clickhouse://user:password@host:8123/database (for TLS with ?secure=true at its "
            "end), or nothing for the embedded engine"
        )
    options = parse_qs(parts.query)
    cluster = options.pop("cluster", [""])[0]
    query = "&".join(f"{name}={value}" for name, values in options.items() for value in values)
    database = parts.path.strip("/") or _DATABASE
    return urlunsplit((parts.scheme, parts.netloc, "/default", query, "")), Placement(database, cluster)


def _port_is_valid(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:  # it is no number
        return False


_CODE: Final = re.compile(r"^Code: (\d+)")
_TEXTS: Final[dict[type[InferlogError], str]] = {
    RowsRefused: "ClickHouse refused the rows",
    InvalidInput: "filters: expected a regular expression that RE2 reads",
    QueryLimitExceeded: "The query was cut (the settings query_seconds_max and query_bytes_max)",
    StoreUnavailable: "The store does not answer as it should",
}


@contextmanager
def _as_our_errors(known: Mapping[int, type[InferlogError]]) -> Iterator[None]:
    """Turn the driver's errors into ours, by ClickHouse's error code; any other means that the store does not do."""
    try:
        yield
    except ClickHouseError as error:
        code, text = _code_and_text(error)
        ours = known.get(code, StoreUnavailable)
        raise ours(f"{_TEXTS[ours]}: {text}") from error
    except (OSError, ConnectionError, msgspec.DecodeError) as error:
        raise StoreUnavailable(f"The store cannot be reached: {error}") from error


@contextmanager
def _as_the_callers() -> Iterator[None]:
    """Turn the driver's errors of a SELECT that a caller wrote into errors for that caller."""
    try:
        yield
    except ClickHouseError as error:
        raise explain(*_code_and_text(error)) from error
    except (OSError, ConnectionError) as error:
        raise StoreUnavailable(f"The store cannot be reached: {error}") from error


def _may_pass(error: BaseException | None) -> bool:
    """Tell whether opening a store that failed with this error of the driver is worth trying again."""
    return not isinstance(error, ProgrammingError) and getattr(error, "code", None) not in _FINAL_CODES


def _code_and_text(error: ClickHouseError) -> tuple[int, str]:
    """Return ClickHouse's error code (0 if there is none) and the first line of its message.

    The engine quotes the row that it refuses, cut after so many bytes, also inside a character: then the embedded
    client fails to decode the message, and the code must be read from its bytes. Otherwise such a row would count
    as a store that is away, and hold up all others for ever.
    """
    if isinstance(error.__cause__, UnicodeDecodeError):
        text = error.__cause__.object.decode("utf-8", "replace")
        found = _CODE.search(text)
        code = int(found[1]) if found else 0
    else:  # the driver's own text of a failed connection is the whole URL of the request, the reason after it
        code, text = getattr(error, "code", None) or 0, str(getattr(error.__cause__, "reason", error))
    if code == _PATTERN_CODE:  # after the reason come advice on SQL and the names of columns
        text = text.partition("re2: ")[2].partition(". Look at")[0]
    return code, text.splitlines()[0][:500] if text else type(error).__name__
