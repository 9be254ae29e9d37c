"""Which tokenizer a model has, by its name: the table of tiktoken's `model.py`, for the encodings that ship here."""

import re
from typing import Final, NamedTuple

O200K: Final = "o200k_base"
CL100K: Final = "cl100k_base"
STAND_IN: Final = O200K
"""What counts for a model whose own tokenizer ships in no package (docs/decisions/counting.md says how well)."""


class Encoding(NamedTuple):
    """A tokenizer's name, and whether it is the model's own or stands in for one that is not to be had."""

    name: str
    exact: bool


_PREFIXES: Final = (
    (CL100K, "gpt-3.5 gpt-35 gpt-4-turbo gpt-4-0 gpt-4-1106 gpt-4-32k gpt-4-vision gpt-4-preview text-embedding-3 "
             "text-embedding-ada-002 babbage-002 davinci-002"),
    (O200K, "gpt-4o chatgpt-4o gpt-4.1 gpt-4.5 gpt-5 gpt-oss gpt-audio gpt-realtime gpt-image codex-mini "
            "computer-use-preview"),
)  # fmt: skip
_O_SERIES: Final = re.compile(r"o[1-9](?![0-9])")
_REASONING: Final = re.compile(r"(?:o[1-9](?![0-9])|gpt-5(?!.*chat)|gpt-oss|codex-mini)")


def base_name(model: str) -> str:
    """Return a model's name without who serves it and without a fine-tune's own part: gpt-4o of ft:gpt-4o-mini:acme."""
    name = model.lower().removeprefix("ft:").rsplit("/", 1)[-1]
    return name.removeprefix("openai.").removeprefix("ft:").split(":", 1)[0]


def encoding_of(model: str) -> Encoding:
    """Return the tokenizer for a model, as people write its name."""
    name = base_name(model)
    if name == "gpt-4":
        return Encoding(CL100K, exact=True)
    if _O_SERIES.match(name):
        return Encoding(O200K, exact=True)
    for encoding, prefixes in _PREFIXES:
        if name.startswith(tuple(prefixes.split())):
            return Encoding(encoding, exact=True)
    return Encoding(STAND_IN, exact=False)


def reasons_unseen(model: str) -> bool:
    """Tell whether a model writes reasoning that is paid for and that nobody sees, so that it cannot be counted."""
    return _REASONING.match(base_name(model)) is not None
