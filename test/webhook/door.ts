/** A webhook door behind a server on loopback, and senders that speak raw HTTP to it. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { BODY_LIMITS, Bodies, type BodyLimits } from "../../src/webhook/body.ts";
import type { DeliveryHeaders } from "../../src/webhook/delivery.ts";
import { readPayload } from "../../src/webhook/reading.ts";
import { type WebhookDoor, webhookDoor } from "../../src/webhook/receive.ts";

const SECRET = "s3cret";

interface Logged {
  fields: Record<string, unknown>;
  message: string;
}

export class Door {
  readonly handed: { headers: DeliveryHeaders; payload: Record<string, unknown> }[] = [];
  readonly log: Logged[] = [];
  readonly #door: WebhookDoor;
  readonly #server: Server;

  constructor(limits: Partial<BodyLimits> = {}, store: () => Promise<void> = async () => {}) {
    this.#door = webhookDoor({
      secret: SECRET,
      log: { warn: (fields, message) => void this.log.push({ fields, message }) },
      bodies: new Bodies({ ...BODY_LIMITS, ...limits }),
      read: async ({ event }, body) => readPayload(event, body),
      hand: async (headers, payload) => {
        await store();
        this.handed.push({ headers, payload });
      },
    });
    this.#server = createServer((request, response) => void this.#door.answer(request, response));
  }

  async listen(): Promise<this> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return this;
  }

  summarise(): void {
    this.#door.close();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Opens a connection and sends the headers of a delivery. */
  open(headers: Record<string, string>): Sender {
    const socket = connect((this.#server.address() as AddressInfo).port, "127.0.0.1");
    const all = {
      host: "127.0.0.1",
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": "guid-1",
      "x-hub-signature-256": sign(""),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST /api/github/webhooks HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    return new Sender(socket);
  }

  /** Sends a whole delivery. Returns the status of the answer. */
  async deliver(event: string, body: string, headers: Record<string, string> = {}): Promise<number> {
    const sender = this.open({
      "x-github-event": event,
      "content-length": String(Buffer.byteLength(body)),
      "x-hub-signature-256": sign(body),
      connection: "close",
      ...headers,
    });
    sender.send(body);
    return await sender.status;
  }
}

export class Sender {
  readonly status: Promise<number>;
  readonly head: Promise<string>;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    this.head = new Promise((resolve, reject) => {
      let text = "";
      socket.setEncoding("latin1").on("data", (chunk: string) => {
        text += chunk;
        if (text.includes("\r\n\r\n")) resolve(text);
      });
      socket.once("close", () => reject(new Error(`the connection was closed after: ${text}`)));
    });
    this.status = this.head.then((text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]));
    // A test may look at neither.
    this.status.catch(() => {});
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends one chunk of a body without a length. */
  chunk(bytes: string): void {
    this.send(`${Buffer.byteLength(bytes).toString(16)}\r\n${bytes}\r\n`);
  }

  /** Breaks the connection off once all was sent. */
  leave(): void {
    this.#socket.write("", () => this.#socket.destroy());
  }
}

export function sign(body: string | Buffer, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
