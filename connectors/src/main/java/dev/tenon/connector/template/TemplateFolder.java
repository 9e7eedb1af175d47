package dev.tenon.connector.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// An operator's own templates: a folder each, named like the template.
///
/// In it are `subject.txt`, and `template.html` or `text.txt` or both, perhaps `preheader.txt`, and
/// perhaps `variables.txt` ([Template.Variable]). That is the English one, or the only one; other
/// languages have a folder each in there, named by their tag, with the same files but
/// `variables.txt`, which holds for all.
final class TemplateFolder {
  private static final long FILE_BYTES_MAX = 400_000;

  private TemplateFolder() {}

  static EmailTemplates addTo(EmailTemplates templates, Path folder) {
    EmailTemplates result = templates;
    for (Path one : folders(folder)) {
      String name = String.valueOf(one.getFileName());
      List<Template.Variable> variables = variables(name, one.resolve("variables.txt"));
      boolean any = false;
      if (Files.exists(one.resolve("subject.txt"))) {
        result = add(result, name, Language.LAST, one, variables);
        any = true;
      }
      for (Path inner : folders(one)) {
        String tag = String.valueOf(inner.getFileName());
        String language =
            Language.read(tag)
                .orElseThrow(
                    () ->
                        new TemplateException(
                            name, "", "its folder '%s' is named by no language".formatted(tag)));
        result = add(result, name, language, inner, variables);
        any = true;
      }
      if (!any) {
        throw new TemplateException(name, "", "its folder %s has no subject.txt".formatted(one));
      }
    }
    return result;
  }

  private static EmailTemplates add(
      EmailTemplates templates,
      String name,
      String language,
      Path folder,
      List<Template.Variable> variables) {
    try {
      return templates.with(
          language,
          new Template(
              name,
              file(name, folder.resolve("subject.txt")),
              file(name, folder.resolve("preheader.txt")),
              file(name, folder.resolve("template.html")),
              file(name, folder.resolve("text.txt")),
              variables));
    } catch (TemplateException e) {
      throw e.in(folder.toString());
    }
  }

  private static List<Template.Variable> variables(String name, Path file) {
    try {
      return Template.Variable.readAll(file(name, file));
    } catch (TemplateException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new TemplateException(name, "", "%s, %s".formatted(file, e.getMessage()));
    }
  }

  private static List<Path> folders(Path folder) {
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .filter(Files::isDirectory)
          .filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
          .sorted()
          .limit(EmailTemplates.TEMPLATES_MAX + 1L)
          .forEach(folders::add);
    } catch (IOException e) {
      throw new UncheckedIOException("the template folder can't be read: " + folder, e);
    }
    return folders;
  }

  private static String file(String template, Path file) {
    try {
      if (!Files.exists(file)) {
        return "";
      }
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new TemplateException(template, "", file + " is larger than 400000 bytes");
      }
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new TemplateException(template, "", file + " is not UTF-8");
    } catch (IOException e) {
      throw new TemplateException(
          template,
          "",
          file + " can't be read: " + Optional.ofNullable(e.getMessage()).orElse(e.toString()));
    }
  }
}
