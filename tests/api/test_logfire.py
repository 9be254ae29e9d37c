"""What Logfire's SDK asks for before it sends."""

import httpx

from tests.api.calls import refusal
from tests.server import Server


def test_a_token_is_checked(server: Server, api: httpx.Client) -> None:
    """The SDK sends its token bare; a right one is answered with the project, a wrong one is refused."""
    key = api.headers["Authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=server.url) as anyone:
        found = anyone.get("/v1/info", headers={"Authorization": key}).json()
        refusal(anyone.get("/v1/info", headers={"Authorization": "wrong"}), 401)
    assert found["project_name"] == api.get("/api/public/projects").json()["data"][0]["name"]
    assert found["project_url"].startswith("http://")
