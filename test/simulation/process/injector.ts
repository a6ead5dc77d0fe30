/** Injects a scenario's faults: each once, at its moment, and none after the calm begins. */
import type { Act, Fault, Scenario } from "../scenario/scenario.ts";
import type { Tally } from "../tally.ts";

type FaultOn<On extends Fault["on"]> = Extract<Fault, { on: On }>;

export class Injector {
  calm = false;
  readonly #byMoment = new Map<string, Fault[]>();
  readonly #counts = new Map<string, number>();
  readonly #tally: Tally;
  readonly #fired: (fault: Fault) => void;

  constructor(scenario: Scenario, tally: Tally, fired: (fault: Fault) => void) {
    this.#tally = tally;
    this.#fired = fired;
    for (const fault of scenario.faults) {
      const moment = momentOf(fault);
      if (moment !== null) this.#byMoment.set(moment, [...(this.#byMoment.get(moment) ?? []), fault]);
    }
  }

  request(request: string): { trouble: FaultOn<"request">["fault"] | null; acts: Act[] } {
    const nth = this.#count(`request ${request}`);
    const here = this.#take(`request ${request} ${nth}`);
    let trouble: FaultOn<"request">["fault"] | null = null;
    const acts: Act[] = [];
    for (const fault of here) {
      if (fault.on === "request") trouble = fault.fault;
      else if (fault.on === "moment") acts.push(fault.act);
    }
    return { trouble, acts };
  }

  effect(effect: string): FaultOn<"effect">["fault"] | null {
    const one = this.#first<"effect">(`effect ${effect} ${this.#count(`effect ${effect}`)}`);
    return one?.fault ?? this.#first<"effect">(`effect * ${this.#count("effect *")}`)?.fault ?? null;
  }

  nth<On extends "delivery" | "job" | "check" | "update" | "plan" | "step">(on: On): FaultOn<On> | null {
    return this.#first<On>(`${on} ${this.#count(on)}`);
  }

  /** Fires a fault whose time the run itself keeps. Returns false once the calm has begun. */
  fire(fault: Fault): boolean {
    if (this.calm) return false;
    this.#tally.add(`fault ${nameOf(fault)}`);
    this.#fired(fault);
    return true;
  }

  #count(kind: string): number {
    const nth = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, nth);
    return nth;
  }

  #first<On extends Fault["on"]>(moment: string): FaultOn<On> | null {
    return (this.#take(moment)[0] as FaultOn<On> | undefined) ?? null;
  }

  #take(moment: string): Fault[] {
    const here = this.#byMoment.get(moment);
    if (here === undefined || this.calm) return [];
    for (const fault of here) this.fire(fault);
    return here;
  }
}

function momentOf(fault: Fault): string | null {
  switch (fault.on) {
    case "request":
    case "moment":
      return `request ${fault.request} ${fault.nth}`;
    case "effect":
      return `effect ${fault.effect} ${fault.nth}`;
    case "clock":
    case "process":
    case "time":
      return null;
    default:
      return `${fault.on} ${fault.nth}`;
  }
}

export function nameOf(fault: Fault): string {
  return fault.fault === "act" ? `person ${fault.act.act}` : `${fault.on} ${fault.fault}`;
}
