package dev.tenon.connector.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A set of templates by name. Immutable: each `with…` answers a larger set, in which a template of
/// the same name replaces the earlier one, so a tenant overrides a built-in by adding its own.
public final class EmailTemplates {
  /// The templates that come with Tenon.
  public static final List<String> BUILT_IN =
      List.of(
          "welcome",
          "subscription-confirmation",
          "subscription-cancellation",
          "payment-failed",
          "receipt");

  private static final int TEMPLATES_MAX = 1_000;
  private static final long FILE_BYTES_MAX = 400_000;

  private final SortedMap<String, CompiledTemplate> templates;

  private EmailTemplates(SortedMap<String, CompiledTemplate> templates) {
    this.templates = Collections.unmodifiableSortedMap(templates);
  }

  public static EmailTemplates empty() {
    return new EmailTemplates(new TreeMap<>());
  }

  /// The built-in templates.
  public static EmailTemplates builtIn() {
    EmailTemplates result = empty();
    String layout = resource("layout.html");
    for (String name : BUILT_IN) {
      result =
          result.with(
              new Template(
                  name,
                  resource(name + "/subject.txt"),
                  page(layout, resource(name + "/preheader.txt"), resource(name + "/content.html")),
                  resource(name + "/text.txt"),
                  Template.Variable.readAll(
                      resource("variables.txt") + "\n" + resource(name + "/variables.txt"))));
    }
    return result;
  }

  /// This set with one more. Throws [TemplateException] when it can't be read.
  public EmailTemplates with(Template template) {
    SortedMap<String, CompiledTemplate> more = new TreeMap<>(templates);
    more.put(template.name(), new CompiledTemplate(template));
    if (more.size() > TEMPLATES_MAX) {
      throw new TemplateException(template.name(), "", "there are 1000 templates already");
    }
    return new EmailTemplates(more);
  }

  /// This set with those of a folder: one folder each, named like the template, with `subject.txt`,
  /// and `template.html` or `text.txt` or both, and perhaps `variables.txt` (one per line: `name`,
  /// `name?` when it may be left out, `name=default`). Throws [TemplateException] when one can't be
  /// read, naming it.
  public EmailTemplates withFolder(Path folder) {
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .filter(Files::isDirectory)
          .filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
          .sorted()
          .limit(TEMPLATES_MAX + 1L)
          .forEach(folders::add);
    } catch (IOException e) {
      throw new UncheckedIOException("the template folder can't be read: " + folder, e);
    }
    EmailTemplates result = this;
    for (Path one : folders) {
      result = result.with(read(one));
    }
    return result;
  }

  /// Renders a template. Throws [TemplateException] naming the template when it isn't there, or the
  /// variable that is missing.
  public RenderedEmail render(String name, Map<String, ?> data) {
    return get(name).render(data);
  }

  public List<String> names() {
    return List.copyOf(templates.keySet());
  }

  public Template template(String name) {
    return get(name).template();
  }

  /// What a caller gives to the template: as declared, else as its sources name it.
  public List<Template.Variable> variables(String name) {
    return get(name).variables();
  }

  private CompiledTemplate get(String name) {
    CompiledTemplate found = templates.get(name);
    if (found == null) {
      throw new TemplateException(
          name.length() > 60 ? name.substring(0, 60) : name,
          "",
          "there is none of this name; there are: " + String.join(", ", templates.keySet()));
    }
    return found;
  }

  private static Template read(Path folder) {
    String name = String.valueOf(folder.getFileName());
    return new Template(
        name,
        file(name, folder.resolve("subject.txt")),
        file(name, folder.resolve("template.html")),
        file(name, folder.resolve("text.txt")),
        Template.Variable.readAll(file(name, folder.resolve("variables.txt"))));
  }

  private static String file(String template, Path file) {
    try {
      if (!Files.exists(file)) {
        return "";
      }
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new TemplateException(
            template, "", file.getFileName() + " is larger than 400000 bytes");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new TemplateException(
          template, "", file.getFileName() + " can't be read: " + e.getMessage());
    }
  }

  private static String page(String layout, String preheader, String content) {
    return layout
        .replace("<!--preheader-->", preheader.strip())
        .replace("<!--content-->", content.strip());
  }

  private static String resource(String name) {
    try (InputStream in = EmailTemplates.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the built-in template file is missing: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
