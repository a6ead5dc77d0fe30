/** Calls the modelled GitHub of the process `github.ts`. */
import { deserialize, serialize } from "node:v8";
import { type GitHub, Refused, Unavailable } from "../../../src/loop/github-port.ts";

export type Ask = (request: object) => Promise<unknown>;

export function askAt(port: number): Ask {
  return async (request) => {
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: serialize(request) });
    const answer = deserialize(Buffer.from(await response.arrayBuffer()));
    if ("value" in answer) return answer.value;
    if (answer.kind === "refused") throw new Refused(answer.message);
    throw new Unavailable(answer.message);
  };
}

export function remotePort(ask: Ask): GitHub {
  const call =
    (method: string) =>
    (repo: { name: string }, ...args: unknown[]) =>
      ask({ kind: "call", repo: repo.name, method, args: [repo, ...args] });
  const own: Partial<GitHub> = {
    writeCommit: async (repo, { file, ...commit }) => {
      const named = commit.changes.flatMap((change) => ("sha256" in change && change.sha256 ? [change.sha256] : []));
      const files = new Map(named.map((sha256) => [sha256, file(sha256)]));
      return (await call("writeCommit")(repo, { ...commit, files })) as Awaited<ReturnType<GitHub["writeCommit"]>>;
    },
    artifact: async (repo, run) => {
      const sent = (await call("artifact")(repo, run)) as { file: ReadonlyMap<string, Uint8Array> } | null;
      if (sent === null) return null;
      const file = (sha256: string) => sent.file.get(`files/${sha256}`) ?? null;
      return { ...sent, file } as Awaited<ReturnType<GitHub["artifact"]>>;
    },
    editPull: async (repo, pull, edit) => {
      const body = (await ask({ kind: "body", repo: repo.name, pull })) as string;
      await call("editPull")(repo, pull, { edited: await edit(body) });
    },
    failureText: async () => "",
    calls: () => ({ reads: 0, writes: 0 }),
  };
  return new Proxy(own, {
    get: (target, method: string) => Reflect.get(target, method) ?? call(method),
  }) as GitHub;
}
