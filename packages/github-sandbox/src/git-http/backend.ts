/**
 * Runs `git http-backend` as a CGI program: the request becomes its environment, its printed headers become the
 * response.
 */

import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RepositoryScope, SandboxContext } from "../context.ts";
import { gitEnvironment } from "../git/plumbing/environment.ts";

interface Call {
  rest: string;
  service: string;
  /** The decompressed body, where it is not the request itself. */
  body?: Readable;
  env?: Record<string, string>;
  /** Called with the id of git's process. */
  started?: (pid: number) => void;
  /** Runs after git ended and before the client sees the end of the response. */
  ended?: () => Promise<void>;
}

/** Passes git's settings by environment. A file in the repository's own folder cannot override them. */
function settings(context: SandboxContext): Record<string, string> {
  const pairs = [
    ["http.receivepack", "true"],
    // As on GitHub: a push to them fails with "deny updating a hidden ref", a fetch sees them.
    ["receive.hideRefs", "refs/pull"],
    ["receive.autogc", "false"],
    ["gc.auto", "0"],
    ["core.hooksPath", context.git.hooksDir],
    ["uploadpack.allowFilter", "true"],
    ["uploadpack.allowAnySHA1InWant", "true"],
  ];
  const entries = pairs.flatMap(([key = "", value = ""], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(pairs.length), ...(Object.fromEntries(entries) as Record<string, string>) };
}

function environment(scope: RepositoryScope, request: IncomingMessage, call: Call): Record<string, string> {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : "";
  };
  const asSent = call.body === undefined;
  return gitEnvironment({
    ...settings(scope),
    PATH_TRANSLATED: `${scope.git.dir(scope.repository)}/${call.rest}`,
    GIT_HTTP_EXPORT_ALL: "1",
    REQUEST_METHOD: request.method ?? "GET",
    QUERY_STRING: call.rest === "info/refs" ? `service=${call.service}` : "",
    CONTENT_TYPE: header("content-type"),
    ...(asSent && header("content-length") !== "" ? { CONTENT_LENGTH: header("content-length") } : {}),
    ...(asSent ? { HTTP_CONTENT_ENCODING: header("content-encoding") } : {}),
    ...(header("git-protocol") === "" ? {} : { GIT_PROTOCOL: header("git-protocol") }),
    ...call.env,
  });
}

export async function runBackend(
  scope: RepositoryScope,
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
): Promise<void> {
  const child = spawn("git", ["http-backend"], {
    env: environment(scope, request, call),
    stdio: ["pipe", "pipe", "ignore"],
  });
  if (child.pid !== undefined) call.started?.(child.pid);
  const exited = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  // If the client disconnects or git stops reading, this ends git's input, and then git exits.
  const fed = pipeline(call.body ?? request, child.stdin).catch(() => child.stdin.destroy());
  const answered = answer(child.stdout, response).catch(() => child.stdout.resume());
  await Promise.all([fed, answered, exited]);
  await call.ended?.();
  response.end();
}

/** Turns git's headers into the response's head, then streams the rest. */
async function answer(stdout: Readable, response: ServerResponse): Promise<void> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    let body: Buffer = chunk;
    if (head !== null) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) continue;
      writeHead(response, head.subarray(0, end).toString("latin1"));
      body = head.subarray(end + 4);
      head = null;
    }
    if (response.destroyed) continue;
    if (!response.write(body)) await writable(response);
  }
  if (head !== null) writeHead(response, "Status: 500 Internal Server Error");
}

/** Resolves when the client has taken what was written, or has disconnected. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.once("drain", done).once("close", done);
  });
}

function writeHead(response: ServerResponse, text: string): void {
  const headers = text.split("\r\n").map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const status = headers.find(([name]) => name.toLowerCase() === "status")?.[1];
  response.writeHead(
    status === undefined ? 200 : Number.parseInt(status, 10),
    Object.fromEntries(headers.filter(([name]) => name.toLowerCase() !== "status")),
  );
}
