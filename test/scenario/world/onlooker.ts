/** What there is to be seen on GitHub of the one issue and the one repository of a test, over REST. */
import { Octokit } from "@octokit/rest";

export const AT = { owner: "maya", repo: "tool" };
export const ISSUE = { ...AT, issue_number: 1 };
const STATUS = "<!-- headgate:status -->";
const PLAN = "<!-- headgate:plan -->";

export class Onlooker {
  readonly #apiUrl: string;
  readonly #octokit: Octokit;

  constructor(apiUrl: string, token: string) {
    this.#apiUrl = apiUrl;
    this.#octokit = this.client({ auth: token });
  }

  client(options: ConstructorParameters<typeof Octokit>[0]): Octokit {
    return new Octokit({ ...options, baseUrl: this.#apiUrl });
  }

  async issue() {
    return (await this.#octokit.rest.issues.get(ISSUE)).data;
  }

  async comments() {
    return (await this.#octokit.rest.issues.listComments(ISSUE)).data;
  }

  /** What the App has said on the issue beside the status and the plan comment, without hidden markers. */
  async said(): Promise<string[]> {
    const shows = (body: string) => body.startsWith(STATUS) || body.startsWith(PLAN);
    return (await this.ours()).filter((body) => !shows(body)).map(withoutMarker);
  }

  /** The status comment; "" before there is one. */
  async status(): Promise<string> {
    return withoutMarker((await this.ours()).find((body) => body.startsWith(STATUS)) ?? "");
  }

  /** The ids of all status comments there are. */
  async statusComments(): Promise<number[]> {
    return (await this.comments()).filter(({ body }) => body?.startsWith(STATUS)).map(({ id }) => id);
  }

  /** Everything that the App has said on the issue, as it is stored. */
  async ours(): Promise<string[]> {
    const ours = (await this.comments()).filter((comment) => comment.user?.login === "headgate[bot]");
    return ours.map((comment) => comment.body ?? "");
  }

  async reactions(comment: number): Promise<string[]> {
    const { data } = await this.#octokit.rest.reactions.listForIssueComment({ ...AT, comment_id: comment });
    return data.map((reaction) => reaction.content).sort();
  }

  async pulls() {
    return (await this.#octokit.rest.pulls.list({ ...AT, state: "all" })).data;
  }

  async branches(): Promise<string[]> {
    return (await this.#octokit.rest.repos.listBranches(AT)).data.map((branch) => branch.name);
  }

  /** Runs of the attempt workflow, oldest first. */
  async runs() {
    const { data } = await this.#octokit.rest.actions.listWorkflowRunsForRepo({ ...AT, event: "workflow_dispatch" });
    return data.workflow_runs.toReversed();
  }

  /** Name and conclusion of a commit's checks. */
  async checks(commit: string): Promise<[string, string | null][]> {
    const { data } = await this.#octokit.rest.checks.listForRef({ ...AT, ref: commit });
    return data.check_runs.map((check) => [check.name, check.conclusion]);
  }

  /** A file of a branch, else of the base. */
  async file(path: string, branch = "main"): Promise<string> {
    const request = { ...AT, path, ref: branch, mediaType: { format: "raw" } };
    const { data } = await this.#octokit.rest.repos.getContent(request);
    return String(data);
  }

  /** The subjects of the base branch's commits, newest first. */
  async log(): Promise<string[]> {
    const { data } = await this.#octokit.rest.repos.listCommits({ ...AT, sha: "main" });
    return data.map((commit) => commit.commit.message.split("\n")[0] ?? "");
  }
}

function withoutMarker(body: string): string {
  return body.replace(/^<!--.*-->\n/, "");
}
