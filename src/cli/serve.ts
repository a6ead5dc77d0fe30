/**
 * `headgate serve`: runs the App for github.com or any other GitHub. Takes its configuration from the environment
 * alone.
 */
import pino from "pino";
import { startApp } from "../app.ts";
import { readEnvironment } from "../config/environment.ts";
import { pricesWith } from "../config/own-prices.ts";
import { SERVED_PACE } from "../config/pace.ts";
import { SCHEMAS } from "../core/migrations/index.ts";
import { defaultPolicy, LABEL } from "../core/policy.ts";
import { createPlanner } from "../planner/planner.ts";
import { archive } from "../store/archive.ts";
import { openStore } from "../store/open.ts";
import { onInterruption } from "./signals.ts";

/** Runs the App. Resolves with the exit code after a stop signal, or after a newer version has taken over its database. */
export async function serve(env: Record<string, string | undefined>): Promise<number> {
  const environment = readEnvironment(env);
  if (!environment.ok) {
    for (const problem of environment.problems) console.error(problem);
    return 1;
  }
  const { value } = environment;
  const interruption = onInterruption();
  const log = pino({ level: value.logLevel });
  // Opens the store before listening. Otherwise a webhook could be answered with 200 and lost.
  const store = await openStore(
    value.store.kind === "folder" ? { dataDir: value.store.path } : { databaseUrl: value.store.url },
  );
  const { exportDir } = value.retention;
  const prices = pricesWith(value.prices);
  try {
    await store.migrate(SCHEMAS);
    const app = await startApp({
      appId: value.app.id,
      privateKey: value.app.privateKey,
      webhookSecret: value.webhookSecret,
      apiUrl: value.githubApiUrl,
      host: value.listen.host,
      port: value.listen.port,
      store,
      planner: (github, readers) => createPlanner({ github, readers, model: value.model, priceOf: prices }),
      settings: { label: LABEL, baseBranch: null, ...SERVED_PACE },
      defaults: defaultPolicy,
      prices,
      log,
      ...(value.store.kind === "folder" && { localFolder: value.store.path }),
      retention: {
        days: value.retention.days,
        exportTo: exportDir === null ? null : (leaving) => archive(exportDir, leaving),
      },
    });
    const signal = await Promise.race([interruption.wanted, app.outdated]);
    if (signal !== undefined) log.info({ signal }, "Headgate stops after the effects under way");
    await app.stop();
    // A supervisor starts what failed again, from the new image where that is in place.
    if (signal === undefined) return 1;
  } finally {
    await store.close();
  }
  return 0;
}
