/** Starts `headgate serve`: what a container runs. */
import { serve } from "./cli/serve.ts";

try {
  process.exitCode = await serve(process.env);
} catch (error) {
  // Such as a GitHub that does not answer or a database that is not there: whoever supervises this process starts it again.
  console.error(`Headgate cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
