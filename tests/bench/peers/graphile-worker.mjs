// Jobs that do nothing, through graphile-worker: how many a second.
//
//     node graphile-worker.mjs DATABASE_URL JOBS plain|batched
import { Logger, run, runMigrations } from "graphile-worker";
import pg from "pg";

const [url, count, mode] = process.argv.slice(2);
const jobs = Number(count);
const pool = new pg.Pool({ connectionString: url, max: 20 });
await runMigrations({ pgPool: pool });
await pool.query(
  `SELECT graphile_worker.add_jobs(
     ARRAY(SELECT json_populate_record(NULL::graphile_worker.job_spec,
       json_build_object('identifier', 'nothing', 'payload', json_build_object('n', n)))
       FROM generate_series(1, $1::int) n))`,
  [jobs],
);
let left = jobs;
let finish;
const finished = new Promise((resolve) => (finish = resolve));
const batched =
  mode === "batched"
    ? { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }
    : {};
const begun = performance.now();
const runner = await run({
  pgPool: pool,
  logger: new Logger(() => () => {}),
  noHandleSignals: true,
  preset: { worker: { concurrentJobs: 16, pollInterval: 100, ...batched } },
  taskList: {
    nothing: () => {
      left -= 1;
      if (left === 0) finish();
    },
  },
});
await finished;
// What is done is written only then.
await runner.stop();
const seconds = (performance.now() - begun) / 1000;
const { rows } = await pool.query("SELECT count(*)::int AS left FROM graphile_worker.jobs");
if (rows[0].left !== 0) throw new Error(`${rows[0].left} jobs are left`);
await pool.end();
console.log(jobs / seconds);
