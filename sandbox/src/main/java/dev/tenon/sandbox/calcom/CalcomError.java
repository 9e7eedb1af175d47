package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Json;
import java.io.Serial;
import tools.jackson.databind.node.ObjectNode;

/// A refusal in Cal.com's envelope.
final class CalcomError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  private CalcomError(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  static CalcomError badRequest(String message) {
    return new CalcomError(400, "BAD_REQUEST", message);
  }

  static CalcomError unauthorized() {
    return new CalcomError(401, "UNAUTHORIZED", "Invalid API key");
  }

  static CalcomError notFound(String message) {
    return new CalcomError(404, "NOT_FOUND", message);
  }

  int status() {
    return status;
  }

  ObjectNode json() {
    return json(code, String.valueOf(getMessage()));
  }

  static ObjectNode json(String code, String message) {
    ObjectNode body = Json.object();
    body.put("status", "error");
    ObjectNode error = body.putObject("error");
    error.put("code", code);
    error.put("message", message);
    return body;
  }
}
