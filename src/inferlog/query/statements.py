"""The fixed queries: one file each in sql/, named <module>.<query>.sql."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Return the text of the query `name`, e.g. "logs.fetch"."""
    return (files("inferlog.query") / "sql" / f"{name}.sql").read_text("utf-8")
