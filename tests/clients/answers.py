"""What the provider's two halves share: the answer, the word that chooses it, and what is said."""

import hashlib
import json
import re
from typing import Any, Final, NamedTuple

TEXT: Final = "Paris is the capital of France."
THOUGHT: Final = "The user asks for a capital. France's is Paris."
TOOL: Final = "get_weather"
TOOL_CALL_ID: Final = "call_weather_1"
TOOL_ITEM_ID: Final = "fc_1"
"""What the responses API calls the item that the call is; some clients send it as the call's id."""
TOOL_CALL_IDS: Final = (TOOL_CALL_ID, TOOL_ITEM_ID)
TOOL_ARGUMENTS: Final = {"city": "Paris"}
TOOL_ARGUMENTS_TEXT: Final = json.dumps(TOOL_ARGUMENTS)
TOOL_TEXT: Final = "It is sunny in Paris, 24 degrees."
ERROR_TEXT: Final = "Rate limit reached for requests"
CRASH_TEXT: Final = "The server had an error while processing your request"
ANSWERING_MODELS: Final = {
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "text-embedding-3-small": "text-embedding-3-small",
}


class Answer(NamedTuple):
    """A status and a JSON body, or the events of a stream that may be cut after the last one."""

    status: int = 200
    body: Any = None
    events: tuple[str, ...] = ()
    cut: bool = False


def id_of(prefix: str, request: Any) -> str:
    """Return an id for the answer to a request: another for each other request, as clients tell calls apart by it."""
    return f"{prefix}_{hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:24]}"


def word(text: str) -> str:
    """Return the word in brackets, or ""."""
    found = re.search(r"\[(\w+)\]", text)
    return found[1] if found else ""


def text_of(content: Any) -> str:
    """Return the text of a message's content, in either API's shape."""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


def answering(model: str) -> str:
    """Return the model that answers for the one asked for."""
    return ANSWERING_MODELS.get(model, f"{model}-2026-01-01")


def pieces(text: str) -> list[str]:
    """Return a text in the pieces of a stream, a word each."""
    return re.findall(r"\S+\s*", text)
