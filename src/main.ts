/** Starts `headgate serve`: what a container runs. */
import { serve } from "./cli/serve.ts";

try {
  process.exitCode = await serve(process.env);
} catch (error) {
  // Such as an unreachable GitHub or database. The supervisor restarts the process.
  console.error(`Headgate cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
