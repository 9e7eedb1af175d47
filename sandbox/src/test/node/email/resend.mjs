// The official Resend client against the sandbox: node resend.mjs URL
import assert from "node:assert/strict";
import { Resend } from "resend";

const url = process.argv[2];
const client = new Resend("re_anything", { baseUrl: url });
const mail = (over) => ({
  from: "Acme <billing@acme.test>",
  to: ["ann@shop.test"],
  subject: "Your receipt",
  html: "<p>Thank you</p>",
  text: "Thank you",
  replyTo: "help@acme.test",
  tags: [{ name: "message_id", value: "msg_1" }],
  headers: { "X-Shop": "one" },
  attachments: [{ filename: "a.txt", content: Buffer.from("hello") }],
  ...over,
});
const ok = ({ data, error }) => (assert.equal(error, null), data);
const refused = ({ error }, name, status) => {
  assert.equal(error?.name, name, JSON.stringify(error));
  assert.equal(error.statusCode, status);
};

const sent = ok(await client.emails.send(mail()));
assert.match(sent.id, /^[0-9a-f-]{36}$/);
const got = ok(await client.emails.get(sent.id));
assert.equal(got.last_event, "delivered");
assert.equal(got.subject, "Your receipt");
assert.deepEqual(got.to, ["ann@shop.test"]);

const once = { idempotencyKey: "msg_7" };
const first = ok(await client.emails.send(mail(), once));
assert.equal(ok(await client.emails.send(mail(), once)).id, first.id);
refused(
  await client.emails.send(mail({ subject: "Other" }), once), "invalid_idempotent_request", 409);
const both = await Promise.all(
  [1, 2].map(() => client.emails.send(mail(), { idempotencyKey: "msg_8" })));
assert.deepEqual(both.map((one) => one.error?.name ?? "sent").sort(),
  ["concurrent_idempotent_requests", "sent"]);

for (const fate of ["delivered", "bounced", "complained", "suppressed"]) {
  const { id } = ok(await client.emails.send(mail({ to: `${fate}+label@resend.dev` })));
  assert.equal(ok(await client.emails.get(id)).last_event, fate);
}
refused(await client.emails.send(mail({ to: "ann@example.com" })), "validation_error", 422);
refused(await client.emails.send(mail({ to: "nobody" })), "validation_error", 422);
refused(await client.emails.send(mail({ html: "", text: "" })), "missing_required_field", 422);
refused(await client.emails.get("none"), "not_found", 404);

const later = ok(await client.emails.send(mail({ scheduledAt: new Date(Date.now() + 86400e3).toISOString() })));
assert.equal(ok(await client.emails.get(later.id)).last_event, "scheduled");
ok(await client.emails.cancel(later.id));
assert.equal(ok(await client.emails.get(later.id)).last_event, "canceled");

const batch = ok(await client.batch.send([mail({ attachments: undefined }), mail({ attachments: undefined })]));
assert.equal(batch.data.length, 2);

refused(await new Resend("wrong", { baseUrl: url }).emails.send(mail()), "invalid_api_key", 403);
const raw = await fetch(`${url}/emails/${sent.id}`, {
  headers: { Authorization: "Bearer re_x", "User-Agent": "check" } });
assert.match(raw.headers.get("ratelimit-policy"), /^\d+;w=1$/);
assert.ok(Number(raw.headers.get("ratelimit-remaining")) >= 0);

const fault = (status) => fetch(`${url}/_sandbox/faults`,
  { method: "PUT", body: JSON.stringify({ kind: "status", status, count: 1 }) });
await fault(401);
refused(await client.emails.send(mail()), "restricted_api_key", 401);
await fault(500);
refused(await client.emails.send(mail()), "application_error", 500);
console.log("resend ok");
