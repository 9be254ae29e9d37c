"""How a call ended: its kind, its status code and its status."""

from typing import Final

from inferlog.model import Sent

_STATUS_NAMES: Final = {"error": "failed", "failure": "failed", "ok": "success", "succeeded": "success"}


def settle_outcome(sent: Sent) -> None:
    """Fill log_type, log_method, status_code (200) and status, which follows from the code unless it was given.

    An error message without a status is a failure too: its sender only did not say so twice.
    """
    log = sent.log
    log.log_type = log.log_type or "chat"
    log.log_method = log.log_method or "logging_api"
    given = log.status.strip().lower()
    failed = log.status_code >= 400 or (log.status_code == 0 and log.error_message != "")
    log.status = _STATUS_NAMES.get(given, given) or ("failed" if failed else "success")
    log.status_code = log.status_code or 200
