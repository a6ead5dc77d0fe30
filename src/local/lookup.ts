/** Finds in a store what an issue or a pull request is to Headgate, and explains it. Reads only. */
import { read, Unreadable } from "../core/decide.ts";
import type { FeatureState } from "../core/feature/state.ts";
import { featureKey } from "../core/keys.ts";
import { LABEL } from "../core/policy.ts";
import type { Store } from "../loop/store-port.ts";
import { type Subject, subjectIn } from "../messages/explain/numbered.ts";
import { explainSubject, explainUnknownRepository, type SubjectExplanation } from "../messages/explain.ts";
import { type Query, queryText } from "./query.ts";

export type ReadStore = Pick<Store, "named" | "live" | "snapshot">;

const PAGE = 1_000;
/** Limits one question to some seconds of the store's time. */
const MAX_NAMES = 100_000;
const MAX_FEATURES = 2_000;
const MAX_LISTED = 5;

/** One life of an issue's feature. */
interface Life {
  issue: number;
  life: number;
}

/** @throws Unreadable where another version stored the feature */
export async function explainNumber(store: ReadStore, query: Query): Promise<SubjectExplanation> {
  const lives = await livesByRepository(store);
  const names = await namesOf(store, lives);
  const wanted = `${query.owner}/${query.name}`;
  const found = [...names].find(([, known]) => known.some((name) => name.toLowerCase() === wanted.toLowerCase()));
  if (found === undefined) {
    const others = [...new Set([...names.values()].flat())].slice(0, MAX_LISTED);
    return explainUnknownRepository(queryText(query), wanted, others, LABEL);
  }
  const [id] = found;
  return explainSubject(queryText(query), await subjectOf(store, id, lives.get(id) ?? [], query.number), LABEL);
}

/** Returns the lives of features by the id of their repository, oldest first. */
async function livesByRepository(store: ReadStore): Promise<Map<number, Life[]>> {
  const found = new Map<number, Life[]>();
  let after = "";
  for (let seen = 0; seen < MAX_NAMES; seen += PAGE) {
    const names = await store.named(after, PAGE);
    for (const name of names) {
      const [, id, issue, life = "1"] = /^(\d+)#(\d+)(?:\.(\d+))?$/.exec(name) ?? [];
      if (id === undefined) continue;
      const lives = found.get(Number(id)) ?? [];
      lives.push({ issue: Number(issue), life: Number(life) });
      found.set(Number(id), lives);
    }
    if (names.length < PAGE) break;
    after = names.at(-1) ?? "";
  }
  for (const lives of found.values()) lives.sort((one, other) => one.issue - other.issue || one.life - other.life);
  return found;
}

/**
 * Returns the names by which repositories are known. The last feature knows the present one, unless it ended before the repository was
 * renamed: then a feature that lives knows it.
 */
async function namesOf(store: ReadStore, lives: ReadonlyMap<number, Life[]>): Promise<Map<number, string[]>> {
  const live = (await store.live("", PAGE)).filter((name) => name.includes("#"));
  const names = new Map<number, string[]>();
  for (const [id, own] of lives) {
    const { issue, life } = own.at(-1) ?? { issue: 0, life: 1 };
    const last = featureKey({ id }, issue, life);
    const alive = live.find((name) => name.startsWith(`${id}#`));
    const known = [];
    for (const key of new Set(alive === undefined ? [last] : [alive, last])) {
      const state = await featureOf(store, key);
      if (state !== null && !(state instanceof Unreadable)) known.push(`${state.repo.owner}/${state.repo.name}`);
    }
    if (known.length > 0) names.set(id, [...new Set(known)]);
  }
  return names;
}

async function subjectOf(store: ReadStore, id: number, lives: readonly Life[], number: number): Promise<Subject> {
  // A pull is opened after its feature's issue, and most often soon after it. People may write sub-issues before.
  const before = lives.filter(({ issue }) => issue <= number).reverse();
  const after = lives.filter(({ issue }) => issue > number);
  let unreadable: Unreadable | null = null;
  for (const { issue, life } of [...before, ...after].slice(0, MAX_FEATURES)) {
    const state = await featureOf(store, featureKey({ id }, issue, life));
    if (state instanceof Unreadable) unreadable ??= state;
    const subject = state === null || state instanceof Unreadable ? null : subjectIn(state, number);
    if (subject !== null) return subject;
  }
  // The feature that cannot be read may be the one.
  if (unreadable !== null) throw unreadable;
  return { kind: "foreign" };
}

/** null: a person without write access labelled the issue, so that no feature began. */
async function featureOf(store: ReadStore, key: string): Promise<FeatureState | Unreadable | null> {
  const snapshot = await store.snapshot(key);
  if (snapshot === null || snapshot.state === null) return null;
  try {
    return read(key, snapshot) as FeatureState;
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}
