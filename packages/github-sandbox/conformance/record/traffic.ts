/** Records every request to the REST API and its answer. */

export interface Exchange {
  method: string;
  /** The path under the API's root, not decoded, without the query. */
  path: string;
  query: URLSearchParams;
  /** The parsed body; undefined without one. */
  body: unknown;
  accept: string;
  status: number;
  headers: Headers;
  /** The answer's text; null if it was empty. */
  text: string | null;
}

export interface Traffic {
  exchanges: Exchange[];
  fetch: typeof fetch;
}

/** Keeps a body that is no JSON as text: the session sends it to be refused. */
function bodyOf(body: RequestInit["body"]): unknown {
  if (typeof body !== "string" || body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** Makes a `fetch` that records. It follows redirects itself, so that each of them is recorded. */
export function recordTraffic(apiUrl: string): Traffic {
  const exchanges: Exchange[] = [];

  async function recorded(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input);
    const response = await fetch(url, { ...init, redirect: "manual" });
    const bytes = await response.arrayBuffer();
    if (url.href.startsWith(apiUrl)) {
      exchanges.push({
        method: (init.method ?? "GET").toUpperCase(),
        path: url.pathname.slice(new URL(apiUrl).pathname.length),
        query: url.searchParams,
        body: bodyOf(init.body),
        accept: new Headers(init.headers).get("accept") ?? "",
        status: response.status,
        headers: response.headers,
        text: bytes.byteLength === 0 ? null : new TextDecoder().decode(bytes),
      });
    }
    const location = response.headers.get("location");
    if (response.status === 302 && location !== null) return recorded(new URL(location, url));
    const isEmpty = response.status === 204 || response.status === 304;
    return new Response(isEmpty ? null : bytes, { status: response.status, headers: response.headers });
  }

  return { exchanges, fetch: recorded };
}
