"""A seeded generator of realistic logs: the one corpus that every benchmark reads.

`bodies(count, seed)` yields create-request bodies (dicts) of about 3.6 kB each as JSON: a handful of
applications with fixed system prompts and tools, chat histories that grow within a thread, retrieved
passages, tool calls with JSON arguments, a few per cent of errors, skewed customers and models. Words
follow Zipf's law over a vocabulary of 6,000, numbers and ids are random, so that it compresses about
as real chat does and not as a repeated string would.
"""

import random
import uuid
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

_SYLLABLES = (
    "an ber con de en for gra hu in jo ka lo men ni or per qui re sta tion un ver wa xi yo ze al bri "
    "com dis es fi ge ha il ja ket lin mo na ob pro que ro sen ter up vo wel ex ym zo"
).split()
_COMMON = (
    "the of and to a in is that for it on with as be this by from or are an at was not have can your "
    "if we you which will one all their has more when there about so what out up into than them its "
    "only some could time these two may then do first any like other over new also after use how our "
    "well order customer account please invoice refund payment system error request data user value"
).split()
_MODELS = [
    ("gpt-4o-mini", 40), ("gpt-4o", 18), ("claude-sonnet-4-5", 15), ("gemini-2.5-flash", 9),
    ("gpt-4.1", 6), ("claude-haiku-4-5", 5), ("mistral-large-latest", 3), ("deepseek-chat", 2),
    ("llama-3.3-70b-versatile", 1), ("o4-mini", 1),
]  # fmt: skip
_ENVIRONMENTS = ("eu-west-1", "us-east-1", "us-west-2")
_EPOCH = 1_790_000_000  # 2026-09-21, the corpus's first second


class Corpus:
    """Draws logs from one seeded source of randomness."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.words = [*_COMMON, *(self._word() for _ in range(6_000 - len(_COMMON)))]
        self.word_weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))
        self.model_weights = list(accumulate(weight for _, weight in _MODELS))
        self.applications = [self._application(number) for number in range(8)]
        self.now = float(_EPOCH)

    def _word(self) -> str:
        return "".join(self.random.choices(_SYLLABLES, k=self.random.choice((1, 2, 2, 3, 3, 4))))

    def text(self, words: int) -> str:
        """Return about `words` words in sentences and paragraphs."""
        drawn = self.random.choices(self.words, cum_weights=self.word_weights, k=max(words, 1))
        position = 0
        while position < len(drawn):
            drawn[position] = drawn[position].capitalize()
            position += self.random.randint(6, 18)
            if position < len(drawn):
                drawn[position - 1] += self.random.choice((".", ".", ".", "?", ".\n\n", ","))
            if self.random.random() < 0.15 and position + 1 < len(drawn):
                drawn[position + 1] = str(self.random.randint(1, 99_999))
        return " ".join(drawn) + "."

    def _application(self, number: int) -> dict[str, Any]:
        name = self.random.choice(_COMMON) + "-" + self._word()
        tools = [
            {
                "type": "function",
                "function": {
                    "name": f"{self._word()}_{self._word()}",
                    "description": self.text(14),
                    "parameters": {
                        "type": "object",
                        "properties": {self._word(): {"type": "string", "description": self.text(6)} for _ in range(2)},
                    },
                },
            }
            for _ in range(number % 3)
        ]
        return {"name": name, "system": self.text(self.random.randint(60, 140)), "tools": tools}

    def thread(self) -> Iterator[dict[str, Any]]:
        """Yield the successive logs of one conversation, whose history grows."""
        application = self.random.choice(self.applications)
        model = _MODELS[bisect(self.model_weights, self.random.random() * self.model_weights[-1])][0]
        thread = uuid.UUID(int=self.random.getrandbits(128)).hex
        customer = f"customer-{int(self.random.paretovariate(0.9)) % 20_000}"
        messages: list[dict[str, Any]] = [{"role": "system", "content": application["system"]}]
        for turn in range(self.random.choice((1, 1, 1, 2, 2, 3, 4, 6))):
            passage = f"\n\nContext:\n{self.text(int(self.random.lognormvariate(4.5, 0.6)))}" if turn == 0 else ""
            question = self.text(int(self.random.lognormvariate(3, 0.8))) + passage
            messages = [*messages, {"role": "user", "content": question}]
            answer = self._answer(application)
            yield self._log(application, model, thread, customer, messages, answer)
            messages = [*messages, answer]

    def _answer(self, application: dict[str, Any]) -> dict[str, Any]:
        if application["tools"] and self.random.random() < 0.3:
            function = self.random.choice(application["tools"])["function"]
            arguments = {key: self.text(3) for key in function["parameters"]["properties"]}
            call_id = f"call_{self.random.getrandbits(96):024x}"
            call = {
                "id": call_id,
                "type": "function",
                "function": {"name": function["name"], "arguments": str(arguments).replace("'", '"')},
            }
            return {"role": "assistant", "content": None, "tool_calls": [call]}
        return {"role": "assistant", "content": self.text(int(self.random.lognormvariate(4.6, 0.6)))}

    def _log(
        self,
        application: dict[str, Any],
        model: str,
        thread: str,
        customer: str,
        messages: list[dict[str, Any]],
        answer: dict[str, Any],
    ) -> dict[str, Any]:
        self.now += self.random.expovariate(20)
        failed = self.random.random() < 0.03
        latency = round(self.random.lognormvariate(0.3, 0.7), 4)
        log = {
            "model": model,
            "prompt_messages": messages,
            "completion_message": {"role": "assistant", "content": ""} if failed else answer,
            "prompt_tokens": sum(len(str(message["content"])) for message in messages) // 4,
            "completion_tokens": 0 if failed else len(str(answer)) // 4,
            "customer_identifier": customer,
            "thread_identifier": thread,
            "generation_time": latency,
            "ttft": round(latency * self.random.uniform(0.1, 0.5), 4),
            "timestamp": self.now,
            "stream": self.random.random() < 0.6,
            "status_code": self.random.choice((429, 500, 503)) if failed else 200,
            "metadata": {
                "application": application["name"],
                "region": self.random.choice(_ENVIRONMENTS),
                "release": f"2.{self.random.randint(0, 9)}.{self.random.randint(0, 30)}",
                "attempt": self.random.choice((1, 1, 1, 2)),
                "request_id": uuid.UUID(int=self.random.getrandbits(128)).hex,
            },
            "full_request": {"temperature": 0.2, "top_p": 0.9, "max_tokens": 1024},
        }
        if application["tools"]:
            log["tools"] = application["tools"]
        if failed:
            log["error_message"] = f"upstream answered {log['status_code']}: {self.text(8)}"
        return log


def bodies(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield `count` create-request bodies, the same ones for the same seed on every machine."""
    corpus = Corpus(seed)
    made = 0
    while made < count:
        for body in corpus.thread():
            yield body
            made += 1
            if made == count:
                return
