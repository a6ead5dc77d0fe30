/** Makes and finds repositories, for REST and for seeding. */

import type { SandboxContext } from "../context.ts";
import type { Repository, User } from "../store/entities.ts";
import type { Store } from "../store/store.ts";

export type NewRepository = Pick<
  Repository,
  | "name"
  | "description"
  | "private"
  | "defaultBranch"
  | "allowMergeCommit"
  | "allowSquashMerge"
  | "allowRebaseMerge"
  | "deleteBranchOnMerge"
> &
  Partial<Pick<Repository, "allowAutoMerge">>;

/** Checks a repository's name. It names folders, here and on GitHub's runners. Clones add `.git` to it. */
export function isRepositoryName(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,100}$/.test(name) && !/^\.{1,2}$|\.git$/i.test(name);
}

export function findRepository(store: Store, owner: string, name: string): Repository | undefined {
  return store
    .table("repositories")
    .find((each) => each.owner.toLowerCase() === owner.toLowerCase() && each.name.toLowerCase() === name.toLowerCase());
}

/**
 * Makes an empty repository. Its git folder exists before anyone can see the repository.
 * @throws Error if the name is not allowed.
 */
export async function makeRepository(context: SandboxContext, owner: User, given: NewRepository): Promise<Repository> {
  if (!isRepositoryName(given.name)) throw new Error(`'${given.name}' cannot name a repository`);
  const { store } = context;
  const now = store.now();
  const repository: Repository = {
    allowAutoMerge: false,
    ...given,
    id: store.nextId(),
    ownerId: owner.id,
    owner: owner.login,
    lastNumber: 0,
    requiredWorkflows: [],
    collaborators: {},
    secrets: {},
    variables: {},
    createdAt: now,
    pushedAt: now,
  };
  await context.git.init(repository, repository.defaultBranch);
  store.table("repositories").put(repository);
  const initiator = { user: owner, byJobToken: false };
  context.announce({ repository, initiator, event: "repository", action: "created" });
  return repository;
}
