package dev.tenon.template;

import dev.tenon.connector.template.CompiledTemplate;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.connector.template.SampleData;
import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.TemplateException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What has to be right before a template is published: it can be read, it uses nothing that is not
/// declared, and it can be filled in with all of its variables and with only the needed ones.
public final class TemplateCheck {
  /// Where Gmail cuts a mail off and hides the rest behind a link.
  public static final int GMAIL_BYTES = 102 * 1024;

  static final int LANGUAGES_MAX = 20;
  static final int CONTENT_CHARS_MAX = 600_000;

  private TemplateCheck() {}

  /// Throws [TemplateException] that names what is wrong, and in which language.
  static void check(String name, TemplateContent content) {
    if (content.languages().isEmpty()) {
      throw refused(name, "it says nothing in any language yet: write a draft first");
    }
    if (content.languages().size() > LANGUAGES_MAX) {
      throw refused(name, "it has more than 20 languages");
    }
    if (content.chars() > CONTENT_CHARS_MAX) {
      throw refused(name, "all languages together are longer than 600000 characters");
    }
    content
        .languages()
        .forEach(
            (language, parts) -> {
              CompiledTemplate compiled =
                  CompiledTemplate.of(parts.template(name, content.variables()), language);
              for (boolean all : new boolean[] {true, false}) {
                RenderedEmail _ = compiled.render(samples(compiled, all));
              }
            });
  }

  private static TemplateException refused(String name, String problem) {
    return TemplateException.of(name, problem);
  }

  /// Values for the variables of a template and of the layout.
  public static Map<String, Object> samples(CompiledTemplate compiled, boolean all) {
    return samples(compiled.variables(), all);
  }

  static Map<String, Object> samples(List<Template.Variable> variables, boolean all) {
    return new HashMap<>(SampleData.of(variables, all, TemplateCheck::json));
  }

  private static Object json(String sample) {
    try {
      Object read = JsonMapper.shared().readValue(sample, Object.class);
      return read == null ? "" : read;
    } catch (JacksonException e) {
      return "";
    }
  }

  static NavigableMap<String, TemplateParts> merged(
      NavigableMap<String, TemplateParts> before,
      List<TemplateRows.Draft> drafts,
      List<String> without) {
    NavigableMap<String, TemplateParts> languages = new TreeMap<>(before);
    drafts.forEach(draft -> languages.put(draft.language(), draft.parts()));
    without.forEach(languages::remove);
    return languages;
  }
}
