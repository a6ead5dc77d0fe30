/**
 * Run as a process of its own and killed: writes into the store in the folder argv[2], and prints the number of each
 * round once all of it is acknowledged. A round is an event received, decided, its effect claimed and completed.
 */
import { openStore } from "../../src/store/open.ts";
import { applying, effect, event } from "../contract/store-kit.ts";

const [folder, first] = process.argv.slice(2);
const store = await openStore({ dataDir: folder ?? "" });
await store.migrate();
for (let round = Number(first); ; round++) {
  await store.receive([event("a", `k${round}`, { round })], []);
  await store.step("a", 10, applying({ effects: [effect(`c${round}`)] }));
  for (const claimed of await store.claim(60_000, 10, "all")) await store.complete(claimed, [event("b", claimed.key)]);
  process.stdout.write(`${round}\n`);
}
