"""An expression → SQL with the engine's own parameters. No value ever becomes part of the SQL's text.

A value that is absent (NULL: a key that the metadata lacks, a log without a cost) matches no comparison, not even `not`
(dossier §2.1); `empty` and `not_empty` ask for it.
"""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from inferlog.ids import read_uuid
from inferlog.query.fields import Field
from inferlog.query.filters import Condition, Expression
from inferlog.query.statements import statement

EVERY_LOG: Final = "1"
_SIMILAR_MIN: Final = 0.6
"""PostgreSQL's own bound of a word that is similar (pg_trgm.word_similarity_threshold)."""

_SYMBOLS: Final = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_ON_TEXT: Final = {
    "contains": "position({text}, {value}) > 0",
    "icontains": "position(lowerUTF8({text}), lowerUTF8({value})) > 0",
    "startswith": "startsWith({text}, {value})",
    "endswith": "endsWith({text}, {value})",
    "iexact": "lowerUTF8({text}) = lowerUTF8({value})",
    "ilike": "lowerUTF8({text}) LIKE lowerUTF8({value})",
    "regex": "match({text}, {value})",
    "trigram_word_similar": f"ngramSearchCaseInsensitiveUTF8({{text}}, {{value}}) >= {_SIMILAR_MIN}",
}
"""Operators on text, each with one value."""

_COLUMN_TYPES: Final = {
    "number": "Float64",
    "money": "Decimal(76, 30)",
    "flag": "UInt8",
}


class Parameters:
    """The parameters of one statement, named as they come."""

    def __init__(self, given: dict[str, Any]) -> None:
        """Begin with parameters that have names already."""
        self.values: dict[str, Any] = dict(given)
        self._scores: dict[str, tuple[str, str]] = {}

    def bind(self, value: Any, column_type: str) -> str:
        """Add a value and return how the SQL refers to it."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{column_type}}}"

    def expression(self, field: Field) -> str:
        """Return a field's SQL: of a score its text."""
        if field.kind == "score":
            return f"{self._alias(field)}_text"
        return field.sql.replace("{key}", self.bind(field.key, "String")) if field.key else field.sql

    def figure(self, field: Field) -> str:
        """Return the SQL of what a field is sorted by and figures are made of: of a score its number."""
        return f"{self._alias(field)}_number" if field.kind == "score" else self.expression(field)

    @property
    def joins(self) -> str:
        """Return the SQL that puts the scores that were referred to beside the rows of `logs`."""
        return "\n".join(
            score_statement("scores.joined").replace("{alias}", alias).replace("{evaluator}", evaluator)
            for alias, evaluator in self._scores.values()
        )

    def _alias(self, field: Field) -> str:
        if field.key not in self._scores:
            self._scores[field.key] = (f"s{len(self._scores)}", self.bind(field.key, "String"))
        return self._scores[field.key][0]


def compile_filter(expression: Expression | None, parameters: Parameters) -> str:
    """Return an expression as SQL, its values added to `parameters`; without one, every log is meant."""
    if expression is None:
        return EVERY_LOG
    if isinstance(expression, Condition):
        return f"({_condition(expression, parameters)})"
    return f"({f' {expression.connector} '.join(compile_filter(part, parameters) for part in expression.parts)})"


def _condition(made: Condition, parameters: Parameters) -> str:
    if made.operator in ("empty", "not_empty"):
        return _absence(made, parameters)
    return _BY_KIND[made.field.kind](made, parameters)


def _absence(made: Condition, parameters: Parameters) -> str:
    if made.field.kind in ("score", "scores"):
        of_one = f"evaluator = {parameters.bind(made.field.key, 'String')}" if made.field.key else EVERY_LOG
        return _scored(of_one, absent=made.operator == "empty")
    field, sql = made.field, parameters.expression(made.field)
    if field.kind == "metadata":
        absent = f"ifNull({sql}, '') = ''"
    elif field.nullable:
        absent = f"isNull({sql})"
    elif field.kind == "keys":
        absent = f"{sql} IN ('', '{{}}')"
    elif field.kind in ("text", "list"):
        absent = f"empty({sql})"
    elif field.kind in ("number", "money"):
        absent = f"{sql} = 0"
    else:  # every log has an id, its times and its flags
        absent = "0"
    return f"NOT ({absent})" if made.operator == "not_empty" else absent


def _compare(made: Condition, parameters: Parameters) -> str:
    """Compare numbers, amounts and flags."""
    sql = parameters.expression(made.field)
    column_type = _COLUMN_TYPES[made.field.kind]
    if made.operator in _SYMBOLS:
        return f"{sql} {_SYMBOLS[made.operator]} {parameters.bind(_plain(made.values[0]), column_type)}"
    values = [_plain(value) for value in made.values]
    if made.field.kind == "money":  # an array's elements come quoted, as text
        bound = f"CAST({parameters.bind(values, 'Array(String)')}, 'Array({column_type})')"
    else:
        bound = parameters.bind(values, f"Array({column_type})")
    return f"{sql} {_in(made)} {bound}"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return int(value) if isinstance(value, bool) else value


def _time(made: Condition, parameters: Parameters) -> str:
    if made.operator in _SYMBOLS:
        bound = parameters.bind(made.values[0], "Int64")
        return f"{made.field.sql} {_SYMBOLS[made.operator]} fromUnixTimestamp64Micro({bound}, 'UTC')"
    bound = parameters.bind(list(made.values), "Array(Int64)")
    return f"toUnixTimestamp64Micro({made.field.sql}) {_in(made)} {bound}"


def _text(made: Condition, parameters: Parameters) -> str:
    return _on_text(parameters.expression(made.field), made, parameters)


def _on_text(sql: str, made: Condition, parameters: Parameters) -> str:
    if made.operator in _SYMBOLS:
        return f"{sql} {_SYMBOLS[made.operator]} {parameters.bind(made.values[0], 'String')}"
    if made.operator in ("in", "not_in"):
        return f"{sql} {_in(made)} {parameters.bind(list(made.values), 'Array(String)')}"
    if made.operator == "full_text_search":
        words = [str(value).split() for value in made.values]
        return " OR ".join(
            "(" + " AND ".join(_one("icontains", sql, word, parameters) for word in each) + ")"
            for each in words
            if each
        )
    name = made.operator.removeprefix("not_")
    found = " OR ".join(_one(name, sql, value, parameters) for value in made.values)
    return f"NOT ({found})" if made.operator.startswith("not_") else found


def _one(operator: str, sql: str, value: Any, parameters: Parameters) -> str:
    return _ON_TEXT[operator].format(text=sql, value=parameters.bind(value, "String"))


def _id(made: Condition, parameters: Parameters) -> str:
    """Compare a log's id: equality by the column itself, which has an index, all else by its 32 hex digits."""
    if made.operator not in ("in", "not_in"):
        return _on_text(f"replaceAll(toString({made.field.sql}), '-', '')", made, parameters)
    ids = [found for value in made.values if (found := read_uuid(str(value)))]
    if not ids:  # what is no id is no log's
        return "0" if made.operator == "in" else "1"
    return f"{made.field.sql} {_in(made)} {parameters.bind(ids, 'Array(UUID)')}"


def _list(made: Condition, parameters: Parameters) -> str:
    found = f"hasAny({made.field.sql}, {parameters.bind(list(made.values), 'Array(String)')})"
    return f"NOT {found}" if made.operator.startswith("not_") else found


def _keys(made: Condition, parameters: Parameters) -> str:
    return " OR ".join(f"JSONHas({made.field.sql}, {parameters.bind(key, 'String')})" for key in made.values)


def _score(made: Condition, parameters: Parameters) -> str:
    """Compare a score: in order by its number, for one of some values by its text, categories or number."""
    evaluator = f"evaluator = {parameters.bind(made.field.key, 'String')}"
    if made.operator in _SYMBOLS:
        return _scored(f"{evaluator} AND number {_SYMBOLS[made.operator]} {parameters.bind(made.values[0], 'Float64')}")
    if made.operator not in ("in", "not_in"):
        return _scored(f"{evaluator} AND ({_on_text('text', made, parameters)})")
    texts = parameters.bind(list(made.values), "Array(String)")
    numbers = parameters.bind([found for value in made.values if (found := _number(value)) is not None], _NUMBERS)
    same = f"(text IN {texts} OR hasAny(categories, {texts}) OR ifNull(number IN {numbers}, 0))"
    return _scored(f"{evaluator} AND {'NOT ' if made.operator == 'not_in' else ''}{same}")


_NUMBERS: Final = "Array(Float64)"


def _number(value: Any) -> float | None:
    """Return the number that a text is, if it is one."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _scores(made: Condition, parameters: Parameters) -> str:
    return _scored(f"evaluator IN {parameters.bind(list(made.values), 'Array(String)')}")


def _scored(condition: str, *, absent: bool = False) -> str:
    """Return SQL that holds for logs with a score for which a condition holds, or for those without one."""
    return f"id {'NOT IN' if absent else 'IN'} ({score_statement('scores.scored').replace('{condition}', condition)})"


def _in(made: Condition) -> str:
    return "NOT IN" if made.operator == "not_in" else "IN"


def score_statement(name: str) -> str:
    """Return a statement on scores that says which of them may be of logs of the selected time."""
    return statement(name).replace("{around}", statement("scores.around"))


_BY_KIND: Final[dict[str, Callable[[Condition, Parameters], str]]] = {
    "text": _text,
    "metadata": _text,
    "id": _id,
    "number": _compare,
    "money": _compare,
    "flag": _compare,
    "time": _time,
    "list": _list,
    "keys": _keys,
    "score": _score,
    "scores": _scores,
}
