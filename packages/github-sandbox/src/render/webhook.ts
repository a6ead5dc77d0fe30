/** What webhooks tell, tied to GitHub's description of each event and action: a missing field does not compile. */
import type { webhooks } from "@octokit/openapi-webhooks-types";

type Hyphened<Text extends string> = Text extends `${infer Head}_${infer Tail}` ? `${Head}-${Hyphened<Tail>}` : Text;

type Name<Event extends string, Action extends string | null> = Action extends string
  ? `${Hyphened<Event>}-${Hyphened<Action>}`
  : Hyphened<Event>;

type Described<Name> = Name extends keyof webhooks
  ? webhooks[Name]["post"]["requestBody"]["content"]["application/json"]
  : never;

/** Which fields there are and of what kind; which values each action allows is for `npm run conformance` to see. */
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

/** The sinks add these to every announcement. */
type Added = "action" | "repository" | "sender" | "organization" | "installation" | "enterprise";

type All<Union> = (Union extends unknown ? (each: Union) => void : never) extends (each: infer Both) => void
  ? Both
  : never;

/** What an announcement of the event must carry; of several actions, what each of them needs. */
export type WebhookPayload<Event extends string, Action extends string | null> = All<
  Action extends unknown ? Fields<Omit<Described<Name<Event, Action>>, Added>> : never
>;

type Underscored<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}_${Underscored<Tail>}`
  : Text;

/** The actions that GitHub describes of an event, as webhooks say them. */
export type ActionOf<Event extends string> = keyof webhooks extends infer Name
  ? Name extends `${Hyphened<Event>}-${infer Action}`
    ? Underscored<Action>
    : never
  : never;

/** What the action tells besides the fields that all actions of its event have. */
export type ExtraFields<Event extends string, Action extends string, Common extends string> = Omit<
  WebhookPayload<Event, Action>,
  Common
>;

/** The part of an announcement that says what happened. */
export function webhook<Event extends string, Action extends string | null>(
  event: Event,
  action: Action,
  payload: WebhookPayload<Event, Action>,
): { event: Event; action: Action; payload: Record<string, unknown> } {
  return { event, action, payload: payload as Record<string, unknown> };
}
