/** Starts what the load needs: the sandbox, a scripted model, PostgreSQL, and the real server with a small heap. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { startScriptedModel } from "@headgate/scripted-model";
import { Octokit } from "@octokit/rest";
import { ATTEMPT_WORKFLOW } from "../../src/core/attempt.ts";
import { hostileWorkflow } from "../hostile/forging.ts";
import type { Hostile } from "../hostile/hostile.ts";
import { checkedRepository, Workplace } from "../scenario/run.ts";
import { startPostgres } from "../store/postgres-server.ts";
import type { Target } from "./senders.ts";

const HEAP_MB = 512;
const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");
/** Seconds suffice on a machine that does nothing else. */
const WAIT_MS = 120_000;

export interface Place {
  target: Target;
  url: string;
  pid: number;
  octokit: Octokit;
  repository: { owner: string; repo: string };
  repositoryId: number;
  /** Bytes of the server's log so far. */
  logBytes(): number;
  /** Ends the server as an operator does. Returns its exit code. */
  stopServer(): Promise<number | null>;
  close(): Promise<void>;
}

/** The attempts of the task `one` are taken over by `poison`. */
export async function openPlace(poison: Hostile): Promise<Place> {
  const place = new Workplace(checkedRepository("cat *.txt"));
  const [postgres, model, port] = await Promise.all([
    startPostgres(),
    startScriptedModel({ script: { planner: { tasks: [{ id: poison.id, title: "Make one" }] } } }),
    freePort(),
  ]);
  const sandbox = place.start(["sandbox", "--data-dir", "sandbox", "--app-port", String(port)]);
  const greeting = await printed(sandbox.child, "Ctrl-C");
  const environment = Object.fromEntries(
    [...greeting.matchAll(/\b([A-Z][A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
  const [, apiUrl = ""] = /REST API +(\S+)/.exec(greeting) ?? [];
  const [, token = ""] = /Your token +(\S+)/.exec(greeting) ?? [];
  const octokit = new Octokit({ auth: token, baseUrl: apiUrl });
  const repository = { owner: "you", repo: "tool" };
  const created = await octokit.rest.repos.createForAuthenticatedUser({ name: "tool" });
  const settings = "attempts:\n  max: 1\n";
  place.write({ [ATTEMPT_WORKFLOW]: hostileWorkflow([poison]), ".github/headgate.yml": settings }, place.repo);
  place.commit("the attempt workflow");
  const remote = apiUrl.replace("/api/v3", "").replace("//", `//you:${token}@`);
  place.git("push", "--quiet", `${remote}/you/tool.git`, "main");
  await octokit.rest.repos.updateBranchProtection({
    ...repository,
    branch: "main",
    required_status_checks: { strict: true, contexts: ["unit"] },
    enforce_admins: false,
    required_pull_request_reviews: null,
    restrictions: null,
  });

  const logFile = place.path("server.log");
  const log = openSync(logFile, "w");
  const { ANTHROPIC_API_KEY: _, ...inherited } = process.env;
  const databaseUrl = await postgres.createDatabase("load");
  const server = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, "--max-semi-space-size=4", MAIN], {
    env: { ...inherited, ...environment, DATABASE_URL: databaseUrl, ANTHROPIC_BASE_URL: model.url },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  await eventually("the server answers", async () => (await fetch(`${url}/readyz`)).status === 200);
  return {
    target: { port, secret: String(environment.WEBHOOK_SECRET) },
    url,
    pid: server.pid ?? 0,
    octokit,
    repository,
    repositoryId: created.data.id,
    logBytes: () => statSync(logFile).size,
    stopServer: () => ended(server),
    async close() {
      await Promise.all([ended(server), ended(sandbox.child)]);
      await Promise.all([model.close(), postgres.stop()]);
      place.remove();
    },
  };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  }
  return child.exitCode;
}

/** Asks until it is so. Throws after two minutes. */
export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + WAIT_MS;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > until) throw new Error(`it did not come true in ${WAIT_MS / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function printed(child: ChildProcess, text: string): Promise<string> {
  let all = "";
  if (child.stdout === null) throw new Error("its output is not to be had");
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    all += chunk;
    if (all.includes(text)) return all;
  }
  throw new Error(`it ended with: ${all}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a server without a port");
  return address.port;
}
