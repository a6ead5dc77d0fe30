/**
 * The hook that guards a push. The sandbox judges every command of the push beforehand for each way it may turn out
 * (only git can tell, once it has the objects, whether a move is a fast-forward and whether it brings merges) and puts
 * the refusals into the file that SANDBOX_REFUSALS names: `<ref> <forward|forced> <linear|merges> <sentence>` a line.
 */

/** Hooks by their file names. */
export const hookFiles = {
  "pre-receive": `#!/bin/sh
status=0
zero=0000000000000000000000000000000000000000
while read -r old new ref; do
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
  told=0
  while read -r refused for_way for_shape sentence; do
    if [ "$refused $for_way $for_shape" = "$ref $way $shape" ]; then
      [ $told = 1 ] || echo "error: GH006: Protected branch update failed for $ref." >&2
      printf '\\n- %s\\n' "$sentence" >&2
      told=1
      status=1
    fi
  done <"$SANDBOX_REFUSALS"
done
exit $status
`,
};

export interface Refusal {
  ref: string;
  forward: boolean;
  linear: boolean;
  sentence: string;
}

/** The file the hook reads. Ref names hold no spaces. */
export function refusalsFile(refusals: readonly Refusal[]): string {
  return refusals
    .map(({ ref, forward, linear, sentence }) => {
      return `${ref} ${forward ? "forward" : "forced"} ${linear ? "linear" : "merges"} ${sentence}\n`;
    })
    .join("");
}
