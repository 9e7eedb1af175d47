// Uses what openapi-typescript made of the document: whatever here does not fit it fails to compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { argv: string[]; exit(code: number): never };

const [, , baseUrl = "", key = "", tenant = ""] = process.argv;
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
const path = { tenant };

function need<T>(value: T | undefined, error?: components["schemas"]["Problem"]): T {
  if (value === undefined) throw new Error(JSON.stringify(error));
  return value;
}

const made = await api.POST("/v1/tenants/{tenant}/endpoints", {
  params: { path, header: { "Idempotency-Key": "typescript-1" } },
  body: { url: "http://127.0.0.1:9/hooks", event_types: ["payment.failed"], payload: "thin" },
});
const endpoint: components["schemas"]["EndpointView"] = need(made.data, made.error);

const all = await api.GET("/v1/tenants/{tenant}/endpoints", {
  params: { path, query: { limit: 10 } },
});
const page = need(all.data, all.error);
const cursor: string | null = page.next_cursor;

const missing = await api.GET("/v1/tenants/{tenant}/messages/{message}", {
  params: { path: { tenant, message: "msg_none" } },
});
const problem = need(missing.error);

console.log(
  JSON.stringify({
    secret: endpoint.secret?.startsWith("whsec_"),
    payload: endpoint.payload,
    rate: endpoint.rate ?? null,
    listed: page.data.map((one) => one.id).includes(endpoint.id),
    cursor,
    code: problem.code,
  }),
);
