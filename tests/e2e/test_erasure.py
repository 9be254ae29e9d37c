"""A customer erased on the real process: of all that was said of them, no byte is left in the data directory."""

from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from inferlog.deleting.jobs import subject_digest
from tests.api.calls import LIST
from tests.server import Server, wait_for

CUSTOMER: Final = "Zoë.Quixley-7f3a"
SECRET: Final = "qx7Wv9-kept-nowhere-Zr4"
OTHER: Final = "someone-else-1c9d"
ERASE: Final = f"/api/users/{CUSTOMER}/erase/"


def files_with(data: Path, *texts: str) -> list[str]:
    """Return the files in which one of the texts stands."""
    spellings = [spelling for text in texts for spelling in (text.encode(), msgspec.json.encode(text)[1:-1])]
    return sorted(
        str(path.relative_to(data))
        for path in data.rglob("*")
        if path.is_file() and any(spelling in path.read_bytes() for spelling in spellings)
    )


def send(client: httpx.Client) -> None:
    """Send logs of two customers, in all ways that leave something behind."""
    for customer, text in ((CUSTOMER, SECRET), (OTHER, "harmless")):
        log: dict[str, Any] = {"customer_identifier": customer, "customer_name": text, "note": text, "cost": 5}
        log |= {"unique_id": "019b00000000700080000000000000" + ("01" if customer == CUSTOMER else "02")}
        client.post("/api/request-logs/create/", json=log).raise_for_status()
        client.get(LIST).raise_for_status()  # a part of its own in the store
        client.patch(f"/api/request-logs/{log['unique_id']}/", json={"metadata": {"of": text}}).raise_for_status()
        budget = {"name": text, "amount": 1, "customer_identifier": customer}
        client.post("/api/budgets/", json=budget).raise_for_status()
        filters = {"customer_identifier": {"operator": "", "value": [customer]}}
        client.post("/api/reprices/", json={"filters": filters}).raise_for_status()
        wait_for(lambda: all(job["state"] == "done" for job in client.get("/api/reprices/").json()["results"]))
    each = {"name": "each", "amount": 1, "customer_identifier": "*"}
    client.post("/api/budgets/", json=each).raise_for_status()


def set_aside_rows(data: Path, project_id: str) -> Path:
    """Put rows that the store refused for ever where the writer puts them, and a damaged piece of a journal."""
    folder = data / "set-aside"
    folder.mkdir()
    rows = [
        {"project_id": project_id, "id": "1" * 32, "customer_identifier": CUSTOMER, "note": SECRET},
        {"project_id": project_id, "id": "2" * 32, "customer_identifier": OTHER},
        {"project_id": project_id, "id": "019b0000000070008000000000000001", "note": SECRET},
    ]
    (folder / "1.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    (folder / "1.error.txt").write_text(f"Cannot parse: {SECRET}")
    (folder / "2-0.damaged").write_bytes(b"\x00ILJ1\xff" + msgspec.json.encode(rows[0]))
    (data / "journal" / "3.torn").write_bytes(b"\xff" + msgspec.json.encode(rows[0]))
    return folder / "1.jsonl"


def test_a_customer_is_erased_from_every_file(tmp_path: Path) -> None:
    """Logs, changes, budgets, set-aside rows, identities and filters' texts go; others' stay, and so does a receipt."""
    data = tmp_path / "data"
    with Server(data, budget_check_seconds=0.2) as server:
        with server.client() as client:
            send(client)
            project_id = client.get(LIST).json()["results"][0]["organization_id"]
            wait_for(lambda: any(name.startswith("budgets.db") for name in files_with(data, CUSTOMER)))
            rest = set_aside_rows(data, project_id)
            assert {name.split("/")[0].split(".")[0] for name in files_with(data, CUSTOMER, SECRET)} >= {
                "store", "budgets", "set-aside", "journal", "repricings",
            }  # fmt: skip
            dry = client.post(ERASE).json()
            assert (dry["dry_run"], dry["logs"]) == (True, 1)
            job_id = client.post(ERASE, json={"dry_run": False}).json()["id"]

            def ended() -> dict[str, Any] | None:
                job = client.get(f"/api/deletions/{job_id}/").json()
                return dict(job) if job["state"] in ("done", "failed") else None

            receipt = wait_for(ended, seconds=90) or {}
            assert (receipt["state"], receipt["kind"], receipt["logs"]) == ("done", "erase", 1), receipt
            assert receipt["subject_digest"] == subject_digest(job_id, CUSTOMER)
            assert receipt["copies"]["identities"] == 1
            assert receipt["copies"]["set_aside_rows"] == 4
            assert receipt["copies"]["budgets"] >= 2
            assert [log["customer_identifier"] for log in client.get(LIST).json()["results"]] == [OTHER]
            assert [each["customer_identifier"] for each in client.get("/api/users/list/").json()["results"]] == [OTHER]
            assert {each["name"] for each in client.get("/api/budgets/").json()["results"]} == {"harmless", "each"}
        wait_for(lambda: not files_with(data, CUSTOMER, SECRET), seconds=30)
        assert rest.read_bytes().count(b"\n") == 1
        assert files_with(data, OTHER)
        server.stop()
        assert files_with(data, CUSTOMER, SECRET) == []
        server.start()
        with server.client() as client:
            assert client.get(f"/api/deletions/{job_id}/").json() == receipt
            assert client.get(LIST).json()["count"] == 1
        assert files_with(data, CUSTOMER, SECRET) == []
