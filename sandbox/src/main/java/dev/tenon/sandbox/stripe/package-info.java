/// A stand-in for Stripe that the official SDKs work against: customers, prices, Checkout with its
/// hosted page, subscriptions, invoices, events, webhook endpoints and the customer portal.
///
/// Shapes are those of API version 2026-07-29.dahlia. Written from the protocol; nothing is shared
/// with the connector.
@NullMarked
package dev.tenon.sandbox.stripe;

import org.jspecify.annotations.NullMarked;
