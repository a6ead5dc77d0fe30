/**
 * Lists seeded bugs. Each goes alone into a copy of `src`; a simulation that misses one is too weak. Every `find` must
 * occur exactly once in its file, and a test fails when the code has moved on.
 */
export interface Edit {
  /** Path relative to src. */
  file: string;
  find: string;
  replace: string;
}

export interface Mutant {
  bug: string;
  edits: Edit[];
}

function mutant(bug: string, file: string, find: string, replace: string): Mutant {
  return { bug, edits: [{ file, find, replace }] };
}

export const mutants: readonly Mutant[] = [
  mutant(
    "drop the key that makes an event count once",
    "store/memory-inbox.ts",
    "if (seen.has(row.key)) continue;",
    "",
  ),
  mutant(
    "merge whatever head the pull has by now",
    "loop/effects/pulls.ts",
    "      head: effect.head,\n      method: effect.method,",
    "      head: (await outside.github.pull(effect.repo, effect.pull)).headSha,\n      method: effect.method,",
  ),
  mutant(
    "forget the timer of a task that waits",
    "core/feature/attempt/failing.ts",
    'draft.effects.push({ type: "timer.set", timer: `wait:${task.plan.id}`, dueAt: until });',
    "",
  ),
  mutant(
    "forget the timer of an attempt",
    "core/feature/attempt/running.ts",
    '  draft.effects.push({ type: "timer.set", timer, dueAt: dueAfter(draft.at, minutes * 60_000) });\n',
    "",
  ),
  mutant(
    "forget the lane's sweep",
    "core/lane/decide.ts",
    "if (wasEmpty && state.entries.length > 0)",
    "if (wasEmpty && state.entries.length > 1_000)",
  ),
  mutant(
    "accept a stale attempt",
    "core/feature/draft.ts",
    "task !== undefined && task.machine.attempt === event.attempt ? task : null",
    "task !== undefined ? task : null",
  ),
  mutant(
    "try an unchanged head again after red checks",
    "core/failure.ts",
    '"checks-failed": { fault: "task", next: "repair", waitMs: 0,',
    '"checks-failed": { fault: "task", next: "resubmit", waitMs: 1_000,',
  ),
  mutant(
    "count an outage as the task's fault",
    "core/failure.ts",
    '"attempt-lost": { fault: "infrastructure"',
    '"attempt-lost": { fault: "task"',
  ),
  mutant(
    "start a task one dependency early",
    "core/feature/settle.ts",
    "waitsFor(state, task).length === 0",
    "waitsFor(state, task).length <= 1",
  ),
  mutant(
    "start a task beside one that changes the same files",
    "core/feature/attempt/starting.ts",
    "const begun = underWay.includes(other.stage) || admitted.includes(other);",
    "const begun = admitted.includes(other);",
  ),
  mutant(
    "leave running checks out of the jobs that GitHub Actions has",
    "core/feature/attempt/slots.ts",
    "actions.slots - actions.ciJobs * checkedPulls(state)",
    "actions.slots",
  ),
  mutant(
    "forget the timer of what is held for its leader's cache",
    "core/feature/attempt/dispatching.ts",
    '  if (judgeAgainAt !== null) draft.effects.push({ type: "timer.set", timer: "launch", dueAt: judgeAgainAt });\n',
    "",
  ),
  mutant(
    "merge every entry that may, not only the front",
    "core/lane/advance.ts",
    "if (chosen !== undefined) drive(draft, chosen);",
    "if (chosen !== undefined) for (const entry of state.entries) if (mayAdvance(state, entry)) drive(draft, entry);",
  ),
  mutant(
    "leave what is in flight out of the budget",
    "core/rules/budget.ts",
    "over(add(add(spent, reserved), next))",
    "over(add(spent, next))",
  ),
  mutant(
    "forget to cancel the attempts of a cancelled feature",
    "core/feature/ending/cancelling.ts",
    "  if (isActive(task.stage) && hasPlan(draft)) cancelAttempt(draft, task);\n",
    "",
  ),
  {
    bug: "decide on an observation that a hint has overtaken",
    edits: [
      {
        file: "core/lane/observation.ts",
        find: "if (entry === null || !counts(entry, event.seq)) return",
        replace: "if (entry === null) return",
      },
      {
        file: "core/lane/observation.ts",
        find: "latest = { seq: event.seq, snapshot };",
        replace: "latest = { seq: entry.observation.asked, snapshot };",
      },
    ],
  },
  mutant(
    "do not compare the landed tree with the tested one",
    "core/lane/outcomes.ts",
    "if (ours && testedTree !== outcome.landedTree) {",
    "if (ours && testedTree === null) {",
  ),
  mutant("take a missing check for a green one", "core/lane/gate.ts", 'return "missing"', 'return "pass"'),
  mutant(
    "take an interrupted check for a green one",
    "core/lane/gate.ts",
    '    case "startup_failure":\n      return "interrupted";',
    '    case "startup_failure":\n      return "pass";',
  ),
  mutant(
    "take a skipped check for a pass after a failed need",
    "core/lane/gate.ts",
    'if (conclusion !== "skipped" || producer.kind !== "job") return meaning(conclusion);',
    "return meaning(conclusion);",
  ),
  mutant(
    "take a status for a job",
    "core/lane/gate.ts",
    'return producer.kind === "job";',
    'return producer.kind === "job" || producer.kind === "status";',
  ),
  mutant(
    "repair what the base broke",
    "core/lane/judging/base.ts",
    "return failing.filter((check) => !red.has(check.name));",
    "return failing;",
  ),
  {
    bug: "an approval survives a changed gate",
    edits: [
      {
        file: "core/lane/judging/approval.ts",
        find: "left.path === right.path && left.content === right.content && ",
        replace: "left.path === right.path && ",
      },
      {
        file: "loop/effects/guarded/index.ts",
        find: "return JSON.stringify([path, content]);",
        replace: "return JSON.stringify([path]);",
      },
    ],
  },
  mutant(
    "judge a manifest instead of a tree",
    "loop/effects/inspection/index.ts",
    "const changes = compareTrees(before, after);",
    "const changes = compareTrees(before, after).filter(({ path }) => manifest.some((file) => file.path === path));",
  ),
  mutant(
    "merge although somebody asked for changes",
    "core/lane/ahead.ts",
    "!snapshot.draft && snapshot.changesRequestedBy.length === 0",
    "!snapshot.draft",
  ),
  mutant(
    "a stranger's review counts",
    "core/lane/ahead.ts",
    "snapshot.changesRequestedBy.length === 0",
    "snapshot.changesRequestedBy.length + (snapshot.changesWishedBy ?? []).length === 0",
  ),
  mutant(
    "merge past an entry ahead that it conflicts with",
    "core/lane/ahead.ts",
    "ahead.place >= entry.place || !mayAdvance(state, ahead)",
    "ahead.place <= entry.place || !mayAdvance(state, ahead)",
  ),
  mutant(
    "a parked entry is never refreshed",
    "core/lane/observation.ts",
    "    offerIfHealed(draft, entry, snapshot);\n    return;",
    "    return;",
  ),
  {
    bug: "a retargeted pull counts as landed",
    edits: [
      {
        file: "core/lane/observation.ts",
        find: "if (isElsewhere(draft.state.branch, snapshot)) {",
        replace: 'if (isElsewhere(draft.state.branch, snapshot) && snapshot.state !== "merged") {',
      },
      { file: "core/lane/draft.ts", find: "    base: draft.state.branch,\n", replace: "" },
    ],
  },
  mutant(
    "merge although a label holds it",
    "core/lane/ahead.ts",
    "isElsewhere(state.branch, snapshot) || snapshot.heldBy !== undefined",
    "isElsewhere(state.branch, snapshot)",
  ),
  mutant(
    "ask again at once for what GitHub refused",
    "core/lane/judging/refusal.ts",
    "if (refused !== null && (at >= refused.until || factsOf(snapshot) !== refused.facts)) entry.refused = null;",
    "if (refused !== null && at >= 0) entry.refused = null;",
  ),
  mutant(
    "an observation of one lane event counts as a look",
    "core/lane/observation.ts",
    "  reviewRefusal(entry, snapshot, draft.at);\n",
    "  for (const other of draft.state.entries) other.refreshes += 1;\n  reviewRefusal(entry, snapshot, draft.at);\n",
  ),
  mutant(
    "merge a head that is behind its base",
    "core/lane/advance.ts",
    "  if (snapshot.behindBy > 0) {\n    if (entry.tries",
    "  if (snapshot.behindBy > 1) {\n    if (entry.tries",
  ),
  {
    bug: "start from a branch before its tip has been read",
    edits: [
      {
        file: "core/feature/landing/targets.ts",
        find: "return target.observed === target.asked;",
        replace: "return true;",
      },
      {
        file: "core/feature/landing/entries.ts",
        find: "if (target !== null) target.sha = mergeSha;",
        replace: "",
      },
    ],
  },
  mutant(
    "merge what lands together into the base one by one",
    "core/feature/landing/targets.ts",
    "return landsTogether(state) && !isWhole(task) ? state.land : state.base;",
    "return state.base;",
  ),
  mutant(
    "forget what a lane was merging when the feature was given up",
    "core/feature/landing/entries.ts",
    'if (state.stage === "rolling-back" && task.undoes === null) addUndo(draft, task.plan.id);',
    "",
  ),
  mutant(
    "do not send a hold to the lane",
    "core/feature/commands/holding.ts",
    '{ type: "entries.held", feature: state.key, held: true, lifts: false }',
    '{ type: "entries.held", feature: state.key, held: false, lifts: false }',
  ),
  mutant(
    "obey people without write access",
    "core/feature/commands/receiving.ts",
    'return permission === "write" || permission === "admin";',
    'return permission !== "none";',
  ),
  {
    bug: "use a key twice: a second promotion never runs",
    edits: [
      {
        file: "core/effects/pulls.ts",
        find: "key: ({ branch, round }) => [branch, round],",
        replace: "key: ({ branch }) => [branch],",
      },
      {
        file: "core/effects/branches.ts",
        find: "round: z.number().int(),\n    }),\n    {\n      key: ({ branch, round }) => [branch, round],",
        replace: "round: z.number().int(),\n    }),\n    {\n      key: ({ branch }) => [branch],",
      },
      {
        file: "core/effects/branches.ts",
        find: "templates: Templates,\n    }),\n    {\n      key: ({ branch, round }) => [branch, round],",
        replace: "templates: Templates,\n    }),\n    {\n      key: ({ branch }) => [branch],",
      },
    ],
  },
  mutant(
    "save no more than six effects of a step",
    "loop/step.ts",
    "effects: [...write.effects.values()],",
    "effects: [...write.effects.values()].slice(0, 6),",
  ),
  mutant(
    "decide by the clock, not by when the event came",
    "loop/step.ts",
    "const time = Date.parse(at);",
    "const time = inside.now();",
  ),
  mutant(
    "throw over a run that left no result",
    "core/feature/attempt/running.ts",
    "return failAttempt(draft, task, lost(event.run, event.problem));",
    "throw new Error(event.problem ?? event.run.conclusion ?? undefined);",
  ),
  mutant(
    "remember for ever how attempts ended",
    "core/feature/attempt/failing.ts",
    "[...state.endings.slice(1 - REMEMBERED_ENDINGS), ending]",
    "[...state.endings, ending]",
  ),
  mutant(
    "read the config of a branch that somebody tries it on",
    "loop/effects/planning.ts",
    'await github.readFile(repo, sha, ".github/headgate.yml")',
    'await github.readFile(repo, `${by}/config`, ".github/headgate.yml")',
  ),
  mutant(
    "begin a second life with a rename",
    "core/keys.ts",
    "return `${repo.id}#${ofLife(issue, life)}`;",
    'return `${Object.values(repo).join("/")}#${ofLife(issue, life)}`;',
  ),
  mutant("never renew a lease", "loop/outbox/under-way.ts", "now - since < LONGEST_MS", "now - since < 0"),
  {
    bug: "judge leases by the own clock of a replica",
    edits: [
      {
        file: "loop/shared-clock.ts",
        find: "if (Math.abs(ahead - this.#ahead) > JITTER_MS) this.#ahead = ahead;",
        replace: "",
      },
      {
        file: "loop/outbox/under-way.ts",
        find: 'this.#store.claim(LEASE_MS, open, "all")',
        replace: 'this.#store.claim(LEASE_MS + now - Date.parse(await this.#store.time()), open, "all")',
      },
    ],
  },
  mutant(
    "forget to give back what runs at a stop",
    "loop/outbox/under-way.ts",
    "for (const effect of running) await this.#store.putBack(effect, 0);",
    "",
  ),
  mutant(
    "run for ever what ends every process",
    "loop/outbox/run.ts",
    "if (claimed.unended >= MOST_UNENDED) return quarantined(outside, claimed, effect.data);",
    "",
  ),
  mutant(
    "let agents change what is protected",
    "core/promotion/guardrails.ts",
    "else if (spellingsOf(path).some(isProtected)) {",
    "else if (spellingsOf(path).some(isProtected) && after === null) {",
  ),
];
