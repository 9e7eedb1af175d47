package dev.tenon.connector.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What stands around every mail: the product's name or logo, its colour, and the lines at the
/// foot. Whose they are is data ([#VARIABLES]); what the lines say depends on the language.
public final class MailLayout {
  /// Languages in which the foot is written.
  public static final List<String> LANGUAGES = List.of("en", "de");

  /// What every template may use, and the server fills in from the tenant's settings.
  public static final List<Template.Variable> VARIABLES =
      List.of(
          new Template.Variable(
              "product", true, "", VariableType.TEXT, "Your product's name.", "Atelier"),
          new Template.Variable(
              "brand_color", false, "#7a4a12", VariableType.COLOR, "Buttons and links.", ""),
          new Template.Variable(
              "brand_color_dark",
              false,
              "#d9a066",
              VariableType.TEXT,
              "Links on a dark ground; follows from brand_color.",
              ""),
          new Template.Variable(
              "logo_url", false, "", VariableType.URL, "A picture 32 pixels high.", ""),
          new Template.Variable(
              "support_email",
              false,
              "",
              VariableType.TEXT,
              "Where people answer.",
              "help@atelier.example"),
          new Template.Variable(
              "support_url",
              false,
              "",
              VariableType.URL,
              "Help pages.",
              "https://atelier.example/help"),
          new Template.Variable(
              "postal_address",
              false,
              "",
              VariableType.TEXT,
              "Your address, in one line.",
              "Atelier GmbH, Lindenstraße 4, 10969 Berlin"),
          new Template.Variable(
              "unsubscribe_url",
              false,
              "",
              VariableType.URL,
              "Where the recipient leaves the stream; only in messages of broadcast streams.",
              ""));

  private static final Pattern WHOLE = Pattern.compile("<html[\\s>]", Pattern.CASE_INSENSITIVE);
  private static final Pattern BODY = Pattern.compile("<body[^>]*>", Pattern.CASE_INSENSITIVE);
  private static final Pattern PLACE =
      Pattern.compile("<!--(language|title|preheader|content|=[a-z_]+)-->");
  private static final String PAGE = resource("layout.html").strip();
  private static final Map<String, Properties> PHRASES = new HashMap<>();

  static {
    for (String language : LANGUAGES) {
      var phrases = new Properties();
      try {
        phrases.load(new StringReader(resource("layout." + language + ".properties")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      PHRASES.put(language, phrases);
    }
  }

  private MailLayout() {}

  /// What is wrong with a colour of the layout; empty when nothing is.
  public static Optional<String> colorProblem(String color) {
    return BrandColor.problem(color);
  }

  /// Whether the HTML is a page of its own, around which nothing is put.
  static boolean isWhole(String html) {
    return WHOLE.matcher(html).find();
  }

  /// The page of a content.
  ///
  /// @param inSubject the tags of the subject
  static String page(String language, Template template, List<SourceTags.Tag> inSubject) {
    String html = template.html();
    if (html.isBlank()) {
      return "";
    }
    if (isWhole(html)) {
      return template.preheader().isEmpty()
          ? html
          : BODY.matcher(html)
              .replaceFirst(
                  found -> Matcher.quoteReplacement(found.group() + hidden(template.preheader())));
    }
    String preheader = template.preheader().isEmpty() ? "" : hidden(template.preheader());
    String title = title(template.subject(), inSubject);
    String content = MailStyles.inline(html.strip());
    // At once, so that nothing is looked for in what was put in.
    return PLACE
        .matcher(PAGE)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    switch (found.group(1)) {
                      case "language" -> language;
                      case "title" -> title;
                      case "preheader" -> preheader;
                      case "content" -> content;
                      default -> phrase(language, found.group(1).substring(1));
                    }));
  }

  /// The subject as HTML: its tags escape what they write, and the rest is escaped here.
  private static String title(String subject, List<SourceTags.Tag> tags) {
    var title = new StringBuilder();
    int at = 0;
    for (SourceTags.Tag tag : tags) {
      title.append(escaped(subject.substring(at, tag.from())));
      title.append(subject, tag.from(), tag.to());
      at = tag.to();
    }
    return title.append(escaped(subject.substring(at))).toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /// The plain part with its foot; as it is where the HTML brings a page of its own.
  static String text(String language, Template template) {
    String text = template.text();
    if (text.isBlank() || isWhole(template.html())) {
      return text;
    }
    return text.stripTrailing() + "\n\n" + phrase(language, "text_foot").stripTrailing() + "\n";
  }

  /// Shown in the inbox and not in the mail; the blanks keep the first words of the mail from
  /// following.
  private static String hidden(String preheader) {
    return "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all;\">"
        + preheader
        + "&#847;&zwnj;&nbsp;".repeat(40)
        + "</div>";
  }

  private static String phrase(String language, String key) {
    for (String tag : Language.chain(language)) {
      Properties phrases = PHRASES.get(tag);
      if (phrases != null) {
        return phrases.getProperty(key, "");
      }
    }
    return "";
  }

  static String resource(String file) {
    try (InputStream in = MailLayout.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the built-in template file " + file + " is not there");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
