"""respan-ai 2 (keywordsai under its new name), pointed by KEYWORDS_AI_BASE_URL and RESPAN_API_KEY.

Creates the logs of the scenarios named, or of all, reads each back and lists to the last page, all through the
client's typed models, and prints what it read as JSON.
"""

import json
import sys

import rest_logs
from respan.logs.api import LogAPI
from respan.types.log_types import RespanLogParams

if __name__ == "__main__":
    logs = LogAPI()
    created = []
    for name in sys.argv[1:] or rest_logs.SCENARIOS:
        for log in rest_logs.SCENARIOS[name]():
            created.append(logs.create(RespanLogParams(**log))["id"])
    read = [logs.get(log_id).model_dump(mode="json", exclude_none=True) for log_id in created]
    listed, page = [], 1
    while found := logs.list(page=page, page_size=4).results:
        listed += [log.id for log in found]
        page += 1
    print(json.dumps({"created": created, "read": read, "listed": listed}))
