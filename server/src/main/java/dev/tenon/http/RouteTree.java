package dev.tenon.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds the route of a path, segment by segment. A literal segment wins over a parameter.
final class RouteTree {
  private static final int SEGMENTS_MAX = 32;

  private final Node root = new Node();

  RouteTree(List<Route> routes) {
    for (Route route : routes) {
      Node node = root;
      for (String segment : route.path.substring(1).split("/", -1)) {
        if (segment.endsWith("...}")) {
          node.tail = Objects.requireNonNullElseGet(node.tail, Node::new);
          node = node.tail;
        } else if (segment.startsWith("{")) {
          node.parameter = Objects.requireNonNullElseGet(node.parameter, Node::new);
          node = node.parameter;
        } else {
          node = node.literals.computeIfAbsent(segment, _ -> new Node());
        }
      }
      node.methods.put(route.method, route);
    }
  }

  /// What a path leads to: its routes by method and the values of its parameters.
  record Match(Map<String, Route> methods, List<String> values) {}

  @Nullable Match find(String rawPath) {
    String[] segments = rawPath.substring(1).split("/", -1);
    if (segments.length > SEGMENTS_MAX) {
      return null;
    }
    return find(root, segments, 0, new String[segments.length], 0);
  }

  private static @Nullable Match find(
      Node node, String[] segments, int at, String[] values, int count) {
    if (at == segments.length) {
      return node.methods.isEmpty()
          ? null
          : new Match(node.methods, List.of(Arrays.copyOf(values, count)));
    }
    Node literal = node.literals.get(segments[at]);
    if (literal != null) {
      Match match = find(literal, segments, at + 1, values, count);
      if (match != null) {
        return match;
      }
    }
    if (node.parameter != null && !segments[at].isEmpty()) {
      values[count] = decode(segments[at]);
      Match match = find(node.parameter, segments, at + 1, values, count + 1);
      if (match != null) {
        return match;
      }
    }
    if (node.tail != null) {
      values[count] = String.join("/", List.of(segments).subList(at, segments.length));
      return new Match(node.tail.methods, List.of(Arrays.copyOf(values, count + 1)));
    }
    return null;
  }

  /// A tail stays as it came, since it may be passed on; a single parameter is decoded.
  private static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          ProblemCode.REQUEST_MALFORMED, "The path holds a broken percent encoding.");
    }
  }

  private static final class Node {
    final Map<String, Node> literals = new HashMap<>();
    final Map<String, Route> methods = new TreeMap<>();
    @Nullable Node parameter;
    @Nullable Node tail;
  }
}
