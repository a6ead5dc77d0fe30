/** Schedules the faults that happen at a time: people act, clocks jump or stand still, processes get signals. */
import type { Clock } from "../clock.ts";
import type { LeaseJudge } from "../invariants/leases.ts";
import type { Act, Fault } from "../scenario/scenario.ts";
import type { Injector } from "./injector.ts";
import type { Replica } from "./replica.ts";

interface Timed {
  faults: readonly Fault[];
  clock: Clock;
  injector: Injector;
  replicas: readonly Replica[];
  leases: LeaseJudge;
  act(act: Act): void;
  /** Changes the store's clock by so many milliseconds. */
  jump(ms: number): void;
  /** Called with 1 for each fault that is still to come, and with -1 once its time has come. */
  awaited(more: number): void;
  stir(): void;
}

export function scheduleFaults(timed: Timed): void {
  const { faults, clock, injector, awaited } = timed;
  for (const fault of faults) {
    if (fault.on !== "time" && fault.on !== "clock" && fault.on !== "process") continue;
    awaited(1);
    clock.after(fault.at, () => {
      awaited(-1);
      if (injector.fire(fault)) happen(timed, fault);
    });
  }
}

function happen({ clock, replicas, leases, act, jump, stir }: Timed, fault: Fault): void {
  if (fault.on === "time") act(fault.act);
  else if (fault.on === "process") {
    const replica = replicas[fault.replica];
    if (fault.fault === "killed") replica?.kill(fault.ms);
    else if (fault.fault === "frozen") replica?.freeze(fault.ms);
    else replica?.stop(fault.ms);
  } else if (fault.on === "clock") {
    const stalls = fault.fault === "stall";
    leases.disturbed(stalls ? fault.ms : 0);
    if (stalls) for (const replica of replicas) replica.stalledUntil = clock.now + fault.ms;
    else jump(fault.ms);
    stir();
    if (stalls) clock.after(fault.ms, stir);
  }
}
