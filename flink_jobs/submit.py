"""Submit jobs: read lists of requests from standard input, run their SQL, print the jobs' ids.

    python -m flink_jobs.submit < requests.jsonl        (in Flink's own Python environment)

A line is a list of `{"setup": […], "inserts": […], "catalog": {…}, "options": {…}, "explain": false}`; with
`explain` the optimised plan is printed in place of running it. Imports nothing of ours, so that Flink's environment
needs only pyflink.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pyflink.common import Configuration
from pyflink.table import EnvironmentSettings, ExplainDetail, TableEnvironment
from pyflink.table.catalog import CatalogDescriptor


def submit(request: dict[str, Any]) -> str:
    """Run the request; the job's id, or the plan when it asks to explain."""
    options = Configuration()
    for key, value in request["options"].items():
        options.set_string(key, value)
    tables = TableEnvironment.create(
        EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(options).build()
    )
    catalog = Configuration()
    for key, value in request["catalog"].items():
        catalog.set_string(key, value)
    tables.create_catalog("lake", CatalogDescriptor.of("lake", catalog))
    # For the source windowpane-events, which reads a table by itself: no statement holds the catalog's secrets.
    tables.get_config().set("windowpane.lake", json.dumps(request["catalog"]))
    for statement in request["setup"]:
        tables.execute_sql(statement)
    inserts = tables.create_statement_set()
    for statement in request["inserts"]:
        inserts.add_insert_sql(statement)
    if request.get("explain"):
        return str(inserts.explain(ExplainDetail.JSON_EXECUTION_PLAN))
    client = inserts.execute().get_job_client()
    if client is None:
        raise RuntimeError("Flink returned no job")
    return str(client.get_job_id())


def main() -> None:
    """Entry point: lists of requests on standard input, one line of results for each on standard output."""
    for line in sys.stdin:
        print(json.dumps({"results": [submit(request) for request in json.loads(line)]}), flush=True)


if __name__ == "__main__":
    main()
