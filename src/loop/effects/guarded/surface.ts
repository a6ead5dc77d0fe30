/** Finds the gate surface among changes, and reads only the files whose names do not decide. */
import type { Repo } from "../../../core/github.ts";
import type { CheckCommand } from "../../../core/promotion/commands.ts";
import { gateSurface, type SurfaceChange } from "../../../core/promotion/surface/index.ts";
import { type ChangedText, SUBMODULE, type TreeChange, type TreeFile } from "../../../core/promotion/tree.ts";
import type { GitHub } from "../../github-port.ts";

/** Files whose text is read, and the size of each. A file beyond counts as gate surface. */
const [MAX_TEXTS, MAX_BYTES] = [200, 1_000_000];
/** Files that are read at the same time. */
const AT_ONCE = 8;

export async function readSurface(
  github: Pick<GitHub, "blob">,
  repo: Repo,
  changes: readonly TreeChange[],
  commands: readonly CheckCommand[],
): Promise<SurfaceChange[]> {
  const wanted = new Set<string>();
  const noText = (path: string) => {
    wanted.add(path);
    return null;
  };
  gateSurface(changes, noText, commands);
  const texts = new Map<string, ChangedText>();
  const read = changes.filter(({ path }) => wanted.has(path)).slice(0, MAX_TEXTS);
  for (let next = 0; next < read.length; next += AT_ONCE) {
    await Promise.all(
      read.slice(next, next + AT_ONCE).map(async (change) => {
        const text = await readText(github, repo, change);
        if (text !== null) texts.set(change.path, text);
      }),
    );
  }
  return gateSurface(changes, (path) => texts.get(path) ?? null, commands);
}

async function readText(
  github: Pick<GitHub, "blob">,
  repo: Repo,
  { before, after }: TreeChange,
): Promise<ChangedText | null> {
  if ([before, after].some((file) => file !== null && (file.mode === SUBMODULE || file.bytes > MAX_BYTES))) return null;
  const read = async (file: TreeFile | null) => (file === null ? null : github.blob(repo, file.sha));
  const [was, is] = [await read(before), await read(after)];
  // A new image beside tests takes nothing away. A program may hold a zero byte too, so that it is read as text.
  if (was !== null && [was, is].some((content) => content?.includes(0))) return null;
  const decoded = (content: Uint8Array | null) => (content === null ? null : new TextDecoder().decode(content));
  return { before: decoded(was), after: decoded(is) };
}
