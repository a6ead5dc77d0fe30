/** Jobs that somebody took over: each writes a result that no job of ours would. */
import type { Forged, ForgedJob, Hostile } from "../hostile.ts";

const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 1 };
const some: Forged[] = [{ write: "forged.txt", text: "x\n" }];

function forged(
  id: string,
  guard: Hostile["guard"],
  reads: RegExp,
  job: Omit<ForgedJob, "forges">,
  forges: Forged[] = some,
): Hostile {
  return { kind: "forged-result", id, guard, reads, forged: { forges, ...job } };
}

export const results: Hostile[] = [
  forged("foreign", "result-attempt", /its result is of attempt '1\/other\/1'/, { result: { attempt: "1/other/1" } }),
  forged("protocol", "result-protocol", /does not fit protocol 1: protocol/, { result: { protocol: "2" } }),
  forged("negative", "result-negative", /does not fit protocol 1: usage.usd/, {
    result: { usage: { ...usage, usd: -100 } },
  }),
  forged("absurd", "result-absurd", /does not fit protocol 1: usage.usd/, {
    result: { usage: { ...usage, usd: 1e308 } },
  }),
  forged("endless", "result-long", /does not fit protocol 1: summary/, {
    afterwards:
      'result.summary = "word ".repeat(200_000); writeFileSync("result/result.json", JSON.stringify(result));',
  }),
  forged("nothing", "result-empty", /finished without changing anything/, {}, []),
  forged("many", "result-many", /301 files changed; at most 300 are allowed/, {
    afterwards: `const files = Array.from({ length: 301 }, (_, at) => ({ ...manifest[0], path: "many/" + at }));
writeFileSync("result/result.json", JSON.stringify({ ...result, manifest: files }));`,
  }),
  forged("swapped", "result-checksum", /'forged.txt' differs from its checksum/, {
    afterwards: 'writeFileSync("result/files/" + manifest[0].sha256, "y\\n");',
  }),
  forged("twice", "result-twice", /'forged.txt' is listed twice/, {}, [...some, { write: "forged.txt", text: "y\n" }]),
  // Packs to some 100 KB.
  forged("inflates", "result-size", /artifact cannot be used: its result.json is larger than 2097152 bytes/, {
    afterwards: 'writeFileSync("result/result.json", JSON.stringify({ ...result, filler: "a".repeat(95_000_000) }));',
  }),
  forged("many-entries", "result-entries", /artifact cannot be used: it has more than 6000 entries/, {
    afterwards: 'for (let at = 0; at < 6_001; at += 1) writeFileSync("result/files/" + at, "");',
  }),
  forged("long-path", "path-length", /is too long: a path has at most 1024 bytes/, {}, [
    { write: `${`${"long".repeat(50)}/`.repeat(6)}a.txt`, text: "x\n" },
  ]),
  forged("deep-path", "path-depth", /is too long: .* and 64 names/, {}, [
    { write: `${"d/".repeat(500)}a.txt`, text: "x\n" },
  ]),
  forged("job-failed", "result-failed-run", /ended as 'failure': .*does not count/, { fails: true }),
];
