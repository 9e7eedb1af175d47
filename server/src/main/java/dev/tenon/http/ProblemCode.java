package dev.tenon.http;

/// Every problem that the API answers: a code that never changes its meaning, the HTTP status, what
/// it is, and what to do. `docs/problems.md` is this table; a test keeps them equal.
public enum ProblemCode {
  ACCESS_KEY_MISSING(
      "access.key_missing", 401, "No API key", "Send the header `Authorization: Bearer tn_…`."),
  ACCESS_KEY_INVALID(
      "access.key_invalid",
      401,
      "The API key is not valid",
      "The key is mistyped, unknown, revoked or expired, or its tenant is suspended. Use another or"
          + " create a new one."),
  ACCESS_SCOPE_MISSING(
      "access.scope_missing",
      403,
      "The API key lacks a scope",
      "Use a key that has the scope named in `param`."),
  ACCESS_SCOPE_EXCEEDED(
      "access.scope_exceeded",
      403,
      "A key can't give more than it has",
      "Ask for scopes that the calling key has itself, or use a key that has them."),
  ACCESS_PLATFORM_ONLY(
      "access.platform_only",
      403,
      "Only the platform may do this",
      "Use a key of the tenant `ten_platform`."),
  ACCESS_HTTPS_REQUIRED(
      "access.https_required",
      403,
      "Plain HTTP is refused",
      "Use the https:// address. The key or webhook in this request was readable on its way: make a"
          + " new one."),
  LIMIT_KEY_EXCEEDED(
      "limit.key_exceeded",
      429,
      "This API key asks too much",
      "Repeat the request after the time in `Retry-After`; `RateLimit` tells how many are left."),
  REQUEST_PRECONDITION_FAILED(
      "request.precondition_failed",
      412,
      "It was changed in the meantime",
      "Read it again, and send the request with the new `ETag` in `If-Match`."),
  REQUEST_NOT_FOUND(
      "request.not_found",
      404,
      "There is nothing here",
      "Check the path and the ids in it. What belongs to another tenant is not found either."),
  REQUEST_METHOD_NOT_ALLOWED(
      "request.method_not_allowed",
      405,
      "This path has no such method",
      "Use one of the methods in the `Allow` header."),
  REQUEST_MALFORMED(
      "request.malformed",
      400,
      "The request can't be read",
      "Send a well-formed HTTP/1.1 request."),
  REQUEST_HEADERS_TOO_LARGE(
      "request.headers_too_large",
      431,
      "The headers are too large",
      "Send fewer or shorter headers."),
  REQUEST_URI_TOO_LONG(
      "request.uri_too_long", 414, "The address is too long", "Send a shorter path and query."),
  REQUEST_TOO_LARGE(
      "request.too_large",
      413,
      "The body is too large",
      "Send a smaller body; the detail names the limit."),
  REQUEST_TIMEOUT(
      "request.timeout",
      408,
      "The body did not arrive in time",
      "Send the whole body without long pauses."),
  REQUEST_MEDIA_TYPE(
      "request.media_type",
      415,
      "The body is not JSON",
      "Send the header `Content-Type: application/json`."),
  REQUEST_MALFORMED_JSON(
      "request.malformed_json",
      400,
      "The body is not valid JSON",
      "Send one JSON object in UTF-8, without duplicate names."),
  REQUEST_UNKNOWN_FIELD(
      "request.unknown_field",
      400,
      "The body has an unknown field",
      "Remove or correct the field in `param`; nothing is ignored silently."),
  REQUEST_MISSING_FIELD(
      "request.missing_field", 400, "A field is missing", "Send the field in `param`."),
  REQUEST_INVALID_FIELD(
      "request.invalid_field",
      400,
      "A field has a wrong value",
      "Correct the field in `param` as the detail says."),
  REQUEST_INVALID_QUERY(
      "request.invalid_query",
      400,
      "A query parameter has a wrong value",
      "Correct the parameter in `param` as the detail says."),
  REQUEST_CONFLICT(
      "request.conflict",
      409,
      "It conflicts with what is there",
      "Read the present state, then decide whether to repeat the request."),
  IDEMPOTENCY_INVALID_KEY(
      "idempotency.invalid_key",
      400,
      "The idempotency key can't be used",
      "Send 1 to 255 visible ASCII characters, such as a UUID."),
  IDEMPOTENCY_RUNNING(
      "idempotency.running",
      409,
      "The request with this idempotency key is still running",
      "Repeat the same request with the same key in some seconds."),
  IDEMPOTENCY_KEY_REUSED(
      "idempotency.key_reused",
      422,
      "The idempotency key belongs to another request",
      "Send each request with a key of its own; repeat one with the very same path and body."),
  IDEMPOTENCY_OUTCOME_UNKNOWN(
      "idempotency.outcome_unknown",
      409,
      "Nobody knows what the first request did",
      "Its answer was lost and can't be asked for any more. Look at the provider whether it was done;"
          + " if not, send the request with a new key."),
  TEMPLATE_MISSING_VARIABLE(
      "template.missing_variable",
      400,
      "A variable of the template is missing",
      "Give the variable that `param` names, or let the template declare it as optional."),
  TEMPLATE_INVALID(
      "template.invalid",
      400,
      "The template is not right",
      "The detail names the part, the line and what is wrong there."),
  EMAIL_UNKNOWN_CONNECTION(
      "email.unknown_connection",
      404,
      "There is no such connection",
      "Name connections of this tenant; the field is in `param`."),
  EMAIL_PROVIDER_NOT_CONFIGURED(
      "email.provider_not_configured",
      400,
      "The provider is not configured",
      "Name one of the providers that the detail lists, or leave `provider` out."),
  EMAIL_SENDER_NOT_OWNED(
      "email.sender_not_owned",
      403,
      "The address is not this tenant's to send from",
      "Use one of the tenant's senders, or have the platform mark the address as owned."),
  TENANT_SLUG_TAKEN(
      "tenant.slug_taken", 409, "Another tenant has this slug", "Choose another slug."),
  CONNECTION_UNKNOWN_PROVIDER(
      "connection.unknown_provider",
      400,
      "No such provider",
      "Use one of the providers that the detail lists."),
  CONNECTION_BROKEN(
      "connection.broken",
      409,
      "The provider refuses the connection's credentials",
      "Give the connection that the detail names a working key, then repeat the request. Nothing was"
          + " done."),
  CONNECTION_TOO_MANY_SECRETS(
      "connection.too_many_secrets",
      409,
      "The connection holds too many webhook secrets",
      "Remove an old webhook secret first."),
  CONNECTION_CREDENTIALS_NEEDED(
      "connection.credentials_needed",
      400,
      "The credentials are needed again",
      "The new settings have them sent to another place. Give every credential that is set, but those"
          + " of webhooks, in the same request."),
  PROVIDER_REFUSED(
      "provider.refused",
      400,
      "The provider refused it",
      "Read the detail, which has the provider's words, and `provider`. Nothing was done."),
  PAYMENT_REFUSED(
      "payment.refused",
      402,
      "The payment was refused",
      "Show the customer what the detail says: give another card, or confirm the payment at the"
          + " bank. Repeating the request does not help."),
  ENDPOINT_URL_REFUSED(
      "endpoint.url_refused",
      400,
      "The endpoint's URL can't be called",
      "Give an https URL of a public host, without user name and fragment. Private places are opened"
          + " by the operator, in `egress.allow-private`."),
  ENDPOINT_HEADERS_NEEDED(
      "endpoint.headers_needed",
      400,
      "The endpoint's headers are needed again",
      "The new URL is another origin, and the headers were given for the old one. Give `headers` in"
          + " the same request: all of them, or `{}` for none."),
  ENDPOINT_UNKNOWN_EVENT_TYPE(
      "endpoint.unknown_event_type",
      400,
      "There is no such event type",
      "Use types that `GET /v1/event-types` lists, or none for all."),
  ENDPOINT_TOO_MANY(
      "endpoint.too_many",
      409,
      "The tenant has as many endpoints as it may",
      "Delete an endpoint that is no longer needed."),
  ENDPOINT_TOO_MANY_SECRETS(
      "endpoint.too_many_secrets",
      409,
      "The endpoint has too many signing keys that are still valid",
      "Wait until an older key has ended, or rotate with a `previous_expires_at` that is past."),
  ENDPOINT_DISABLED(
      "endpoint.disabled",
      409,
      "The endpoint is disabled",
      "Enable it first; what is held for it is then sent."),
  WEBHOOK_MALFORMED(
      "webhook.malformed",
      400,
      "The webhook can't be read",
      "The body is not what this provider sends. Check what is in between."),
  WEBHOOK_INVALID_SIGNATURE(
      "webhook.invalid_signature",
      401,
      "The signature does not match",
      "Check the connection's webhook secret, and that nothing changes the body on its way."),
  WEBHOOK_UNKNOWN_CONNECTION(
      "webhook.unknown_connection",
      404,
      "No connection has this address",
      "Check the webhook address that is registered at the provider."),
  SERVER_BUSY(
      "server.busy",
      503,
      "The server can't take it now",
      "Repeat the request after the time in `Retry-After`."),
  SERVER_ERROR(
      "server.error",
      500,
      "The server failed",
      "Repeat the request later. If it stays, report the `request_id`.");

  private final String text;
  private final int status;
  private final String title;
  private final String whatToDo;

  ProblemCode(String text, int status, String title, String whatToDo) {
    this.text = text;
    this.status = status;
    this.title = title;
    this.whatToDo = whatToDo;
  }

  /// The code as it stands in answers: `area.reason`.
  public String text() {
    return text;
  }

  /// The HTTP status that goes with it.
  public int status() {
    return status;
  }

  /// What it is, in a few words that never change with the request.
  public String title() {
    return title;
  }

  /// What the caller should do.
  public String whatToDo() {
    return whatToDo;
  }
}
