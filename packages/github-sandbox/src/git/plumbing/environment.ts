/** Holds what every git process of the sandbox runs with. */

/** Returns git's environment: PATH, the locale, no settings of machine or user. git must never prompt a person. */
export function gitEnvironment(more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    LC_ALL: "C.UTF-8",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "true",
    ...more,
  };
}

/** The largest output of git kept in memory, in bytes. GitHub limits a blob to 100 MB. */
export const maxBuffer = 128 * 1024 * 1024;
