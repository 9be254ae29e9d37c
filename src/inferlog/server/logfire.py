"""What Logfire's SDK asks of the server that it sends to, beside OTLP."""

from inferlog.server.http import Call, Reply, json_reply
from inferlog.server.paging import origin


async def show_info(call: Call) -> Reply:
    """Answer the project of the key: what the SDK asks for to see whether its token is right."""
    return json_reply({"project_name": call.key.project_name, "project_url": f"{origin(call)}/"})
