"""Scores written, changed, taken back and forgotten: each durable before it is answered.

A change is one row with a later revision, which the engine shows in place of the one before: no reader sees neither or
both. docs/decisions/scores.md.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

import msgspec

from inferlog import ids
from inferlog.dialects.scores import Draft, figures, key_of, merged
from inferlog.errors import Conflict, InvalidInput, NotFound
from inferlog.jsontext import RawObject, dumps
from inferlog.query.logs import Rows, fetch_environment
from inferlog.query.scores import Score, count_known, fetch_latest, fetch_score
from inferlog.query.statements import statement

_TABLE: Final = "scores"
_IDS_MAX: Final = 2_000
"""How many logs' scores are forgotten at once: ClickHouse reads 128 kB of a form's field over HTTP."""
_SECONDS_MAX: Final = 2**32 - 1
NO_LOG: Final = "Log not found"
NO_SCORE: Final = "Score not found"


class Target(Rows, Protocol):
    """The store."""

    def insert(self, lines: Iterable[bytes], token: str, table: str) -> None:
        """Insert rows once, however often it is called with this token."""

    def rewrite(self, sql: str, parameters: dict[str, Any]) -> None:
        """Run one statement that takes long, and return when it is done."""


class Scores:
    """The scores of one store. One writer at a time, so that an evaluator has one score of a log."""

    def __init__(self, store: Target) -> None:
        """Wire the store."""
        self._store = store
        self._writing = threading.Lock()

    def create(self, project_id: str, log_id: str, draft: Draft) -> Score:
        """Keep a new score of a stored log and return it.

        Raises NotFound if there is no such log, InvalidInput, Conflict if the evaluator has one there already.
        """
        with self._writing:  # also while the log is looked for: it may be on its way out, and its scores with it
            environment = fetch_environment(self._store, project_id, log_id)
            if environment is None:
                raise NotFound(NO_LOG)
            said = merged({}, draft.said)
            found = figures(said)
            evaluator = key_of(draft)
            latest = fetch_latest(self._store, project_id, evaluator, log_id)
            if latest and not latest.is_deleted:
                raise Conflict(
                    f"evaluator_id: the evaluator {evaluator!r} has a score of this log already ({latest.id}); "
                    "change it with PATCH"
                )
            score = Score(
                project_id=project_id,
                evaluator=evaluator,
                log_id=log_id,
                id=ids.new_uuid().replace("-", ""),
                logged_at=min(ids.time_of(log_id) // 1_000_000, _SECONDS_MAX),
                environment=environment,
                evaluator_slug=draft.evaluator_slug,
                evaluator_name=draft.evaluator_name,
                created_at=ids.now(),
                said=dumps(said).decode(),
                revision=_after(latest),
                **found._asdict(),
            )
            self._put(score)
        return score

    def change(self, project_id: str, score_id: str, draft: Draft, *, log_id: str = "") -> Score:
        """Change what is said in a score, null takes a value back; return it. Raises InvalidInput, NotFound."""
        return self._rewrite(project_id, score_id, draft, log_id, merged)

    def replace(self, project_id: str, score_id: str, draft: Draft, *, log_id: str = "") -> Score:
        """Put what is said in place of all that a score said before; return it. Raises InvalidInput, NotFound."""
        return self._rewrite(project_id, score_id, draft, log_id, lambda _, said: merged({}, said))

    def delete(self, project_id: str, score_id: str, *, log_id: str = "") -> None:
        """Take a score back. Raises NotFound."""
        with self._writing:
            score = self._find(project_id, score_id, log_id)
            nothing: dict[str, Any] = {"number": None, "flag": None, "text": "", "categories": [], "said": "{}"}
            self._put(msgspec.structs.replace(score, revision=_after(score), is_deleted=1, **nothing))

    def forget(self, project_id: str, log_ids: Iterable[str]) -> int:
        """Remove all scores of logs from the disk, for good, and return how many rows that were. Again it does nothing.

        For what deletes or erases logs: to be called after the logs are gone, or a score could come in between.
        """
        wanted = list(log_ids)
        forgotten = 0
        for at in range(0, len(wanted), _IDS_MAX):
            some = wanted[at : at + _IDS_MAX]
            with self._writing:
                known = count_known(self._store, project_id, some)
                if known:  # else the table would be rewritten for nothing
                    self._store.rewrite(statement("scores.forget"), {"project_id": project_id, "log_ids": some})
            forgotten += known
        return forgotten

    def _rewrite(
        self,
        project_id: str,
        score_id: str,
        draft: Draft,
        log_id: str,
        combine: Callable[[RawObject, RawObject], RawObject],
    ) -> Score:
        with self._writing:
            score = self._find(project_id, score_id, log_id)
            _require_same(score, draft)
            said = combine(msgspec.json.decode(score.said, type=RawObject), draft.said)
            changed = msgspec.structs.replace(
                score,
                said=dumps(said).decode(),
                evaluator_name=draft.evaluator_name or score.evaluator_name,
                revision=_after(score),
                **figures(said)._asdict(),
            )
            self._put(changed)
        return changed

    def _find(self, project_id: str, score_id: str, log_id: str) -> Score:
        score = fetch_score(self._store, project_id, score_id)
        if score is None or log_id not in ("", score.log_id):
            raise NotFound(NO_SCORE)
        return score

    def _put(self, score: Score) -> None:
        self._store.insert([dumps(score) + b"\n"], ids.new_uuid(), _TABLE)


def _after(score: Score | None) -> int:
    """Return a revision later than that of a score, also if the clock was set back."""
    return max(int(ids.now() * 1e9), score.revision + 1 if score else 0)


def _require_same(score: Score, draft: Draft) -> None:
    """Raise InvalidInput if a change names another log or evaluator: that would be another score."""
    for name, given, its in (
        ("log_id", draft.log_id, score.log_id),
        ("evaluator_id", draft.evaluator_id, score.evaluator),
        ("evaluator_slug", draft.evaluator_slug, score.evaluator_slug),
    ):
        if given and given != its:
            raise InvalidInput(f"{name}: cannot be changed from {its!r} to {given[:80]!r}; make another score")
