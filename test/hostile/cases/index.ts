/** All hostile agents. */
import type { Hostile } from "../hostile.ts";
import { agents } from "./agents.ts";
import { forgeries } from "./checks.ts";
import { manifests, SECRETS } from "./manifests.ts";
import { results } from "./results.ts";

export { SECRETS };

export const hostiles: readonly Hostile[] = [...manifests, ...agents, ...forgeries, ...results];
