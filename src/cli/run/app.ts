/** Starts the App of a run, the same as `headgate serve`, and adds the label as a maintainer would. */
import { join } from "node:path";
import pino from "pino";
import type { App } from "../../app.ts";
import { startApp } from "../../app.ts";
import type { ModelWait } from "../../config/model-waits.ts";
import { pricesWith } from "../../config/own-prices.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { isOver } from "../../core/feature/state.ts";
import { defaultPolicy, LABEL } from "../../core/policy.ts";
import type { Store } from "../../loop/store-port.ts";
import { modelWaitText } from "../../messages/terminal/model-wait.ts";
import { filePlanner } from "../../planner/file-planner.ts";
import { createPlanner } from "../../planner/planner.ts";
import type { BaseCheck } from "../gate/base-check.ts";
import { afterBaseCheck, whenGood } from "../gate/waiting.ts";
import type { Model } from "./model.ts";
import type { RunOptions } from "./options.ts";
import type { Site } from "./site.ts";

interface Parts {
  site: Site;
  store: Store;
  model: Model;
  dataDir: string;
  base: BaseCheck;
  /** Prints what happened beside the feature. */
  note(text: string): void;
}

/** Starts the App. Calls `decided` after every step of the core. */
export async function openApp(
  options: RunOptions,
  { site, store, model, dataDir, base, note }: Parts,
  decided: () => void,
): Promise<App> {
  const prices = pricesWith({});
  return startApp({
    appId: site.app.id,
    privateKey: site.privateKey,
    webhookSecret: site.webhookSecret,
    apiUrl: site.sandbox.apiUrl,
    host: "127.0.0.1",
    port: 0,
    store,
    planner: (github, readers) => {
      const onWait = (wait: ModelWait) => note(modelWaitText(wait));
      const access = { apiKey: model.apiKey ?? "", baseUrl: model.baseUrl, onWait };
      const planner =
        options.plan !== null
          ? filePlanner(options.plan)
          : createPlanner({ github, readers, model: access, priceOf: prices });
      return afterBaseCheck(planner, base);
    },
    beforeMerge: () => whenGood(base),
    settings: {
      label: LABEL,
      baseBranch: site.base,
      statusEveryMs: 1_000,
      observeEveryMs: 100,
      sweepEveryMs: 60_000,
      baseIsCheckedApart: true,
      engineIsUnpriced: options.engine === "command",
    },
    defaults: { ...defaultPolicy, maxParallel: options.maxParallel },
    prices,
    log: pino({ level: "debug" }, pino.destination({ dest: join(dataDir, "headgate.log"), sync: true })),
    // The store's own folder, beside its lock.
    localFolder: join(dataDir, "store"),
    decided,
  });
}

/** Adds the label to the open issue. In a reused data folder the issue may have it already. */
export async function label(site: Site): Promise<void> {
  const where = { owner: site.repository.owner, repo: site.repository.name };
  const { data } = await site.owner.rest.issues.get({ ...where, issue_number: site.issue });
  const labels = data.labels.map((one) => (typeof one === "string" ? one : one.name));
  if (labels.includes(LABEL) || data.state === "closed") return;
  await site.owner.rest.issues.addLabels({ ...where, issue_number: site.issue, labels: [LABEL] });
}

/**
 * Waits, for a limited time, until the last effects reach GitHub: the final edit of the comment and the closing of the
 * issue.
 */
export async function settleApp(store: Store, app: App, state: FeatureState): Promise<void> {
  const until = Date.now() + 20_000;
  const soon = isOver(state) ? 10_000 : 1_500;
  while (Date.now() < until) {
    const due = await store.nextDue("all");
    if (!app.driver.busy() && (due === null || due > soon)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
