"""The floor of a create: inferlog's HTTP server answering a fixed reply, having only read and parsed the request.

`python -m bench.floor PORT` serves it, with the same uvicorn, uvloop and httptools settings as inferlog does.
"""

import sys

import msgspec
import uvicorn
from starlette.types import Receive, Scope, Send

_REPLY = b'{"message":"log successful"}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(_REPLY)).encode())]
_parse = msgspec.json.Decoder().decode


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, parse it, and answer."""
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    _parse(body)
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _REPLY})


if __name__ == "__main__":
    uvicorn.run(
        answer, port=int(sys.argv[1]), loop="uvloop", http="httptools", lifespan="off", access_log=False,
        proxy_headers=False, log_level="warning", server_header=False,
    )  # fmt: skip
