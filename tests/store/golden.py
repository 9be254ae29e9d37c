"""The DDL of every migration as a server gets it, kept beside the tests in golden/*.sql.

A migration is never changed once it is released; `python -m tests.store.golden` writes the files for a new one.
"""

from pathlib import Path

from inferlog.store.migrate import Placement, migrate

FOLDER = Path(__file__).parent / "golden"
PLACEMENTS = {"single": Placement("inferlog"), "cluster": Placement("logs", "main_cluster")}


def rendered(placement: Placement) -> str:
    """Return the statements that an empty server gets, in order."""
    statements: list[str] = []
    migrate(statements.append, lambda sql: [], placement)
    return "".join(f"{statement.strip()};\n\n" for statement in statements)


if __name__ == "__main__":
    for name, placement in PLACEMENTS.items():
        (FOLDER / f"{name}.sql").write_text(rendered(placement), "utf-8")
