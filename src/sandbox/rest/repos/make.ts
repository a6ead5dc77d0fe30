/** Repositories come to be here, whether by REST or by seeding. */

import type { Hub } from "../../hub.ts";
import { told } from "../../shapes/told.ts";
import type { Repository, User } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";

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

export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  return world
    .table("repositories")
    .find((each) => each.owner.toLowerCase() === owner.toLowerCase() && each.name.toLowerCase() === name.toLowerCase());
}

/** A new, empty repository. The bare git folder exists before anyone can see the repository. */
export async function makeRepository(hub: Hub, owner: User, given: NewRepository): Promise<Repository> {
  const { world } = hub;
  const now = world.now();
  const repository: Repository = {
    allowAutoMerge: false,
    ...given,
    id: world.nextId(),
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
  await hub.git.init(repository, repository.defaultBranch);
  world.table("repositories").put(repository);
  hub.announce({ repository, ...told("repository", "created", {}), sender: owner, byJobToken: false });
  return repository;
}
