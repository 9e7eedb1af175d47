package dev.tenon.client;

import dev.tenon.client.json.JsonException;
import dev.tenon.client.json.JsonReader;
import dev.tenon.client.json.JsonRecords;
import dev.tenon.client.json.JsonWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes the calls of one tenant: paths, queries, bodies and answers as [Call] says.
record Caller(Transport transport, String tenant, @Nullable String idempotencyKey) {
  private static final int PAGE_SIZE = 100;

  /// One record.
  ///
  /// @param ids in the order of the path's braces
  <R extends Record> R one(Class<R> answer, Call call, @Nullable Record body, String... ids) {
    return read(answer, call, send(call, Map.of(), body, ids));
  }

  /// One record, by query parameters alone.
  <R extends Record> R one(Class<R> answer, Call call, Map<String, ?> queries) {
    return read(answer, call, send(call, queries, null));
  }

  void nothing(Call call, String... ids) {
    send(call, Map.of(), null, ids);
  }

  /// All records of a list, newest first. Pages are asked for as the stream gets there.
  ///
  /// @param queries those that are not null are sent
  <R extends Record> Stream<R> all(Class<R> entry, Call call, Map<String, ?> queries) {
    return Entries.stream(cursor -> page(entry, call, queries, cursor, PAGE_SIZE));
  }

  /// One page.
  <R extends Record> Page<R> page(
      Class<R> entry, Call call, Map<String, ?> queries, @Nullable String cursor, int limit) {
    Map<String, Object> all = new LinkedHashMap<>(queries);
    all.put("limit", limit);
    if (cursor != null) {
      all.put("cursor", cursor);
    }
    Map<String, @Nullable Object> page = object(call, send(call, all, null));
    List<R> data = new ArrayList<>();
    try {
      if (page.get("data") instanceof List<?> entries) {
        entries.forEach(one -> data.add(JsonRecords.read(entry, JsonReader.object(one))));
      }
    } catch (JsonException other) {
      throw notOurs(call, other);
    }
    return new Page<>(
        List.copyOf(data), page.get("next_cursor") instanceof String next ? next : null);
  }

  private byte[] send(Call call, Map<String, ?> queries, @Nullable Record body, String... ids) {
    return transport.send(
        call,
        target(call, queries, ids),
        body == null ? new byte[0] : JsonWriter.write(body),
        idempotencyKey);
  }

  private String target(Call call, Map<String, ?> queries, String... ids) {
    var out = new StringBuilder("/v1/tenants/").append(encoded(tenant));
    int next = 0;
    for (String part : call.path().substring(1).split("/", -1)) {
      out.append('/').append(part.startsWith("{") ? encoded(ids[next++]) : part);
    }
    char separator = '?';
    for (Map.Entry<String, ?> query : queries.entrySet()) {
      out.append(separator).append(query.getKey()).append('=');
      out.append(encoded(query.getValue().toString()));
      separator = '&';
    }
    return out.toString();
  }

  /// An id can't leave its place in the path.
  private static String encoded(String text) {
    if (text.isEmpty() || text.equals(".") || text.equals("..")) {
      throw new IllegalArgumentException("an id is empty");
    }
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static <R extends Record> R read(Class<R> answer, Call call, byte[] body) {
    Map<String, @Nullable Object> object = object(call, body);
    try {
      return JsonRecords.read(answer, object);
    } catch (JsonException other) {
      throw notOurs(call, other);
    }
  }

  private static Map<String, @Nullable Object> object(Call call, byte[] body) {
    try {
      return JsonReader.readObject(body);
    } catch (JsonException other) {
      throw notOurs(call, other);
    }
  }

  /// A success whose body can't be read: it was done, or something else answered in Tenon's place.
  private static TenonNoAnswer notOurs(Call call, JsonException cause) {
    return new TenonNoAnswer(
        "the answer to %s %s can't be read: %s"
            .formatted(call.method(), call.path(), cause.getMessage()),
        cause,
        call.repeat() != Call.Repeat.SAME,
        null);
  }
}
