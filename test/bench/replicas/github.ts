/**
 * Run as a process of its own: modelled GitHubs behind one loopback server, a repository for each feature. A call of the port takes
 * 100 ms, and what happens is announced to one of the replicas, once, as GitHub does it.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { deserialize, serialize } from "node:v8";
import { Refused, Unavailable } from "../../../src/loop/github-port.ts";
import { Chance } from "../../simulation/chance.ts";
import { Clock } from "../../simulation/clock.ts";
import { openIssue, setLabel } from "../../simulation/github/issues.ts";
import { GitHubModel } from "../../simulation/github/model.ts";
import { modelPort } from "../../simulation/github/port.ts";
import { plainWire } from "../../simulation/github/wire.ts";
import { Agent } from "../../simulation/world/agent.ts";
import { MAINTAINER } from "../../simulation/world/maintainer.ts";
import { furnish } from "../../simulation/world/repository.ts";
import { FEATURE, LABEL, type Tallies, WORLD } from "./world.ts";

const CALL_MS = 100;
const TICK_MS = 5;
const QUICK_MS = 20;

const clock = new Clock(Date.now());
setInterval(() => clock.advance(Date.now()), TICK_MS);
const models = new Map<string, GitHubModel>();
const made = new Map<string, number>();
let replicas: string[] = [];

function count(thing: string): void {
  made.set(thing, (made.get(thing) ?? 0) + 1);
}

function found(name: string): GitHubModel {
  const chance = new Chance(name);
  const model: GitHubModel = new GitHubModel({
    clock,
    chance,
    repo: { id: 1, owner: "acme", name },
    announce: (event, payload) => void announce(event, payload),
    behaviour: {
      checks: WORLD.checks,
      job: ({ attempt, brief }) => ({ ...agent.job(attempt, brief, null), startsAfter: QUICK_MS, lasts: QUICK_MS }),
      check: () => ({ startsAfter: QUICK_MS, lasts: QUICK_MS, conclusion: "success" }),
      lag: () => QUICK_MS,
      forgetsUpdate: () => false,
    },
  });
  const agent = new Agent(model, chance, () => FEATURE);
  furnish(model, WORLD);
  model.witnesses.push((fact) => {
    if (fact.kind === "dispatched") count(`run ${name} ${fact.run.attempt}`);
    if (fact.kind === "pull-opened") count(`pull ${name} ${fact.pull.head}`);
    if (fact.kind === "merged") count(`merge ${name} ${fact.pull.number}`);
    if (fact.kind === "comment") count(`comment ${name} ${fact.issue.number} ${fact.comment.body.split("\n", 1)[0]}`);
  });
  return model;
}

async function announce(name: string, payload: Record<string, unknown>): Promise<void> {
  const url = replicas[Math.floor(Math.random() * replicas.length)];
  if (url === undefined) return;
  // Nobody listens there where the replica was killed. GitHub does not send a webhook again.
  await fetch(url, { method: "POST", body: serialize({ name, payload }) }).catch(() => {});
}

function tallies(): Tallies {
  const doubled = [...made].filter(([, times]) => times > 1).map(([thing]) => thing);
  const open = [...models].filter(([, model]) => model.issue(1).state === "open").map(([name]) => name);
  const merged = [...made.keys()].filter((thing) => thing.startsWith("merge ")).length;
  return { doubled, open, merged };
}

type Request =
  | { kind: "call"; repo: string; method: string; args: unknown[] }
  | { kind: "body"; repo: string; pull: number }
  | { kind: "label"; names: string[] }
  | { kind: "replicas"; urls: string[] }
  | { kind: "repositories" }
  | { kind: "tallies" };

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case "label":
      for (const name of request.names) {
        const model = found(name);
        models.set(name, model);
        setLabel(
          model,
          openIssue(model, { title: name, body: "Please.", labels: [] }, MAINTAINER),
          LABEL,
          true,
          MAINTAINER,
        );
      }
      return null;
    case "replicas":
      replicas = request.urls;
      return null;
    case "repositories":
      return [...models.keys()].map((name) => ({ id: 1, owner: "acme", name }));
    case "tallies":
      return tallies();
    case "body":
      return models.get(request.repo)?.pull(request.pull).body ?? "";
    case "call": {
      await new Promise((resolve) => setTimeout(resolve, CALL_MS));
      const port = modelPort(models.get(request.repo)!, plainWire());
      const method = port[request.method as keyof typeof port] as (...args: unknown[]) => Promise<unknown>;
      const value = await method(...request.args.map(revived));
      return request.method === "artifact" ? sent(value, request) : value;
    }
  }
}

/** Sends an artifact's files instead of the function that reads them. */
function sent(value: unknown, { repo, args }: { repo: string; args: unknown[] }): unknown {
  if (typeof value !== "object" || value === null) return value;
  return { ...value, file: models.get(repo)?.run(Number(args[1])).artifact };
}

/** Functions do not go over the wire: what they would answer is sent instead. */
function revived(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("edited" in value) return () => value.edited;
  if ("files" in value && value.files instanceof Map) {
    const { files } = value;
    return { ...value, file: (sha256: string) => files.get(sha256) };
  }
  return value;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

const server = createServer(async (request, response) => {
  try {
    const value = await answer(deserialize(await read(request)));
    response.end(serialize({ value }));
  } catch (error) {
    const kind = error instanceof Refused ? "refused" : error instanceof Unavailable ? "unavailable" : "unknown";
    response.end(serialize({ kind, message: error instanceof Error ? error.message : String(error) }));
  }
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
