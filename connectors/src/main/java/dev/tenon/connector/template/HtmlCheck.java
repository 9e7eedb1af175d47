package dev.tenon.connector.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the HTML of a template as a browser does and refuses what a mail must not hold, and
/// variables in places where escaping does not help: in tags, attribute names, values without
/// quotes, scripts and styles.
///
/// A section must begin and end in the same place (the same element, the same value), so that what
/// was found holds whether it is shown never, once or many times.
final class HtmlCheck {
  private static final Set<String> REFUSED_ELEMENTS =
      Set.of(
          "script",
          "iframe",
          "frame",
          "frameset",
          "object",
          "embed",
          "applet",
          "form",
          "input",
          "button",
          "textarea",
          "select",
          "base",
          "link",
          "svg",
          "math",
          "noscript",
          "template",
          "plaintext",
          "xmp");

  /// Their inside is text to some readers and markup to others.
  private static final Set<String> REFUSED_RAW_ELEMENTS = Set.of("noembed", "noframes");

  private static final Set<String> REFUSED_ATTRIBUTES =
      Set.of("srcdoc", "formaction", "action", "ping", "http-equiv", "is");
  private static final Set<String> VOID =
      Set.of("area", "br", "col", "hr", "img", "meta", "source", "track", "wbr");
  private static final Pattern ELEMENT = Pattern.compile("[a-z][a-z0-9:-]{0,30}");
  private static final Pattern ATTRIBUTE = Pattern.compile("[a-z_][a-z0-9_:-]{0,60}");
  private static final Pattern REFUSED_STYLE =
      Pattern.compile(
          "expression\\s*\\(|@import|behaviou?r\\s*:|-moz-binding|\\\\|url\\(\\s*+['\"]?+\\s*+(?!https://)");
  private static final Pattern OTHER_REFERENCE = Pattern.compile("&(?!(?:quot|apos|amp|#39|#34);)");
  private static final String STYLE_ENDS = " \t\r\n;{}";
  private static final String IN_STYLE =
      "has a section or comment in the middle of something in a style";
  private static final int DEPTH_MAX = 200;

  private final String template;
  private final String source;
  private final Map<Integer, SourceTags.Tag> tags = new HashMap<>();
  private final Map<String, VariableType> types;
  private final Deque<String> elements = new ArrayDeque<>();
  private final Deque<String> sections = new ArrayDeque<>();
  private final Set<String> colors = new HashSet<>();
  private final boolean strict;
  private final String part;
  private int at;

  private HtmlCheck(
      String template,
      String part,
      String source,
      List<SourceTags.Tag> tags,
      Map<String, VariableType> types,
      boolean strict) {
    this.part = part;
    this.strict = strict;
    this.template = template;
    this.source = source;
    this.types = types;
    tags.forEach(tag -> this.tags.put(tag.from(), tag));
  }

  /// Throws [TemplateException] with the line of what is wrong. Answers the names that stand in
  /// styles, whose values must be colours wherever they come from.
  ///
  /// @param strict as for what is published now; what was before there were these rules goes on
  ///   without
  static Set<String> check(
      String template,
      String part,
      String source,
      List<SourceTags.Tag> tags,
      Map<String, VariableType> types,
      boolean strict) {
    var check = new HtmlCheck(template, part, source, tags, types, strict);
    check.text();
    if (!check.elements.isEmpty()) {
      throw check.refused(source.length(), "never closes <%s>".formatted(check.elements.peek()));
    }
    return check.colors;
  }

  private void text() {
    while (at < source.length()) {
      char c = source.charAt(at);
      if (isTag()) {
        tag("text " + elements.size() + elements.peek(), true, false);
      } else if (c == '<') {
        markup();
      } else {
        at++;
      }
    }
  }

  private boolean isTag() {
    return tags.containsKey(at);
  }

  /// Passes over a mustache tag in `place`, which a section has to begin and end in.
  private void tag(String place, boolean variables, boolean style) {
    SourceTags.Tag tag = Objects.requireNonNull(tags.get(at));
    switch (tag.kind()) {
      case VARIABLE -> {
        if (!variables) {
          throw refused(at, "has {{%s}} where no variable may stand".formatted(tag.name()));
        }
        if (style
            && types.getOrDefault(tag.name(), VariableType.ofName(tag.name()))
                != VariableType.COLOR) {
          throw refused(
              at, "has {{%s}} in a style, where only colours may stand".formatted(tag.name()));
        }
        if (style) {
          colors.add(tag.name().substring(tag.name().lastIndexOf('.') + 1));
        }
      }
      case OPEN, INVERTED -> sections.push(place);
      case CLOSE -> {
        if (!place.equals(sections.pop())) {
          throw refused(
              at,
              "has a section '%s' that doesn't end in the element or value that it begins in"
                  .formatted(tag.name()));
        }
      }
      case COMMENT -> {
        // Nothing is written.
      }
    }
    at = tag.to();
  }

  /// A section or comment leaves nothing where it stands, so it must not stand where the text
  /// before it and behind it make something new together: `<scr{{!}}ipt>`.
  private void apart(String before, String problem) {
    SourceTags.Tag tag = tags.get(at);
    if (strict
        && tag != null
        && tag.kind() != SourceTags.Kind.VARIABLE
        && before.indexOf(source.charAt(at - 1)) < 0) {
      throw refused(at, problem);
    }
  }

  /// The source from `from` to `to` without its tags.
  private String withoutTags(int from, int to) {
    var text = new StringBuilder();
    for (int i = from; i < to; i++) {
      SourceTags.Tag tag = tags.get(i);
      if (tag == null) {
        text.append(source.charAt(i));
      } else {
        i = tag.to() - 1;
      }
    }
    return text.toString();
  }

  private void markup() {
    if (source.startsWith("<!--", at)) {
      comment();
    } else if (source.startsWith("<!", at)) {
      declaration();
    } else if (source.startsWith("</", at)) {
      closing();
    } else if (at + 1 < source.length() && isLetter(source.charAt(at + 1))) {
      opening();
    } else {
      throw refused(at, "has a '<' that begins no element; write &lt;");
    }
  }

  /// Conditional comments hold what Outlook reads, so variables may stand there: escaped, they
  /// can't end it, and links are looked at when it is rendered.
  private void comment() {
    int begin = at;
    int end = source.indexOf("-->", at + 4);
    if (end < 0) {
      throw refused(at, "has a comment that is not closed");
    }
    if (strict
        && (source.startsWith("<!-->", at)
            || source.startsWith("<!--->", at)
            || withoutTags(at, end).contains("--!>"))) {
      throw refused(at, "has a comment that not all readers end in the same place");
    }
    String inside = withoutTags(at, end).toLowerCase(Locale.ROOT);
    if (inside.contains("<script") || inside.contains("<iframe")) {
      throw refused(at, "has a script in a comment");
    }
    at += 4;
    while (at < end) {
      if (isTag()) {
        if (strict && "-!".indexOf(source.charAt(at - 1)) >= 0) {
          throw refused(at, "has a tag after '-' or '!' in a comment, where it might end it");
        }
        tag("comment " + begin, true, false);
      } else {
        at++;
      }
    }
    at = end + 3;
  }

  private void declaration() {
    int end = source.indexOf('>', at);
    if (end < 0 || source.substring(at, end).contains("{{")) {
      throw refused(at, "has a declaration that is not closed");
    }
    at = end + 1;
  }

  private void closing() {
    int begin = at;
    int end = source.indexOf('>', at);
    String name = end < 0 ? "" : source.substring(at + 2, end).strip().toLowerCase(Locale.ROOT);
    if (!ELEMENT.matcher(name).matches()) {
      throw refused(begin, "has an end tag that can't be read");
    }
    if (elements.isEmpty() || !elements.peek().equals(name)) {
      throw refused(
          begin,
          "has </%s> where %s"
              .formatted(
                  name,
                  elements.isEmpty()
                      ? "nothing is open"
                      : "<%s> is open".formatted(elements.peek())));
    }
    elements.pop();
    at = end + 1;
  }

  private void opening() {
    int begin = at;
    int end = at + 1;
    while (end < source.length() && " \t\r\n\f/>{".indexOf(source.charAt(end)) < 0) {
      end++;
    }
    String name = source.substring(at + 1, end).toLowerCase(Locale.ROOT);
    if (!ELEMENT.matcher(name).matches()) {
      throw refused(begin, "has a tag that can't be read");
    }
    if (REFUSED_ELEMENTS.contains(name) || (strict && REFUSED_RAW_ELEMENTS.contains(name))) {
      throw refused(begin, "has <%s>, which no mail may hold".formatted(name));
    }
    at = end;
    boolean selfClosed = attributes(begin, name);
    if (name.equals("style") || name.equals("title")) {
      rawText(begin, name);
    } else if (!selfClosed && !VOID.contains(name)) {
      elements.push(name);
      if (elements.size() > DEPTH_MAX) {
        throw refused(begin, "nests elements deeper than 200");
      }
    }
  }

  /// Answers whether the tag closes itself.
  private boolean attributes(int begin, String element) {
    while (at < source.length()) {
      char c = source.charAt(at);
      if (isTag()) {
        SourceTags.Tag tag = Objects.requireNonNull(tags.get(at));
        if (strict
            && (" \t\r\n\f/".indexOf(source.charAt(at - 1)) < 0
                || tag.to() >= source.length()
                || " \t\r\n\f/>".indexOf(source.charAt(tag.to())) < 0)) {
          throw refused(
              at, "has a section or comment in <%s> without blanks around it".formatted(element));
        }
        tag("tag " + begin, false, false);
      } else if (c == '>') {
        at++;
        return false;
      } else if (source.startsWith("/>", at)) {
        at += 2;
        return true;
      } else if (isBlank(c)) {
        at++;
      } else {
        attribute(begin, element);
      }
    }
    throw refused(begin, "has <%s without its end".formatted(element));
  }

  private void attribute(int begin, String element) {
    int end = at;
    while (end < source.length() && " \t\r\n\f/>={".indexOf(source.charAt(end)) < 0) {
      end++;
    }
    String name = source.substring(at, end).toLowerCase(Locale.ROOT);
    if (!ATTRIBUTE.matcher(name).matches()) {
      throw refused(at, "has an attribute of <%s> that can't be read".formatted(element));
    }
    if (name.startsWith("on") || REFUSED_ATTRIBUTES.contains(name)) {
      throw refused(at, "has the attribute '%s', which no mail may hold".formatted(name));
    }
    at = end;
    while (at < source.length() && isBlank(source.charAt(at))) {
      at++;
    }
    if (at >= source.length() || source.charAt(at) != '=') {
      return;
    }
    at++;
    while (at < source.length() && isBlank(source.charAt(at))) {
      at++;
    }
    if (at < source.length() && (source.charAt(at) == '"' || source.charAt(at) == '\'')) {
      quoted(begin, name);
    } else {
      int valueEnd = at;
      while (valueEnd < source.length() && " \t\r\n\f>".indexOf(source.charAt(valueEnd)) < 0) {
        if (tags.containsKey(valueEnd)) {
          throw refused(valueEnd, "has a variable in a value without quotes");
        }
        valueEnd++;
      }
      value(at, valueEnd, name);
      at = valueEnd;
    }
  }

  private void quoted(int begin, String name) {
    char quote = source.charAt(at);
    int from = ++at;
    while (at < source.length() && (isTag() || source.charAt(at) != quote)) {
      if (isTag()) {
        if (name.equals("style") && at > from) {
          apart(STYLE_ENDS, IN_STYLE);
        }
        tag("value " + begin + " " + from, true, name.equals("style"));
      } else {
        at++;
      }
    }
    if (at >= source.length()) {
      throw refused(from, "has a value of '%s' whose quote is not closed".formatted(name));
    }
    value(from, at, name);
    at++;
  }

  private void value(int from, int to, String name) {
    String value = source.substring(from, to);
    if (name.equals("style")) {
      String style = withoutTags(from, to);
      if (strict && OTHER_REFERENCE.matcher(style).find()) {
        throw refused(from, "has a style with a reference other than &quot;, &apos; and &amp;");
      }
      style(
          from,
          style
              .replace("&quot;", "\"")
              .replace("&#34;", "\"")
              .replace("&apos;", "'")
              .replace("&#39;", "'"));
    }
    if (LinkSchemes.ATTRIBUTES.contains(name)) {
      // What a variable gives is looked at when it is rendered.
      int variable = value.indexOf("{{");
      LinkSchemes.firstRefused(
              "href=\""
                  + (variable < 0 ? value : value.substring(0, variable)).replace('"', ' ')
                  + "\"")
          .ifPresent(
              scheme -> {
                throw refused(from, "has a link with the scheme '%s'".formatted(scheme));
              });
    }
  }

  private void style(int from, String style) {
    if (REFUSED_STYLE.matcher(style.toLowerCase(Locale.ROOT)).find()) {
      throw refused(from, "has a style that loads or runs something");
    }
  }

  /// The inside of `<style>` and `<title>`, which holds no elements.
  private void rawText(int begin, String name) {
    int end = endOf(name);
    if (end < 0) {
      throw refused(begin, "never closes <%s>".formatted(name));
    }
    if (name.equals("style")) {
      style(at, withoutTags(at, end));
    }
    while (at < end) {
      if (strict && source.charAt(at) == '<') {
        throw refused(at, "has a '<' in <%s>".formatted(name));
      }
      if (isTag()) {
        if (name.equals("style")) {
          apart(STYLE_ENDS + ">", IN_STYLE);
        }
        tag(name + " " + begin, true, name.equals("style"));
      } else {
        at++;
      }
    }
    at = source.indexOf('>', end) + 1;
    if (at == 0) {
      throw refused(begin, "never closes <%s>".formatted(name));
    }
  }

  private int endOf(String name) {
    String tag = "</" + name;
    for (int from = at; from + tag.length() <= source.length(); from++) {
      if (source.regionMatches(true, from, tag, 0, tag.length())) {
        return from;
      }
    }
    return -1;
  }

  private TemplateException refused(int place, String problem) {
    return SourceTags.refused(template, part, source, place, problem);
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
