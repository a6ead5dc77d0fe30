import { expect, it } from "vitest";
import { Remembered } from "../../src/loop/remembered.ts";

it("a state is remembered as of its seq only: who wrote since made it worthless", () => {
  const remembered = new Remembered();
  remembered.keep("acme/tool#1", 3, null);
  expect(remembered.at("acme/tool#1", 3)).toBeNull();
  expect(remembered.at("acme/tool#1", 4)).toBeUndefined();
  expect(remembered.at("acme/tool#2", 3)).toBeUndefined();
});

it("of very many states, those that were stepped last are remembered", () => {
  const remembered = new Remembered();
  remembered.keep("first", 1, null);
  remembered.keep("second", 1, null);
  for (let index = 0; index < 198; index += 1) remembered.keep(`other ${index}`, 1, null);
  remembered.keep("first", 2, null);
  remembered.keep("one too many", 1, null);
  expect(remembered.at("first", 2)).toBeNull();
  expect(remembered.at("second", 1)).toBeUndefined();
});
