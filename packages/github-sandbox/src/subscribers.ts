/**
 * Lists who follows the moves of branches and tags, in the order in which they run. What pulls and issues announce after the
 * `push` comes in this order too: clients see a pull's `synchronize` or `closed` before the issues that the push closes.
 */
import type { RefSubscriber } from "./context.ts";
import { closeIssuesOfPush } from "./issues/closing.ts";
import { recordReferences } from "./issues/mentions.ts";
import { followRef } from "./pulls/follow.ts";

export const refSubscribers: readonly RefSubscriber[] = [recordReferences, followRef, closeIssuesOfPush];
