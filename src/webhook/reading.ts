/** Reads the body of a delivery: the few fields that become events. */
import { z } from "zod";
import { payloadOf } from "./payloads.ts";

/** The body is not as GitHub documents it. The message quotes no value of it. */
class BadDelivery extends Error {
  override readonly name = "BadDelivery";
}

/** Throws BadDelivery. */
export function readPayload(event: string, body: Buffer): Record<string, unknown> {
  const parsed = payloadOf(event)?.safeParse(jsonOf(body));
  if (parsed?.success === true) return parsed.data;
  const what = parsed === undefined ? "is not read" : `does not parse: ${z.prettifyError(parsed.error)}`;
  throw new BadDelivery(`webhook ${event} ${what}`);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    // The parser's own message quotes the text.
    throw new BadDelivery("the body is not JSON");
  }
}
