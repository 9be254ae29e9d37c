"""Migrations: from empty, again, interrupted anywhere; the text of them; and what is live afterwards."""

import re

import msgspec
import pytest

from inferlog.model import Log
from inferlog.query.logs import fetch_log
from inferlog.store.clickhouse import Store
from inferlog.store.migrate import Placement, migrate, migrations
from tests.store.conftest import Place
from tests.store.golden import FOLDER, PLACEMENTS, rendered

ALL = [name for name, _ in migrations()]
STATEMENTS = 2 + sum(len(statements) + 1 for _, statements in migrations())
"""What an empty server gets: the database, the ledger, and each migration with its line in the ledger."""

_COLUMN = re.compile(
    r"^    (?:ADD COLUMN IF NOT EXISTS )?([a-z]\w*) +([A-Z]\w*(?:\((?:[^()]|\([^()]*\))*\))?)(?: CODEC\((.*)\))?,?$",
    re.MULTILINE,
)


def test_an_empty_store_is_migrated_and_the_next_start_finds_nothing_to_do(place: Place) -> None:
    """The first start applies every migration, in order; the second none, and the logs are still there."""
    first = place.open()
    assert first.migrated == ALL
    first.insert([b'{"model":"kept"}\n'], "token")
    place.close()
    second = place.open()
    assert second.migrated == []
    assert second.query("SELECT model FROM {database}.logs") == b'{"model":"kept"}\n'


@pytest.mark.parametrize("statements", range(STATEMENTS))
def test_a_migration_cut_short_anywhere_is_completed_by_the_next_start(place: Place, statements: int) -> None:
    """Whatever statement was the last one before the process died, the next start completes the rest, once."""
    placement = _placement(place)
    client = place.connect()
    left = iter(range(statements))

    def command(sql: str) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        client.command(sql)

    with pytest.raises(KeyboardInterrupt):
        migrate(command, lambda sql: [row[0] for row in client.query(sql).result_rows], placement)
    place.close()
    store = place.open()
    assert store.migrated == ALL[-len(store.migrated) :]
    assert store.query("SELECT name, count() AS times FROM {database}.migrations GROUP BY name ORDER BY name") == (
        b"".join(b'{"name":"%s","times":1}\n' % name.encode() for name in ALL)
    )
    assert store.query("SELECT count() AS logs FROM {database}.logs") == b'{"logs":0}\n'


@pytest.mark.parametrize("name", sorted(PLACEMENTS))
def test_the_ddl_is_the_golden_one(name: str) -> None:
    """A single node gets MergeTree; a cluster gets ON CLUSTER and ReplicatedMergeTree in every statement that makes."""
    assert rendered(PLACEMENTS[name]) == (FOLDER / f"{name}.sql").read_text("utf-8")


def test_on_a_cluster_nothing_is_made_on_one_replica_only() -> None:
    """Each CREATE for a cluster names the cluster, and each table replicates."""
    creates = [part for part in rendered(PLACEMENTS["cluster"]).split(";\n") if "CREATE" in part]
    assert len(creates) == 6
    assert all("ON CLUSTER `main_cluster`" in statement for statement in creates)
    assert [re.findall(r"ENGINE = (\w+)", statement) for statement in creates] == [
        [],
        ["ReplicatedMergeTree"],
        ["ReplicatedMergeTree"],
        ["ReplicatedMergeTree"],
        ["ReplicatedReplacingMergeTree"],
        ["ReplicatedMergeTree"],
    ]


def test_the_live_table_is_the_declared_one(store: Store) -> None:
    """Names, order, types and codecs of the live columns are those of the migrations' text."""
    declared = [
        {"name": name, "type": re.sub(r"\s+", " ", kind), "codec": f"CODEC({codec})" if codec else ""}
        for name, kind, codec in _COLUMN.findall(_table_ddl())
    ]
    live = store.query(
        "SELECT name, type, compression_codec AS codec FROM system.columns "
        "WHERE database = {name:String} AND table = 'logs' ORDER BY position",
        {"name": store.placement.database},
    )
    assert [msgspec.json.decode(line) for line in live.splitlines()] == declared


def test_the_declared_columns_are_the_fields_of_a_log() -> None:
    """A field of Log is a column of the table, one for one, in the same order."""
    assert [name for name, _, _ in _COLUMN.findall(_table_ddl())] == list(Log.__struct_fields__)


def test_every_default_of_a_log_is_its_columns_default(store: Store) -> None:
    """What is left out of a row, because it is at its default, comes back as that default."""
    sent = Log(project_id="00000000-0000-0000-0000-000000000001", id="0" * 31 + "2")
    store.insert([msgspec.json.encode(sent) + b"\n"], "token")
    assert fetch_log(store, sent.project_id, sent.id) == sent


def test_a_newer_migration_is_applied_to_what_is_there(place: Place) -> None:
    """A store that has all but the last migration gets the last one alone."""
    place.open()
    place.close()
    client = place.connect()
    applied: list[str] = []
    migrate(applied.append, lambda sql: [row[0] for row in client.query(sql).result_rows], _placement(place))
    assert [statement.split()[0] for statement in applied] == ["CREATE", "CREATE"]  # the database and the ledger


def _placement(place: Place) -> Placement:
    database = place.url.rsplit("/", 1)[1].partition("?")[0]
    return Placement("inferlog" if place.url.startswith("chdb:") else database)


def _table_ddl() -> str:
    return "\n".join(part for _, statements in migrations() for part in statements if "{database}.logs" in part)
