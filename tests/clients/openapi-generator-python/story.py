"""The story, by the Python client of openapi-generator."""

import os

from syncline_client import ApiClient, ApiException, Configuration, ConnectionsApi
from syncline_client import CreateConnection, ErrorCode, Problem, RecordsApi, SyncsApi, SyncStatus
from syncline_client.exceptions import ConflictException, NotFoundException
from syncline_client.exceptions import UnauthorizedException, UnprocessableEntityException

url, token = os.environ["SYNCLINE_URL"], os.environ["SYNCLINE_TOKEN"]
config = {"base_url": os.environ["SYNCLINE_DEMO_URL"], "api_token": "demo-token"}

client = ApiClient(Configuration(host=url, access_token=token))
connections, syncs, records = ConnectionsApi(client), SyncsApi(client), RecordsApi(client)
connection = connections.create_connection(
    CreateConnection(provider_name="demo", name="Books", config=config)
)
for sync in syncs.request_sync(connection.id):
    sync = syncs.read_sync(sync.id, wait=60)
    print(sync.model_id, sync.status)
for record in records.list_records(connection.models[0].id, limit=10):
    print(record.id, record.data)

assert sync.status == SyncStatus.COMPLETE and sync.attempt == 1 and sync.error is None

pages, cursor = [], None
while not pages or pages[-1]:
    page = records.list_records_with_http_info(
        connection.models[0].id, limit=15, cursor=cursor
    )
    cursor = page.headers["next-cursor"]  # as the server writes it
    pages.append(page.data)
assert [len(page) for page in pages] == [15, 15, 10, 0], pages


def refused(kind, call):
    try:
        call()
    except kind as error:
        assert isinstance(error, ApiException) and isinstance(error.data, Problem), error
        return error.data
    raise AssertionError(f"no {kind.__name__}")


stranger = SyncsApi(ApiClient(Configuration(host=url, access_token="nobody")))
problem = refused(UnauthorizedException, stranger.list_syncs)
assert problem.code == ErrorCode.UNAUTHORIZED and problem.status == 401
problem = refused(NotFoundException, lambda: syncs.read_sync("sync_01h455vb4pex5vsknk084sn02q"))
assert problem.code == ErrorCode.NOT_FOUND and problem.status == 404
problem = refused(ConflictException, lambda: syncs.cancel_sync(sync.id))
assert problem.code == ErrorCode.SYNC_FINISHED and problem.status == 409
wrong = CreateConnection(provider_name="demo", name="Books", config={})
problem = refused(UnprocessableEntityException, lambda: connections.create_connection(wrong))
assert problem.code == ErrorCode.INVALID_CONFIG and problem.status == 422
assert [error.path for error in problem.errors] == ["/config/base_url", "/config/api_token"]
