/** Foresees from the files that tasks declare whose pulls are likely to wait for a person's approval. */
import type { PlannedTask } from "../plan.ts";
import type { Policy } from "../policy.ts";
import { protectionOf } from "../promotion/protected.ts";
import { kindByName, maySteerChecks } from "../promotion/surface/index.ts";

export interface LikelyApproval {
  id: string;
  /** surface: files of which any change counts. scripts: files of which only some changes count. protected: the second level. */
  because: "protected" | "surface" | "scripts";
  files: string[];
}

/** Tests are left out: adding them is no gate surface. A glob counts as the path that it is written as. */
export function likelyApprovals(
  tasks: readonly Pick<PlannedTask, "id" | "files" | "role">[],
  { gateSurface }: Pick<Policy, "gateSurface">,
): LikelyApproval[] {
  return tasks.flatMap(({ id, files, role }) => {
    if (role === "research") return [];
    const reasons = files.map((file) => ({ file, because: reasonOf(file, gateSurface === "approve") }));
    return (["protected", "surface", "scripts"] as const).flatMap((because) => {
      const found = reasons.filter((one) => one.because === because).map(({ file }) => file);
      return found.length === 0 ? [] : [{ id, because, files: found }];
    });
  });
}

function reasonOf(file: string, withSurface: boolean): LikelyApproval["because"] | null {
  if (protectionOf(file) === "approve") return "protected";
  if (!withSurface) return null;
  if (kindByName(file) !== null) return "surface";
  return maySteerChecks(file) ? "scripts" : null;
}
