"""The order in which threads get a processor: taking logs goes before what can wait a moment."""

import os
import sys
import threading


def step_back() -> None:
    """Let this thread, and those that it starts, yield to the event loop and the journal (Linux).

    The engine runs an insert in as many threads as there are cores. With all threads alike, the event loop of
    a two-core machine waited up to 15 ms for its turn during each insert.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
