package dev.tenon.connector.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The mustache tags of a source, found before anything compiles it, so that what a template may
/// not hold is refused with its line, and nothing is nested deeper than a stack bears.
final class SourceTags {
  private static final int TAGS_MAX = 3_000;
  private static final int DEPTH_MAX = 12;

  private SourceTags() {}

  /// What a tag does.
  enum Kind {
    VARIABLE,
    OPEN,
    /// Shown where there is nothing.
    INVERTED,
    CLOSE,
    COMMENT
  }

  /// One tag.
  ///
  /// @param from where its braces begin, `to` where they have ended
  record Tag(Kind kind, String name, int from, int to) {}

  /// The line of a place, from 1.
  static int line(String source, int at) {
    return 1
        + (int)
            source
                .substring(0, Math.min(at, source.length()))
                .chars()
                .filter(c -> c == '\n')
                .count();
  }

  /// All tags in order. Throws [TemplateException] for one that is not closed or not allowed, for
  /// sections that don't match, and for too many.
  static List<Tag> read(String template, String part, String source) {
    List<Tag> tags = new ArrayList<>();
    Deque<Tag> open = new ArrayDeque<>();
    int at = source.indexOf("{{");
    while (at >= 0) {
      int end = source.indexOf("}}", at + 2);
      if (end < 0) {
        throw refused(template, part, source, at, "has a '{{' that is not closed");
      }
      Tag tag = tag(template, part, source, at, end);
      tags.add(tag);
      if (tags.size() > TAGS_MAX) {
        throw refused(template, part, source, at, "has more than 3000 tags");
      }
      if (tag.kind() == Kind.OPEN || tag.kind() == Kind.INVERTED) {
        open.push(tag);
        if (open.size() > DEPTH_MAX) {
          throw refused(template, part, source, at, "nests sections deeper than 12");
        }
      } else if (tag.kind() == Kind.CLOSE
          && (open.isEmpty() || !open.pop().name().equals(tag.name()))) {
        throw refused(
            template, part, source, at, "closes {{/%s}}, which is not open".formatted(tag.name()));
      }
      at = source.indexOf("{{", end + 2);
    }
    if (!open.isEmpty()) {
      Tag left = open.pop();
      throw refused(
          template, part, source, left.from(), "never closes {{#%s}}".formatted(left.name()));
    }
    return tags;
  }

  private static Tag tag(String template, String part, String source, int from, int end) {
    String whole = source.substring(from + 2, end);
    String inside = whole.strip();
    char first = inside.isEmpty() ? ' ' : inside.charAt(0);
    Kind kind =
        switch (first) {
          case '#' -> Kind.OPEN;
          case '^' -> Kind.INVERTED;
          case '/' -> Kind.CLOSE;
          case '!' -> Kind.COMMENT;
          default -> Kind.VARIABLE;
        };
    String name = kind == Kind.VARIABLE ? inside : inside.substring(1).strip();
    // The compiler begins anew at braces in what is no comment to it, which are all that don't
    // begin
    // with their sign: `{{ ! {{{x}}}` would write what is not escaped.
    if (kind == Kind.COMMENT && !whole.startsWith("!") && whole.contains("{")) {
      throw refused(
          template, part, source, from, "has a comment with braces; write '!' after the first two");
    }
    // Unescaped output, partials, blocks, parents and other delimiters would each get around a
    // check made here; they all begin with a sign.
    if (kind != Kind.COMMENT && !isName(name)) {
      String shown = source.substring(from, Math.min(end + 2, from + 40));
      throw refused(
          template,
          part,
          source,
          from,
          "has %s, which is not allowed: only {{variable}} and sections are".formatted(shown));
    }
    return new Tag(kind, name, from, end + 2);
  }

  /// Names with dots between, `.`, and jmustache's own `-first`, `-last` and `-index` of lists.
  private static boolean isName(String name) {
    if (name.equals(".")
        || name.equals("-first")
        || name.equals("-last")
        || name.equals("-index")) {
      return true;
    }
    for (String part : name.split("\\.", -1)) {
      if (!Template.Variable.isName(part)) {
        return false;
      }
    }
    return true;
  }

  static TemplateException refused(
      String template, String part, String source, int at, String problem) {
    return new TemplateException(
        template, "", "its %s, line %d, %s".formatted(part, line(source, at), problem));
  }
}
