package dev.tenon.template;

import dev.tenon.connector.template.Template;
import java.util.List;

/// What a template says in one language.
public record TemplateParts(String subject, String preheader, String html, String text) {
  static TemplateParts of(Template template) {
    return new TemplateParts(
        template.subject(), template.preheader(), template.html(), template.text());
  }

  Template template(String name, List<Template.Variable> variables) {
    return new Template(name, subject, preheader, html, text, variables);
  }

  int chars() {
    return subject.length() + preheader.length() + html.length() + text.length();
  }
}
