// The official SES client against the sandbox: node ses.mjs URL SECRET
import assert from "node:assert/strict";
import { GetAccountCommand, SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";

const [, , endpoint, secretAccessKey] = process.argv;
const client = (over) => new SESv2Client({
  endpoint,
  region: "eu-central-1",
  credentials: { accessKeyId: "AKIASANDBOXANYKEY000", secretAccessKey },
  maxAttempts: 1,
  ...over,
});
const ses = client();
const mail = (over) => ({
  FromEmailAddress: "Acme <billing@acme.test>",
  Destination: { ToAddresses: ["Ann <ann@shop.test>"] },
  ReplyToAddresses: ["help@acme.test"],
  Content: { Simple: {
    Subject: { Data: "Your receipt" },
    Body: { Text: { Data: "Thank you" }, Html: { Data: "<p>Thank you</p>" } },
    Headers: [{ Name: "X-Shop", Value: "one" }],
    Attachments: [{ FileName: "a.txt", RawContent: Buffer.from("hello"), ContentType: "text/plain" }],
  } },
  EmailTags: [{ Name: "message_id", Value: "msg_1" }],
  ConfigurationSetName: "transactional",
  ...over,
});
const send = (over, by = ses) => by.send(new SendEmailCommand(mail(over)));
const to = (address) => ({ Destination: { ToAddresses: [address] } });
const refused = async (promise, name, status) => {
  const error = await promise.then(() => assert.fail("was accepted"), (e) => e);
  assert.equal(error.name, name, error.message);
  assert.equal(error.$metadata.httpStatusCode, status);
  return error;
};

const sent = await send();
assert.match(sent.MessageId, /^[0-9a-f-]+-000000$/);
assert.ok(sent.$metadata.requestId);
assert.equal((await ses.send(new GetAccountCommand({}))).SendingEnabled, true);
for (const box of ["success", "bounce", "complaint", "suppressionlist"]) {
  assert.ok((await send(to(`${box}+label@simulator.amazonses.com`))).MessageId);
}
const mime = "From: Acme <billing@acme.test>\r\nTo: raw@shop.test\r\nSubject: Raw\r\n\r\nHello\r\n";
const raw = await ses.send(new SendEmailCommand({ Content: { Raw: { Data: Buffer.from(mime) } } }));
assert.ok(raw.MessageId);

await refused(send(to("nobody")), "BadRequestException", 400);
await refused(send({ Destination: {} }), "BadRequestException", 400);
await refused(send({ EmailTags: [{ Name: "a b", Value: "x" }] }), "BadRequestException", 400);
const unverified = await refused(
  send({ FromEmailAddress: "me@unverified.test" }), "MessageRejected", 400);
assert.match(unverified.message, /^Email address is not verified/);
await refused(send({ ConfigurationSetName: "missing" }), "NotFoundException", 404);

const wrong = client({ credentials: { accessKeyId: "AKIASANDBOXANYKEY000", secretAccessKey: "wrong" } });
await refused(send({}, wrong), "InvalidSignatureException", 403);
const nobody = client({ credentials: { accessKeyId: "nobody", secretAccessKey } });
await refused(send({}, nobody), "UnrecognizedClientException", 403);

const fault = (status) => fetch(`${endpoint}/_sandbox/faults`,
  { method: "PUT", body: JSON.stringify({ kind: "status", status, count: 1 }) });
for (const [status, name] of [[403, "UnrecognizedClientException"],
  [429, "TooManyRequestsException"], [500, "InternalServiceErrorException"], [503, "ServiceUnavailable"]]) {
  await fault(status);
  await refused(send(), name, status);
}
console.log("ses ok");
