"""What all handlers share while the server runs."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from inferlog.access import Access
from inferlog.config import Settings
from inferlog.errors import Overloaded, StoreUnavailable
from inferlog.priority import step_back
from inferlog.server.commits import GroupCommit
from inferlog.server.services import Services
from inferlog.store.clickhouse import Store

_Result = TypeVar("_Result")


class Runtime:
    """The open services, the group commit, and what is under way now."""

    def __init__(self, services: Services) -> None:
        """Take over open services."""
        self.services = services
        self.settings: Settings = services.settings
        self.access: Access = services.access
        self.commits = GroupCommit(services.journal)
        self.traces = services.traces
        self.requests = 0
        self.inflight_bytes = 0
        self._worker = ThreadPoolExecutor(1, "inferlog-work")
        self._queries = ThreadPoolExecutor(services.settings.queries_max, "inferlog-query", step_back)
        self.exports = 0
        self.releasing = asyncio.Lock()
        self._selects = ThreadPoolExecutor(services.settings.sql_queries_max, "inferlog-sql", step_back)
        self._select_turns = asyncio.Semaphore(services.settings.sql_queries_max)

    async def work(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """Run what would hold up the event loop, one after the other: more threads would only share the GIL."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)

    async def query(self, function: Callable[[Store], _Result]) -> _Result:
        """Run blocking reads in the pool whose size is the query concurrency, after all acknowledged logs are in."""
        return await asyncio.get_running_loop().run_in_executor(self._queries, self._after_flush, function)

    async def query_at_rest(self, function: Callable[[Store], _Result]) -> _Result:
        """Run reads that count logs: like `query`, and while no log is being replaced, which would count twice."""
        return await self.query(lambda store: self.services.pieces.read_at_rest(lambda: function(store)))

    async def query_settled(self, function: Callable[[Store], _Result]) -> _Result:
        """Run reads that must miss nothing. Raises StoreUnavailable if not all of the journal is in the store."""
        return await asyncio.get_running_loop().run_in_executor(self._queries, self._when_settled, function)

    async def query_stored(self, function: Callable[[Store], _Result]) -> _Result:
        """Run reads of what is in the store by now, while no log is being replaced: a further part of a long answer."""
        return await asyncio.get_running_loop().run_in_executor(
            self._queries, lambda: self.services.pieces.read_at_rest(lambda: function(self.services.store))
        )

    async def write(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """Run what makes an answer of what was read, in the threads of the queries."""
        return await asyncio.get_running_loop().run_in_executor(self._queries, function, *arguments)

    async def select(self, function: Callable[[Store], _Result]) -> _Result:
        """Run a caller's SQL in a pool of its own, so that it keeps no other query waiting. Raises Overloaded.

        A log that is just being replaced is there once, as in `query_at_rest`.
        """
        seconds_max = self.settings.sql_seconds_max
        try:
            async with asyncio.timeout(seconds_max):
                await self._select_turns.acquire()
        except TimeoutError:
            raise Overloaded(
                f"All sql_queries_max = {self.settings.sql_queries_max} queries were busy for {seconds_max:g} s"
            ) from None
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._selects,
                self._after_flush,
                lambda store: self.services.pieces.read_at_rest(lambda: function(store)),
            )
        finally:
            self._select_turns.release()

    def _when_settled(self, function: Callable[[Store], _Result]) -> _Result:
        seconds_max = self.settings.flush_wait_seconds_max
        if not self.services.writer.flush(seconds_max):
            raise StoreUnavailable(
                f"What was acknowledged is not in the store yet, after {seconds_max:g} s (flush_wait_seconds_max); "
                "it is kept and will be: send this again then"
            )
        return function(self.services.store)

    def _after_flush(self, function: Callable[[Store], _Result]) -> _Result:
        self.services.writer.flush(self.settings.flush_wait_seconds_max)
        return function(self.services.store)
