package dev.tenon.connector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailTemplatesTest {
  static final List<String> BUILT_IN = EmailTemplates.BUILT_IN;

  private final EmailTemplates builtIn = EmailTemplates.builtIn();

  private static Map<String, Object> sample(List<Template.Variable> variables, boolean all) {
    Map<String, Object> data = new HashMap<>();
    for (Template.Variable variable : variables) {
      if (variable.required() || (all && variable.fallback().isEmpty())) {
        data.put(
            variable.name(),
            switch (variable.name()) {
              case "items" ->
                  List.of(
                      Map.of("description", "Pro", "amount", "10 €"),
                      Map.of("description", "Extra seat", "amount", "2 €"));
              case "support_email" -> "help@example.org";
              case String name when name.endsWith("_url") -> "https://example.org/" + name;
              case String name -> "<" + name + ">";
            });
      }
    }
    return data;
  }

  @ParameterizedTest
  @FieldSource("BUILT_IN")
  void rendersEachBuiltInWithLittleAndWithAll(String name) {
    for (boolean all : List.of(false, true)) {
      RenderedEmail mail = builtIn.render(name, sample(builtIn.variables(name), all));
      assertThat(mail.subject()).isNotBlank().doesNotContain("{{");
      assertThat(mail.html())
          .contains("color-scheme", "max-width:600px", "display:none;max-height:0")
          .contains("&lt;product&gt;")
          .doesNotContain("{{", "<product>", "<!--content-->", "<!--preheader-->");
      assertThat(mail.text()).contains("<product>").doesNotContain("{{", "&lt;", "<p>", "<td");
      assertThat(mail.text().lines()).allMatch(line -> line.length() <= 90);
    }
  }

  @Test
  void welcomesAsPromised() {
    RenderedEmail mail =
        builtIn.render("welcome", Map.of("product", "Atelier", "customer_name", "Ada"));
    assertThat(mail.subject()).isEqualTo("Welcome to Atelier");
    assertThat(mail.text())
        .contains("Hello Ada,")
        .contains("1. Complete your profile")
        .contains("2. Create your first site")
        .contains("3. Explore features and templates");
  }

  @Test
  void namesTheMissingVariableAndTheTemplate() {
    assertThatThrownBy(() -> builtIn.render("welcome", Map.of("product", "Atelier")))
        .isInstanceOfSatisfying(
            TemplateException.class, e -> assertThat(e.variable()).isEqualTo("customer_name"))
        .hasMessage("template 'welcome': the variable 'customer_name' is missing");
  }

  @Test
  void namesAVariableThatIsMissingInsideASection() {
    EmailTemplates templates =
        EmailTemplates.empty()
            .with(new Template("list", "Hi", "", "{{#items}}{{name}}: {{price}}\n{{/items}}"));
    assertThat(
            templates
                .render("list", Map.of("items", List.of(Map.of("name", "a", "price", 1))))
                .text())
        .isEqualTo("a: 1\n");
    assertThatThrownBy(
            () -> templates.render("list", Map.of("items", List.of(Map.of("name", "a")))))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("'price' is missing");
    assertThatThrownBy(() -> templates.render("list", Map.of())).hasMessageContaining("'items'");
  }

  @Test
  void escapesInHtmlOnly() {
    EmailTemplates templates =
        EmailTemplates.empty().with(new Template("t", "{{a}}", "<p>{{a}}</p>", "{{a}}"));
    RenderedEmail mail = templates.render("t", Map.of("a", "<b> & \"c\""));
    assertThat(mail.subject()).isEqualTo("<b> & \"c\"");
    assertThat(mail.text()).isEqualTo("<b> & \"c\"");
    assertThat(mail.html()).isEqualTo("<p>&lt;b&gt; &amp; &quot;c&quot;</p>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ada\r\nBcc: eve@example.net", "Ada\nx", "Ada\u2028x"})
  void refusesALineBreakInASubject(String name) {
    assertThatThrownBy(
            () ->
                EmailTemplates.empty()
                    .with(new Template("t", "Hi {{name}}", "", "x"))
                    .render("t", Map.of("name", name)))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("line break");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{#open}}never closed",
        "{{unclosed",
        "{{{raw}}}",
        "{{& raw}}",
        "{{> other}}",
        "{{=<% %>=}}",
        "{{/closed}}"
      })
  void refusesABadSourceWhenItIsLoaded(String source) {
    assertThatThrownBy(() -> EmailTemplates.empty().with(new Template("t", "Hi", source, "x")))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("template 't'");
  }

  @Test
  void refusesAVariableThatIsNotDeclared() {
    assertThatThrownBy(
            () ->
                EmailTemplates.empty()
                    .with(
                        new Template(
                            "t", "Hi {{nmae}}", "", "x", Template.Variable.readAll("name"))))
        .hasMessage("template 't': it uses {{nmae}}, which it doesn't declare");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"javascript:alert(1)", " java\tscript:x", "JavaScript:x", "data:text/html,x"})
  void refusesALinkThatRunsCode(String url) {
    assertThatThrownBy(
            () ->
                EmailTemplates.empty()
                    .with(new Template("t", "Hi", "<a href=\"{{url}}\">x</a>", ""))
                    .render("t", Map.of("url", url)))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("scheme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{name.bytes}}", "{{name.class}}", "{{name.length}}", "{{entrySet}}"})
  void seesNothingButTheData(String source) {
    EmailTemplates templates = EmailTemplates.empty().with(new Template("t", "Hi", "", source));
    assertThatThrownBy(() -> templates.render("t", Map.of("name", "Ada")))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void refusesAColourThatCannotBeRead() {
    assertThatThrownBy(
            () ->
                builtIn.render(
                    "welcome",
                    Map.of("product", "A", "customer_name", "B", "brand_color", "#ffff00")))
        .hasMessageContaining("contrast");
    assertThatThrownBy(
            () ->
                builtIn.render(
                    "welcome",
                    Map.of("product", "A", "customer_name", "B", "brand_color", "red;x:y")))
        .hasMessageContaining("like #1e40af");
  }

  @Test
  void loadsMoreFromAFolderAndOverridesABuiltIn(@TempDir Path folder) throws IOException {
    Path welcome = Files.createDirectory(folder.resolve("welcome"));
    Files.writeString(welcome.resolve("subject.txt"), "Bonjour {{name}}\n");
    Files.writeString(welcome.resolve("text.txt"), "Bonjour {{name}}{{#extra}}!{{/extra}}");
    Files.writeString(welcome.resolve("variables.txt"), "name\nextra?\n");
    EmailTemplates templates = builtIn.withFolder(folder);
    assertThat(templates.names()).containsAll(EmailTemplates.BUILT_IN);
    assertThat(templates.render("welcome", Map.of("name", "Ada")))
        .isEqualTo(new RenderedEmail("Bonjour Ada", "", "Bonjour Ada"));
  }

  @Test
  void namesWhatThereIsWhenATemplateIsNotThere() {
    assertThatThrownBy(() -> builtIn.render("welcom", Map.of()))
        .hasMessageContaining("'welcom'")
        .hasMessageContaining("welcome");
  }
}
