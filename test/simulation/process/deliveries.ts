/** Delivers webhooks late, out of sequence, twice or never. Parses their payloads with the real code. */
import { eventsFrom } from "../../../src/webhook/events.ts";
import type { Chance } from "../chance.ts";
import type { Clock } from "../clock.ts";
import { APP_ID, APP_SLUG } from "../github/model.ts";
import type { Tally } from "../tally.ts";
import type { Injector } from "./injector.ts";
import { LABEL, type Replica } from "./replica.ts";

export interface DeliveryOptions {
  clock: Clock;
  chance: Chance;
  injector: Injector;
  tally: Tally;
  /** Returns true while no webhook arrives. */
  isSilent(): boolean;
  replicas: readonly Replica[];
  newId(): string;
  stir(): void;
  trace(text: string): void;
}

const IDENTITY = { appId: APP_ID, appSlug: APP_SLUG, label: LABEL };

export class Deliveries {
  /** True times at which a delayed webhook will still arrive. */
  readonly late: number[] = [];
  readonly #options: DeliveryOptions;
  #count = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  announce(name: string, payload: Record<string, unknown>): void {
    const { chance, injector, isSilent, clock } = this.#options;
    this.#count += 1;
    const guid = `delivery-${this.#count}`;
    const usual = chance.delay(50, 3_000);
    const fault = injector.nth("delivery");
    if (isSilent() || fault?.fault === "drop") return;
    const deliver = (after: number) => clock.after(after, () => void this.#deliver(name, guid, payload));
    if (fault?.fault === "late") {
      this.late.push(clock.now + usual + fault.ms);
      deliver(usual + fault.ms);
      return;
    }
    deliver(usual);
    if (fault?.fault === "repeat") for (const more of [1, 2]) deliver(usual + more * Math.max(1, fault.ms));
  }

  async #deliver(name: string, guid: string, payload: Record<string, unknown>): Promise<void> {
    const { chance, tally, replicas, newId, stir, trace } = this.#options;
    const replica = replicas.length === 1 ? replicas[0] : chance.pick(replicas);
    const store = replica?.store ?? null;
    // The process is down. GitHub does not retry a webhook.
    if (store === null || replica === undefined) {
      tally.add("delivery unheard");
      return;
    }
    const { facts, hints } = eventsFrom(name, guid, payload, IDENTITY);
    if (facts.length === 0 && hints.length === 0) return;
    trace(`webhook ${name} ${String(payload.action ?? "")} ${[...facts, ...hints].map((one) => one.key).join(" ")}`);
    stir();
    const at = new Date(replica.now()).toISOString();
    await store.receive(
      facts.map((fact) => ({ ...fact, id: newId(), at })),
      hints.map((hint) => ({ ...hint, at })),
    );
    const action = typeof payload.action === "string" ? payload.action : null;
    await store.recordDelivery({ guid, event: name, action, at });
  }
}
