/** Every request to the sandbox's REST API and its answer, as they went over the wire. */

export interface Exchange {
  method: string;
  /** Under the API's root, undecoded, without the query. */
  path: string;
  query: URLSearchParams;
  /** Parsed; undefined when there was none. */
  body: unknown;
  accept: string;
  status: number;
  headers: Headers;
  /** The answer's text; null when it was empty. */
  text: string | null;
}

export interface Traffic {
  exchanges: Exchange[];
  fetch: typeof fetch;
}

/** A body that is no JSON stays text: it was meant to be refused. */
function bodyOf(body: RequestInit["body"]): unknown {
  if (typeof body !== "string" || body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** A `fetch` that writes down what passes. Redirects are followed here, so that they are seen themselves too. */
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
