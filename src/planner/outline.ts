/** A repository's files in few words. */

const DEEPEST = 12;

/** Every path when that fits into `limit` characters; else folders are folded into counts, the deepest level first. */
export function outline(paths: readonly string[], limit: number): string {
  for (let depth = DEEPEST; depth > 1; depth -= 1) {
    const text = folded(paths, depth);
    if (text.length <= limit) return text;
  }
  const top = folded(paths, 1);
  return top.length <= limit ? top : `${top.slice(0, limit)}\n…`;
}

function folded(paths: readonly string[], depth: number): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const parts = path.split("/");
    const shown = parts.length <= depth ? path : `${parts.slice(0, depth).join("/")}/`;
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  return [...counts].map(([shown, count]) => (shown.endsWith("/") ? `${shown} (files: ${count})` : shown)).join("\n");
}
