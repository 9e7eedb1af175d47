// Stripe's own SDK against the sandbox: prints one line of JSON, or fails.
// Arguments: host, port, and a file with a delivered webhook {body, header, secret}.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Stripe from "stripe";

const [host, port, step, ...rest] = process.argv.slice(2);
const stripe = new Stripe("sk_test_node", {
  host,
  port: Number(port),
  protocol: "http",
  maxNetworkRetries: 0,
  telemetry: false,
});

if (step === "sell") {
  const customer = await stripe.customers.create(
    { email: "node@example.com", metadata: { tenant_id: "t_node" } },
    { idempotencyKey: "node-1" },
  );
  const again = await stripe.customers.create(
    { email: "node@example.com", metadata: { tenant_id: "t_node" } },
    { idempotencyKey: "node-1" },
  );
  assert.equal(again.id, customer.id);
  await assert.rejects(
    stripe.customers.create({ email: "other@example.com" }, { idempotencyKey: "node-1" }),
    { type: "StripeIdempotencyError" },
  );
  const product = await stripe.products.create({ name: "Node plan" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 900,
    recurring: { interval: "month" },
  });
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: "https://app.example/ok?session={CHECKOUT_SESSION_ID}",
    subscription_data: { metadata: { tenant_id: "t_node" } },
    expand: ["line_items", "customer"],
  });
  assert.equal(session.status, "open");
  assert.equal(session.customer.email, "node@example.com");
  assert.equal(session.line_items.data.length, 1);
  await assert.rejects(stripe.subscriptions.retrieve("sub_none"), {
    type: "StripeInvalidRequestError",
    code: "resource_missing",
    statusCode: 404,
  });
  const endpoint = await stripe.webhookEndpoints.create({
    url: rest[0],
    enabled_events: ["*"],
  });
  console.log(JSON.stringify({ session: session.id, secret: endpoint.secret }));
} else if (step === "verify") {
  const { session, body, header, secret, at } = JSON.parse(readFileSync(rest[0], "utf8"));
  const event = stripe.webhooks.constructEvent(body, header, secret, 300, undefined, at * 1000);
  assert.throws(() => stripe.webhooks.constructEvent(body + " ", header, secret, 300, undefined, at * 1000));
  assert.throws(() => stripe.webhooks.constructEvent(body, header, "whsec_other", 300, undefined, at * 1000));
  const complete = await stripe.checkout.sessions.retrieve(session, { expand: ["subscription"] });
  assert.equal(complete.status, "complete");
  assert.equal(complete.subscription.status, "active");
  assert.equal(complete.subscription.metadata.tenant_id, "t_node");
  // What the hub's API calls for: a customer changed and listed, the portal, a subscription
  // cancelled at the end of its period, kept, and ended.
  const customer = complete.customer;
  const renamed = await stripe.customers.update(customer, { name: "Node" });
  assert.equal(renamed.name, "Node");
  const listedCustomers = await stripe.customers.list({ email: "node@example.com" });
  assert.equal(listedCustomers.data[0].id, customer);
  const portal = await stripe.billingPortal.sessions.create({
    customer,
    return_url: "https://app.example/account",
  });
  assert.equal(portal.return_url, "https://app.example/account");
  const invoice = await stripe.invoices.retrieve(complete.invoice);
  assert.ok(invoice.hosted_invoice_url.endsWith("/i/" + invoice.id));
  const page = await fetch(invoice.hosted_invoice_url);
  assert.equal(page.status, 200);
  const subscription = complete.subscription.id;
  const ending = await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
  assert.equal(ending.cancel_at_period_end, true);
  const kept = await stripe.subscriptions.update(subscription, { cancel_at_period_end: false });
  assert.equal(kept.cancel_at, null);
  const ended = await stripe.subscriptions.cancel(subscription);
  assert.equal(ended.status, "canceled");
  // A subscription without Checkout: confirmed in the browser, with a promotion code, in trial.
  const subscribing = {
    customer,
    items: [{ price: complete.subscription.items.data[0].price.id, quantity: 2 }],
    payment_behavior: "default_incomplete",
    payment_settings: { save_default_payment_method: "on_subscription" },
    expand: ["latest_invoice.confirmation_secret", "pending_setup_intent", "discounts"],
  };
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: "once" });
  const code = await stripe.promotionCodes.create({
    promotion: { type: "coupon", coupon: coupon.id },
    code: "NODE50",
  });
  const typed = await stripe.promotionCodes.list({ code: "node50", active: true });
  assert.equal(typed.data[0].id, code.id);
  const waiting = await stripe.subscriptions.create({
    ...subscribing,
    discounts: [{ promotion_code: code.id }],
  });
  assert.equal(waiting.status, "incomplete");
  assert.equal(waiting.latest_invoice.total, 900);
  assert.equal(waiting.discounts[0].source.coupon, coupon.id);
  const [intent] = waiting.latest_invoice.confirmation_secret.client_secret.split("_secret_");
  await assert.rejects(
    stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_chargeDeclined" }),
    { type: "StripeCardError", code: "card_declined", statusCode: 402 },
  );
  await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
  assert.equal((await stripe.subscriptions.retrieve(waiting.id)).status, "active");
  // A change in the middle of a period, as its preview says.
  const item = waiting.items.data[0].id;
  const change = { items: [{ id: item, quantity: 5 }], proration_behavior: "always_invoice" };
  const preview = await stripe.invoices.createPreview({
    subscription: waiting.id,
    subscription_details: change,
  });
  assert.equal(preview.lines.data.length, 2);
  const changed = await stripe.subscriptions.update(waiting.id, {
    ...change,
    expand: ["latest_invoice"],
  });
  assert.equal(changed.items.data[0].quantity, 5);
  assert.equal(changed.latest_invoice.total, preview.total);
  assert.equal(changed.latest_invoice.billing_reason, "subscription_update");
  const paused = await stripe.subscriptions.update(waiting.id, {
    pause_collection: { behavior: "void" },
  });
  assert.equal(paused.status, "active");
  assert.equal(paused.pause_collection.behavior, "void");
  const collected = await stripe.subscriptions.update(waiting.id, { pause_collection: "" });
  assert.equal(collected.pause_collection, null);
  const trial = await stripe.subscriptions.create({ ...subscribing, trial_period_days: 7 });
  assert.equal(trial.status, "trialing");
  assert.ok(trial.pending_setup_intent.client_secret);
  // A card for later, and money that goes back in parts.
  const setup = await stripe.checkout.sessions.create({
    mode: "setup",
    currency: "eur",
    customer,
    success_url: "https://app.example/ok",
    expand: ["setup_intent"],
  });
  assert.equal(setup.setup_intent.status, "requires_payment_method");
  const payments = (await stripe.invoices.retrieve(complete.invoice, { expand: ["payments"] }))
    .payments.data;
  const refund = await stripe.refunds.create({
    payment_intent: payments[0].payment.payment_intent,
    amount: 100,
  });
  assert.equal(refund.status, "succeeded");
  const refunds = await stripe.refunds.list({ charge: refund.charge });
  assert.deepEqual(refunds.data.map((one) => one.amount), [100]);
  // What Tenon's own call looks like: by the intent, all that is left, under an idempotency key.
  const all = () =>
    stripe.refunds.create(
      { payment_intent: refund.payment_intent, reason: "duplicate", metadata: { tenon_ref: "r" } },
      { idempotencyKey: "refund-once" },
    );
  const [once, again] = [await all(), await all()];
  assert.equal(again.id, once.id);
  assert.equal(once.reason, "duplicate");
  const charged = await stripe.charges.retrieve(refund.charge);
  assert.equal(charged.amount_refunded, charged.amount);
  await assert.rejects(stripe.subscriptions.resume(waiting.id, {}), {
    type: "StripeInvalidRequestError",
  });
  const restricted = new Stripe("rk_test_lacks_customer_write", {
    host,
    port: Number(port),
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
  await assert.rejects(restricted.customers.create({}), {
    type: "StripePermissionError",
    statusCode: 403,
  });
  // A connected account: its own objects, and nobody else's.
  const account = await stripe.accounts.create({ type: "express", email: "a@account.test" });
  const there = { stripeAccount: account.id };
  const theirs = await stripe.customers.create({ email: "c@account.test" }, there);
  assert.equal((await stripe.customers.retrieve(theirs.id, {}, there)).email, "c@account.test");
  await assert.rejects(stripe.customers.retrieve(theirs.id), { code: "resource_missing" });
  await assert.rejects(stripe.customers.list({}, { stripeAccount: "acct_none" }), {
    type: "StripePermissionError",
    code: "account_invalid",
  });
  // A test clock: a trial ends and is paid, without anybody waiting for it.
  const begin = Math.floor(Date.now() / 1000);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: begin });
  const timed = await stripe.customers.create({
    test_clock: clock.id,
    payment_method: "pm_card_visa",
  });
  const soon = await stripe.subscriptions.create({
    customer: timed.id,
    items: subscribing.items,
    trial_period_days: 3,
  });
  assert.equal(soon.status, "trialing");
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: begin + 4 * 86_400 });
  assert.equal((await stripe.testHelpers.testClocks.retrieve(clock.id)).status, "ready");
  assert.equal((await stripe.subscriptions.retrieve(soon.id)).status, "active");
  const types = [];
  for await (const listed of stripe.events.list({ limit: 3 })) {
    types.push(listed.type);
  }
  const one = await stripe.events.retrieve(event.id);
  assert.equal(one.type, event.type);
  console.log(JSON.stringify({ type: event.type, types }));
} else {
  throw new Error(`unknown step ${step}`);
}
