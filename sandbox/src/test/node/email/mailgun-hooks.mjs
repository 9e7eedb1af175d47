// Mailgun's webhooks, made with its official client: node mailgun-hooks.mjs URL SIGNING_KEY
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import Mailgun from "mailgun.js";
import { sink } from "./sink.mjs";

const [url, signingKey] = process.argv.slice(2);
const client = new Mailgun(FormData).client({ username: "api", key: "any-key", url });
const domain = "acme.test";
const hook = await sink();
const types = ["accepted", "clicked", "opened", "unsubscribed", "delivered", "permanent_fail", "temporary_fail", "complained"];
for (const type of types) {
  assert.deepEqual((await client.webhooks.create(domain, type, hook.url)).urls, [hook.url]);
}
assert.deepEqual(Object.keys(await client.webhooks.list(domain)).sort(), [...types].sort());
assert.deepEqual((await client.webhooks.get(domain, "delivered")).urls, [hook.url]);
const other = "https://elsewhere.test/hook";
assert.deepEqual((await client.webhooks.update(domain, "accepted", [other])).urls, [other]);
await client.webhooks.destroy(domain, "accepted");
// Version 4 goes by URL.
const v4 = async (method, body, query = "") => (await fetch(`${url}/v4/domains/other.test/webhooks${query}`,
  { method, body, headers: { Authorization: `Basic ${btoa("api:any")}` } })).json();
const both = new URLSearchParams([["url", other], ["event_types", "opened"], ["event_types", "clicked"]]);
assert.deepEqual((await v4("POST", both)).webhooks, { opened: { urls: [other] }, clicked: { urls: [other] } });
assert.deepEqual((await v4("PUT", new URLSearchParams({ url: other, event_types: "opened" }))).webhooks,
  { opened: { urls: [other] } });
assert.deepEqual((await v4("DELETE", undefined, `?url=${encodeURIComponent(other)}`)).webhooks, {});
const key = await (await fetch(`${url}/v5/accounts/http_signing_key`,
  { headers: { Authorization: `Basic ${btoa("api:any")}` } })).json();
assert.equal(key.http_signing_key, signingKey);

const tokens = new Set();
function verified({ body }) {
  const { signature, "event-data": data } = JSON.parse(body);
  // As Mailgun's documentation says to; its client has no such function.
  const expected = createHmac("sha256", signingKey).update(signature.timestamp + signature.token).digest("hex");
  assert.equal(signature.signature, expected);
  assert.equal(signature.token.length, 50);
  tokens.add(signature.token);
  return data;
}
const told = (to, event) => hook.until(
  (all) => all.map(verified).find((one) => one.recipient === to && one.event === event), `${event} at ${to}`);
const send = (over) => client.messages.create(domain, {
  from: "billing@acme.test", subject: "Your receipt", text: "Thank you https://shop.test/1", "o:tag": ["receipt"],
  "v:message_id": "msg_1", ...over });

const { id } = await send({ to: "Ann <ann@shop.test>" });
const delivered = await told("ann@shop.test", "delivered");
assert.equal(`<${delivered.message.headers["message-id"]}>`, id);
assert.deepEqual(delivered["user-variables"], { message_id: "msg_1" });
assert.equal(delivered["delivery-status"].code, 250);
assert.ok(!hook.received.some((one) => verified(one).event === "accepted"));

await send({ to: "hard-bounce+1@sandbox.test" });
const bounced = await told("hard-bounce+1@sandbox.test", "failed");
assert.deepEqual([bounced.severity, bounced.reason], ["permanent", "bounce"]);
await send({ to: "delay@sandbox.test" });
assert.equal((await told("delay@sandbox.test", "failed")).severity, "temporary");
await send({ to: "complaint@sandbox.test" });
await told("complaint@sandbox.test", "complained");
await send({ to: "unsubscribe@sandbox.test" });
await told("unsubscribe@sandbox.test", "unsubscribed");
await send({ to: "click@sandbox.test" });
await told("click@sandbox.test", "opened");
assert.equal((await told("click@sandbox.test", "clicked")).url, "https://shop.test/1");
assert.equal(tokens.size, hook.received.length, "every event has a token of its own");

// What the provider holds can be let go.
const bounces = await client.suppressions.list(domain, "bounces");
assert.deepEqual(bounces.items.map((one) => one.address), ["hard-bounce+1@sandbox.test"]);
await client.suppressions.destroy(domain, "bounces", "hard-bounce+1@sandbox.test");
assert.equal((await client.suppressions.list(domain, "bounces")).items.length, 0);

// The events API tells the same.
const events = await client.events.get(domain, { "message-id": id });
assert.deepEqual(events.items.map((one) => one.event), ["delivered", "accepted"]);
const failed = await client.events.get(domain, { event: "failed", recipient: "hard-bounce+1@sandbox.test" });
assert.equal(failed.items[0].id, bounced.id);

// A batch by recipient variables is one mail each.
await send({
  to: ["x@shop.test", "y@shop.test"], subject: "Hello %recipient.name%", text: "For %recipient%: %recipient.code%",
  "v:message_id": "%recipient.id%",
  "recipient-variables": JSON.stringify({
    "x@shop.test": { name: "X", code: 7, id: "msg_x" }, "y@shop.test": { name: "Y", code: 8, id: "msg_y" } }) });
assert.equal((await told("y@shop.test", "delivered"))["user-variables"].message_id, "msg_y");
assert.equal((await told("x@shop.test", "delivered")).message.headers.subject, "Hello X");

await send({ to: "later@shop.test", "o:deliverytime": new Date(Date.now() + 2000).toUTCString() });
await told("later@shop.test", "delivered");
hook.close();
console.log("mailgun webhooks ok");
