// The official Postmark client against the sandbox: node postmark.mjs URL
import assert from "node:assert/strict";
import { ServerClient, Errors } from "postmark";

const url = new URL(process.argv[2]);
const options = { useHttps: false, requestHost: url.host, timeout: 20 };
const client = new ServerClient("pm-any-token", options);
const mail = (over) => ({
  From: "Acme <billing@acme.test>",
  To: "Ann <ann@shop.test>",
  Subject: "Your receipt",
  HtmlBody: "<p>Thank you</p>",
  TextBody: "Thank you",
  MessageStream: "outbound",
  Tag: "receipt",
  Metadata: { message_id: "msg_1" },
  Headers: [{ Name: "X-Shop", Value: "one" }],
  Attachments: [{ Name: "a.txt", Content: "aGVsbG8=", ContentType: "text/plain", ContentID: null }],
  ...over,
});
const refused = async (promise, type, code, statusCode) => {
  const error = await promise.then(() => assert.fail("was accepted"), (e) => e);
  assert.ok(error instanceof type, `${error.name}: ${error.message}`);
  assert.equal(error.code, code, error.message);
  assert.equal(error.statusCode, statusCode);
  return error;
};

const sent = await client.sendEmail(mail());
assert.equal(sent.ErrorCode, 0);
assert.equal(sent.Message, "OK");
assert.match(sent.MessageID, /^[0-9a-f-]{36}$/);
assert.ok(!Number.isNaN(Date.parse(sent.SubmittedAt)));

const found = await client.getOutboundMessages({ metadata_message_id: "msg_1" });
assert.equal(found.TotalCount, 1);
assert.equal(found.Messages[0].MessageID, sent.MessageID);
assert.deepEqual(found.Messages[0].To, [{ Email: "ann@shop.test", Name: "Ann" }]);
assert.equal((await client.getOutboundMessages({ metadata_message_id: "none" })).TotalCount, 0);
const details = await client.getOutboundMessageDetails(sent.MessageID);
assert.equal(details.TextBody, "Thank you");

const batch = await client.sendEmailBatch([mail(), mail({ To: "not an address" })]);
assert.deepEqual(batch.map((one) => one.ErrorCode), [0, 300]);

await refused(client.sendEmail(mail({ To: "nobody" })), Errors.InvalidEmailRequestError, 300, 422);
await refused(client.sendEmail(mail({ From: "" })), Errors.InvalidEmailRequestError, 300, 422);
await refused(
  client.sendEmail(mail({ HtmlBody: "", TextBody: "" })), Errors.InvalidEmailRequestError, 300, 422);
await refused(
  client.sendEmail(mail({ To: Array(51).fill("a@shop.test").join(",") })),
  Errors.InvalidEmailRequestError, 300, 422);
await refused(client.sendEmail(mail({ MessageStream: "nope" })), Errors.ApiInputError, 1235, 422);

const bounce = "HardBounce@bounce-testing.postmarkapp.com";
assert.equal((await client.sendEmail(mail({ To: bounce }))).ErrorCode, 0);
const inactive = await refused(
  client.sendEmail(mail({ To: bounce })), Errors.InactiveRecipientsError, 406, 422);
assert.deepEqual(inactive.recipients, [bounce.toLowerCase()]);
const partly = await client.sendEmail(mail({ To: `ann@shop.test, ${bounce}` }));
assert.equal(partly.ErrorCode, 0);
assert.match(partly.Message, /^Message OK, but will not deliver to these inactive addresses: /);

const suppressions = await client.getSuppressions("outbound");
assert.equal(suppressions.Suppressions[0].SuppressionReason, "HardBounce");
await client.deleteSuppressions("outbound", { Suppressions: [{ EmailAddress: bounce }] });
assert.equal((await client.sendEmail(mail({ To: bounce }))).ErrorCode, 0);

const dry = await new ServerClient("POSTMARK_API_TEST", options).sendEmail(mail());
assert.equal(dry.Message, "Test job accepted");
assert.equal((await client.getServer()).DeliveryType, "Live");

const control = `${url.origin}/_sandbox/faults`;
const fault = (status) =>
  fetch(control, { method: "PUT", body: JSON.stringify({ kind: "status", status, count: 1 }) });
await fault(401);
await refused(client.sendEmail(mail()), Errors.InvalidAPIKeyError, 10, 401);
await fault(500);
await refused(client.sendEmail(mail()), Errors.InternalServerError, 500, 500);
await fault(429);
await refused(client.sendEmail(mail()), Errors.RateLimitExceededError, 429, 429);
console.log("postmark ok");
