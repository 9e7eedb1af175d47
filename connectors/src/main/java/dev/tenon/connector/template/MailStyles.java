package dev.tenon.connector.template;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Gives plain elements the inline styles, and buttons the tables, that mail clients need: a
/// content is written as `<p>`, `<a class="button">`, `<table class="facts">`. An element with a
/// style of its own is left alone.
///
/// The classes that are put in carry no style but in the dark: `<style>` is what clients that have
/// a dark mode read.
final class MailStyles {
  static final String FACE =
      "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Helvetica,Arial,sans-serif;";
  private static final String INK = "color:#2b2723;";
  private static final String QUIET = "color:#6b645c;";
  private static final String RULE = "border-top:1px solid #e4dfd9;";

  private static final Pattern OPENING =
      Pattern.compile("<(h1|h2|p|ul|ol|li|a|hr|table|th|td)((?:\\s[^<>]*)?)>");
  private static final Pattern CLASS = Pattern.compile("\\sclass=\"([^\"]*)\"");
  private static final Pattern BUTTON = Pattern.compile("<a class=\"button\" href=\"([^\"]*+)\">");
  private static final String BUTTON_END = "</a>";

  /// By element, or element and class: classes for the dark, style, further attributes.
  private static final Map<String, Look> LOOKS =
      Map.ofEntries(
          Map.entry(
              "h1",
              new Look(
                  "text",
                  FACE
                      + "font-size:22px;line-height:30px;font-weight:600;"
                      + INK
                      + "margin:0 0 16px 0;")),
          Map.entry(
              "h2",
              new Look(
                  "text",
                  FACE
                      + "font-size:17px;line-height:24px;font-weight:600;"
                      + INK
                      + "margin:24px 0 8px 0;")),
          Map.entry(
              "p",
              new Look(
                  "text", FACE + "font-size:15px;line-height:24px;" + INK + "margin:0 0 16px 0;")),
          Map.entry(
              "p.quiet",
              new Look(
                  "quiet",
                  FACE + "font-size:14px;line-height:22px;" + QUIET + "margin:0 0 12px 0;")),
          Map.entry("ul", new Look("text", INK + "margin:0 0 16px 0;padding:0 0 0 24px;")),
          Map.entry("ol", new Look("text", INK + "margin:0 0 16px 0;padding:0 0 0 24px;")),
          Map.entry(
              "li",
              new Look(
                  "text", FACE + "font-size:15px;line-height:24px;" + INK + "margin:0 0 8px 0;")),
          Map.entry("a", new Look("link", "color:{{brand_color}};text-decoration:underline;")),
          Map.entry("hr", new Look("rule", "border:0;" + RULE + "margin:24px 0;")),
          Map.entry(
              "table.facts",
              new Look("facts", "width:100%;margin:0 0 24px 0;border-collapse:collapse;")),
          Map.entry(
              "th",
              new Look(
                  "quiet rule",
                  FACE
                      + "font-size:14px;line-height:22px;font-weight:400;text-align:left;vertical-align:top;"
                      + "overflow-wrap:break-word;"
                      + QUIET
                      + "padding:9px 16px 9px 0;"
                      + RULE)),
          // What others named, as long as it likes.
          Map.entry(
              "th.item",
              new Look(
                  "quiet rule",
                  FACE
                      + "font-size:14px;line-height:22px;font-weight:400;text-align:left;vertical-align:top;"
                      + QUIET
                      + "padding:9px 16px 9px 0;"
                      + RULE)),
          Map.entry(
              "td",
              new Look(
                  "text rule",
                  FACE
                      + "font-size:14px;line-height:22px;text-align:right;vertical-align:top;"
                      + INK
                      + "padding:9px 0;"
                      + RULE)),
          Map.entry(
              "th.total",
              new Look(
                  "text rule",
                  FACE
                      + "font-size:15px;line-height:24px;font-weight:600;text-align:left;"
                      + INK
                      + "padding:11px 16px 11px 0;border-top:2px solid #b3aca4;")),
          Map.entry(
              "td.total",
              new Look(
                  "text rule",
                  FACE
                      + "font-size:15px;line-height:24px;font-weight:600;text-align:right;"
                      + INK
                      + "padding:11px 0;border-top:2px solid #b3aca4;")));

  private record Look(String classes, String style) {}

  private MailStyles() {}

  /// The content with styles. Lines stay lines, so that a fault is found where it was written.
  static String inline(String content) {
    String withButtons = buttons(content);
    return OPENING
        .matcher(withButtons)
        .replaceAll(found -> Matcher.quoteReplacement(opening(found.group(1), found.group(2))));
  }

  /// Takes time by the length of the content: what is never closed is looked for once.
  static String buttons(CharSequence content) {
    var out = new StringBuilder();
    Matcher opening = BUTTON.matcher(content);
    int at = 0;
    while (opening.find(at)) {
      int end = indexOf(content, BUTTON_END, opening.end());
      if (end < 0) {
        break;
      }
      out.append(content, at, opening.start());
      out.append(button(opening.group(1), content.subSequence(opening.end(), end).toString()));
      at = end + BUTTON_END.length();
    }
    return out.append(content, at, content.length()).toString();
  }

  private static int indexOf(CharSequence content, String wanted, int from) {
    for (int at = from; at <= content.length() - wanted.length(); at++) {
      int same = 0;
      while (same < wanted.length() && content.charAt(at + same) == wanted.charAt(same)) {
        same++;
      }
      if (same == wanted.length()) {
        return at;
      }
    }
    return -1;
  }

  private static String opening(String element, String attributes) {
    Matcher classes = CLASS.matcher(attributes);
    String given = classes.find() ? classes.group(1) : "";
    Look named = LOOKS.get(element + "." + given);
    Look look = named == null ? LOOKS.get(element) : named;
    if (look == null || attributes.contains("style=")) {
      return "<" + element + attributes + ">";
    }
    String rest = given.isEmpty() ? attributes : classes.replaceFirst("");
    // A class that means nothing here stays for whoever wrote it.
    String kept = named != null || given.isEmpty() ? look.classes() : given + " " + look.classes();
    return "<%s%s class=\"%s\" style=\"%s\">".formatted(element, rest, kept, look.style());
  }

  /// A table, since Outlook on Windows pads cells and no links.
  private static String button(String href, String label) {
    return ("<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\""
            + " style=\"margin:8px 0 24px 0;\"><tr><td style=\"background-color:{{brand_color}};"
            + "border-radius:6px;mso-padding-alt:11px 20px;\"><a href=\"%s\" style=\"%s"
            + "display:inline-block;padding:11px 20px;font-size:15px;line-height:22px;font-weight:600;"
            + "color:#ffffff;text-decoration:none;\">%s</a></td></tr></table>")
        .formatted(href, FACE, label);
  }
}
