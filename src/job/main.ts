/** Entry of the JavaScript action (`action.yml`): runs one attempt. Exits with 1 when the job itself fails. */
import { runAttempt } from "./attempt.ts";
import { readInputs } from "./inputs.ts";
import { actionLog } from "./log.ts";

const log = actionLog((text) => process.stdout.write(text), secretsOf(process.env));
const cancelled = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => cancelled.abort(new Error("the job was cancelled")));
}

try {
  const result = await runAttempt(readInputs(process.env), log, cancelled.signal);
  await log.withoutCommands(async () => {
    log.line(`${result.outcome}, ${result.manifest.length} files changed: ${result.summary}`);
  });
} catch (error) {
  log.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function secretsOf(environment: NodeJS.ProcessEnv): string[] {
  return [environment.ANTHROPIC_API_KEY ?? ""].filter(Boolean);
}
