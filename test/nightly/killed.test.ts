/** More features that are killed than CI has time for. */
import { it } from "vitest";
import { landsInSpiteOf } from "../scenario/killing.ts";

it.each([
  ["1:after", "8:before", "merge:after", "2:after"],
  ["6:after", "4:before", "dispatch:after", "7:after"],
  ["5:before", "merge:after", "12:after", "4:after"],
])("headgate run, killed at %s, %s, %s, %s, finishes with nothing done twice", (...moments) => landsInSpiteOf(moments));
