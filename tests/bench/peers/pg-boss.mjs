// Jobs that do nothing, through pg-boss: how many a second. `plain` takes and completes one at a
// time, from sixteen loops; `batched` takes and completes a hundred.
//
//     node pg-boss.mjs DATABASE_URL JOBS plain|batched
import PgBoss from "pg-boss";

const [url, count, mode] = process.argv.slice(2);
const jobs = Number(count);
const batchSize = mode === "batched" ? 100 : 1;
const boss = new PgBoss({ connectionString: url, max: 20, supervise: false, schedule: false });
boss.on("error", (error) => {
  throw error;
});
await boss.start();
await boss.createQueue("nothing");
for (let made = 0; made < jobs; made += 1000) {
  const part = Array.from({ length: Math.min(1000, jobs - made) }, (_, n) => ({
    name: "nothing",
    data: { n: made + n },
  }));
  await boss.insert(part);
}
let done = 0;
const begun = performance.now();
const loop = async () => {
  for (;;) {
    const taken = await boss.fetch("nothing", { batchSize });
    if (taken.length === 0) return;
    await boss.complete("nothing", taken.map((job) => job.id));
    done += taken.length;
  }
};
await Promise.all(Array.from({ length: 16 }, loop));
const seconds = (performance.now() - begun) / 1000;
await boss.stop({ graceful: false });
if (done !== jobs) throw new Error(`${done} of ${jobs} were done`);
console.log(jobs / seconds);
process.exit(0);
