/** Reads a mutation's input and writes its payload. */

import type { Initiator } from "../../access/initiator.ts";
import type { Arguments, Asking } from "../fields.ts";

export interface Acting extends Asking {
  initiator: Initiator;
  /** Counts the mutation against the limits. @throws ApiError 403 */
  spend(): void;
}

type Payload = Record<string, unknown>;

/**
 * Makes a mutation. The schema has checked the input before `act` runs. The payload repeats the client's
 * `clientMutationId`.
 */
export function mutation<Input>(acting: Acting, name: string, act: (input: Input) => Promise<Payload>) {
  return async ({ input }: Arguments): Promise<Payload> => {
    acting.spend();
    const { clientMutationId = null } = input as { clientMutationId?: string | null };
    return { __typename: `${name}Payload`, clientMutationId, ...(await act(input as Input)) };
  };
}
