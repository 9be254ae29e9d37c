"""A provider of models on this machine, which answers like OpenAI and Anthropic, always the same.

What it does is chosen by a word in brackets in the last text of the user: "[tools] What is the weather in Paris?".

| Word | Answer |
| --- | --- |
| error | 429 with the provider's error body |
| crash | 500 likewise |
| aborted | a stream whose connection is cut after two pieces |
| tools | a call of the tool get_weather; once its result is among the messages, a text |
| reasoning | what the model thought, and the text |
| choices | OpenAI: two choices |
| any other | a text, or a stream of it if the request asks for one |

Every answer names a model other than the one asked for, and usage with cached, reasoning and audio parts.
"""

import json
import time
from typing import Any

from tests.clients import anthropic_answers, openai_answers
from tests.clients.answers import Answer
from tests.clients.serving import Handler, LocalServer

_BEFORE_FIRST_PIECE_SECONDS = 0.03
"""So that a time to first token is there to be measured."""

_PATHS = {
    "/v1/chat/completions": openai_answers.chat,
    "/v1/responses": openai_answers.responses,
    "/v1/embeddings": openai_answers.embeddings,
    "/v1/messages": anthropic_answers.messages,
}


class _Provider(Handler):
    def respond(self) -> None:
        """Answer as the table says."""
        request: dict[str, Any] = json.loads(self.body())
        answers = _PATHS.get(self.path.split("?")[0])
        if answers is None:
            self.answer(404, b'{"error":{"message":"no such path","type":"invalid_request_error"}}')
            return
        answer = answers(request)
        if answer.events:
            self._stream(answer)
        else:
            self.answer(answer.status, json.dumps(answer.body).encode())

    def _stream(self, answer: Answer) -> None:
        self.begin_chunks("text/event-stream")
        time.sleep(_BEFORE_FIRST_PIECE_SECONDS)
        for event in answer.events:
            self.chunk(event.encode())
        if answer.cut:
            self.close_connection = True  # without the last chunk: the client sees that the answer broke off
        else:
            self.chunk(b"")


def provider() -> LocalServer:
    """Return one, to be entered as a context."""
    return LocalServer(_Provider)
