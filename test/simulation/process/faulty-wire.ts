/** Delays requests, loses them and returns errors. The death of a process does not stop its request in progress. */
import type { Chance } from "../chance.ts";
import type { Clock } from "../clock.ts";
import { HttpAnswer } from "../github/model.ts";
import type { Wire } from "../github/wire.ts";
import type { Act } from "../scenario/scenario.ts";
import type { Injector } from "./injector.ts";
import { Deadly, type Life, never } from "./life.ts";

/** A cancellation never gets a random 409: GitHub sends it only for a run that has ended. */
const refusals = {
  "405": new HttpAnswer(405, "Base branch was modified. Review and try the merge again."),
  "409": new HttpAnswer(409, "Conflict"),
  "422": new HttpAnswer(422, "Validation Failed"),
  // Reads get a 404 instead, as from a replica that lacks the object.
  read: new HttpAnswer(404, "Not Found"),
};
const TIMEOUT_MS = 10_000;
const LIMIT_MS = 20_000;

export interface WireOptions {
  life: Life;
  clock: Clock;
  chance: Chance;
  injector: Injector;
  act(act: Act): void;
  /** Called when an answer returns to the process, which can then continue. */
  answered(): void;
  /** Called when the process makes a request. */
  asked(what: string): void;
  /** Called when the server asks for a pause. No progress is expected before `until`. */
  mandated(until: number): void;
  trace(text: string): void;
}

export function faultyWire({
  life,
  clock,
  chance,
  injector,
  act,
  answered,
  asked,
  mandated,
  trace,
}: WireOptions): Wire {
  const counts = { reads: 0, writes: 0 };

  return {
    counts: () => ({ ...counts }),
    send<T>(request: string, changing: boolean, perform: () => T): Promise<T> {
      asked(request);
      if (!life.alive) return never();
      counts[changing ? "writes" : "reads"] += 1;
      const { trouble, acts } = injector.request(request);
      const happens = () => {
        for (const one of acts) act(one);
        return perform();
      };
      const took = chance.delay(20, 500);
      return new Promise<T>((resolve, reject) => {
        const answer = (after: number, how: () => void) =>
          life.after(clock, after, () => {
            answered();
            how();
          });
        const refuse = (after: number, answered: HttpAnswer) => answer(after, () => reject(answered));
        trace(`${life.name} ${request}${trouble === null ? "" : ` !! ${trouble}`}`);
        switch (trouble) {
          case null:
          case "slow": {
            const total = trouble === "slow" ? took + 30_000 : took;
            // The request reaches the server at once or just before the answer. Others come in between either way.
            if (trouble === "slow" || chance.chance(0.5)) settle(attempt(happens), total);
            else clock.after(total, () => settle(attempt(happens), 0));
            return;
          }
          case "error":
            refuse(took, new HttpAnswer(502, "Bad Gateway"));
            return;
          case "lost":
            mandated(clock.now + TIMEOUT_MS);
            refuse(TIMEOUT_MS, new HttpAnswer(504, "no answer"));
            return;
          case "landed":
            attempt(happens);
            mandated(clock.now + TIMEOUT_MS);
            refuse(TIMEOUT_MS, new HttpAnswer(504, "no answer"));
            return;
          case "limit":
            mandated(clock.now + LIMIT_MS);
            refuse(took, new HttpAnswer(403, "You have exceeded a secondary rate limit", LIMIT_MS));
            return;
          case "405":
          case "409":
          case "422":
            refuse(took, request === "cancelRun" ? refusals["422"] : refusals[changing ? trouble : "read"]);
            return;
          case "crash-before":
            life.crash(`before ${request}`);
            return;
          case "crash-after":
            attempt(happens);
            life.crash(`after ${request}`);
            return;
        }

        function settle(outcome: { value: T } | { error: unknown }, after: number): void {
          answer(after, () => {
            if ("value" in outcome) resolve(outcome.value);
            else if (outcome.error instanceof Deadly) life.crash(`${request}: ${outcome.error.message}`);
            else reject(outcome.error);
          });
        }
      });
    },
  };
}

function attempt<T>(perform: () => T): { value: T } | { error: unknown } {
  try {
    return { value: perform() };
  } catch (error) {
    return { error };
  }
}
