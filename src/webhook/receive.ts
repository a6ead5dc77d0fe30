/**
 * The edge in. A delivery passes its headers, the limits of its body and its signature, in this order, before anything of it is
 * parsed. Every refusal is an answer below 500, except where Headgate itself cannot keep the delivery.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Bodies } from "./body.ts";
import { type DeliveryHeaders, readHeaders, SignatureCheck } from "./delivery.ts";
import { payloadOf } from "./payloads.ts";
import { type RefusalLog, Refusals, RefusedDelivery } from "./refusals.ts";
import type { Spool } from "./spool.ts";

export const WEBHOOK_PATH = "/api/github/webhooks";

/** Larger bodies are read one at a time, so that several of them do not fill the memory. */
const LARGE_BYTES = 1024 * 1024;
/** Milliseconds in which a refused sender may read the answer. Closing at once would reset the connection under it. */
const LINGER_MS = 1_000;
const RETRY_AFTER_SECONDS = 30;

export interface WebhookDoorOptions {
  secret: string;
  /** Reads a verified body. Throws where the body is not as GitHub documents it. */
  read(headers: DeliveryHeaders, body: Buffer): Promise<Record<string, unknown>>;
  /**
   * Hands the delivery on. Resolves once it is stored: GitHub waits ten seconds for the answer. May reject with the refusal to answer
   * with.
   */
  hand(headers: DeliveryHeaders, payload: Record<string, unknown>): Promise<void>;
  log: RefusalLog;
  bodies?: Bodies;
}

export interface WebhookDoor {
  /** Answers a request to the webhook's path. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Logs the refusals that were only counted so far. */
  close(): void;
}

export function webhookDoor(options: WebhookDoorOptions): WebhookDoor {
  const bodies = options.bodies ?? new Bodies();
  const refusals = new Refusals(options.log);
  let large: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = large.then(work);
    large = result.catch(() => {});
    return result;
  }

  async function accept(headers: DeliveryHeaders, body: Spool): Promise<void> {
    const read = async () => options.read(headers, await body.read());
    const payload = await (body.size > LARGE_BYTES ? inTurn(read) : read()).catch((error: unknown) => {
      throw new RefusedDelivery("unreadable", messageOf(error), { cause: error });
    });
    await options.hand(headers, payload).catch((error: unknown) => {
      throw refusalIn(error) ?? new RefusedDelivery("not-stored", messageOf(error), { cause: error });
    });
  }

  return {
    async answer(request, response) {
      let bytes = 0;
      let headers: DeliveryHeaders | null = null;
      const counted = (more: number) => {
        bytes += more;
      };
      try {
        headers = readHeaders(request.headers);
        const known = headers;
        const check = new SignatureCheck(request.headers, options.secret);
        await bodies.receive(request, check, counted, async (body) => {
          if (payloadOf(known.event) !== undefined) await accept(known, body);
        });
        response.writeHead(200).end("ok");
      } catch (error) {
        const refused =
          error instanceof RefusedDelivery
            ? error
            : new RefusedDelivery("not-stored", messageOf(error), { cause: error });
        refusals.add({ ...headers, bytes }, refused);
        refuse(request, response, refused);
      }
    },
    close: () => refusals.summarise(),
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, answer }: RefusedDelivery): void {
  if (response.destroyed) return;
  const unread = !request.complete;
  response.writeHead(status, {
    ...(status === 503 ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
    ...(unread ? { connection: "close" } : {}),
  });
  response.end(answer);
  if (!unread) return;
  // Throws the rest away until the sender has seen the answer.
  request.resume();
  const late = setTimeout(() => request.destroy(), LINGER_MS);
  request.once("close", () => clearTimeout(late));
}

/** Probot collects the errors of its handlers. */
function refusalIn(error: unknown): RefusedDelivery | undefined {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.find((one) => one instanceof RefusedDelivery);
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
