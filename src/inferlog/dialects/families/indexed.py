"""Lists that are spread over attributes: `<prefix>.{N}.<name>`, as OpenLLMetry and OpenInference write messages."""

import re
from typing import Any, Final

_INDEX: Final = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.(.+))?\Z", re.DOTALL)

Fields = dict[str, Any]
"""What one element of such a list has: name → value; a value that is the element itself has the name ''."""


def take_lists(attributes: Fields, prefixes: tuple[str, ...]) -> list[list[Fields]]:
    """Take the lists with these prefixes (each ends in a dot) out of attributes, in one pass; each in its order.

    Numbers may be missing: some writers begin with 1, or leave out an element without content. What has a prefix
    but no number after it stays.
    """
    found: dict[str, dict[int, Fields]] = {}
    for key in [key for key in attributes if key.startswith(prefixes)]:
        prefix = next(each for each in prefixes if key.startswith(each))
        place = _INDEX.match(key, len(prefix))
        if place is not None:
            found.setdefault(prefix, {}).setdefault(int(place[1]), {})[place[2] or ""] = attributes.pop(key)
    return [
        [found[prefix][number] for number in sorted(found[prefix])] if prefix in found else [] for prefix in prefixes
    ]


def take_list(attributes: Fields, prefix: str) -> list[Fields]:
    """Take one list out of attributes."""
    return take_lists(attributes, (prefix,))[0]
