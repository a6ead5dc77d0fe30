/** What the jobs of `headgate run` keep of the user's machine. */
import { describe, expect, it } from "vitest";
import { readFlags, valuesOf } from "../../src/cli/command-line.ts";
import { runCommand } from "../../src/cli/commands.ts";
import { readJobEnv } from "../../src/cli/machine/job-env.ts";
import { npmrcOf } from "../../src/cli/machine/npm-settings.ts";

describe("--job-env", () => {
  it("takes a value from the command line or the environment, several times", () => {
    const given = readFlags(runCommand, ["--job-env", "A=b=c", "--job-env=NPM_TOKEN", "--job-env", "EMPTY="]);
    expect(readJobEnv(valuesOf(given, "job-env"), { NPM_TOKEN: "t" })).toEqual({ A: "b=c", NPM_TOKEN: "t", EMPTY: "" });
  });

  it.each([
    ["ANTHROPIC_API_KEY", "belongs to the model"],
    ["OPENAI_API_KEY=x", "belongs to the model"],
    ["GITHUB_TOKEN=x", "each job gets its own GITHUB_TOKEN"],
    ["PATH=/x", "each job gets its own PATH"],
    ["1A=x", "'1A' is no name of a variable"],
    ["UNSET", "UNSET is not set; export it"],
  ])("refuses %s", (one, reason) => {
    expect(() => readJobEnv([one], { ANTHROPIC_API_KEY: "k" })).toThrow(reason);
  });
});

describe("the npm settings of a job", () => {
  it("say where registries and certificates are, and hold no token", () => {
    const settings = {
      registry: "https://ann:secret@npm.example.test/",
      "@acme:registry": "https://acme.example.test/npm/",
      "//npm.example.test/:_authToken": "secret",
      _auth: "secret",
      cafile: "/etc/company.pem",
      ca: null,
      "strict-ssl": true,
      noproxy: ["localhost", ""],
      "https-proxy": null,
      prefix: "/usr",
    };
    expect(npmrcOf(settings)).toBe(
      [
        'registry="https://npm.example.test/"',
        '@acme:registry="https://acme.example.test/npm/"',
        'cafile="/etc/company.pem"',
        "strict-ssl=true",
        'noproxy="localhost"',
        "",
      ].join("\n"),
    );
  });
});
