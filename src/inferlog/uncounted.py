"""Logs of which no usage came: their tokens are counted on the way into the store, and priced.

The writer calls it, so that no answer waits for it. Rows without the mark are not even decoded. The store knows a block
by its name, so that counting it again after a crash, however it turns out, stores nothing twice.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from inferlog.counting import count
from inferlog.counting.tokens import load
from inferlog.enrich.clock import add_flag
from inferlog.enrich.cost import price
from inferlog.enrich.extract import read_object_leniently
from inferlog.enrich.uncounted import NOT_COUNTED, PENDING
from inferlog.enrich.usage import count_tokens
from inferlog.model import NO_JSON, Log, Sent
from inferlog.pricing.prices import Prices

_MARK: Final = b'"estimated":["tokens_pending"]'
"""How a row with the mark is encoded. A client may write the same into its metadata: the column decides."""
_logger: Final = logging.getLogger("inferlog.uncounted")
_decode: Final = msgspec.json.Decoder(Log, strict=False).decode
_encode: Final = msgspec.json.Encoder().encode


class Uncounted:
    """Counts the tokens of logs that nobody told, within bounds of bytes."""

    def __init__(self, prices: Prices, *, log_bytes_max: int, segment_bytes_max: int) -> None:
        """Read the vocabularies. Of one log `log_bytes_max` bytes are tokenized (0: nothing is counted)."""
        self._prices = prices
        self._log_bytes_max = log_bytes_max
        self._segment_bytes_max = segment_bytes_max
        if log_bytes_max:
            load()

    def complete(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the blocks of rows of one segment, those complete that lacked their tokens."""
        left = self._segment_bytes_max
        for block in blocks:
            if _MARK not in block:
                yield block
                continue
            lines = block.splitlines(keepends=True)
            for index, line in enumerate(lines):
                if _MARK in line:
                    lines[index], read = self._complete_row(line, left)
                    left -= read
            yield b"".join(lines)

    def complete_log(self, log: Log) -> None:
        """Count and price a log, if it lacks its tokens."""
        if log.estimated == PENDING:
            self._count(log, self._log_bytes_max)

    def _complete_row(self, row: bytes, left: int) -> tuple[bytes, int]:
        """Return a row, complete, and how many bytes of the `left` ones were tokenized for it."""
        try:
            log = _decode(row)
        except Exception:
            _logger.exception("a row without usage cannot be read; it is stored as it is")
            return row, 0
        if log.estimated != PENDING:
            return row, 0
        read = self._count(log, min(self._log_bytes_max, left))
        return _encode(log) + b"\n", read

    def _count(self, log: Log, bytes_max: int) -> int:
        log.estimated = ()
        if not self._log_bytes_max:
            add_flag(log, NOT_COUNTED)
            return 0
        try:
            return self._fill(log, bytes_max)
        except Exception:  # whatever a client wrote into its messages must not hold up the logs of all others
            _logger.exception("the tokens of the log %s cannot be counted", log.id)
            log.estimated, log.usage_details = (), {}
            log.prompt_tokens = log.completion_tokens = log.total_request_tokens = 0
            add_flag(log, NOT_COUNTED)
            return 0

    def _fill(self, log: Log, bytes_max: int) -> int:
        counted = count(log, bytes_max)
        log.estimated, log.usage_details = counted.estimated, counted.usage
        log.prompt_tokens = counted.usage.get("input", 0)
        log.completion_tokens = counted.usage.get("output", 0)
        if log.cost_source != "given":
            log.cost, log.cost_source = None, ""
        sent = Sent(log=log, extra={} if log.extra is NO_JSON else read_object_leniently(log.extra))
        told, log.usage = log.usage, NO_JSON  # it says nothing, or zero, which cannot be true
        count_tokens(sent)
        log.usage = told
        price(sent, self._prices)
        return counted.bytes_read
