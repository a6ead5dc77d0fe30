/** Types payloads by GitHub's description of their event and action. A missing field does not compile. */
import type { webhooks } from "@octokit/openapi-webhooks-types";

type Hyphened<Text extends string> = Text extends `${infer Head}_${infer Tail}` ? `${Head}-${Hyphened<Tail>}` : Text;

type Name<Event extends string, Action extends string | null> = Action extends string
  ? `${Hyphened<Event>}-${Hyphened<Action>}`
  : Hyphened<Event>;

type SchemaOf<Name> = Name extends keyof webhooks
  ? webhooks[Name]["post"]["requestBody"]["content"]["application/json"]
  : never;

/** Checks which fields there are and their kinds. `npm run conformance` checks the values that each action allows. */
type Fields<Value> = Value extends string
  ? string
  : Value extends number | bigint
    ? number
    : Value extends boolean
      ? boolean
      : Value extends readonly (infer Item)[]
        ? readonly Fields<Item>[]
        : string extends keyof Value
          ? Record<string, unknown>
          : Value extends object
            ? { [Key in keyof Value]: Fields<Value[Key]> }
            : Value;

/** Fields of every webhook. `webhook-event.ts` adds them. */
type Added = "action" | "repository" | "sender" | "organization" | "installation" | "enterprise";

type All<Union> = (Union extends unknown ? (each: Union) => void : never) extends (each: infer Both) => void
  ? Both
  : never;

/** The fields of an event's payload; for several actions, those that any of them needs. */
export type WebhookPayload<Event extends string, Action extends string | null> = All<
  Action extends unknown ? Fields<Omit<SchemaOf<Name<Event, Action>>, Added>> : never
>;

/** An event in GitHub's form, without the fields of every webhook. */
export interface Described {
  event: string;
  action: string | null;
  payload: Record<string, unknown>;
}

export function webhook<Event extends string, Action extends string | null>(
  event: Event,
  action: Action,
  payload: WebhookPayload<Event, Action>,
): Described {
  return { event, action, payload: payload as Record<string, unknown> };
}
