"""The story, by the client of openapi-python-client."""

import os
from http import HTTPStatus

from syncline_client import AuthenticatedClient
from syncline_client.api.connections import create_connection
from syncline_client.api.records import list_records
from syncline_client.api.syncs import cancel_sync, list_syncs, read_sync, request_sync
from syncline_client.models import CreateConnection, CreateConnectionConfig, ErrorCode
from syncline_client.models import Problem, SyncStatus
from syncline_client.types import UNSET

url, token = os.environ["SYNCLINE_URL"], os.environ["SYNCLINE_TOKEN"]
config = {"base_url": os.environ["SYNCLINE_DEMO_URL"], "api_token": "demo-token"}

client = AuthenticatedClient(base_url=url, token=token, timeout=90.0)
config = CreateConnectionConfig.from_dict(config)
body = CreateConnection(provider_name="demo", name="Books", config=config)
connection = create_connection.sync(client=client, body=body)
for sync in request_sync.sync(connection.id, client=client):
    sync = read_sync.sync(sync.id, client=client, wait=60)
    print(sync.model_id, sync.status)
for record in list_records.sync(connection.models[0].id, client=client, limit=10):
    print(record.id, record.data.to_dict())

assert sync.status == SyncStatus.COMPLETE and sync.attempt == 1 and sync.error is None

pages, cursor = [], UNSET
while not pages or pages[-1]:
    page = list_records.sync_detailed(
        connection.models[0].id, client=client, limit=15, cursor=cursor
    )
    cursor = page.headers["Next-Cursor"]
    pages.append(page.parsed)
assert [len(page) for page in pages] == [15, 15, 10, 0], pages


def refused(status, response):
    assert response.status_code == HTTPStatus(status), response
    assert isinstance(response.parsed, Problem) and response.parsed.status == status, response
    return response.parsed


stranger = AuthenticatedClient(base_url=url, token="nobody")
problem = refused(401, list_syncs.sync_detailed(client=stranger))
assert problem.code == ErrorCode.UNAUTHORIZED
unknown = "sync_01h455vb4pex5vsknk084sn02q"
problem = refused(404, read_sync.sync_detailed(unknown, client=client))
assert problem.code == ErrorCode.NOT_FOUND
problem = refused(409, cancel_sync.sync_detailed(sync.id, client=client))
assert problem.code == ErrorCode.SYNC_FINISHED
wrong = CreateConnection(provider_name="demo", name="Books")
problem = refused(422, create_connection.sync_detailed(client=client, body=wrong))
assert problem.code == ErrorCode.INVALID_CONFIG
assert [error.path for error in problem.errors] == ["/config/base_url", "/config/api_token"]
