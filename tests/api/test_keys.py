"""Keys over HTTP: who is let in, to what, and what a revoked key may."""

import base64

import httpx
import pytest

from tests.api.calls import BATCH, BULK, CREATE, LIST, LOGS, create, listed_ids, make_key, refusal, run_keys
from tests.server import Server, wait_for

_HINT = "send the header 'Authorization: Bearer <key>'; make a key with 'inferlog keys create'"
_NO_SCHEME = f"The Authorization header is neither 'Bearer <key>' nor 'Api-Key <key>': {_HINT}"
_WRITES = [("POST", CREATE), ("POST", BATCH), ("POST", BULK), ("POST", LOGS)]
_READS = [("GET", LIST), ("POST", LIST), ("GET", LOGS), ("GET", f"{LOGS}{'0' * 32}/")]


@pytest.mark.parametrize(("method", "path"), _WRITES + _READS)
def test_without_a_key_nothing_is_served(server: Server, method: str, path: str) -> None:
    """Every call about logs without a key is a 401 that says how to send one, and names the scheme."""
    with server.client("") as anyone:
        response = anyone.request(method, path)
    assert refusal(response, 401) == f"No API key came with the request: {_HINT}"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bearer no-such-key-here", f"Your API key is invalid or revoked: {_HINT}"),
        ("Api-Key no-such-key-here", f"Your API key is invalid or revoked: {_HINT}"),
        ("Bearer \xff\xfe", f"Your API key is invalid or revoked: {_HINT}"),
        (f"Bearer {'k' * 10_000}", f"Your API key is invalid or revoked: {_HINT}"),
        ("Basic dXNlcjpwYXNz", f"Your API key is invalid or revoked: {_HINT}"),
        ("Basic not-base64", f"The Authorization header is no valid Basic scheme: {_HINT}"),
        ("Basic", _NO_SCHEME),
        ("no-such-key-here", f"Your API key is invalid or revoked: {_HINT}"),
        ("Bearer", _NO_SCHEME),
        ("Token x", _NO_SCHEME),
    ],
)
def test_a_key_that_is_not_known_is_refused(server: Server, header: str, expected: str) -> None:
    """An unknown key, or a header of another form, is a 401 that says which."""
    with server.client("") as anyone:
        response = anyone.get(LIST, headers={b"Authorization": header.encode("latin-1")})
    assert refusal(response, 401) == expected


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Authorization", "{key}"),
        ("Authorization", "bearer {key}"),
        ("X-API-Key", "{key}"),
        ("api_key", "{key}"),
        ("Authorization", "Basic {password}"),
        ("Authorization", "Basic {user}"),
    ],
)
def test_a_key_is_read_in_the_forms_in_which_exporters_send_it(server: Server, name: str, form: str) -> None:
    """The key alone (Logfire), as Basic's password or user name (Langfuse) or in a header of its own is the key."""
    basic = {
        place: base64.b64encode(text.encode()).decode()
        for place, text in {"password": f"pk-lf-any:{server.key}", "user": f"{server.key}:"}.items()
    }
    with server.client("") as anyone:
        response = anyone.get(LIST, headers={name: form.format(key=server.key, **basic)})
    assert response.status_code == 200


@pytest.mark.parametrize("header", ["Bearer wrong-{key}", "{key}x", "Token {key}"])
def test_a_wrong_key_is_not_echoed(server: Server, header: str) -> None:
    """What was sent in place of a key is not in the answer."""
    with server.client("") as anyone:
        response = anyone.get(LIST, headers={"Authorization": header.format(key=server.key)})
    assert response.status_code == 401
    assert server.key not in response.text


@pytest.mark.parametrize("path", ["/", "/health", "/ready", "/metrics", "/openapi.json", "/docs"])
def test_what_is_about_inferlog_itself_needs_no_key(server: Server, path: str) -> None:
    """Health, metrics and the description are open, also under /api."""
    with server.client("") as anyone:
        assert anyone.get(path).status_code == 200
        assert anyone.get(f"/api{path}").status_code == 200


def test_a_revoked_key_is_refused_within_moments(server: Server) -> None:
    """A key works from the moment it is made, and no more shortly after it is revoked, while the server runs."""
    key = make_key(server)
    with server.client(key) as client:
        create(client, {})
        assert run_keys(server, "revoke", key[:8]) == f"Revoked {key[:8]}… of project 'default'."
        wait_for(lambda: client.post(CREATE, json={}).status_code == 401)
        assert refusal(client.post(CREATE, json={}), 401) == f"Your API key is invalid or revoked: {_HINT}"


@pytest.mark.parametrize(
    ("scopes", "served", "refused", "needs"),
    [(("ingest",), _WRITES, _READS, "read"), (("read",), _READS, _WRITES, "ingest")],
    ids=["ingest only", "read only"],
)
def test_a_key_does_what_its_scopes_allow_and_no_more(
    server: Server,
    scopes: tuple[str, ...],
    served: list[tuple[str, str]],
    refused: list[tuple[str, str]],
    needs: str,
) -> None:
    """An ingest-only key cannot read, a read-only key cannot write: 403 naming the scope that is missing."""
    key = make_key(server, scopes=scopes)
    with server.client(key) as client:
        for method, path in refused:
            text = refusal(client.request(method, path), 403)
            assert text == f"The key {key[:8]}… has the scopes {scopes[0]}; this call needs {needs!r}"
        for method, path in served:
            assert client.request(method, path).status_code not in (401, 403)


def test_a_list_by_filters_needs_the_scope_to_read(server: Server) -> None:
    """On /request-logs/ the body decides which scope the call needs."""
    with server.client(make_key(server, scopes=("ingest",))) as client:
        assert client.post(LOGS, json={"model": "m"}).status_code == 200
        assert "needs 'read'" in refusal(client.post(LOGS, json={"filters": {}}), 403)
    with server.client(make_key(server, scopes=("read",))) as client:
        assert client.post(LOGS, json={"filters": {}}).status_code == 200
        assert "needs 'ingest'" in refusal(client.post(LOGS, json={"model": "m"}), 403)


def test_a_key_sees_its_own_project_only(server: Server, api: httpx.Client) -> None:
    """A key of a new project lists nothing of any other project, in no environment."""
    create(api, {})
    with server.client(make_key(server, "--new-project", project="lonely")) as client:
        assert listed_ids(client, all_envs="true") == []
        own = create(client, {})
        assert listed_ids(client, all_envs="true") == [own]
    assert own not in listed_ids(api, all_envs="true")


def test_a_key_is_not_shown_again(server: Server) -> None:
    """The list of keys shows prefixes only."""
    key = make_key(server)
    listed = run_keys(server, "list")
    assert key[:8] in listed
    assert key not in listed
    assert key[9:] not in listed
