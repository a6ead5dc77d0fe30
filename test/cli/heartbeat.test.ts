/** What a run prints when nothing happens for some seconds. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHeartbeat } from "../../src/cli/heartbeat.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function screen(isTTY: boolean) {
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => written.push(text) };
  const heartbeat = createHeartbeat(
    output,
    (line) => line,
    () => Date.now(),
  );
  return { written, heartbeat };
}

describe("the heartbeat of a run", () => {
  it("says within five seconds what goes on, and repeats the same in a log only after half a minute", () => {
    const { written, heartbeat } = screen(false);
    heartbeat.during("Importing the repository");
    vi.advanceTimersByTime(3_000);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(written).toEqual(["… Importing the repository (4 s)\n"]);
    vi.advanceTimersByTime(20_000);
    expect(written).toHaveLength(1);
    vi.advanceTimersByTime(15_000);
    expect(written).toHaveLength(2);
  });

  it("starts again after each line, and is silent where nothing goes on", () => {
    const { written, heartbeat } = screen(false);
    let what: string | null = "An agent works";
    heartbeat.during(() => what);
    vi.advanceTimersByTime(3_000);
    heartbeat.printed();
    vi.advanceTimersByTime(3_500);
    expect(written).toEqual([]);
    what = null;
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([]);
    what = "An agent works";
    heartbeat.during(null);
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([]);
  });

  it("stays in one line of a terminal, which the next line replaces", () => {
    const { written, heartbeat } = screen(true);
    heartbeat.during("An agent works");
    vi.advanceTimersByTime(5_000);
    expect(written.at(-1)).toBe("\r\u001B[2K… An agent works (5 s)");
    heartbeat.printed();
    expect(written.at(-1)).toBe("\r\u001B[2K");
  });
});
