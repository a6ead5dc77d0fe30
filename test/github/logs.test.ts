import nock from "nock";
import { describe, expect, it } from "vitest";
import type { Check } from "../../src/core/github.ts";
import { logExcerpt } from "../../src/github/logs/excerpt.ts";
import { api, failure, githubWith, playGitHub, REPO, repo } from "./fixture.ts";

playGitHub();

const job: Check = {
  name: "test",
  producer: { kind: "job", workflow: ".github/workflows/ci.yml", event: "pull_request", run: 1, needs: [] },
  conclusion: "failure",
  url: "https://github.com/acme/app/actions/runs/1/job/44",
  id: 40,
  startedAt: null,
  completedAt: null,
};
const external: Check = { ...job, producer: { kind: "app", appId: 9 }, url: "https://ci.example/4" };

function stamped(...lines: string[]): string {
  return lines.map((line) => `2026-11-01T10:00:00.1234567Z ${line}`).join("\r\n");
}

function expectWords(output: Record<string, unknown>, annotations: unknown[] = []) {
  api().get(`${REPO}/check-runs/40`).reply(200, { output });
  api().get(`${REPO}/check-runs/40/annotations?per_page=100`).reply(200, annotations);
}

/** No tool of the job made an annotation. */
function expectNoAnnotation() {
  const own = { path: ".github", start_line: 1, annotation_level: "failure" };
  const message = "Process completed with exit code 1.";
  api()
    .get(`${REPO}/check-runs/40/annotations?per_page=100`)
    .reply(200, [{ ...own, message }]);
}

const asItIs = async (text: string) => text;

describe("failureText", () => {
  it("is the failed step's log, from the storage GitHub points at", async () => {
    api().get(`${REPO}/actions/jobs/44/logs`).reply(302, "", { location: "https://logs.example/44" });
    nock("https://logs.example", { badheaders: ["authorization"] })
      .get("/44")
      .reply(200, stamped("##[group]Run npm test", "not ok 1 - adds", "##[error]Process completed with exit code 1."));

    expectNoAnnotation();
    expect(await githubWith().failureText(repo, job, 1_000, asItIs)).toBe(
      "adds\n\nRun npm test\nnot ok 1 - adds\nProcess completed with exit code 1.",
    );
  });

  it("takes the check run's id for the job's where the address names none", async () => {
    api().get(`${REPO}/actions/jobs/40/logs`).reply(302, "", { location: "https://logs.example/40" });
    nock("https://logs.example").get("/40").reply(200, "boom");
    expectNoAnnotation();

    expect(await githubWith().failureText(repo, { ...job, url: null }, 1_000, asItIs)).toBe("boom");
  });

  it("begins with the first annotation of a tool, which names the place", async () => {
    api().get(`${REPO}/actions/jobs/44/logs`).reply(302, "", { location: "https://logs.example/44" });
    nock("https://logs.example").get("/44").reply(200, "the log");
    api()
      .get(`${REPO}/check-runs/40/annotations?per_page=100`)
      .reply(200, [
        { path: ".github", start_line: 9, annotation_level: "failure", message: "Process completed with exit code 1." },
        { path: "src/a.ts", start_line: 3, annotation_level: "warning", message: "unused" },
        { path: "src/b.ts", start_line: 7, annotation_level: "failure", message: "expected 1 to be 2\n- 1\n+ 2" },
      ]);

    expect(await githubWith().failureText(repo, job, 1_000, asItIs)).toBe("src/b.ts:7 expected 1 to be 2\n\nthe log");
  });

  it("reads one page of annotations, however many a job made", async () => {
    const next = `<https://api.github.com${REPO}/check-runs/40/annotations?per_page=100&page=2>; rel="next"`;
    const one = { path: "a.ts", start_line: 1, annotation_level: "failure", message: "x".repeat(60_000) };
    api().get(`${REPO}/check-runs/40`).reply(200, { output: {} });
    api().get(`${REPO}/check-runs/40/annotations?per_page=100`).reply(200, [one, one], { link: next });

    expect((await githubWith().failureText(repo, external, 100_000, asItIs)).length).toBe(2 * 4_008 + 1);
  });

  it.each([404, 410, 403])("falls back on the check run's words when the log answers %i", async (status) => {
    api().get(`${REPO}/actions/jobs/44/logs`).reply(status, { message: "gone" });
    expectWords({ title: "2 errors", summary: null, text: "" }, [
      { path: "src/a.ts", start_line: 3, annotation_level: "failure", message: "boom" },
      { path: ".github", start_line: 1, annotation_level: "notice", message: "ubuntu changes" },
    ]);

    expect(await githubWith().failureText(repo, job, 1_000, asItIs)).toBe("2 errors\nsrc/a.ts:3: boom");
  });

  it("is another App's own words, at most as many as asked for", async () => {
    expectWords({ title: "Failed", summary: "0123456789", text: "more" });

    expect(await githubWith().failureText(repo, external, 12, asItIs)).toBe("Failed\n01234");
  });

  it("is empty when there is nothing to be had", async () => {
    api().get(`${REPO}/check-runs/40`).reply(404, {});
    api().get(`${REPO}/check-runs/40/annotations?per_page=100`).reply(404, {});

    expect(await githubWith().failureText(repo, external, 100, asItIs)).toBe("");
    expect(await githubWith().failureText(repo, { ...external, id: null }, 100, asItIs)).toBe("");
  });

  it("is tried again when GitHub is down", async () => {
    api().get(`${REPO}/actions/jobs/44/logs`).reply(502, "");

    expect(await failure(githubWith().failureText(repo, job, 100, asItIs))).toMatchObject({ name: "Unavailable" });
  });

  it("reads only the end of a huge log", async () => {
    api().get(`${REPO}/actions/jobs/44/logs`).reply(302, "", { location: "https://logs.example/44" });
    const log = `${"early error\n".repeat(300_000)}the end`;
    nock("https://logs.example").get("/44").reply(200, log);
    expectNoAnnotation();

    const text = await githubWith().failureText(repo, job, 2_999_999, asItIs);

    expect(text.length).toBeGreaterThan(2 * 1024 * 1024 - 20);
    expect(text.length).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(text.endsWith("the end")).toBe(true);
  });
});

describe("logExcerpt", () => {
  const failed = stamped(
    "##[group]Run actions/checkout@v5",
    "##[endgroup]",
    "error: a warning of git's that nobody minds",
    "##[group]Run npm test",
    "\u001B[36;1mnpm test\u001B[0m",
    "##[endgroup]",
    "\u001B[31m✗\u001B[0m adds",
    "##[error]AssertionError: 3 is not 4",
    "##[error]Process completed with exit code 1.",
    "Post job cleanup.",
    "error: cleaning",
  );

  it("keeps the failed step only, without time stamps, colours and marks", () => {
    expect(logExcerpt(failed, 1_000)).toBe(
      [
        "3 is not 4",
        "",
        "Run npm test",
        "npm test",
        "✗ adds",
        "AssertionError: 3 is not 4",
        "Process completed with exit code 1.",
      ].join("\n"),
    );
  });

  it("keeps the surroundings of the first error and the end of a long step", () => {
    const quiet = (from: number) => Array.from({ length: 500 }, (_, index) => `ok ${from + index}`);
    const log = [...quiet(1_000), "Error: first", ...quiet(2_000), "1 test failed"].join("\n");

    const excerpt = logExcerpt(log, 400);

    expect(excerpt.length).toBeLessThanOrEqual(400);
    expect(excerpt).toContain("ok 1499\nError: first\nok 2000");
    expect(excerpt).toMatch(/\n…\n/);
    expect(excerpt.endsWith("ok 2499\n1 test failed")).toBe(true);
  });

  it("keeps the end of a log that names no error", () => {
    const log = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");

    expect(logExcerpt(log, 15)).toBe("line 98\nline 99");
  });

  it.each([0, 1, 4, 50])("never gives more than %i characters", (limit) => {
    const log = `Error: x\n${"y".repeat(200)}`;

    expect(logExcerpt(log, limit).length).toBeLessThanOrEqual(limit);
  });
});
