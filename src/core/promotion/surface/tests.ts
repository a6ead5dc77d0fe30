/** Judges what a change of a test file takes away: tests, assertions, or their running at all. */
import type { ChangedText } from "../tree.ts";

/** Marks that make a runner leave out all other tests. */
const ALONE = /\b(?:it|test|describe|suite|context|bench)\s*\.\s*only\b|\b(?:fit|fdescribe|fcontext)\s*[(`]/g;

/** Marks that make a runner leave out a test, or take its failure for a success. */
const SKIPS =
  /\b(?:it|test|describe|suite|context|bench)\s*\.\s*(?:skip|todo|fails|skipIf|runIf|failing)\b|\b(?:xit|xtest|xdescribe|xcontext)\s*[(`]|@(?:pytest\.mark\.(?:skip|skipif|xfail)|unittest\.(?:skip\w*|expectedFailure)|skip\w*\b|Disabled\b|Ignore\b|Test\s*\(\s*enabled\s*=\s*false)|\bpytest\s*\.\s*(?:skip|importorskip|xfail)\s*\(|\bself\s*\.\s*skipTest\s*\(|\b[tb]\s*\.\s*(?:Skip|SkipNow|Skipf)\s*\(|#\[\s*ignore\b|\[\s*(?:Ignore|Explicit|Fact\s*\(\s*Skip|Theory\s*\(\s*Skip)\b|\bmarkTestSkipped\s*\(|\bXCTSkip|\b(?:pending|skip)\s+(?:["'({]|do\b)/;

/** Calls that end the runner as if all had passed. A new file that is read first would hide all others. */
const ENDS =
  /\bprocess\s*\.\s*(?:reallyExit|exit)\s*\(\s*(?!\s*[1-9])|\bprocess\s*\.\s*exitCode\s*=\s*(?:0|undefined|null)\b|\bos\s*\.\s*_exit\s*\(|\bpytest\s*\.\s*exit\s*\(|\bos\s*\.\s*Exit\s*\(\s*0|\bSystem\s*\.\s*exit\s*\(\s*0|\bsys\s*\.\s*exit\s*\(\s*(?:0|None)?\s*\)|\bexit!|\bat_exit\b|\bprocess\s*::\s*exit\s*\(\s*0|\bfunc\s+TestMain\s*\(/g;

const SKIPS_ALL = new RegExp(SKIPS, "g");

/** One test of a file, in the languages that people write here. Each part is bounded: an agent writes the text that is searched. */
const CASES =
  /\b(?:it|test|specify)(?:\s*\.\s*each\b[^\n]{0,500})?\s*[(`]|^[ \t]*(?:async\s+)?def\s+test\w*\s*\(|\bfunc\s+(?:Test|Fuzz|Benchmark)\w*\s*\(|#\[\s*(?:\w+::)*(?:test|rstest|test_case)\b|@(?:Test|ParameterizedTest|RepeatedTest)\b|\[\s*(?:Fact|Theory|Test|TestMethod|TestCase)\b|\bpublic\s+function\s+test\w*\s*\(|\bfunc\s+test\w*\s*\(\s*\)/gm;

/** Words by which a test asserts something. */
const ASSERTIONS =
  /\b(?:expect|assert\w*|should|deepEqual|strictEqual|throws\w*|rejects|require\s*\.\s*\w+|(?:ok|equal\w*)(?=\s*\()|t\s*\.\s*(?:(?:Error|Fatal)\w*|is|not|true|false|truthy|falsy|like|regex|pass|same|match|snapshot))\b/g;

/** Rust keeps tests beside the code that they test. */
const INLINE_CASES = /#\[\s*(?:\w+::)*(?:test|rstest|test_case|cfg\(test\))/g;
const INLINE_SKIPS = /#\[\s*ignore\b/g;

export function hasTests({ before, after }: ChangedText): boolean {
  return count(CASES, before ?? after) > 0;
}

/** null: nothing is taken away. A new file takes nothing away, unless it leaves out or ends all others. */
export function changesTests({ before, after }: ChangedText): "test-removed" | "test-skipped" | null {
  if (count(ALONE, after) > count(ALONE, before) || count(ENDS, after) > count(ENDS, before)) return "test-skipped";
  if (before === null) return null;
  if (skipsKnownTest(before, after ?? "")) return "test-skipped";
  return fewer(CASES, before, after) || fewer(ASSERTIONS, before, after) ? "test-removed" : null;
}

/** Judges code that is not a test file by name. `after` null: the file is gone. */
export function changesInlineTests({ before, after }: ChangedText): "test-removed" | "test-skipped" | null {
  if (before === null || count(INLINE_CASES, before) === 0) return null;
  if (fewer(INLINE_CASES, before, after)) return "test-removed";
  return count(INLINE_SKIPS, after) > count(INLINE_SKIPS, before) ? "test-skipped" : null;
}

/** Counts with and without comments: a test that is commented out is as gone as a deleted one. */
function fewer(pattern: RegExp, before: string, after: string | null): boolean {
  const less = (was: string, is: string | null) => count(pattern, is) < count(pattern, was);
  return less(before, after) || less(withoutComments(before), after === null ? null : withoutComments(after));
}

/**
 * Comments of many languages, after strings, so that `"**\/*.ts"` begins no comment. Python's long strings count as comments. What
 * nothing closes ends with the file, and a string has a length: otherwise each opening would search all of the rest.
 */
const COMMENTS_AND_STRINGS =
  /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|("(?:\\.|[^"\\\n]){0,200}"|'(?:\\.|[^'\\\n]){0,200}'|`(?:\\[\s\S]|[^`\\])*(?:`|$))|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g;
const COMMENT_LINES = /^[ \t]*(?:#(?!\[)|--|%|;).*$|^=begin\b[\s\S]*?(?:^=end\b|(?![\s\S]))/gm;

function withoutComments(text: string): string {
  return text.replace(COMMENTS_AND_STRINGS, (_, kept?: string) => kept ?? "").replace(COMMENT_LINES, "");
}

/** A test, or a group of tests, begins on the line. */
const BEGINS =
  /\b(?:it|test|specify|describe|suite|context)\b.{0,500}[(`]|\bdef\s+test|\bclass\s+\w*Test|\bfunc\s+[Tt]est|\bfn\s+\w+|\bvoid\s+\w+|\bfunction\s+test/;
/** Lines in which a marker finds its test: markers of most languages stand above it, calls that skip stand in its body. */
const [ABOVE, BELOW] = [15, 5];

/**
 * Returns true where a new marker skips a test that was there before. A new test may be skipped: it takes nothing away. Counting
 * would not do, since one dummy test would pay for one that is skipped.
 */
function skipsKnownTest(before: string, after: string): boolean {
  const was = before.split("\n");
  const known = new Set(was.filter((line) => BEGINS.test(line)).map(testName));
  const old = new Set(was.map((line) => line.trim()));
  const isFresh = count(SKIPS_ALL, after) > count(SKIPS_ALL, before);
  const lines = after.split("\n");
  return lines.some((line, index) => {
    if (!SKIPS.test(line) || (old.has(line.trim()) && !isFresh)) return false;
    const below = lines.slice(index, index + BELOW).find((each) => BEGINS.test(each));
    const above = lines.slice(Math.max(0, index - ABOVE), index).findLast((each) => BEGINS.test(each));
    const isMarker = BEGINS.test(line) || /^\s*[@#[]/.test(line);
    const test = isMarker ? (below ?? above) : (above ?? below);
    return test === undefined || known.has(testName(test));
  });
}

/** The name that a test's first line gives it: its title or its function's. */
function testName(line: string): string {
  return (
    /\b(?:def|func|fn|void|class|function)\s+(\w+)/.exec(line)?.[1] ?? /(["'`])(.*?)\1/.exec(line)?.[2] ?? line.trim()
  );
}

function count(pattern: RegExp, text: string | null): number {
  return text === null ? 0 : (text.match(pattern)?.length ?? 0);
}
