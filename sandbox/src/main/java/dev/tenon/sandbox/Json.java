package dev.tenon.sandbox;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// JSON and bodies, the same way in every simulator.
public final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /// An empty object.
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /// An empty array.
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /// Reads any JSON value.
  ///
  /// @throws IllegalArgumentException when it is not JSON
  public static JsonNode read(byte[] body) {
    try {
      JsonNode node = MAPPER.readTree(body);
      if (node.isMissingNode()) {
        throw new IllegalArgumentException("The body is empty; JSON was expected.");
      }
      return node;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("The body is not valid JSON: " + e.getOriginalMessage());
    }
  }

  /// Reads a JSON object.
  ///
  /// @throws IllegalArgumentException when it is something else
  public static ObjectNode readObject(byte[] body) {
    if (read(body) instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("The body must be a JSON object.");
  }

  /// One line of JSON.
  public static String write(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  /// JSON for reading by people, two spaces deep.
  public static String pretty(JsonNode node) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
  }

  /// The whole body of a request; its size is bounded by the server.
  public static byte[] body(ServerRequest request) {
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Answers with JSON.
  public static void send(ServerResponse response, int status, JsonNode node) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(write(node).getBytes(StandardCharsets.UTF_8));
  }

  /// Answers with the sandbox's own error, for the control endpoints.
  public static void sendError(ServerResponse response, int status, String message) {
    ObjectNode node = object();
    node.put("error", message);
    send(response, status, node);
  }
}
