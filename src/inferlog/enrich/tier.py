"""In which service tier a call was billed: what the answer says, else what the request asked for."""

from typing import Final

import msgspec

from inferlog.jsontext import dumps
from inferlog.model import Sent

AUTO: Final = "auto"
REQUESTED: Final = "requested_service_tier"
"""Where a tier is kept that was asked for and is not the one that was billed."""


def answer_tier(sent: Sent, tier: str) -> None:
    """Let the tier of the answer be the log's: a call may be served in another than was asked for."""
    log = sent.log
    if tier and tier != log.service_tier:
        _keep_requested(sent)
        log.service_tier = tier


def forget_auto(sent: Sent) -> None:
    """Take back a tier that says nothing: it left the choice to the provider, and no answer told it."""
    if sent.log.service_tier == AUTO:
        _keep_requested(sent)
        sent.log.service_tier = ""


def _keep_requested(sent: Sent) -> None:
    if sent.log.service_tier:
        sent.extra.setdefault(REQUESTED, msgspec.Raw(dumps(sent.log.service_tier)))
