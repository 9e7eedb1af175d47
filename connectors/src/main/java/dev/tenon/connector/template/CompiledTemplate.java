package dev.tenon.connector.template;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import java.io.Writer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A template that has passed its checks, ready to render. Safe for many threads.
final class CompiledTemplate {
  private static final int OUTPUT_CHARS_MAX = 1_000_000;
  private static final int SUBJECT_CHARS_MAX = 500;

  /// Unescaped output, partials, blocks, parents and other delimiters: each would get around a
  /// check made here.
  private static final Pattern REFUSED_TAG = Pattern.compile("\\{\\{\\{|\\{\\{\\s*[&>=<$]");

  private final Template template;
  private final com.samskivert.mustache.Template subject;
  private final com.samskivert.mustache.Template html;
  private final com.samskivert.mustache.Template text;
  private final Map<String, Template.Variable> variables;

  CompiledTemplate(Template template) {
    this.template = template;
    Mustache.Compiler plain =
        Mustache.compiler()
            .escapeHTML(false)
            .strictSections(true)
            .emptyStringIsFalse(true)
            .withCollector(new PlainData());
    subject = compile(plain, "subject", template.subject());
    text = compile(plain, "text", template.text());
    html = compile(plain.escapeHTML(true), "html", template.html());
    variables = declared();
  }

  Template template() {
    return template;
  }

  List<Template.Variable> variables() {
    return List.copyOf(variables.values());
  }

  RenderedEmail render(Map<String, ?> data) {
    Map<String, Object> filled = new HashMap<>(PlainData.checked(template.name(), data));
    for (Template.Variable variable : variables.values()) {
      if (variable.required() && !filled.containsKey(variable.name())) {
        throw missing(variable.name());
      }
      filled.putIfAbsent(variable.name(), variable.fallback());
      BrandColor.check(template.name(), variable.name(), filled.get(variable.name()));
    }
    String line = execute(subject, filled);
    if (line.isBlank() || line.length() > SUBJECT_CHARS_MAX) {
      throw new TemplateException(
          template.name(), "", "the rendered subject must be 1 to 500 characters");
    }
    if (line.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029)) {
      throw new TemplateException(
          template.name(), "", "the rendered subject has a line break or control character in it");
    }
    String page = execute(html, filled);
    checkLinks(page);
    return new RenderedEmail(line, page, execute(text, filled));
  }

  private com.samskivert.mustache.Template compile(
      Mustache.Compiler compiler, String part, String source) {
    Matcher refused = REFUSED_TAG.matcher(source);
    if (refused.find()) {
      throw new TemplateException(
          template.name(),
          "",
          "'%s' in its %s is not allowed: only {{variable}} and sections are"
              .formatted(refused.group(), part));
    }
    try {
      com.samskivert.mustache.Template compiled = compiler.compile(source);
      compiled.visit(new RefuseUnclosed(part));
      return compiled;
    } catch (MustacheException e) {
      throw new TemplateException(
          template.name(), "", "its %s can't be read: %s".formatted(part, e.getMessage()));
    }
  }

  /// Declared variables; when none are, those that stand outside any section are required, and the
  /// sections themselves too.
  private Map<String, Template.Variable> declared() {
    NamesOutsideSections names = new NamesOutsideSections();
    subject.visit(names);
    html.visit(names);
    text.visit(names);
    if (template.variables().isEmpty()) {
      return names.found.stream()
          .map(name -> new Template.Variable(name, true, ""))
          .collect(toOrderedMap());
    }
    Map<String, Template.Variable> declared = template.variables().stream().collect(toOrderedMap());
    for (String name : names.found) {
      if (!declared.containsKey(name)) {
        throw new TemplateException(
            template.name(), name, "it uses {{%s}}, which it doesn't declare".formatted(name));
      }
    }
    return declared;
  }

  private static java.util.stream.Collector<Template.Variable, ?, Map<String, Template.Variable>>
      toOrderedMap() {
    return Collectors.toMap(
        Template.Variable::name, Function.identity(), (a, _) -> a, java.util.LinkedHashMap::new);
  }

  private String execute(com.samskivert.mustache.Template part, Map<String, Object> data) {
    BoundedWriter out = new BoundedWriter();
    try {
      part.execute(data, out);
    } catch (MustacheException.Context e) {
      throw missing(e.key);
    } catch (TooLong e) {
      throw new TemplateException(
          template.name(), "", "it renders to more than a million characters");
    } catch (MustacheException e) {
      throw new TemplateException(template.name(), "", "it can't be rendered: " + e.getMessage());
    }
    return out.toString();
  }

  private TemplateException missing(String variable) {
    return new TemplateException(
        template.name(), variable, "the variable '%s' is missing".formatted(variable));
  }

  private void checkLinks(String page) {
    LinkSchemes.firstRefused(page)
        .ifPresent(
            scheme -> {
              throw new TemplateException(
                  template.name(),
                  "",
                  "a link has the scheme '%s'; allowed are https, http, mailto, tel and cid"
                      .formatted(scheme));
            });
  }

  /// The compiler takes a tag that is never closed for text; nobody means that.
  private final class RefuseUnclosed implements Mustache.Visitor {
    private final String part;

    RefuseUnclosed(String part) {
      this.part = part;
    }

    @Override
    public void visitText(String text) {
      if (text.contains("{{")) {
        throw new TemplateException(
            template.name(), "", "its %s has a '{{' that is not closed".formatted(part));
      }
    }

    @Override
    public void visitVariable(String name) {}

    @Override
    public boolean visitInclude(String name) {
      return false;
    }

    @Override
    public boolean visitSection(String name) {
      return true;
    }

    @Override
    public boolean visitInvertedSection(String name) {
      return true;
    }
  }

  private static final class NamesOutsideSections implements Mustache.Visitor {
    final Set<String> found = new LinkedHashSet<>();

    @Override
    public void visitText(String text) {}

    @Override
    public void visitVariable(String name) {
      add(name);
    }

    @Override
    public boolean visitInclude(String name) {
      return false;
    }

    @Override
    public boolean visitSection(String name) {
      add(name);
      // Inside, names may belong to the entries of a list.
      return false;
    }

    @Override
    public boolean visitInvertedSection(String name) {
      add(name);
      return true;
    }

    private void add(String name) {
      int dot = name.indexOf('.');
      found.add(dot > 0 ? name.substring(0, dot) : name);
    }
  }

  private static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class BoundedWriter extends Writer {
    private final StringBuilder out = new StringBuilder();

    @Override
    public void write(char[] chars, int offset, int length) {
      if (out.length() + length > OUTPUT_CHARS_MAX) {
        throw new TooLong();
      }
      out.append(chars, offset, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
      return out.toString();
    }
  }
}
