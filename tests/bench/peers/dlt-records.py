"""The invoices of the demo provider into PostgreSQL through dlt: its `rest_api` source, its
`postgres` destination. A run in each process, with pipeline state in DIRECTORY. Prints what the run
took, the imports left out, its worker processes included.

    python dlt-records.py BASE_URL DATABASE_URL DIRECTORY RECORDS merge|append

Settings, the fastest of those tried: CSV files, which dlt gives to COPY (its preferred INSERT took
longer); a worker to normalize on each core, with files of a quarter of the records, so that all have
work; nothing compressed; `lines` kept in their record as JSON, not unfolded into a table of their
own, and times left as text.
"""

import json
import os
import resource
import sys
import time

import dlt
from dlt.destinations import postgres
from dlt.sources.rest_api import rest_api_source

PAGE = 1000


def main(base_url, database_url, directory, records, disposition):
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        # dlt insists on one; the cluster asks for none.
        "CREDENTIALS__PASSWORD": "none",
        "NORMALIZE__WORKERS": str(os.cpu_count()),
        "DATA_WRITER__DISABLE_COMPRESSION": "true",
        "DATA_WRITER__FILE_MAX_ITEMS": str(max(PAGE, int(records) // 4)),
    }
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=directory,
        destination=postgres(database_url),
        dataset_name="bench",
    )
    begun, used = time.perf_counter(), cpu_seconds()
    pipeline.run(invoices(base_url, disposition), loader_file_format="csv")
    took, used = time.perf_counter() - begun, cpu_seconds() - used
    print(json.dumps({"seconds": took, "cpu_seconds": used}))


def invoices(base_url, disposition):
    upsert = {"disposition": "merge", "strategy": "upsert"}
    source = rest_api_source(
        {
            "client": {"base_url": base_url, "auth": {"type": "bearer", "token": "demo-token"}},
            "resources": [
                {
                    "name": "invoices",
                    "primary_key": "id",
                    "write_disposition": upsert if disposition == "merge" else disposition,
                    "endpoint": {
                        "path": "invoices",
                        "data_selector": "data",
                        "paginator": {"type": "offset", "limit": PAGE, "total_path": "total"},
                    },
                }
            ],
        },
        max_table_nesting=0,
    )
    source.schema.remove_type_detection("iso_timestamp")
    return source


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    main(*sys.argv[1:])
