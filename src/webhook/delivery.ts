/** Reads the headers of a delivery, which decide before its body whether it is read at all. */
import { createHmac, type Hmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { RefusedDelivery } from "./refusals.ts";

const Names = z.object({
  "x-github-event": z
    .string()
    .max(64)
    .regex(/^[a-z][a-z_]*$/),
  "x-github-delivery": z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9-]+$/),
});
const Signature = z.string().regex(/^sha256=[0-9a-f]{64}$/);

export interface DeliveryHeaders {
  /** X-GitHub-Event, such as `issues`. */
  event: string;
  /** X-GitHub-Delivery; the same again when GitHub delivers again. */
  delivery: string;
}

/** Throws RefusedDelivery. Limits both words, because they are logged and stored. */
export function readHeaders(headers: IncomingHttpHeaders): DeliveryHeaders {
  const names = Names.safeParse(headers);
  if (!names.success) throw new RefusedDelivery("not-a-delivery");
  return { event: names.data["x-github-event"], delivery: names.data["x-github-delivery"] };
}

/** Compares the signature of a body that is hashed while it arrives. */
export class SignatureCheck {
  readonly #hmac: Hmac;
  readonly #signature: Buffer;

  /** Throws RefusedDelivery where the headers hold no signature or no JSON is announced. */
  constructor(headers: IncomingHttpHeaders, secret: string) {
    const signature = Signature.safeParse(headers["x-hub-signature-256"]);
    if (!signature.success) throw new RefusedDelivery("unsigned");
    if (!/^application\/json\b/i.test(headers["content-type"] ?? "")) throw new RefusedDelivery("not-json");
    this.#signature = Buffer.from(signature.data.slice("sha256=".length), "hex");
    this.#hmac = createHmac("sha256", secret);
  }

  add(chunk: Buffer): void {
    this.#hmac.update(chunk);
  }

  /** Throws RefusedDelivery. Call it once, when the whole body was added. */
  verify(): void {
    if (!timingSafeEqual(this.#hmac.digest(), this.#signature)) throw new RefusedDelivery("wrong-signature");
  }
}
