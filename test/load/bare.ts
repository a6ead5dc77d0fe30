/** A process of its own that only answers: how long that takes shows how busy the machine is with others. Prints its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const server = createServer((_, response) => response.end("ok"));
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
// Ends with the process that started it, also where that one was killed.
process.stdin.resume().once("end", () => process.exit());
