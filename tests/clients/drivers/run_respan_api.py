"""respan-api, pointed by its base_url argument (INFERLOG_URL here) and RESPAN_API_KEY.

Creates the logs of the scenarios named, or of all (those of "tools" in one batch), reads each back and lists to the
last page, all through the client's typed models, and prints what it read as JSON.
"""

import json
import os
import sys

import rest_logs
from respan import RespanClient
from respan.types.span_create_request import SpanCreateRequest

if __name__ == "__main__":
    client = RespanClient(base_url=os.environ["INFERLOG_URL"], authorization="Bearer " + os.environ["RESPAN_API_KEY"])
    created = []
    for name in sys.argv[1:] or rest_logs.SCENARIOS:
        # The client insists on a model, also for what is no call of one.
        logs = [{"model": ""} | rest_logs.fitting(client.spans.create_span, log) for log in rest_logs.SCENARIOS[name]()]
        if name == "tools":
            done = client.spans.bulk_create_spans(logs=[SpanCreateRequest(**log) for log in logs])
            assert (done.success_count, done.error_count) == (len(logs), 0), done
        else:
            created += [client.spans.create_span(**log).id for log in logs]
    listed = [span["id"] for span in client.spans.list_spans(page_size=4)]
    read = [json.loads(client.spans.retrieve_span(unique_id=log_id).json()) for log_id in listed]
    print(json.dumps({"created": created, "read": read, "listed": listed}))
