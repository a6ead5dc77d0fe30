/** What every mutation is given and gives back. */

import type { Initiator } from "../../access/initiator.ts";
import type { Arguments, Asking } from "../fields.ts";

export interface Acting extends Asking {
  initiator: Initiator;
  /** Counts it against the limits. @throws ApiError 403 */
  spend(): void;
}

type Payload = Record<string, unknown>;

/** A mutation: its input, checked by the schema already, and GitHub's `clientMutationId`, which comes back as it went. */
export function mutation<Input>(acting: Acting, name: string, act: (input: Input) => Promise<Payload>) {
  return async ({ input }: Arguments): Promise<Payload> => {
    acting.spend();
    const { clientMutationId = null } = input as { clientMutationId?: string | null };
    return { __typename: `${name}Payload`, clientMutationId, ...(await act(input as Input)) };
  };
}
