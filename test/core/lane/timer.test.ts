import { describe, expect, it } from "vitest";
import { cancelTimer, type LaneTimer, parseTimer, setTimer } from "../../../src/core/lane/timer.ts";

describe("the timers of a lane", () => {
  it.each<[string, LaneTimer]>([
    ["sweep", { kind: "sweep" }],
    ["refresh:10", { kind: "refresh", pull: 10 }],
    ["rest:10", { kind: "rest", pull: 10 }],
  ])("The timer %s is parsed to the value that it was set for", (name, timer) => {
    expect(setTimer(timer, 5)).toEqual({ type: "timer.set", timer: name, dueAt: 5 });
    expect(cancelTimer(timer)).toEqual({ type: "timer.cancel", timer: name });
    expect(parseTimer(name)).toEqual(timer);
  });

  it.each(["look:10", "10", "rest:x", "rest", "", "constructor:10"])(
    "The timer name %j of another version is parsed to null",
    (name) => {
      expect(parseTimer(name)).toBeNull();
    },
  );
});
