package dev.tenon.connector.template;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A set of templates by name and language. Immutable: each `with…` answers a larger set, in which
/// a template of the same name and language replaces the earlier one.
public final class EmailTemplates {
  /// The templates that come with Tenon, each in the languages of the [MailLayout].
  public static final List<String> BUILT_IN =
      List.of(
          "welcome",
          "subscription-confirmation",
          "subscription-cancellation",
          "payment-failed",
          "payment-action-required",
          "trial-ending",
          "receipt",
          "booking-confirmation",
          "booking-rescheduled",
          "booking-cancelled");

  static final int TEMPLATES_MAX = 1_000;

  private final SortedMap<String, SortedMap<String, CompiledTemplate>> templates;

  private EmailTemplates(SortedMap<String, SortedMap<String, CompiledTemplate>> templates) {
    this.templates = Collections.unmodifiableSortedMap(templates);
  }

  public static EmailTemplates empty() {
    return new EmailTemplates(new TreeMap<>());
  }

  /// The built-in templates. They are read and checked once, at the first call.
  public static EmailTemplates builtIn() {
    return BuiltIn.ALL;
  }

  private static final class BuiltIn {
    static final EmailTemplates ALL = read();

    private static EmailTemplates read() {
      EmailTemplates result = empty();
      for (String name : BUILT_IN) {
        List<Template.Variable> variables =
            Template.Variable.readAll(MailLayout.resource(name + "/variables.txt"));
        for (String language : MailLayout.LANGUAGES) {
          result = result.with(language, read(name, language, variables));
        }
      }
      return result;
    }

    private static Template read(String name, String language, List<Template.Variable> variables) {
      String folder = name + "/" + language + "/";
      return new Template(
          name,
          MailLayout.resource(folder + "subject.txt"),
          MailLayout.resource(folder + "preheader.txt"),
          MailLayout.resource(folder + "content.html"),
          MailLayout.resource(folder + "text.txt"),
          variables);
    }
  }

  /// This set with one more, in English. Throws [TemplateException] when it can't be read.
  public EmailTemplates with(Template template) {
    return with(Language.LAST, template);
  }

  /// This set with one more. Throws [TemplateException] when it can't be read.
  public EmailTemplates with(String language, Template template) {
    SortedMap<String, SortedMap<String, CompiledTemplate>> more = new TreeMap<>(templates);
    SortedMap<String, CompiledTemplate> languages =
        new TreeMap<>(more.getOrDefault(template.name(), Collections.emptySortedMap()));
    languages.put(language, CompiledTemplate.of(template, language));
    more.put(template.name(), languages);
    if (more.size() > TEMPLATES_MAX) {
      throw new TemplateException(template.name(), "", "there are 1000 templates already");
    }
    return new EmailTemplates(more);
  }

  /// This set with those of a folder ([TemplateFolder] says how it is laid out). Throws
  /// [TemplateException] when one can't be read, naming its file and line.
  public EmailTemplates withFolder(Path folder) {
    return TemplateFolder.addTo(this, folder);
  }

  /// Renders a template in English. Throws [TemplateException] naming the template when it isn't
  /// there, or the variable that is missing.
  public RenderedEmail render(String name, Map<String, ?> data) {
    return render(name, Language.LAST, data);
  }

  /// Renders a template in a language, or what stands in for it: `de` for `de-AT`, then English.
  /// Throws [TemplateException] naming the template when it isn't there, or the variable that is
  /// missing.
  public RenderedEmail render(String name, String language, Map<String, ?> data) {
    return get(name, Language.chain(language)).render(data);
  }

  public List<String> names() {
    return List.copyOf(templates.keySet());
  }

  /// The languages that a template is there in; none when there is no such template.
  public List<String> languages(String name) {
    return List.copyOf(templates.getOrDefault(name, Collections.emptySortedMap()).keySet());
  }

  /// A template in exactly this language.
  public Optional<CompiledTemplate> find(String name, String language) {
    return Optional.ofNullable(
        templates.getOrDefault(name, Collections.emptySortedMap()).get(language));
  }

  public Template template(String name) {
    return get(name, List.of(Language.LAST)).template();
  }

  /// What a caller gives to the template: as declared, else as its sources name it.
  public List<Template.Variable> variables(String name) {
    return get(name, List.of(Language.LAST)).variables();
  }

  /// The first of these languages that the template is there in, else any.
  private CompiledTemplate get(String name, List<String> chain) {
    SortedMap<String, CompiledTemplate> languages = templates.get(name);
    if (languages == null) {
      throw none(name, templates.keySet());
    }
    for (String language : chain) {
      CompiledTemplate found = languages.get(language);
      if (found != null) {
        return found;
      }
    }
    return languages.values().iterator().next();
  }

  /// There is no template of this name.
  public static TemplateException none(String name, Iterable<String> names) {
    String known = String.join(", ", names);
    return new TemplateException(
        name.length() > 60 ? name.substring(0, 60) : name,
        "",
        "there is none of this name; there are: "
            + (known.length() > 1_000 ? known.substring(0, 1_000) + "…" : known));
  }
}
