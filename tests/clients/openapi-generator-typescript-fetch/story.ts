// The story, by the typescript-fetch client of openapi-generator.

import assert from "node:assert/strict";
import {
    Configuration,
    ConnectionsApi,
    ErrorCode,
    type ModelRecord,
    type Problem,
    ProblemFromJSON,
    RecordsApi,
    ResponseError,
    type Sync,
    SyncStatus,
    SyncsApi,
} from "./client";

const basePath = process.env.SYNCLINE_URL!;
const accessToken = process.env.SYNCLINE_TOKEN!;
const config = { base_url: process.env.SYNCLINE_DEMO_URL!, api_token: "demo-token" };

async function main() {
    const settings = new Configuration({ basePath, accessToken });
    const connections = new ConnectionsApi(settings);
    const [syncs, records] = [new SyncsApi(settings), new RecordsApi(settings)];
    const createConnection = { provider_name: "demo", name: "Books", config };
    const connection = await connections.createConnection({ createConnection });
    for (const { id } of await syncs.requestSync({ connectionId: connection.id })) {
        const sync = await syncs.readSync({ syncId: id, wait: 60 });
        console.log(sync.model_id, sync.status);
    }
    const [{ id: modelId, last_sync }] = (await connections.readConnection({ connectionId: connection.id })).models;
    console.log(await records.listRecords({ modelId, limit: 10 }));

    const sync: Sync = last_sync!;
    assert.equal(sync.status, SyncStatus.Complete);
    assert.ok(sync.completed_at instanceof Date);
    assert.equal(sync.error, null);

    const pages: ModelRecord[][] = [];
    let cursor: string | undefined;
    do {
        const page = await records.listRecordsRaw({ modelId, limit: 15, cursor });
        cursor = page.raw.headers.get("Next-Cursor")!;
        pages.push(await page.value());
    } while (pages.at(-1)!.length > 0);
    assert.deepEqual(pages.map((page) => page.length), [15, 15, 10, 0]);

    const stranger = new SyncsApi(new Configuration({ basePath, accessToken: "nobody" }));
    let problem = await refused(401, stranger.listSyncs());
    assert.equal(problem.code, ErrorCode.Unauthorized);
    problem = await refused(404, syncs.readSync({ syncId: "sync_01h455vb4pex5vsknk084sn02q" }));
    assert.equal(problem.code, ErrorCode.NotFound);
    problem = await refused(409, syncs.cancelSync({ syncId: sync.id }));
    assert.equal(problem.code, ErrorCode.SyncFinished);
    const wrong = { provider_name: "demo", name: "Books", config: {} };
    problem = await refused(422, connections.createConnection({ createConnection: wrong }));
    assert.equal(problem.code, ErrorCode.InvalidConfig);
    assert.deepEqual(problem.errors.map((error) => error.path), ["/config/base_url", "/config/api_token"]);
}

async function refused(status: number, call: Promise<unknown>): Promise<Problem> {
    const error = await call.then(() => undefined, (error: unknown) => error);
    assert.ok(error instanceof ResponseError, `no ${status}`);
    assert.equal(error.response.status, status);
    return ProblemFromJSON(await error.response.json());
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
