/** Reads the labels of an evaluated `runs-on`: a label, a list of labels, or `{ group, labels }`. */
export function runnerLabels(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "object" && value !== null && "labels" in value ? runnerLabels(value.labels) : [];
}
