/**
 * The `update` hook that guards a push. It runs for each ref: refusing one lets the others move, as on GitHub. The sandbox
 * has judged every command for all four cases before (`git-http/receive.ts`). The hook finds out the case and reads the
 * judgement from the file that SANDBOX_JUDGED names. A line of it is
 * `<ref> <forward|forced> <linear|merges> <refused|allowed> <message>`.
 */

export const hookFiles = {
  update: `#!/bin/sh
ref=$1 old=$2 new=$3
status=0
zero=0000000000000000000000000000000000000000
way=forward
shape=linear
if [ "$new" != "$zero" ]; then
  if [ "$old" = "$zero" ]; then
    others="--not --branches"
  else
    others="^$old"
    git merge-base --is-ancestor "$old" "$new" 2>/dev/null || way=forced
  fi
  [ -z "$(git rev-list --merges --max-count=1 "$new" $others 2>/dev/null)" ] || shape=merges
fi
while IFS= read -r line; do
  rest=\${line#"$ref $way $shape "}
  [ "$rest" != "$line" ] || continue
  [ "\${rest%% *}" = allowed ] || status=1
  printf '%s\\n' "\${rest#* }" >&2
done <"$SANDBOX_JUDGED"
exit $status
`,
};

/** The properties of a move that only git knows, once it has received the objects. */
export interface Way {
  forward: boolean;
  linear: boolean;
}

export const ways: readonly Way[] = [true, false].flatMap((forward) =>
  [true, false].map((linear) => ({ forward, linear })),
);

export interface Judged extends Way {
  ref: string;
  refused: boolean;
  lines: string[];
}

/** Renders the file that the hook reads. Ref names hold no spaces. */
export function judgementFile(judged: readonly Judged[]): string {
  return judged
    .flatMap(({ ref, forward, linear, refused, lines }) => {
      const way = `${ref} ${forward ? "forward" : "forced"} ${linear ? "linear" : "merges"} ${refused ? "refused" : "allowed"}`;
      return lines.map((line) => `${way} ${line}\n`);
    })
    .join("");
}
