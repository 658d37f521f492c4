// The story, by the client of @hey-api/openapi-ts.

import assert from "node:assert/strict";
import { cancelSync, createConnection, listRecords, listSyncs, readSync, requestSync } from "./client";
import type { Problem, SyncStatus } from "./client";
import { client } from "./client/client.gen";

const baseUrl = process.env.SYNCLINE_URL!;
const token = process.env.SYNCLINE_TOKEN!;
const config = { base_url: process.env.SYNCLINE_DEMO_URL!, api_token: "demo-token" };

async function main() {
    client.setConfig({ baseUrl, auth: token });
    const body = { provider_name: "demo", name: "Books", config };
    const { data: connection } = await createConnection({ body });
    const asked = await requestSync({ path: { connection_id: connection!.id } });
    for (const { id } of asked.data!) {
        const { data: sync } = await readSync({ path: { sync_id: id }, query: { wait: 60 } });
        console.log(sync!.model_id, sync!.status);
    }
    const model_id = connection!.models[0].id;
    console.log((await listRecords({ path: { model_id }, query: { limit: 10 } })).data);

    const sync_id = asked.data![0].id;
    const { data: sync } = await readSync({ path: { sync_id } });
    const status: SyncStatus = sync!.status;
    assert.equal(status, "complete");
    assert.equal(sync!.error, null);

    const lengths: number[] = [];
    let cursor: string | undefined;
    do {
        const { data, response } = await listRecords({ path: { model_id }, query: { limit: 15, cursor } });
        cursor = response!.headers.get("Next-Cursor")!;
        lengths.push(data!.length);
    } while (lengths.at(-1)! > 0);
    assert.deepEqual(lengths, [15, 15, 10, 0]);

    let problem = refused(401, await listSyncs({ auth: "nobody" }));
    assert.equal(problem.code, "unauthorized");
    problem = refused(404, await readSync({ path: { sync_id: "sync_01h455vb4pex5vsknk084sn02q" } }));
    assert.equal(problem.code, "not_found");
    problem = refused(409, await cancelSync({ path: { sync_id } }));
    assert.equal(problem.code, "sync_finished");
    problem = refused(422, await createConnection({ body: { ...body, config: {} } }));
    assert.equal(problem.code, "invalid_config");
    assert.deepEqual(problem.errors.map((error) => error.path), ["/config/base_url", "/config/api_token"]);
}

function refused(status: number, answer: { error: Problem | undefined; response?: Response }): Problem {
    assert.equal(answer.response?.status, status);
    assert.ok(answer.error !== undefined, `no ${status}`);
    return answer.error;
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
