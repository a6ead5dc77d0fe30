/**
 * `headgate sandbox`: starts the local GitHub alone, with a sample repository and an App ready for `headgate serve`.
 */
import { randomBytes, randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Sandbox } from "@headgate/github-sandbox";
import { Octokit } from "@octokit/rest";
import type { Given } from "./command-line.ts";
import { refused } from "./folders.ts";
import { commitFolder } from "./git.ts";
import { oneOf, PORT, wholeNumber } from "./numbers.ts";
import { loadSandbox, loadScriptedModel } from "./packages.ts";
import { appManifest, publishHeadgate, withFolder } from "./setup.ts";
import { Interrupted, onInterruption } from "./signals.ts";

const SEED = { least: 0, most: 999_999_999 };
const samples = join(import.meta.dirname, "..", "..", "samples");

/** Runs the sandbox. Resolves with the exit code after a stop signal. */
export async function serveSandbox(given: Given): Promise<number> {
  const { startSandbox } = await loadSandbox();
  const { startScriptedModel } = await loadScriptedModel();
  const dataDir = resolve(given["data-dir"] ?? join(".headgate", "sandbox"));
  const port = wholeNumber("port", given.port, PORT) ?? 0;
  const appPort = wholeNumber("app-port", given["app-port"], PORT) ?? 3000;
  const slots = wholeNumber("slots", given.slots, { least: 1, most: 100 }) ?? 8;
  const limits = oneOf("limits", given.limits, ["generous", "github"] as const) ?? "generous";
  const faults = oneOf("faults", given.faults, ["none", "light", "heavy"] as const) ?? "none";
  const seed = wholeNumber("seed", given.seed, SEED) ?? randomInt(SEED.most);
  const adminToken = randomBytes(20).toString("hex");
  const interruption = onInterruption();
  const sandbox = await startSandbox({ dataDir, port, slots, limits, adminToken }).catch((error) =>
    refused(error, { dataDir, port }),
  );
  const script = JSON.parse(await readFile(join(samples, "ledger.script.json"), "utf8"));
  const model = await startScriptedModel({ script });
  try {
    await interruption.after(publishHeadgate(sandbox));
    const { token, issue } = await interruption.after(seedSample(sandbox, model.url));
    const app = await interruption.after(seedApp(sandbox, dataDir, appPort));
    // Enables faults only now, so that they cannot break the setup above.
    sandbox.setFaults({ level: faults, seed });
    console.log(greeting(sandbox, { token, issue, app, appPort, modelUrl: model.url, faults, seed, adminToken }));
    await interruption.wanted;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    await model.close();
    await sandbox.close();
  }
  return 0;
}

/** Creates `you/ledger`: the sample with branch protection, the attempt workflow and an issue ready for a label. */
async function seedSample(sandbox: Sandbox, modelUrl: string) {
  const { user, token } = sandbox.createUser("you");
  const known = sandbox.findRepository("you", "ledger");
  const repository = known ?? (await sandbox.createRepository({ owner: user, name: "ledger" }));
  const octokit = new Octokit({ auth: token, baseUrl: sandbox.apiUrl });
  const where = { owner: "you", repo: "ledger" };
  if (known === undefined) {
    await withFolder(async (folder) => {
      await cp(join(samples, "ledger"), folder, { recursive: true });
      await mkdir(join(folder, ".github", "workflows"), { recursive: true });
      await cp(join(samples, "headgate.yml"), join(folder, ".github", "workflows", "headgate.yml"));
      await commitFolder(folder, "main", "A ledger for the command line");
      await sandbox.importRepository(repository, folder, "refs/heads/main", "main");
    });
    sandbox.setProtection(repository, "main", {
      requiredStatusChecks: { strict: true, checks: [{ context: "unit", appId: null }] },
    });
  }
  sandbox.setSecret(repository, "ANTHROPIC_API_KEY", "scripted");
  sandbox.setVariable(repository, "ANTHROPIC_BASE_URL", modelUrl);
  const { data } = await octokit.rest.issues.listForRepo({ ...where, state: "all" });
  const first = data.find((one) => one.pull_request === undefined);
  if (first !== undefined) return { token, issue: first.number };
  const [title = "", ...body] = (await readFile(join(samples, "ledger.issue.md"), "utf8")).split("\n");
  const created = await octokit.rest.issues.create({
    ...where,
    title: title.replace(/^#+\s*/, ""),
    body: body.join("\n").trim(),
  });
  return { token, issue: created.data.number };
}

interface SeededApp {
  id: number;
  keyFile: string;
  webhookSecret: string;
}

/** Creates the App. GitHub shows its key once, so the key stays in the data folder, readable only by its owner. */
async function seedApp(sandbox: Sandbox, dataDir: string, port: number): Promise<SeededApp> {
  const webhookUrl = `http://127.0.0.1:${port}/api/github/webhooks`;
  const keyFile = join(dataDir, "headgate.private-key.pem");
  const known = sandbox.findApp("headgate");
  const owner = sandbox.findUser("you");
  if (owner === undefined) throw new Error("the sandbox lost its user");
  if (known?.webhookSecret && existsSync(keyFile)) {
    sandbox.setWebhook(known, webhookUrl, known.webhookSecret);
    return { id: known.id, keyFile, webhookSecret: known.webhookSecret };
  }
  const { app, privateKey } =
    known === undefined
      ? await sandbox.createApp(await appManifest())
      : { app: known, privateKey: await sandbox.renewAppKey(known) };
  await writeFile(keyFile, privateKey, { mode: 0o600 });
  const webhookSecret = randomBytes(20).toString("hex");
  sandbox.setWebhook(app, webhookUrl, webhookSecret);
  sandbox.install(app, owner, "all");
  return { id: app.id, keyFile, webhookSecret };
}

function greeting(
  sandbox: Sandbox,
  seeded: {
    token: string;
    issue: number;
    app: SeededApp;
    appPort: number;
    modelUrl: string;
    faults: string;
    seed: number;
    adminToken: string;
  },
): string {
  const { token, issue, app, appPort, modelUrl, faults, seed, adminToken } = seeded;
  const host = sandbox.url.replace(/^http:\/\//, "");
  return `A GitHub for this machine is up at ${sandbox.url}
  REST API      ${sandbox.apiUrl}
  Your token    ${token}   (you are @you, the owner of you/ledger)
  Clone         git clone http://you:${token}@${host}/you/ledger.git
  Faults        ${faults}, seed ${seed}; change them with
                curl -X PUT -H "Authorization: Bearer ${adminToken}" -d '{"faults":"heavy"}' \\
                  ${sandbox.url}/_sandbox/faults

Start Headgate on it, in another shell:
  APP_ID=${app.id} \\
  PRIVATE_KEY_PATH=${app.keyFile} \\
  WEBHOOK_SECRET=${app.webhookSecret} \\
  GITHUB_API_URL=${sandbox.apiUrl} \\
  ANTHROPIC_API_KEY=scripted ANTHROPIC_BASE_URL=${modelUrl} \\
  HEADGATE_DATA_DIR=.headgate/serve PORT=${appPort} \\
  npm run headgate -- serve

Then label the issue, in a third:
  curl -X POST -H "Authorization: Bearer ${token}" -d '{"labels":["headgate"]}' \\
    ${sandbox.apiUrl}/repos/you/ledger/issues/${issue}/labels

The model at ${modelUrl} answers from a script. Ctrl-C stops everything.`;
}
