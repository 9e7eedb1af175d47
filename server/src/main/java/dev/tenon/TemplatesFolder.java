package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.config.ConfigException;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.TemplateException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/// The setting `email.templates-folder`.
public final class TemplatesFolder {
  private TemplatesFolder() {}

  /// The built-in templates with those of the folder. Throws [ConfigException] that names the file
  /// and line of what is wrong.
  public static EmailTemplates load(Config.Email email) {
    EmailTemplates builtIn = EmailTemplates.builtIn();
    if (email.templatesFolder().isEmpty()) {
      return builtIn;
    }
    try {
      return builtIn.withFolder(Path.of(email.templatesFolder()));
    } catch (TemplateException | UncheckedIOException e) {
      throw new ConfigException(List.of("email.templates-folder: " + e.getMessage()));
    }
  }
}
