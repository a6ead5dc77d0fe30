/** Recognises lines that only say that something before them failed. None of them is a cause. */

const noise: RegExp[] = [
  // npm
  /^npm (?:error|ERR!)\s*$/,
  /^npm (?:error|ERR!)\s+A complete log of this run can be found in/,
  /^npm (?:error|ERR!)\s+\S*_logs\/\S+/,
  /^npm (?:error|ERR!)\s+(?:path|workspace|location|command|errno|syscall)\b/,
  /^npm (?:error|ERR!)\s+(?:code \d+$|code ELIFECYCLE|Lifecycle script|Exit status|Failed at the|This is probably not)/,
  /^npm (?:error|ERR!)\s+(?:Test failed\.\s+See above|\S+@\S+ \S+: `)/,
  /^npm (?:warn|WARN|notice)\b/,
  // pnpm, yarn, bun
  /\bELIFECYCLE\b/,
  /\bERR_PNPM_RECURSIVE_(?:RUN_FIRST|EXEC_FIRST)_FAIL\b/,
  /^WARN\b/,
  /^Exit status \d+$/,
  /^\S+ \S+: (?:Failed|Done)$/,
  /^error Command failed(?: with exit code \d+)?\.?$/,
  /^info Visit https:\/\/yarnpkg\.com/,
  /^➤ YN0000:/,
  /^error: script ".*" (?:exited with code|was terminated)/,
  // cargo, biome, eslint, Node.js
  /^error: (?:could not compile|test failed, to rerun|aborting due to|process didn't exit)/,
  /Some errors were emitted while/,
  /^Run 'docker \w+ --help' for more information$/,
  /^✖ \d+ problems?/,
  /^✖ failing tests:$/i,
  /^\(node:\d+\) (?:\[\w+\] )?\w*Warning: /,
];

export function isNoise(line: string): boolean {
  const text = line.trim();
  return noise.some((pattern) => pattern.test(text));
}
