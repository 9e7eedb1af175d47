package dev.tenon.sandbox.email;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A form as `multipart/form-data` (RFC 7578) or `application/x-www-form-urlencoded`.
///
/// @param fields in the order in which they came
/// @param files likewise
record MultipartForm(List<Field> fields, List<File> files) {
  private static final int PARTS_MAX = 2_000;
  private static final int HEAD_CHARS_MAX = 2_000;
  private static final Pattern BOUNDARY =
      Pattern.compile(
          "(?i)multipart/form-data.*;\\s*boundary=(?:\"([^\"]{1,70})\"|([^;,\\s]{1,70})).*");

  /// A quoted parameter of `Content-Disposition`; a quote in it is written `\"`, or `%22` as
  /// browsers do.
  private static final String QUOTED = "=\"((?:[^\"\\\\]|\\\\.)*)\"";

  private static final Pattern NAME = Pattern.compile("(?i)(?:^|[;\\s])name" + QUOTED);
  private static final Pattern FILE_NAME = Pattern.compile("(?i)(?:^|[;\\s])filename" + QUOTED);
  private static final Pattern TYPE = Pattern.compile("(?im)^content-type:[ \t]*([^\r\n]+)");

  MultipartForm {
    fields = List.copyOf(fields);
    files = List.copyOf(files);
  }

  record Field(String name, String value) {}

  /// @param latin its bytes, each as one character
  record File(String field, String name, String contentType, String latin) {
    byte[] bytes() {
      return latin.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /// @throws IllegalArgumentException when it is no such form
  static MultipartForm read(String contentType, byte[] body) {
    if (contentType.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
      return new MultipartForm(encoded(new String(body, StandardCharsets.UTF_8)), List.of());
    }
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.matches()) {
      throw new IllegalArgumentException("the body is neither multipart/form-data nor a form");
    }
    String mark = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
    // Latin-1 keeps every byte as one character, so that texts can be searched and cut.
    String text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
    String delimiter = "\r\n--" + mark;
    List<Field> fields = new ArrayList<>();
    List<File> files = new ArrayList<>();
    int at = text.indexOf(delimiter);
    if (at < 0) {
      throw new IllegalArgumentException("the boundary doesn't occur in the body");
    }
    while (!text.startsWith("--", at + delimiter.length())) {
      int start = text.indexOf("\r\n", at + delimiter.length()) + 2;
      int head = text.indexOf("\r\n\r\n", start - 2);
      int end = text.indexOf(delimiter, start - 2);
      if (start < 2 || head < 0 || end < head + 2) {
        throw new IllegalArgumentException("a part of the form has no end");
      }
      if (head - start > HEAD_CHARS_MAX) {
        throw new IllegalArgumentException("a part of the form has a head that is too long");
      }
      if (fields.size() + files.size() == PARTS_MAX) {
        throw new IllegalArgumentException("the form has more than " + PARTS_MAX + " parts");
      }
      part(
          utf8(text.substring(start - 2, head)), text, Math.min(head + 4, end), end, fields, files);
      at = end;
    }
    return new MultipartForm(fields, files);
  }

  private static void part(
      String head, String text, int start, int end, List<Field> fields, List<File> files) {
    Matcher name = NAME.matcher(head);
    if (!name.find()) {
      throw new IllegalArgumentException("a part of the form has no name");
    }
    Matcher fileName = FILE_NAME.matcher(head);
    if (fileName.find()) {
      Matcher type = TYPE.matcher(head);
      files.add(
          new File(
              unquoted(name.group(1)),
              unquoted(fileName.group(1)),
              type.find() ? type.group(1).strip() : "application/octet-stream",
              text.substring(start, end)));
    } else {
      fields.add(new Field(unquoted(name.group(1)), utf8(text.substring(start, end))));
    }
  }

  private static List<Field> encoded(String text) {
    List<Field> fields = new ArrayList<>();
    for (String pair : text.split("&", PARTS_MAX + 1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        fields.add(
            new Field(
                URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8)));
      }
    }
    return fields;
  }

  private static String unquoted(String text) {
    return text.replaceAll("\\\\(.)", "$1").replace("%22", "\"");
  }

  private static String utf8(String latin) {
    return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /// The first value of a field; empty when it is not there.
  String first(String name) {
    return all(name).stream().findFirst().orElse("");
  }

  List<String> all(String name) {
    return fields.stream()
        .filter(field -> field.name().equalsIgnoreCase(name))
        .map(Field::value)
        .toList();
  }

  /// Fields whose names begin so, without that beginning.
  List<Field> under(String prefix) {
    return fields.stream()
        .filter(field -> field.name().regionMatches(true, 0, prefix, 0, prefix.length()))
        .map(field -> new Field(field.name().substring(prefix.length()), field.value()))
        .toList();
  }

  /// As people read it: what came, without the bytes of files.
  String source() {
    StringBuilder text = new StringBuilder();
    fields.forEach(
        field -> text.append(field.name()).append(": ").append(field.value()).append('\n'));
    files.forEach(
        file ->
            text.append(file.field())
                .append(": ")
                .append(file.name())
                .append(" (")
                .append(file.contentType())
                .append(", ")
                .append(file.latin().length())
                .append(" bytes)\n"));
    return text.toString();
  }
}
