/** Starts `headgate serve`: what a container runs. */
import { serve } from "./cli/serve.ts";

process.exitCode = await serve(process.env);
