"""A running server, as commands ask it over HTTP: its address, the key, and what is said when it does not answer."""

from typing import Any

import msgspec
import urllib3

from inferlog.errors import ConfigError, StoreUnavailable


class Remote:
    """The server at `url`, asked with an API key; `retries` holds for requests without their own."""

    def __init__(self, url: str, key: str, *, retries: urllib3.Retry | None = None) -> None:
        """Check the address; nothing is sent. Raises ConfigError."""
        if not url.startswith(("http://", "https://")):
            raise ConfigError(f"--url: expected http://… or https://…, received: {url}")
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._http = urllib3.PoolManager(retries=retries)

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer, whatever its status. Raises StoreUnavailable if there is none."""
        address = f"{self.url}{path}"
        try:
            return self._http.request(method, address, headers=self._headers | (headers or {}), **options)
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise StoreUnavailable(f"The server at {address} cannot be reached: {reason}") from None

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()


def read_content(answer: urllib3.BaseHTTPResponse, decode: msgspec.json.Decoder[dict[str, Any]]) -> dict[str, Any]:
    """Return the object that an answer is, or nothing: what is no inferlog, or a proxy before it, speaks otherwise."""
    try:
        return decode.decode(answer.data or b"{}")
    except msgspec.DecodeError:
        return {}
