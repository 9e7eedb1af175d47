// SES's events through SNS, set up with AWS's official clients and verified by sns-validator:
// node ses-hooks.mjs URL SECRET_KEY
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import {
  SESv2Client, SendEmailCommand, CreateConfigurationSetEventDestinationCommand,
  DeleteSuppressedDestinationCommand, GetSuppressedDestinationCommand, ListSuppressedDestinationsCommand,
  GetConfigurationSetEventDestinationsCommand, DeleteConfigurationSetEventDestinationCommand,
} from "@aws-sdk/client-sesv2";
import { SNSClient, CreateTopicCommand, SubscribeCommand, SetTopicAttributesCommand, ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import MessageValidator from "sns-validator";
import { sink } from "./sink.mjs";

const [endpoint, secretAccessKey] = process.argv.slice(2);
const options = { endpoint, region: "us-east-1", credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey } };
const ses = new SESv2Client(options);
const sns = new SNSClient(options);
const hook = await sink();

// The validator takes certificates from AWS by https only: where they come from isn't signed, so its
// word for that is led to the stand-in, and everything else is its own.
const aws = "https://sns.us-east-1.amazonaws.com";
https.get = (url, done) => http.get(String(url.href ?? url).replace(aws, endpoint), done);
const validator = new MessageValidator();
const verified = (body) => new Promise((resolve, reject) => {
  const message = JSON.parse(body);
  assert.ok(message.SigningCertURL.startsWith(`${endpoint}/SimpleNotificationService-`));
  message.SigningCertURL = message.SigningCertURL.replace(endpoint, aws);
  validator.validate(message, (error, checked) => (error ? reject(error) : resolve(checked)));
});

const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "mail-events" }));
const destination = {
  ConfigurationSetName: "transactional", EventDestinationName: "tenon",
  EventDestination: {
    Enabled: true, SnsDestination: { TopicArn },
    MatchingEventTypes: ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "OPEN", "CLICK", "DELIVERY_DELAY", "REJECT",
      "RENDERING_FAILURE", "SUBSCRIPTION"] } };
await ses.send(new CreateConfigurationSetEventDestinationCommand(destination));
await assert.rejects(ses.send(new CreateConfigurationSetEventDestinationCommand(destination)), { name: "AlreadyExistsException" });
const { EventDestinations } = await ses.send(
  new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName: "transactional" }));
assert.equal(EventDestinations[0].SnsDestination.TopicArn, TopicArn);

const subscribed = await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint: hook.url }));
assert.equal(subscribed.SubscriptionArn, "pending confirmation");
const confirmation = await hook.until((all) => all[0], "the confirmation");
assert.equal(confirmation.headers["x-amz-sns-message-type"], "SubscriptionConfirmation");
assert.equal(confirmation.headers["content-type"], "text/plain; charset=UTF-8");
const asked = await verified(confirmation.body);

const send = async (to, over) => (await ses.send(new SendEmailCommand({
  FromEmailAddress: "billing@acme.test", Destination: { ToAddresses: [to] }, ConfigurationSetName: "transactional",
  Content: { Simple: { Subject: { Data: "Your receipt" }, Body: { Text: { Data: "Thank you https://shop.test/1" } } } },
  EmailTags: [{ Name: "message_id", Value: "msg_1" }], ...over }))).MessageId;
await send("early@shop.test");
const before = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
assert.equal(before.Subscriptions[0].SubscriptionArn, "PendingConfirmation");
assert.equal((await fetch(asked.SubscribeURL)).status, 200);

const told = async (id, type) => {
  const found = await hook.until((all) => all.find((one) => {
    const message = JSON.parse(one.body);
    if (message.Type !== "Notification") return false;
    const event = JSON.parse(message.Message);
    return event.mail.messageId === id && event.eventType === type;
  }), `${type} of ${id}`);
  assert.ok(found.headers["x-amz-sns-subscription-arn"].startsWith(TopicArn));
  const message = await verified(found.body);
  await assert.rejects(verified(found.body.replace("Your receipt", "Their receipt")));
  return { ...JSON.parse(message.Message), version: message.SignatureVersion };
};
const sent = await send("Ann <ann@shop.test>");
await told(sent, "Send");
const delivered = await told(sent, "Delivery");
assert.equal(delivered.version, "1");
assert.deepEqual(delivered.delivery.recipients, ["ann@shop.test"]);
assert.deepEqual(delivered.mail.tags.message_id, ["msg_1"]);
assert.deepEqual(delivered.mail.tags["ses:configuration-set"], ["transactional"]);
assert.ok(!hook.received.some((one) => one.body.includes("early@shop.test")), "nothing before the confirmation");

await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "SignatureVersion", AttributeValue: "2" }));
const bounced = await told(await send("bounce@simulator.amazonses.com"), "Bounce");
assert.equal(bounced.version, "2");
assert.deepEqual([bounced.bounce.bounceType, bounced.bounce.bounceSubType], ["Permanent", "General"]);
await told(await send("complaint@simulator.amazonses.com"), "Complaint");
assert.equal((await told(await send("suppressionlist@simulator.amazonses.com"), "Bounce")).bounce.bounceSubType, "Suppressed");
await send("hard-bounce@sandbox.test");
assert.equal((await told(await send("hard-bounce@sandbox.test"), "Bounce")).bounce.bounceSubType, "OnAccountSuppressionList");
const EmailAddress = "hard-bounce@sandbox.test";
const { SuppressedDestination } = await ses.send(new GetSuppressedDestinationCommand({ EmailAddress }));
assert.equal(SuppressedDestination.Reason, "BOUNCE");
assert.ok(SuppressedDestination.LastUpdateTime instanceof Date);
await ses.send(new DeleteSuppressedDestinationCommand({ EmailAddress }));
const { SuppressedDestinationSummaries } = await ses.send(new ListSuppressedDestinationsCommand({}));
assert.deepEqual(SuppressedDestinationSummaries, []);
assert.equal((await told(await send("click@sandbox.test"), "Click")).click.link, "https://shop.test/1");
await told(await send("delay@sandbox.test"), "DeliveryDelay");
await told(await send("failed@sandbox.test"), "Reject");
await told(await send("rendering-failed@sandbox.test"), "Rendering Failure");
await told(await send("unsubscribe@sandbox.test"), "Subscription");

await ses.send(new DeleteConfigurationSetEventDestinationCommand(
  { ConfigurationSetName: "transactional", EventDestinationName: "tenon" }));
hook.close();
console.log("ses webhooks ok");
