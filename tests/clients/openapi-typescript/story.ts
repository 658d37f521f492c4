// The story, by the types of openapi-typescript and openapi-fetch.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./client";

type Problem = components["schemas"]["Problem"];

const baseUrl = process.env.SYNCLINE_URL!;
const token = process.env.SYNCLINE_TOKEN!;
const config = { base_url: process.env.SYNCLINE_DEMO_URL!, api_token: "demo-token" };

async function main() {
    const headers = { Authorization: `Bearer ${token}` };
    const client = createClient<paths>({ baseUrl: `${baseUrl}/`, headers });
    const body = { provider_name: "demo", name: "Books", config };
    const { data: connection } = await client.POST("/v2/integrations/connections", { body });
    const path = { connection_id: connection!.id };
    const asked = await client.POST("/v2/integrations/connections/{connection_id}/sync", { params: { path } });
    for (const { id } of asked.data!) {
        const params = { path: { sync_id: id }, query: { wait: 60 } };
        const { data: sync } = await client.GET("/v2/integrations/syncs/{sync_id}", { params });
        console.log(sync!.model_id, sync!.status);
    }

    const sync_id = asked.data![0].id;
    const read = await client.GET("/v2/integrations/syncs/{sync_id}", { params: { path: { sync_id } } });
    const status: components["schemas"]["SyncStatus"] = read.data!.status;
    assert.equal(status, "complete");
    assert.equal(read.data!.error, null);

    const lengths: number[] = [];
    let cursor: string | undefined;
    do {
        const params = { path: { model_id: connection!.models[0].id }, query: { limit: 15, cursor } };
        const { data, response } = await client.GET("/v2/integrations/models/{model_id}/records", { params });
        cursor = response.headers.get("Next-Cursor")!;
        lengths.push(data!.length);
        const first: { [name: string]: unknown } | undefined = data![0]?.data;
        assert.ok(data!.length === 0 || typeof first === "object");
    } while (lengths.at(-1)! > 0);
    assert.deepEqual(lengths, [15, 15, 10, 0]);

    const stranger = createClient<paths>({ baseUrl: `${baseUrl}/`, headers: { Authorization: "Bearer nobody" } });
    let problem = refused(401, await stranger.GET("/v2/integrations/syncs"));
    assert.equal(problem.code, "unauthorized");
    const unknown = { path: { sync_id: "sync_01h455vb4pex5vsknk084sn02q" } };
    problem = refused(404, await client.GET("/v2/integrations/syncs/{sync_id}", { params: unknown }));
    assert.equal(problem.code, "not_found");
    const finished = { path: { sync_id } };
    problem = refused(409, await client.POST("/v2/integrations/syncs/{sync_id}/cancel", { params: finished }));
    assert.equal(problem.code, "sync_finished");
    const wrong = { ...body, config: {} };
    problem = refused(422, await client.POST("/v2/integrations/connections", { body: wrong }));
    assert.equal(problem.code, "invalid_config");
    assert.deepEqual(problem.errors.map((error) => error.path), ["/config/base_url", "/config/api_token"]);
}

function refused(status: number, answer: { error?: Problem; response: Response }): Problem {
    assert.equal(answer.response.status, status);
    assert.ok(answer.error !== undefined, `no ${status}`);
    return answer.error;
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
