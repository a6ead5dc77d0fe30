/** Senders of deliveries, honest and not, over raw connections: an HTTP client would cost as much as the server. */
import { createHmac, randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";

const MB = 1024 * 1024;
/** After the last request. A busy machine takes longer. */
const ANSWERS_MS = 30_000;

export interface Target {
  port: number;
  secret: string;
}

interface Request {
  event: string;
  body: Buffer;
  signature: string;
  delivery?: string;
  /** What the headers claim. */
  length?: number;
}

function sign(body: Buffer, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

function headOf({ event, body, signature, delivery, length }: Request, close: boolean): string {
  const lines = [
    "POST /api/github/webhooks HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: application/json",
    `x-github-event: ${event}`,
    `x-github-delivery: ${delivery ?? randomUUID()}`,
    `x-hub-signature-256: ${signature}`,
    `content-length: ${length ?? body.length}`,
    ...(close ? ["connection: close"] : []),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Sends one delivery on a connection of its own. Returns the status; 0: the connection was closed without one. */
function send({ port }: Target, request: Request): Promise<number> {
  return new Promise((resolve) => {
    const socket = open(port);
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
    socket.once("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)));
    socket.write(headOf(request, true));
    socket.write(request.body);
  });
}

/** Sends a signed delivery, as GitHub would. */
export function deliver(target: Target, event: string, payload: object): Promise<number> {
  const body = Buffer.from(JSON.stringify(payload));
  return send(target, { event, body, signature: sign(body, target.secret) });
}

/** Sends bodies of the largest size that is read, badly signed, one after another. Returns the statuses. */
export async function largeBodies(target: Target, until: number): Promise<number[]> {
  const body = Buffer.alloc(25 * MB, 120);
  const signature = sign(body, "wrong");
  const statuses: number[] = [];
  while (Date.now() < until) statuses.push(await send(target, { event: "push", body, signature }));
  return statuses;
}

/** Announces 200 MB, and sends them as far as the server lets it. */
export function hugeBody(target: Target): Promise<number> {
  const body = Buffer.alloc(25 * MB, 120);
  return send(target, { event: "push", body, signature: sign(body, "wrong"), length: 200 * MB });
}

/** Opens connections that send a byte a second each. Returns what ends them. */
export function slowBodies({ port }: Target, count: number): () => void {
  const request = { event: "push", body: Buffer.alloc(0), signature: sign(Buffer.alloc(0), "wrong"), length: MB };
  const sockets = Array.from({ length: count }, () => open(port));
  for (const socket of sockets) socket.write(headOf(request, false));
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write("x");
  }, 1_000);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
}

/** Sends `rate` small badly signed deliveries a second over few connections. Returns how many were answered. */
export async function badSignatures({ port }: Target, rate: number, ms: number): Promise<number> {
  const body = Buffer.from(JSON.stringify({ action: "opened", filler: "x".repeat(500) }));
  const request = Buffer.concat([
    Buffer.from(headOf({ event: "issues", body, signature: sign(body, "wrong") }, false)),
    body,
  ]);
  const sockets = Array.from({ length: 10 }, () => open(port));
  let answered = 0;
  for (const socket of sockets) {
    socket.setEncoding("latin1").on("data", (chunk: string) => (answered += chunk.split("HTTP/1.1 401").length - 1));
  }
  const began = performance.now();
  let sent = 0;
  while (performance.now() - began < ms) {
    const due = Math.floor(((performance.now() - began) / 1_000) * rate);
    for (; sent < due; sent += 1) sockets[sent % sockets.length]?.write(request);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const late = performance.now() + ANSWERS_MS;
  while (answered < sent && performance.now() < late) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const socket of sockets) socket.destroy();
  return answered;
}

/** A refused sender may find its connection reset. */
function open(port: number): Socket {
  return connect(port, "127.0.0.1").on("error", () => {});
}
