"""The README's requests work as they stand, and the generated pages are what the code says now."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from tools.docs import DOCS, PAGES

from inferlog import ids
from inferlog.budgets.webhooks import signed_headers
from inferlog.model import SCOPES
from inferlog.query.fields import field_names
from inferlog.query.filters import OPERATORS
from inferlog.query.metrics import METRICS
from inferlog.server.routes import ROUTES
from tests.api.calls import new_project_key
from tests.server import Server

ROOT = DOCS.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def _block(document: str, language: str, holding: str) -> str:
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)
    return next(block for block in blocks if holding in block)


@pytest.fixture
def environment(server: Server) -> dict[str, str]:
    """The environment of a user who has a key and a server."""
    return {**os.environ, "INFERLOG_KEY": server.key, "INFERLOG_URL": server.url}


def test_the_curl_request_of_the_readme_stores_a_log(
    server: Server, environment: dict[str, str], api: httpx.Client
) -> None:
    """The request in the README, run by a shell, is answered with a receipt whose log can be read."""
    request = _block((ROOT / "README.md").read_text(), "sh", "curl").replace("http://localhost:8321", server.url)
    done = subprocess.run(["bash", "-c", request], env=environment, capture_output=True, text=True, check=True)
    found = re.search(r'"id":"([0-9a-f]{32})"', done.stdout)
    assert found, done.stdout
    assert api.get(f"/api/request-logs/{found[1]}/").json()["customer_identifier"] == "customer-1"


def test_the_python_program_of_the_readme_runs(environment: dict[str, str]) -> None:
    """The Python in the README runs against a server as it stands, and prints the log's id and its cost."""
    program = _block((ROOT / "README.md").read_text(), "python", "httpx.post")
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"[0-9a-f]{32} 8\.7e-05\n", done.stdout)


def test_the_commands_of_the_page_on_re_pricing_run(server: Server, environment: dict[str, str]) -> None:
    """The command shows a table and changes nothing; the request begins a dry run."""
    page = (DOCS / "reprice.md").read_text().replace("http://localhost:8321", server.url)
    command = _block(page, "sh", "inferlog reprice").replace("inferlog", f"{sys.executable} -m inferlog", 1)
    shown = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert "USD before" in shown.stdout
    assert "Nothing was changed" in shown.stdout
    request = _block(page, "sh", "curl")
    begun = subprocess.run(["bash", "-c", request], env=environment, capture_output=True, text=True, check=True)
    assert '"dry_run":true' in begun.stdout, begun.stdout


def test_the_commands_about_prices_run(server: Server, environment: dict[str, str]) -> None:
    """Every shell block of docs/prices.md, in order, beside a running server; each line that can fail would."""
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / "prices.md").read_text(), re.DOTALL)
    script = "set -euo pipefail\n" + "".join(blocks).replace("curl -s ", "curl -s --fail-with-body ")
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    own = {**environment, "PATH": path, "INFERLOG_DATA": str(server.data)}
    done = subprocess.run(["bash", "-c", script], env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ("openai:gpt-4o-mini", "openai:o3", "aws:regional.anthropic.claude", "nearest", "acme-large", "1 Jul"):
        assert said in done.stdout.replace("2026-07-01 00:00:00", "1 Jul"), said


def test_the_webhook_check_of_the_budgets_page_takes_a_webhook_and_nothing_else() -> None:
    """The Python in docs/budgets.md, on what is sent; changed, late or signed by another it is refused."""
    program: dict[str, Any] = {}
    exec(_block((DOCS / "budgets.md").read_text(), "python", "def verify"), program)  # the page's own code
    body, secret, now = b'{"type": "budget.test"}', ids.new_webhook_secret(), ids.now()
    headers = signed_headers("evt_1", body, secret, now)
    program["verify"](headers, body, secret)
    for changed, its_body, its_secret in (
        (headers, body + b" ", secret),
        (headers, body, ids.new_webhook_secret()),
        (headers | {"webhook-id": "evt_2"}, body, secret),
        (signed_headers("evt_1", body, secret, now - 400), body, secret),
    ):
        with pytest.raises(ValueError, match=r"wrong|too old"):
            program["verify"](changed, its_body, its_secret)


def test_the_request_of_the_budgets_page_makes_a_budget(server: Server) -> None:
    """The curl in docs/budgets.md, run by a shell, is answered with the budget and its secret."""
    request = _block((DOCS / "budgets.md").read_text(), "sh", "curl").replace("http://localhost:8321", server.url)
    environment = {**os.environ, "INFERLOG_KEY": new_project_key(server, scopes=SCOPES)}
    done = subprocess.run(["bash", "-c", request], env=environment, capture_output=True, text=True, check=True)
    assert '"name":"ACME, monthly"' in done.stdout
    assert '"webhook_secret":"whsec_' in done.stdout


@pytest.mark.parametrize("query", re.findall(r"```sql\n(.*?)```", (DOCS / "sql.md").read_text(), re.DOTALL))
def test_an_example_of_sql_runs(api: httpx.Client, query: str) -> None:
    """Each query of docs/sql.md is answered."""
    answer = api.post("/api/sql", json={"query": query})
    assert answer.status_code == 200, answer.text


def test_the_curl_request_of_sql_is_answered(server: Server, environment: dict[str, str]) -> None:
    """The first request of docs/sql.md, run by a shell, brings columns and rows."""
    request = _block((DOCS / "sql.md").read_text(), "sh", "curl").replace("http://localhost:8321", server.url)
    done = subprocess.run(["bash", "-c", request], env=environment, capture_output=True, text=True, check=True)
    assert '"name": "usd"' in done.stdout, done.stdout


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_not_stale(name: str) -> None:
    """docs/settings.md and docs/commands.md are what `python -m tools.docs` writes."""
    assert PAGES[name]() == (DOCS / name).read_text(), "run: python -m tools.docs"


def test_every_route_is_documented() -> None:
    """docs/api.md names every route that takes or gives logs, or tells how the server does."""
    text = (DOCS / "api.md").read_text()
    undocumented = {"/openapi.json", "/docs", "/docs/{name}", "/"}
    paths = {row.path.replace("{log_id}", "{id}") for row in ROUTES if row.path not in undocumented}
    assert [path for path in sorted(paths) if path not in text] == []


def test_every_field_operator_and_metric_is_documented() -> None:
    """docs/api.md names whatever can be filtered by, asked for and measured; a bucket stands for all."""
    text = (DOCS / "api.md").read_text()
    operators = {operator for names in OPERATORS.values() for operator in names}
    names = {re.sub(r"(_details__).*", r"\1<bucket>", name) for name in [*field_names(), *METRICS, *operators]}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    """Every relative link of a document names a file that is there."""
    links: list[str] = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
