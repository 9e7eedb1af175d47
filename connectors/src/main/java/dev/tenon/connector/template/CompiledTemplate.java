package dev.tenon.connector.template;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A template that has passed its checks, ready to render. Safe for many threads.
public final class CompiledTemplate {
  private static final int OUTPUT_CHARS_MAX = 1_000_000;
  private static final int SUBJECT_CHARS_MAX = 500;
  private static final Set<String> LINKS = Set.of("https", "http", "mailto", "tel");

  private final Template template;
  private final String language;
  private final com.samskivert.mustache.Template subject;
  private final com.samskivert.mustache.Template html;
  private final com.samskivert.mustache.Template text;
  private final Map<String, Template.Variable> variables;
  private final Set<String> colors = new HashSet<>();

  private CompiledTemplate(Template template, String language, boolean strict) {
    this.template = template;
    this.language = language;
    Mustache.Compiler plain =
        Mustache.compiler()
            .escapeHTML(false)
            .strictSections(true)
            .emptyStringIsFalse(true)
            .withCollector(new PlainData());
    List<SourceTags.Tag> inSubject = tags("subject", template.subject());
    List<SourceTags.Tag> inPreheader = tags("preheader", template.preheader());
    List<SourceTags.Tag> inHtml = tags("HTML", template.html());
    List<SourceTags.Tag> inText = tags("text", template.text());
    variables = declared(List.of(inSubject, inPreheader, inHtml, inText));
    check("HTML", template.html(), inHtml, types(), strict);
    if (!template.preheader().isEmpty()) {
      check("preheader", template.preheader(), inPreheader, types(), strict);
    }
    subject = compile(plain, "subject", template.subject());
    text = compile(plain, "text", MailLayout.text(language, template));
    String page = MailLayout.page(language, template, inSubject);
    checkComposed(page, strict);
    html = compile(plain.escapeHTML(true), "HTML", page);
    variables.values().stream()
        .filter(variable -> variable.type() == VariableType.COLOR && !variable.fallback().isEmpty())
        .forEach(
            variable -> BrandColor.check(template.name(), variable.name(), variable.fallback()));
  }

  /// Checks and compiles a template of one language. Throws [TemplateException] that says what is
  /// wrong and in which line.
  public static CompiledTemplate of(Template template, String language) {
    return new CompiledTemplate(template, language, true);
  }

  /// Compiles what was published before, by the rules of then where they were less: it goes on
  /// being sent.
  public static CompiledTemplate published(Template template, String language) {
    return new CompiledTemplate(template, language, false);
  }

  private void check(
      String part,
      String source,
      List<SourceTags.Tag> tags,
      Map<String, VariableType> types,
      boolean strict) {
    colors.addAll(HtmlCheck.check(template.name(), part, source, tags, types, strict));
  }

  /// The page once more with all that was put in and around it, since what is harmless where it was
  /// written may not be where it was put.
  private void checkComposed(String page, boolean strict) {
    colors.addAll(List.of("brand_color", "brand_color_dark"));
    if (strict) {
      Map<String, VariableType> types = new HashMap<>(types());
      if (!MailLayout.isWhole(template.html())) {
        types.put("brand_color_dark", VariableType.COLOR);
      }
      check("page with its layout", page, tags("page", page), types, true);
    }
  }

  public Template template() {
    return template;
  }

  public String language() {
    return language;
  }

  /// What a caller gives, and what the layout takes.
  public List<Template.Variable> variables() {
    return List.copyOf(variables.values());
  }

  /// Fills it in. Throws [TemplateException] that names the variable that is missing or wrong.
  public RenderedEmail render(Map<String, ?> data) {
    Steps.CountedMap filled = PlainData.checked(template.name(), data, colors);
    for (Template.Variable variable : variables.values()) {
      Object given = filled.get(variable.name());
      if (given == null) {
        if (variable.required()) {
          throw missing(variable.name());
        }
        filled.put(variable.name(), variable.fallback());
      } else {
        check(variable, given);
      }
    }
    if (variables.containsKey("brand_color") && filled.get("brand_color") instanceof String color) {
      filled.put("brand_color_dark", BrandColor.onDark(color));
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

  private List<SourceTags.Tag> tags(String part, String source) {
    return SourceTags.read(template.name(), part, source);
  }

  private com.samskivert.mustache.Template compile(
      Mustache.Compiler compiler, String part, String source) {
    try {
      return compiler.compile(source);
    } catch (MustacheException e) {
      throw new TemplateException(
          template.name(), "", "its %s can't be read: %s".formatted(part, e.getMessage()));
    }
  }

  /// Declared variables and those of the layout; when none are declared, those that stand outside
  /// any section are required, and the sections themselves too.
  private Map<String, Template.Variable> declared(List<List<SourceTags.Tag>> parts) {
    Set<String> used = new LinkedHashSet<>();
    parts.forEach(tags -> used(tags, used));
    Map<String, Template.Variable> all = new LinkedHashMap<>();
    if (template.variables().isEmpty()) {
      used.stream()
          .filter(name -> MailLayout.VARIABLES.stream().noneMatch(one -> one.name().equals(name)))
          .forEach(name -> all.put(name, new Template.Variable(name, true, "")));
    } else {
      template.variables().forEach(variable -> all.putIfAbsent(variable.name(), variable));
    }
    boolean inLayout = !MailLayout.isWhole(template.html());
    for (Template.Variable known : MailLayout.VARIABLES) {
      if (inLayout || used.contains(known.name())) {
        // A template may say more of it, but not what it is: the layout puts it into styles and
        // links.
        all.merge(known.name(), known, CompiledTemplate::ofType);
      }
    }
    for (String name : used) {
      if (!all.containsKey(name)) {
        throw new TemplateException(
            template.name(), name, "it uses {{%s}}, which it doesn't declare".formatted(name));
      }
    }
    return all;
  }

  private static Template.Variable ofType(Template.Variable own, Template.Variable known) {
    return new Template.Variable(
        own.name(),
        own.required(),
        own.fallback().isEmpty() ? known.fallback() : own.fallback(),
        known.type(),
        own.about(),
        own.sample());
  }

  /// The names that the caller gives. Inside the section of a list or map, a name may belong to its
  /// entries; so may it in one whose type is not declared.
  private void used(List<SourceTags.Tag> tags, Set<String> used) {
    Map<String, VariableType> types =
        template.variables().stream()
            .collect(
                Collectors.toMap(Template.Variable::name, Template.Variable::type, (a, _) -> a));
    Deque<Boolean> scopes = new ArrayDeque<>();
    for (SourceTags.Tag tag : tags) {
      boolean outside = !scopes.contains(true);
      if (outside && tag.kind() != SourceTags.Kind.CLOSE && tag.kind() != SourceTags.Kind.COMMENT) {
        int dot = tag.name().indexOf('.');
        String name = dot > 0 ? tag.name().substring(0, dot) : tag.name();
        if (Template.Variable.isName(name)) {
          used.add(name);
        }
      }
      switch (tag.kind()) {
        case OPEN -> {
          VariableType type = types.getOrDefault(tag.name(), VariableType.LIST);
          scopes.push(type == VariableType.LIST || type == VariableType.MAP);
        }
        case INVERTED -> scopes.push(false);
        case CLOSE -> scopes.pop();
        case VARIABLE, COMMENT -> {
          // They have no inside.
        }
      }
    }
  }

  private Map<String, VariableType> types() {
    return variables.values().stream()
        .collect(Collectors.toMap(Template.Variable::name, Template.Variable::type));
  }

  private void check(Template.Variable variable, Object given) {
    String name = variable.name();
    switch (variable.type()) {
      case COLOR -> BrandColor.check(template.name(), name, given);
      case LIST -> require(given instanceof List<?>, name, "a list");
      case NUMBER -> require(given instanceof Number, name, "a number");
      case URL ->
          require(
              given instanceof String link
                  && (link.isEmpty()
                      || LinkSchemes.ofLink(link).filter(LINKS::contains).isPresent()),
              name,
              "a link with https, http, mailto or tel");
      case MAP -> require(given instanceof Map<?, ?>, name, "a map");
      case TEXT ->
          require(
              template.variables().isEmpty()
                  || !(given instanceof Map<?, ?> || given instanceof List<?>),
              name,
              "text");
      case TRUTH -> {
        // Anything is true or not.
      }
    }
  }

  private void require(boolean right, String variable, String what) {
    if (!right) {
      throw new TemplateException(
          template.name(), variable, "the variable '%s' must be %s".formatted(variable, what));
    }
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
    } catch (Steps.TooMany e) {
      throw new TemplateException(
          template.name(), "", "its sections repeat too often to be rendered");
    } catch (MustacheException e) {
      throw new TemplateException(template.name(), "", "it can't be rendered: " + e.getMessage());
    }
    return out.toString();
  }

  private TemplateException missing(@Nullable String variable) {
    return TemplateException.missing(template.name(), String.valueOf(variable));
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
