/** Knows what test runners print. */
import { continued, first, PLACE_WITHIN, place, withPlace } from "./place.ts";

/** Node.js, vitest, chai: the values follow a message that ends with a colon. */
export function assertion(lines: readonly string[]): string | null {
  return withPlace(lines, /^(?:##\[error\])?[\w.]*AssertionError(?: \[\w+\])?: (.+)$/);
}

/** The YAML below `not ok` in TAP 13. */
export function tapError(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^error: \S/.test(line.trim()) && lines.some((one) => /^TAP version/.test(one)));
  if (at < 0) return null;
  const given = (lines[at] ?? "").trim().replace(/^error: /, "");
  const text = /^[|>]-?$/.test(given) ? (lines[at + 1] ?? "").trim() : given.replace(/^'(.*)'$/, "$1");
  return place(lines, at) + continued(lines, /^[|>]-?$/.test(given) ? at + 1 : at, text);
}

/** `FAILED tests/test_a.py::test_b - assert 1 == 2`, `ERROR tests/test_a.py - ModuleNotFoundError: …` */
export function pytest(lines: readonly string[]): string | null {
  const summary = first(lines, /^(?:FAILED (\S+::\S+.*)|ERROR (\S+\.py\S* - .+))$/);
  return summary?.slice(1).find((part) => part) ?? null;
}

/** `E   assert 3 == 4` of a run that ends without a summary, with the place behind it */
export function pytestTrace(lines: readonly string[]): string | null {
  return withPlace(lines, /^E {2,}((?:[\w.]+(?:Error|Exception|Failed)\b|assert |Failed: ).*)$/);
}

/** `WARNING: DATA RACE`, then the frames */
function dataRace(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => line.trim() === "WARNING: DATA RACE");
  const frames = lines.slice(at).filter((line) => !/\/src\/(?:testing|runtime|net|sync)\//.test(line));
  return at < 0 ? null : `${place(frames, 0)}DATA RACE`;
}

/** `--- FAIL: TestA (0.00s)`, then `    a_test.go:12: got 1`. testify prints its values below `Error:`. */
export function goTest(lines: readonly string[]): string | null {
  if (!lines.some((line) => /^\s*--- FAIL: /.test(line))) return null;
  const testify = first(lines, /^Error Trace:\s+(?:\S*\/)?(\S+\.go:\d+)/);
  if (testify !== null) {
    const shown = [/^Error:\s+(.+)$/, /^expected:?\s+(.+)$/, /^actual\s*:?\s+(.+)$/].map((one) => first(lines, one));
    const [what, expected, actual] = shown.map((found) => found?.[1]?.replace(/^: /, ""));
    return `${testify[1]} ${what ?? ""}${expected === undefined ? "" : ` expected ${expected}, actual ${actual}`}`;
  }
  const parts = first(lines, /^(?!testing\.go)(\S+\.go:\d+): (.+)$/);
  return parts === null ? dataRace(lines) : `${parts[1]} ${parts[2]}`;
}

/** `panic: …` of Go, with the first frame in the project's own code */
export function goPanic(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^panic: /.test(line.trim()));
  if (at < 0 || !lines.some((line) => /^goroutine \d+/.test(line.trim()))) return null;
  const frames = lines.slice(at).filter((line) => !/\/(?:usr\/local\/go|go\/src|testing)\//.test(line));
  return place(frames, 0) + (lines[at] ?? "").trim();
}

/** `thread 'a' panicked at src/lib.rs:3:5:`, then the message. Before Rust 1.73: `panicked at 'message', src/lib.rs:3:5` */
export function rustPanic(lines: readonly string[]): string | null {
  const old = first(lines, /panicked at '(.+)', (\S+?:\d+):\d+$/);
  if (old !== null) return `${old[2]} ${old[1]}`;
  const at = lines.findIndex((line) => /panicked at \S+?:\d+:\d+:$/.test(line));
  const [, where] = /panicked at (\S+?:\d+):\d+:$/.exec(lines[at] ?? "") ?? [];
  if (where === undefined) return null;
  const sides = lines.slice(at + 2, at + 4).filter((line) => /^\s*(?:left|right): /.test(line));
  return [where, lines[at + 1] ?? "", ...sides].join(" ");
}

/** `● suite › quotes`, then `Expected: …` and `Received: …`, or `● Test suite failed to run` */
export function jest(lines: readonly string[]): string | null {
  const suite = lines.findIndex((line) => line.trim() === "● Test suite failed to run");
  const reason = lines.slice(suite + 1).find((line) => line.trim() !== "");
  if (suite >= 0 && reason !== undefined) return place(lines, suite) + reason.trim();
  const at = lines.findIndex((line) => /^● .+/.test(line.trim()) && !/^● Console$/.test(line.trim()));
  if (at < 0) return null;
  const values = valuesAfter(lines, at);
  if (values.length === 0 && !/ › /.test(lines[at] ?? "")) return null;
  return `${place(lines, at)}${(lines[at] ?? "").trim().slice(2)} ${values.join(" ")}`;
}

/** `error: expect(received).toBe(expected)`, then the values: bun prints the code above and the place below */
export function bun(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^error: expect\(/.test(line.trim()));
  if (at < 0) return null;
  return `${place(lines, at)}${(lines[at] ?? "").trim().slice("error: ".length)} ${valuesAfter(lines, at).join(" ")}`;
}

function valuesAfter(lines: readonly string[], at: number): string[] {
  const following = lines.slice(at, at + PLACE_WITHIN);
  return following.flatMap((line) => /^\s*((?:Expected|Received)\b.*:.*)$/.exec(line)?.[1] ?? []).slice(0, 2);
}

/**
 * Falls back to the test's name: `not ok 3 - quotes`, `✖ quotes (1.2ms)`, `FAIL a.test.ts > quotes`, `● suite › quotes`,
 * `(fail) quotes [0.2ms]`, `1) quotes:`
 */
export function failedTest(lines: readonly string[]): string | null {
  const parts = first(
    lines.filter((line) => !/failing tests:?$/i.test(line.trim())),
    /^(?:not ok\b(?: \d+)?(?: -)?(?! \d+$)|FAIL(?:ED)?:?|\(fail\)|[✖✗×●✘]) (.+?)(?: [[(]?[\d.]+ ?m?s[\])]?)?$/,
  );
  return parts && (parts[1] ?? null);
}
