package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads Stripe's form encoding: `a[b][0][c]=x`, and `a[]=x` for the next element.
///
/// Leaves are strings. An object whose keys are all numbers is a list, except under `metadata`,
/// where numbers are names like any other.
final class FormBody {
  private static final int PARAMETERS_MAX = 1_000;
  private static final int DEPTH_MAX = 8;
  private static final Pattern SEGMENT = Pattern.compile("\\[([^\\[\\]]*)\\]");

  private FormBody() {}

  static ObjectNode parse(String encoded) {
    ObjectNode root = Json.object();
    if (encoded.isEmpty()) {
      return root;
    }
    String[] pairs = encoded.split("&", PARAMETERS_MAX + 1);
    if (pairs.length > PARAMETERS_MAX) {
      throw StripeError.invalid("", "More than " + PARAMETERS_MAX + " parameters.");
    }
    for (String pair : pairs) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals));
        put(root, name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return (ObjectNode) withLists(root, "");
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw StripeError.invalid(
          "", "Invalid form encoding: a % is not followed by two hex digits.");
    }
  }

  private static void put(ObjectNode root, String name, String value) {
    List<String> path = path(name);
    ObjectNode at = root;
    for (String segment : path.subList(0, path.size() - 1)) {
      JsonNode next = at.get(segment);
      if (next == null) {
        at = at.putObject(segment);
      } else if (next instanceof ObjectNode object) {
        at = object;
      } else {
        throw StripeError.invalid(
            name, "Invalid object: " + name + " is both a value and an object.");
      }
    }
    String last = path.getLast();
    String key = last.isEmpty() ? Integer.toString(at.size()) : last;
    if (at.get(key) instanceof ObjectNode) {
      throw StripeError.invalid(
          name, "Invalid object: " + name + " is both a value and an object.");
    }
    at.put(key, value);
  }

  private static List<String> path(String name) {
    int bracket = name.indexOf('[');
    if (bracket < 0) {
      return List.of(name);
    }
    List<String> path = new ArrayList<>();
    path.add(name.substring(0, bracket));
    Matcher segments = SEGMENT.matcher(name).region(bracket, name.length());
    int end = bracket;
    while (segments.lookingAt()) {
      path.add(segments.group(1));
      end = segments.end();
      segments.region(end, name.length());
    }
    if (end != name.length() || path.size() > DEPTH_MAX) {
      throw StripeError.invalid(name, "Invalid parameter name: " + name);
    }
    return path;
  }

  private static JsonNode withLists(JsonNode node, String name) {
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    for (String key : List.copyOf(object.propertyNames())) {
      object.set(key, withLists(object.get(key), key));
    }
    if (object.isEmpty() || name.isEmpty() || name.equals("metadata")) {
      return object;
    }
    Map<Integer, JsonNode> elements = new TreeMap<>();
    for (var entry : object.properties()) {
      if (!entry.getKey().matches("[0-9]{1,4}")) {
        return object;
      }
      elements.put(Integer.valueOf(entry.getKey()), entry.getValue());
    }
    ArrayNode list = Json.array();
    elements.values().forEach(list::add);
    return list;
  }
}
