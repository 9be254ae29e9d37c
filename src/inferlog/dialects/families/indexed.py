"""Lists that are spread over attributes: `<prefix>.{N}.<name>`, as OpenLLMetry and OpenInference write messages."""

import re
from functools import cache
from typing import Any, Final

Fields = dict[str, Any]
"""What one element of such a list has: name → value; a value that is the element itself has the name ''."""

_ELEMENT: Final = r"({prefixes})(0|[1-9][0-9]{{0,8}})(?:\.(.+))?"


@cache
def _pattern(prefixes: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_ELEMENT.format(prefixes="|".join(map(re.escape, prefixes))), re.DOTALL)


def take_lists(attributes: Fields, prefixes: tuple[str, ...]) -> dict[str, list[Fields]]:
    """Take the lists with these prefixes (each ends in a dot) out of attributes; each in its order.

    Numbers may be missing: some writers begin with 1, or leave out an element without content. What has a prefix
    but no number after it stays.
    """
    keys = [key for key in attributes if key.startswith(prefixes)]
    if not keys:
        return {}
    found: dict[str, dict[int, Fields]] = {}
    place_of = _pattern(prefixes).fullmatch
    for key in keys:
        place = place_of(key)
        if place is not None:
            prefix, number, name = place.groups("")
            found.setdefault(prefix, {}).setdefault(int(number), {})[name] = attributes.pop(key)
    return {prefix: [fields for _, fields in sorted(lists.items())] for prefix, lists in found.items()}


def take_list(attributes: Fields, prefix: str) -> list[Fields]:
    """Take one list out of attributes."""
    for key in attributes:
        if key.startswith(prefix):
            return take_lists(attributes, (prefix,)).get(prefix, [])
    return []
