/// For receivers of Tenon's webhooks: [WebhookVerifier] makes a [TenonEvent] of the bytes that
/// came, or refuses them.
@NullMarked
package dev.tenon.client.webhook;

import org.jspecify.annotations.NullMarked;
