/**
 * Names what earlier versions stored by the repository's name after its id. Those versions called an aggregate `owner/name#12` or
 * `owner/name:main`, so that a rename began a second one.
 */
import { Repo } from "../github.ts";
import type { Fields } from "./step.ts";

type FormerName = Pick<Repo, "owner" | "name">;

/** Returns the name of the repository that an earlier version's aggregate holds; null: it holds an id. */
export function formerName(aggregate: string): FormerName | null {
  const [, owner, name] = /^([^/#:]+)\/([^/#:]+)[#:]/.exec(aggregate) ?? [];
  return owner === undefined || name === undefined ? null : { owner, name };
}

export interface Renaming {
  /** Of an aggregate, an ordering key or a topic. */
  text(text: string): string;
  /** Of a state, an event or an effect. */
  json(value: unknown): unknown;
}

/** Fields that hold names of aggregates, or keys that begin with one. */
const NAMES = new Set(["key", "feature", "to"]);

/** Puts the id in the place of the name. Texts that people or agents wrote are left alone. */
export function byId({ owner, name }: FormerName, id: number): Renaming {
  const former = `${owner}/${name}`;
  const text = (value: string): string => {
    const [, kind = "", rest] = /^(?:(\w+) )?(.*)$/s.exec(value) ?? [];
    const named = rest?.startsWith(former) === true && /^([#:@ ]|$)/.test(rest.slice(former.length));
    return named ? `${kind === "" ? "" : `${kind} `}${id}${rest.slice(former.length)}` : value;
  };
  const field = (key: string, value: unknown): unknown => {
    if (key === "repo" && isNamed(value, owner, name)) return { id, ...value };
    // An agent reads the brief.
    if (key === "brief") return value;
    return NAMES.has(key) && typeof value === "string" ? text(value) : json(value);
  };
  const json = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(json);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, field(key, part)]));
  };
  return { text, json };
}

function isNamed(value: unknown, owner: string, name: string): value is object {
  if (typeof value !== "object" || value === null || "id" in value) return false;
  return "owner" in value && value.owner === owner && "name" in value && value.name === name;
}

/** Refuses a state whose repository GitHub has not named the id of. */
export function withRepositoryId(state: Fields): Fields {
  if (!Repo.safeParse(state.repo).success) throw new NotIdentified();
  return state;
}

export class NotIdentified extends Error {}
