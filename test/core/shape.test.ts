import { describe, expect, it } from "vitest";
import { z } from "zod";
import { LaneState } from "../../src/core/lane/state.ts";
import { JudgedTask, PlannedTask } from "../../src/core/plan.ts";
import { defaultPolicy, Policy } from "../../src/core/policy.ts";
import { shapeOf } from "../../src/core/shape.ts";
import { World } from "./world.ts";

describe("the shape of a schema", () => {
  it("takes what the schema takes, unchanged", () => {
    expect(shapeOf(Policy).parse(defaultPolicy)).toEqual(Policy.parse(defaultPolicy));
    const world = new World();
    world.start({ a: [] });
    world.agentSucceeds("a");
    expect(LaneState.parse(world.laneState)).toEqual(world.laneState);
  });

  it("takes what breaks a rule: that was judged where it came in", () => {
    const reserved = PlannedTask.parse({ id: "a", title: "A" });
    expect(PlannedTask.safeParse({ ...reserved, id: "land" }).success).toBe(false);
    expect(JudgedTask.parse({ ...reserved, id: "land" }).id).toBe("land");
  });

  it.each<[string, z.ZodType, unknown]>([
    ["another type", z.object({ n: z.number().int() }), { n: "1" }],
    ["a missing part", z.object({ n: z.number() }), {}],
    ["a missing part that has a default where it comes in", z.object({ n: z.number().default(1) }), {}],
    ["null where there is none", z.array(z.string().min(1)), [null]],
    ["a word that is none of an enum's", z.enum(["a", "b"]).nullable(), "c"],
    ["a variant that there is not", z.discriminatedUnion("is", [z.object({ is: z.literal("a") })]), { is: "b" }],
    ["a part of a variant", z.union([z.literal("x"), z.array(z.number())]), ["x"]],
    ["a value of a record", z.record(z.string(), z.boolean()), { a: 1 }],
  ])("refuses %s", (_, schema, value) => {
    expect(shapeOf(schema).safeParse(value).success).toBe(false);
  });

  it("is not known of everything, and then says of what", () => {
    expect(() => shapeOf(z.object({ at: z.date() }))).toThrow("no shape is known of date");
  });
});
