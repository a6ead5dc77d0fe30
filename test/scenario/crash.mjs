/**
 * Preloaded into `headgate run` by the crash tests: ends the process with SIGKILL at a given one of its writes to GitHub,
 * before the request goes out or after its answer came and before anybody has read it.
 */
const [, at] = /^(\d+:(?:before|after)|\w+:after)$/.exec(process.env.CRASH_AT ?? "") ?? [];
const isHeadgate = process.argv[1]?.endsWith("cli/main.ts");

if (at !== undefined && isHeadgate) {
  const [which, when] = at.split(":");
  const real = globalThis.fetch;
  let writes = 0;
  globalThis.fetch = async (input, init) => {
    const method = (init?.method ?? "GET").toUpperCase();
    const url = String(typeof input === "object" && "url" in input ? input.url : input);
    // The maintainer's own acts and token requests are not Headgate's effects.
    const isWrite =
      method !== "GET" && url.includes("/repos/") && init?.headers?.["user-agent"]?.startsWith("headgate");
    if (!isWrite) return real(input, init);
    writes += 1;
    const meant =
      which === "dispatch"
        ? url.endsWith("/dispatches")
        : which === "merge"
          ? url.endsWith("/merge")
          : writes === Number(which);
    if (meant && when === "before") process.kill(process.pid, "SIGKILL");
    const answer = await real(input, init);
    if (meant) process.kill(process.pid, "SIGKILL");
    return answer;
  };
}
