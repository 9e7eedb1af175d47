package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import tools.jackson.databind.node.ObjectNode;

/// A refusal in the form of Stripe's error object. An empty `code` or `param` is left out.
final class StripeError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final String code;
  private final String param;
  private final String declineCode;

  private StripeError(int status, String type, String code, String param, String message) {
    this(status, type, code, param, message, "");
  }

  private StripeError(
      int status, String type, String code, String param, String message, String declineCode) {
    super(message, null, false, false);
    this.declineCode = declineCode;
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
  }

  static StripeError invalid(String param, String message) {
    return new StripeError(400, "invalid_request_error", "", param, message);
  }

  static StripeError invalid(String code, String param, String message) {
    return new StripeError(400, "invalid_request_error", code, param, message);
  }

  static StripeError missing(String param) {
    return invalid("parameter_missing", param, "Missing required param: " + param + ".");
  }

  static StripeError unknownParameter(String param) {
    return invalid("parameter_unknown", param, "Received unknown parameter: " + param);
  }

  /// The object named in the path does not exist.
  static StripeError notFound(String object, String id) {
    return new StripeError(
        404, "invalid_request_error", "resource_missing", "id", noSuch(object, id));
  }

  /// An object named in a parameter does not exist.
  static StripeError noSuchParam(String object, String id, String param) {
    return invalid("resource_missing", param, noSuch(object, id));
  }

  static StripeError unknownUrl(String method, String path) {
    return new StripeError(
        404,
        "invalid_request_error",
        "",
        "",
        "Unrecognized request URL (%s: %s). The sandbox does not know it, or the path is wrong."
            .formatted(method, path));
  }

  /// Eight digits are the most that Stripe charges at once (docs.stripe.com/currencies, "Minimum
  /// and maximum charge amounts").
  static void refuseTooLarge(long amount) {
    if (amount > 99_999_999) {
      throw invalid("amount_too_large", "", "The amount is greater than the maximum, 99999999.");
    }
  }

  static StripeError unauthorized(String message) {
    return new StripeError(401, "invalid_request_error", "", "", message);
  }

  static StripeError idempotency(String message) {
    return new StripeError(400, "idempotency_error", "", "", message);
  }

  /// A restricted key lacks a right.
  static StripeError forbidden(String message) {
    return new StripeError(403, "invalid_request_error", "", "", message);
  }

  /// The key's account has nothing to do with the one that a call is for.
  static StripeError lostAccount(String account) {
    return new StripeError(
        403,
        "invalid_request_error",
        "account_invalid",
        "",
        "The provided key does not have access to account '%s' (or that account does not exist). Application access may have been revoked."
            .formatted(account));
  }

  /// The bank refuses a card.
  static StripeError declined(String code, String declineCode, String message) {
    return new StripeError(402, "card_error", code, "", message, declineCode);
  }

  private static String noSuch(String object, String id) {
    return "No such %s: '%s'".formatted(object, id);
  }

  int status() {
    return status;
  }

  /// Whether the call was refused before anything began: who asks, what for, and with which
  /// parameters. An account's state and a bank refuse only afterwards.
  boolean isBefore() {
    return status == 401
        || status == 403
        || type.equals("idempotency_error")
        || (status == 400 && !param.isEmpty())
        || (status == 404 && code.isEmpty());
  }

  String code() {
    return code;
  }

  ObjectNode json() {
    ObjectNode body = Json.object();
    ObjectNode error = body.putObject("error");
    if (!code.isEmpty()) {
      error.put("code", code);
      error.put("doc_url", "https://stripe.com/docs/error-codes/" + code.replace('_', '-'));
    }
    if (!declineCode.isEmpty()) {
      error.put("decline_code", declineCode);
    }
    error.put("message", getMessage());
    if (!param.isEmpty()) {
      error.put("param", param);
    }
    error.put("type", type);
    return body;
  }
}
