/**
 * The hook that guards a push, ref by ref: where one is refused, the others still move, as on GitHub. The sandbox judges
 * every command of the push beforehand for each way it may turn out (only git can tell, once it has the objects, whether
 * a move is a fast-forward and whether it brings merges) and puts what it has to say into the file that SANDBOX_JUDGED
 * names: `<ref> <forward|forced> <linear|merges> <refused|allowed> <line>` a line.
 */

/** Hooks by their file names. */
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

/** What only git can tell of a move. */
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

/** The file the hook reads. Ref names hold no spaces. */
export function wordsFile(judged: readonly Judged[]): string {
  return judged
    .flatMap(({ ref, forward, linear, refused, lines }) => {
      const way = `${ref} ${forward ? "forward" : "forced"} ${linear ? "linear" : "merges"} ${refused ? "refused" : "allowed"}`;
      return lines.map((line) => `${way} ${line}\n`);
    })
    .join("");
}
