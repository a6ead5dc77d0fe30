import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GraphqlFixture, startGraphqlFixture } from "./graphql-fixture.ts";

let fixture: GraphqlFixture;
beforeEach(async () => {
  fixture = await startGraphqlFixture();
});
afterEach(() => fixture.close());

describe("GraphQL errors", () => {
  it("A query with a field that GitHub lacks is refused before it runs", async () => {
    expect(await fixture.problems("{ viewer { nope } }")).toMatchObject([
      {
        message: "Field 'nope' doesn't exist on type 'User'",
        extensions: { code: "undefinedField", typeName: "User", fieldName: "nope" },
      },
    ]);
    expect(await fixture.problems("{ viewer {")).toHaveLength(1);
    expect(
      (await fixture.problems('mutation { addComment(input: {body: "x"}) { clientMutationId } }'))[0]?.message,
    ).toContain("subjectId");
  });

  it("A field that the sandbox lacks gives an error that names it", async () => {
    const error = await fixture
      .ask("{ viewer { login starredRepositories(first: 1) { totalCount } } }")
      .catch((thrown) => thrown);
    expect(error.errors).toMatchObject([
      { type: "NOT_IMPLEMENTED", message: "The sandbox does not implement User.starredRepositories" },
    ]);
    expect((await fixture.problems('{ search(query: "x", type: ISSUE, first: 1) { issueCount } }'))[0]?.message).toBe(
      "The sandbox does not implement Query.search",
    );
    expect(
      (await fixture.problems('mutation { addStar(input: {starrableId: "x"}) { clientMutationId } }'))[0]?.message,
    ).toBe("The sandbox does not implement Mutation.addStar");
    const at = `repository(owner: "ada", name: "shop")`;
    expect(
      (await fixture.problems(`{ ${at} { issues(first: 1, filterBy: {mentioned: "ada"}) { totalCount } } }`))[0]
        ?.message,
    ).toBe("The sandbox does not implement the argument filterBy of Repository.issues");
  });

  it("An object that does not exist or is hidden gives NOT_FOUND", async () => {
    const asked = `{ repository(owner: "ada", name: "gone") { id } }`;
    expect(await fixture.problems(asked)).toMatchObject([
      {
        type: "NOT_FOUND",
        path: ["repository"],
        message: "Could not resolve to a Repository with the name 'ada/gone'.",
      },
    ]);
    expect(
      (await fixture.problems(`{ repository(owner: "ada", name: "shop") { pullRequest(number: 7) { id } } }`))[0],
    ).toMatchObject({
      type: "NOT_FOUND",
      message: "Could not resolve to a PullRequest with the number of 7.",
    });
    const repository = fixture.context.store.table("repositories").get(fixture.repository.id);
    if (repository !== undefined)
      fixture.context.store.table("repositories").put({ ...repository, private: true, collaborators: {} });
    const mine = `{ repository(owner: "ada", name: "shop") { id } }`;
    const { id } = (await fixture.ask(mine)).repository;
    expect((await fixture.problems(mine, {}, fixture.tokens.rea))[0]?.type).toBe("NOT_FOUND");
    expect((await fixture.problems(`{ node(id: "${id}") { id } }`, {}, fixture.tokens.rea))[0]).toMatchObject({
      type: "NOT_FOUND",
      message: `Could not resolve to a node with the global id of '${id}'`,
    });
  });

  it("A list without bounds or with too wide ones is refused", async () => {
    const labels = (given: string) => `{ repository(owner: "ada", name: "shop") { labels${given} { totalCount } } }`;
    expect((await fixture.problems(labels("")))[0]).toMatchObject({
      type: "MISSING_PAGINATION_BOUNDARIES",
      message: "You must provide a `first` or `last` value to properly paginate the `labels` connection.",
    });
    expect((await fixture.problems(labels("(first: 101)")))[0]?.message).toBe(
      "Requesting 101 records on the `labels` connection exceeds the `first` limit of 100 records.",
    );
  });

  it("A query with too many nested lists or fragments is refused before it runs", async () => {
    const nested = (depth: number, first: string): string =>
      depth === 0 ? "title" : `title repository { issues(first: ${first}) { nodes { ${nested(depth - 1, first)} } } }`;
    const query = (depth: number, first: string, variable = "") =>
      `query ${variable} { repository(owner: "ada", name: "shop") { issues(first: 1) { nodes { ${nested(depth, first)} } } } }`;
    expect(await fixture.problems(query(3, "100"))).toEqual([
      {
        type: "MAX_NODE_LIMIT_EXCEEDED",
        message: "This query requests up to 1,010,101 possible nodes which exceeds the maximum limit of 500,000.",
      },
    ]);
    for (const variables of [{ first: 100 }, {}]) {
      const [problem] = await fixture.problems(query(3, "$first", "($first: Int = 100)"), variables);
      expect(problem?.type).toBe("MAX_NODE_LIMIT_EXCEEDED");
    }
    expect((await fixture.ask(query(3, "70"))).repository.issues.nodes).toEqual([]);

    const doubled = Array.from({ length: 20 }, (_, level) => {
      const inner = level === 19 ? "name" : `...F${level + 1}`;
      return `fragment F${level} on Repository { a: owner { login } x: issue(number: 1) { repository { ${inner} } } y: issue(number: 1) { repository { ${inner} } } }`;
    });
    const many = `{ repository(owner: "ada", name: "shop") { ...F0 } } ${doubled.join(" ")}`;
    expect(await fixture.problems(many)).toEqual([
      { type: "RESOURCE_LIMITS_EXCEEDED", message: "Resource limits for this query exceeded." },
    ]);
  });

  it("A request without a token, with bad JSON or without a query gets its HTTP status", async () => {
    const post = (body: string, token: string | null) =>
      fetch(`${fixture.context.apiUrl()}/graphql`, {
        method: "POST",
        body,
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
      });
    const anonymous = await post(`{"query":"{ viewer { login } }"}`, null);
    expect([anonymous.status, await anonymous.json()]).toMatchObject([
      401,
      { message: expect.stringContaining("authenticated") },
    ]);
    expect((await post("{", fixture.tokens.ada)).status).toBe(400);
    const empty = await post("{}", fixture.tokens.ada);
    expect([empty.status, await empty.json()]).toEqual([
      200,
      { errors: [{ message: "A query attribute must be specified and must be a string." }] },
    ]);
    expect(empty.headers.get("x-ratelimit-resource")).toBe("graphql");
  });
});
