/** Keeps the bare git repositories by repository id and answers the most frequent questions about them. */
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { Repository } from "../store/entities.ts";
import { hookFiles } from "./hook.ts";
import { GitDir, runGit } from "./plumbing/dir.ts";
import { isBranchName, isFilePath } from "./plumbing/names.ts";
import { readBlob, readCommit } from "./plumbing/objects.ts";
import { resolveCommit } from "./plumbing/stored-refs.ts";
import { readTree } from "./plumbing/trees.ts";

type Named = Pick<Repository, "id">;

/** A commit as payloads show it. */
export interface HeadCommit {
  id: string;
  tree_id: string;
  message: string;
  timestamp: string;
  author: { name: string; email: string };
  committer: { name: string; email: string };
}

export class GitStore {
  readonly #root: string;
  readonly #queues = new Map<number, Promise<unknown>>();
  readonly #dirs = new Map<number, GitDir>();

  constructor(root: string) {
    if (!isAbsolute(root)) throw new Error("the git root must be an absolute path");
    this.#root = root;
  }

  /** Returns the path of the repository's bare git directory. */
  dir(repository: Named): string {
    return join(this.#root, `${repository.id}.git`);
  }

  at(repository: Named): GitDir {
    const known = this.#dirs.get(repository.id) ?? new GitDir(this.dir(repository));
    this.#dirs.set(repository.id, known);
    return known;
  }

  /** The folder of the hooks that git runs while it receives a push. */
  get hooksDir(): string {
    return join(this.#root, "hooks");
  }

  /** Makes an empty repository unless it exists. */
  async init(repository: Named, defaultBranch: string): Promise<void> {
    if (!isBranchName(defaultBranch)) throw new Error(`not a branch name: ${defaultBranch}`);
    await mkdir(this.hooksDir, { recursive: true });
    for (const [name, text] of Object.entries(hookFiles)) {
      await writeFile(join(this.hooksDir, name), text, { mode: 0o755 });
    }
    await runGit([
      "init",
      "--quiet",
      "--bare",
      "--template=",
      `--initial-branch=${defaultBranch}`,
      this.dir(repository),
    ]);
    await this.setDefaultBranch(repository, defaultBranch);
  }

  /**
   * Removes the lock files of killed git processes. They would block their refs forever. Call it only at a start, while
   * no git process of the sandbox runs.
   */
  async dropStaleLocks(repository: Named): Promise<void> {
    const dir = this.dir(repository);
    const refs = await readdir(join(dir, "refs"), { recursive: true });
    const files = [...(await readdir(dir)), ...refs.map((name) => join("refs", name))];
    for (const name of files) if (name.endsWith(".lock")) await rm(join(dir, name), { force: true });
  }

  async setDefaultBranch(repository: Named, branch: string): Promise<void> {
    if (!isBranchName(branch)) throw new Error(`not a branch name: ${branch}`);
    await this.at(repository).run(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  }

  /**
   * Fetches a ref of another repository into a branch and returns its commit. Announces nothing: use it to set a
   * repository up. A local path may be a work tree; only its commits are imported.
   * @throws GitError if the source or the ref does not exist.
   */
  async importFrom(repository: Named, source: string, ref: string, branch: string): Promise<string> {
    if (!isBranchName(branch)) throw new Error(`not a branch name: ${branch}`);
    if (ref.startsWith("-") || /[\s:+]/.test(ref)) throw new Error(`not a ref: ${ref}`);
    const target = `refs/heads/${branch}`;
    const git = this.at(repository);
    const options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--update-shallow", "--no-write-fetch-head"];
    await git.run([...notOurs, "fetch", ...options, "--", source, `+${ref}:${target}`], {
      env: await this.#usersEnvironment(),
    });
    const sha = await this.resolve(repository, target);
    if (sha === null) throw new Error(`${source} has no commit at ${ref}`);
    return sha;
  }

  /**
   * Returns the environment of a fetch. It includes the user's own git settings and keys, since the source may need
   * credentials. It trusts the folder to import: git would otherwise ask to have its inner `.git` folder declared safe.
   */
  async #usersEnvironment(): Promise<Record<string, string>> {
    const { HOME = "", SSH_AUTH_SOCK, XDG_CONFIG_HOME = join(HOME, ".config"), GIT_CONFIG_GLOBAL } = process.env;
    const files = [join(HOME, ".gitconfig"), join(XDG_CONFIG_HOME, "git", "config")];
    const theirs = GIT_CONFIG_GLOBAL ?? files.find((file) => existsSync(file)) ?? "/dev/null";
    const settings = join(this.#root, "import.gitconfig");
    await writeFile(settings, `[include]\n\tpath = ${JSON.stringify(theirs)}\n[safe]\n\tdirectory = *\n`);
    return {
      ...(SSH_AUTH_SOCK === undefined ? {} : { SSH_AUTH_SOCK }),
      HOME,
      XDG_CONFIG_HOME,
      GIT_CONFIG_GLOBAL: settings,
      GIT_CONFIG_NOSYSTEM: "0",
    };
  }

  /** Returns the commit that a SHA, branch, tag or whole ref names, or null. */
  resolve(repository: Named, ref: string): Promise<string | null> {
    return resolveCommit(this.at(repository), ref);
  }

  /** Returns a file's text at a commit, or null if there is none. */
  async readFile(repository: Named, commit: string, path: string): Promise<string | null> {
    if (!isFilePath(path)) return null;
    const sha = await this.resolve(repository, commit);
    if (sha === null) return null;
    const content = await readBlob(this.at(repository), `${sha}:${path}`);
    return content === null ? null : content.toString("utf8");
  }

  /** Lists the names of the files directly in a folder (`""`: the root) at a commit; empty if there is none. */
  async listFolder(repository: Named, commit: string, path: string): Promise<string[]> {
    if (path !== "" && !isFilePath(path)) return [];
    const sha = await this.resolve(repository, commit);
    if (sha === null) return [];
    const entries = await readTree(this.at(repository), `${sha}:${path}`, false);
    return (entries ?? []).filter((entry) => entry.type === "blob").map((entry) => entry.path);
  }

  /** Returns a commit as payloads render it: `{ id, tree_id, message, timestamp, author, committer }`. */
  async headCommit(repository: Named, commit: string): Promise<HeadCommit> {
    const sha = await this.resolve(repository, commit);
    const found = sha === null ? null : await readCommit(this.at(repository), sha);
    if (found === null) throw new Error(`no commit ${commit} in repository ${repository.id}`);
    return {
      id: found.sha,
      tree_id: found.tree,
      message: found.message,
      timestamp: found.committer.date,
      author: { name: found.author.name, email: found.author.email },
      committer: { name: found.committer.name, email: found.committer.email },
    };
  }

  /**
   * Runs `work` while no other `exclusive` work runs on the repository. Move refs only in here: webhooks then arrive in
   * the order of the moves. Not reentrant: a nested call waits forever.
   */
  exclusive<Result>(repository: Named, work: () => Promise<Result>): Promise<Result> {
    const before = this.#queues.get(repository.id) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#queues.set(repository.id, settled);
    return result;
  }

  /** Ends the processes that read objects. */
  close(): void {
    for (const dir of this.#dirs.values()) dir.objects.close();
  }

  /** Resolves when no `exclusive` work runs. */
  async idle(): Promise<void> {
    await Promise.all(this.#queues.values());
  }
}

/** Turns off the user's settings that would change the sandbox's repositories. Settings for the source stay. */
const notOurs = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "fetch.prune=false",
  "protocol.file.allow=always",
].flatMap((setting) => ["-c", setting]);
