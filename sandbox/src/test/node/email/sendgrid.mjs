// The official SendGrid client against the sandbox: node sendgrid.mjs URL
import assert from "node:assert/strict";
import sg from "@sendgrid/mail";

const url = process.argv[2];
// In this order: the key sets the address as well.
sg.setApiKey("SG.any.key");
sg.client.setDefaultRequest("baseUrl", url);
const mail = (over) => ({
  from: { name: "Acme", email: "billing@acme.test" },
  to: "Ann <ann@shop.test>",
  subject: "Your receipt",
  text: "Thank you",
  html: "<p>Thank you</p>",
  replyTo: "help@acme.test",
  categories: ["receipt"],
  customArgs: { message_id: "msg_1" },
  headers: { "X-Shop": "one" },
  attachments: [{ content: "aGVsbG8=", filename: "a.txt", type: "text/plain", disposition: "attachment" }],
  ...over,
});
const refused = async (promise, code, field) => {
  const error = await promise.then(() => assert.fail("was accepted"), (e) => e);
  assert.equal(error.code, code, JSON.stringify(error.response?.body ?? error.message));
  assert.equal(error.response.body.errors[0].field, field);
  assert.ok(error.response.body.errors[0].message);
};

const [sent, body] = await sg.send(mail());
assert.equal(sent.statusCode, 202);
assert.equal(body, "");
assert.match(sent.headers["x-message-id"], /^[A-Za-z0-9_-]{22}$/);

const [dry] = await sg.send(mail({ mailSettings: { sandboxMode: { enable: true } }, subject: "Dry" }));
assert.equal(dry.statusCode, 200);
assert.equal(dry.headers["x-message-id"], undefined);

const [both] = await sg.sendMultiple(mail({ to: ["one@shop.test", "two@shop.test"], subject: "Many" }));
assert.equal(both.statusCode, 202);
const [later] = await sg.send(mail({ sendAt: Math.floor(Date.now() / 1000) + 3600, subject: "Later" }));
assert.equal(later.statusCode, 202);

await refused(sg.send(mail({ to: "nobody" })), 400, "personalizations.0.to.0.email");
await refused(sg.send(mail({ cc: "ann@shop.test" })), 400, "personalizations");
await refused(sg.send(mail({ subject: "" })), 400, "subject");
await refused(sg.send(mail({ categories: Array.from({ length: 11 }, (_, i) => `c${i}`) })), 400, "categories");
await refused(sg.send(mail({ headers: { "X-SG-ID": "1" } })), 400, "headers.X-SG-ID");
await refused(sg.send(mail({ sendAt: Math.floor(Date.now() / 1000) + 73 * 3600 })), 400, "send_at");
await refused(sg.send(mail({ from: "me@unverified.test" })), 403, "from");

const [scopes] = await sg.client.request({ url: "/v3/scopes", method: "GET" });
assert.ok(scopes.body.scopes.includes("mail.send"));
const wrong = { url: "/v3/scopes", method: "GET", headers: { Authorization: "Bearer wrong" } };
await refused(sg.client.request(wrong), 401, null);

const fault = (status) => fetch(`${url}/_sandbox/faults`,
  { method: "PUT", body: JSON.stringify({ kind: "status", status, count: 1 }) });
for (const status of [401, 429, 500, 503]) {
  await fault(status);
  await refused(sg.send(mail()), status, null);
}
console.log("sendgrid ok");
