package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Holds what tests send and get against the server's own `/openapi.json`: whatever a test is
/// about, each request that was taken and each answer is what the document says, and has no field
/// that it doesn't name. The clients of tests call it ([#check]); documents and schemas are read
/// once.
public final class ApiTruth {
  private static final Map<String, ApiTruth> BY_SERVER = new ConcurrentHashMap<>();
  private static final Map<String, ApiTruth> BY_TEXT = new ConcurrentHashMap<>();

  private final JsonNode components;
  private final List<Declared> operations = new ArrayList<>();
  private final Map<String, Schema> compiled = new ConcurrentHashMap<>();

  private record Declared(String method, Pattern path, String name, JsonNode operation) {}

  private ApiTruth(String text) {
    JsonNode document = JsonMapper.shared().readTree(text);
    components = document.get("components");
    close(components);
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            operations.add(
                                new Declared(
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    Pattern.compile(path.getKey().replaceAll("\\{[^}]*}", "[^/]+")),
                                    path.getKey(),
                                    method.getValue()))));
    // A path that is written out goes before one with a parameter in its place.
    operations.sort(Comparator.comparing(one -> one.name().replace('{', '~')));
  }

  /// Checks a call and its answer; throws [AssertionError] where one is not what the document says.
  /// Passes over what is no operation of the document.
  public static void check(
      HttpClient client, String server, HttpRequest request, HttpResponse<String> response) {
    String url = request.uri().toString();
    if (!url.startsWith(server + "/v1/")) {
      return;
    }
    BY_SERVER
        .computeIfAbsent(server, at -> BY_TEXT.computeIfAbsent(document(client, at), ApiTruth::new))
        .check(request, response);
  }

  private static String document(HttpClient client, String server) {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(server + "/openapi.json")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void check(HttpRequest request, HttpResponse<String> response) {
    int status = response.statusCode();
    String path = request.uri().getRawPath();
    Optional<Declared> found =
        operations.stream()
            .filter(one -> one.method().equals(request.method()))
            .filter(one -> one.path().matcher(path).matches())
            .findFirst();
    if (found.isEmpty()) {
      return;
    }
    Declared declared = found.get();
    String name = "%s %s answered %d".formatted(declared.method(), declared.name(), status);
    JsonNode answers = declared.operation().get("responses");
    Optional<JsonNode> said =
        Optional.ofNullable(answers.get(Integer.toString(status)))
            .or(() -> Optional.ofNullable(answers.get(status / 100 + "XX")))
            .or(() -> Optional.ofNullable(answers.get("default")));
    assertThat(said).as("%s, which is not in the document", name).isPresent();
    boolean shared = said.orElseThrow().has("$ref");
    JsonNode answer =
        shared
            ? components.at(said.orElseThrow().get("$ref").asString().replace("#/components", ""))
            : said.orElseThrow();
    JsonNode content = answer.path("content");
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (!content.isMissingNode()) {
      JsonNode schema = content.path(type.replaceFirst(";.*", "")).path("schema");
      assertThat(schema.isMissingNode())
          .as("%s as '%s', which is not in the document: %s", name, type, response.body())
          .isFalse();
      if (type.contains("json")) {
        isTrue(name, schema, response.body());
      }
    } else if (!shared && !answers.has("default")) {
      assertThat(response.body()).as(name).isEmpty();
    }
    JsonNode body = declared.operation().at("/requestBody/content/application~1json/schema");
    if (status < 300 && !body.isMissingNode()) {
      sent(request).ifPresent(text -> isTrue(name + " to a request", body, text));
    }
  }

  private static Optional<String> sent(HttpRequest request) {
    return request
        .bodyPublisher()
        .map(
            publisher -> {
              var text = HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
              publisher.subscribe(
                  new Flow.Subscriber<ByteBuffer>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                      text.onSubscribe(subscription);
                    }

                    @Override
                    public void onNext(ByteBuffer part) {
                      text.onNext(List.of(part));
                    }

                    @Override
                    public void onError(Throwable failure) {
                      text.onError(failure);
                    }

                    @Override
                    public void onComplete() {
                      text.onComplete();
                    }
                  });
              return text.getBody().toCompletableFuture().join();
            });
  }

  private void isTrue(String name, JsonNode schema, String text) {
    Schema checked = compiled.computeIfAbsent(schema.toString(), _ -> compiled(schema));
    assertThat(
            checked.validate(
                JsonMapper.shared().readTree(text),
                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true))))
        .as("%s: %s", name, text)
        .isEmpty();
  }

  private Schema compiled(JsonNode schema) {
    ObjectNode whole = JsonMapper.shared().createObjectNode();
    whole.setAll((ObjectNode) schema.deepCopy());
    close(whole);
    whole.set("components", components);
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(whole);
  }

  /// Makes every schema with named properties refuse others.
  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object) {
      if (object.get("properties") instanceof ObjectNode && !object.has("additionalProperties")) {
        object.put("additionalProperties", false);
      }
      object.properties().forEach(entry -> close(entry.getValue()));
    } else if (node instanceof ArrayNode array) {
      array.forEach(ApiTruth::close);
    }
  }
}
