import { describe, expect, it } from "vitest";
import { drift } from "../../../src/core/rules/drift.ts";
import { World } from "../world.ts";

const calm = { open: true, labelled: true, title: "A feature", body: "Do it", commands: [] };

function running(): World {
  const world = new World();
  world.start({ a: [] });
  return world;
}

describe("a sweep of the issue", () => {
  it("that shows what is known yields no event", () => {
    expect(drift(running().state, calm, 3)).toEqual([]);
  });

  it("yields a command under the key of its webhook", () => {
    const command = {
      comment: 7,
      by: "ada",
      createdAt: "2026-01-01T00:00:00Z",
      at: 2_000_000,
      command: { verb: "hold" as const },
    };
    expect(drift(running().state, { ...calm, commands: [command] }, 3)).toEqual([
      {
        key: "comment:7:2026-01-01T00:00:00Z",
        event: { type: "command.given", comment: 7, by: "ada", writtenAt: 2_000_000, command: { verb: "hold" } },
      },
    ]);
  });

  it("passes over commands from before the label", () => {
    const command = {
      comment: 7,
      by: "ada",
      createdAt: "2025-01-01T00:00:00Z",
      at: 5,
      command: { verb: "cancel" as const },
    };
    expect(drift(running().state, { ...calm, commands: [command] }, 3)).toEqual([]);
  });

  it("yields that the issue was closed, and nothing else about a closed one", () => {
    expect(drift(running().state, { ...calm, open: false, labelled: false }, 3).map(({ key }) => key)).toEqual([
      "closed:sweep:3",
    ]);
  });

  it("yields that the label is gone, unless a person resumed without it", () => {
    expect(drift({ ...running().state, ignoresLabel: true }, { ...calm, labelled: false }, 3)).toEqual([]);
    expect(drift(running().state, { ...calm, labelled: false }, 3)[0]?.event.type).toBe("feature.unlabelled");
  });

  it("yields that the label is back, but not against a person's command", () => {
    const world = running();
    world.feature({ type: "feature.unlabelled", by: "ada" });
    expect(drift(world.state, calm, 3)[0]?.event.type).toBe("feature.labelled");
    const held = running();
    held.feature({ type: "command.given", comment: 1, by: "ada", writtenAt: 1_000_000, command: { verb: "hold" } });
    held.feature({ type: "permission.observed", comment: 1, by: "ada", permission: "write" });
    expect(drift(held.state, calm, 3)).toEqual([]);
  });

  it("of a feature that is over yields no event", () => {
    const world = running();
    world.closes();
    expect(drift(world.state, { ...calm, open: false }, 3)).toEqual([]);
  });
});
