/** Signs short-lived URLs of logs and artifacts. GitHub redirects to such a URL, which needs no token. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { RenderContext } from "../../render/site.ts";

const lifeMs = 10 * 60_000;

export interface Downloads {
  /** Returns the URL of `what`, such as `artifact/12`. */
  url(what: string): string;
  /** Returns true if the sandbox signed this URL of `what` and it has not expired. */
  allows(what: string, expires: string, signature: string): boolean;
}

export function newDownloads(site: RenderContext): Downloads {
  const key = randomBytes(32);
  const sign = (what: string, expires: string) => createHmac("sha256", key).update(`${what}?${expires}`).digest("hex");
  return {
    url(what) {
      const expires = String(site.store.date().getTime() + lifeMs);
      return `${site.apiUrl()}/_downloads/${what}?expires=${expires}&signature=${sign(what, expires)}`;
    },
    allows(what, expires, signature) {
      const expected = Buffer.from(sign(what, expires));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
      return Number(expires) > site.store.date().getTime();
    },
  };
}
