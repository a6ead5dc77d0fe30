import { modelContractWorld } from "../../simulation/github/contract-world.ts";
import { githubContract } from "./contract.ts";

githubContract("the model that simulations use", async () => modelContractWorld());
