package dev.tenon.connector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  private static final String MARK = "<x\"'&>";

  /// Every text marked, so that what is not escaped shows.
  private static Map<String, Object> sample(List<Template.Variable> variables, boolean all) {
    Map<String, Object> data = new HashMap<>(SampleData.of(variables, all, _ -> List.of()));
    for (Template.Variable variable : variables) {
      data.computeIfPresent(
          variable.name(),
          (name, value) ->
              switch (variable.type()) {
                case TEXT -> name.equals("support_email") ? value : MARK + name;
                case LIST -> List.of(Map.of("description", MARK, "amount", "10 €"));
                case NUMBER, TRUTH, MAP, URL, COLOR -> value;
              });
    }
    data.remove("brand_color_dark");
    return data;
  }

  @ParameterizedTest
  @FieldSource("BUILT_IN")
  void rendersEachBuiltInWithLittleAndWithAll(String name) {
    for (String language : MailLayout.LANGUAGES) {
      for (boolean all : List.of(false, true)) {
        CompiledTemplate template = builtIn.find(name, language).orElseThrow();
        RenderedEmail mail = template.render(sample(template.variables(), all));
        assertThat(mail.subject()).isNotBlank().doesNotContain("{{");
        assertThat(mail.html())
            .contains("color-scheme", "max-width:600px", "display:none;max-height:0")
            .contains("lang=\"" + language + "\"", "prefers-color-scheme: dark", "[data-ogsc]")
            .contains("&lt;x&quot;")
            .doesNotContain(
                "{{", MARK, "<!--content-->", "<!--preheader-->", "<!--title-->", "<!--=");
        assertThat(mail.html().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(102 * 1024);
        assertThat(mail.text())
            .contains(MARK + "product")
            .doesNotContain("{{", "&lt;", "<p>", "<td");
        assertThat(mail.text().lines()).allMatch(line -> line.length() <= 110);
        assertThat(mail.text()).doesNotContain("\n\n\n\n");
      }
    }
  }

  @ParameterizedTest
  @FieldSource("BUILT_IN")
  void saysOfEachVariableWhatItIs(String name) {
    for (Template.Variable variable : builtIn.template(name).variables()) {
      assertThat(variable.about()).as("%s of %s", variable.name(), name).isNotBlank();
      if (variable.required()) {
        assertThat(variable.sample()).as("%s of %s", variable.name(), name).isNotBlank();
      }
    }
  }

  @Test
  void lightensABrandsColourForTheDark() {
    RenderedEmail mail =
        builtIn.render(
            "welcome",
            Map.of(
                "product", "A",
                "customer_name", "B",
                "brand_color", "#1e3a8a",
                "dashboard_url", "https://example.org/"));
    assertThat(mail.html())
        .contains("background-color:#1e3a8a")
        .doesNotContain(".link { color: #1e3a8a");
    assertThat(BrandColor.onDark("#1e3a8a")).matches("#[0-9a-f]{6}");
    assertThat(BrandColor.onDark("#ffffff")).isEqualTo("#ffffff");
  }

  @Test
  void takesAWiderLanguageThenEnglish() {
    Map<String, Object> data = Map.of("product", "Atelier", "customer_name", "Ada");
    assertThat(builtIn.render("welcome", "de-AT", data).subject())
        .isEqualTo("Willkommen bei Atelier");
    assertThat(builtIn.render("welcome", "fr", data).subject()).isEqualTo("Welcome to Atelier");
    assertThat(builtIn.render("welcome", "no such tag", data).subject())
        .isEqualTo("Welcome to Atelier");
    assertThat(Language.chain("de-AT", "fr")).containsExactly("de-at", "de", "fr", "en");
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
                .render(
                    "list",
                    Map.of("items", List.of(Map.of("name", "a", "price", 1)), "product", "P"))
                .text())
        .startsWith("a: 1\n");
    assertThatThrownBy(
            () ->
                templates.render(
                    "list", Map.of("items", List.of(Map.of("name", "a")), "product", "P")))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("'price' is missing");
    assertThatThrownBy(() -> templates.render("list", Map.of("product", "P")))
        .hasMessageContaining("'items'");
  }

  @Test
  void escapesInHtmlOnly() {
    EmailTemplates templates =
        EmailTemplates.empty().with(new Template("t", "{{a}}", "<p>{{a}}</p>", "{{a}}"));
    RenderedEmail mail = templates.render("t", Map.of("a", "<b> & \"c\"", "product", "P"));
    assertThat(mail.subject()).isEqualTo("<b> & \"c\"");
    assertThat(mail.text()).startsWith("<b> & \"c\"\n");
    assertThat(mail.html()).contains("\">&lt;b&gt; &amp; &quot;c&quot;</p>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ada\r\nBcc: eve@example.net", "Ada\nx", "Ada\u2028x"})
  void refusesALineBreakInASubject(String name) {
    assertThatThrownBy(
            () ->
                EmailTemplates.empty()
                    .with(new Template("t", "Hi {{name}}", "", "x"))
                    .render("t", Map.of("name", name, "product", "P")))
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
        "{{/closed}}",
        "{{}}",
        "{{a b}}"
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
                    .render("t", Map.of("url", url, "product", "P")))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("scheme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{name.bytes}}", "{{name.class}}", "{{name.length}}", "{{entrySet}}"})
  void seesNothingButTheData(String source) {
    EmailTemplates templates = EmailTemplates.empty().with(new Template("t", "Hi", "", source));
    assertThatThrownBy(() -> templates.render("t", Map.of("name", "Ada", "product", "P")))
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
    RenderedEmail mail = templates.render("welcome", Map.of("name", "Ada", "product", "P"));
    assertThat(mail.subject()).isEqualTo("Bonjour Ada");
    assertThat(mail.html()).isEmpty();
    assertThat(mail.text()).startsWith("Bonjour Ada\n\n--\n");
    assertThat(templates.languages("welcome")).containsExactly("de", "en");
  }

  @Test
  void namesTheFileAndLineOfWhatIsWrongInAFolder(@TempDir Path folder) throws IOException {
    Path german = Files.createDirectories(folder.resolve("news").resolve("de"));
    Files.writeString(german.resolve("subject.txt"), "Neues");
    Files.writeString(german.resolve("template.html"), "<p>a</p>\n<p>\n{{#open}}</p>");
    assertThatThrownBy(() -> builtIn.withFolder(folder))
        .hasMessageContaining("'news'")
        .hasMessageContaining("HTML, line 3, never closes {{#open}}")
        .hasMessageContaining(german.toString());
    Files.writeString(german.resolve("template.html"), "<p>a</p>");
    assertThat(builtIn.withFolder(folder).languages("news")).containsExactly("de");
    Files.writeString(folder.resolve("news").resolve("variables.txt"), "ok\n9bad | text");
    assertThatThrownBy(() -> builtIn.withFolder(folder))
        .hasMessageContaining("variables.txt, line 2");
    Files.delete(folder.resolve("news").resolve("variables.txt"));
    Files.move(german, folder.resolve("news").resolve("german!"));
    assertThatThrownBy(() -> builtIn.withFolder(folder)).hasMessageContaining("'german!'");
  }

  @Test
  void namesWhatThereIsWhenATemplateIsNotThere() {
    assertThatThrownBy(() -> builtIn.render("welcom", Map.of()))
        .hasMessageContaining("'welcom'")
        .hasMessageContaining("welcome");
  }

  @Test
  void saysThatEverythingGoesOnOnlyUntilTheNextAttempt() {
    Map<String, Object> data = new HashMap<>(Map.of("product", "Atelier", "amount", "29.00 EUR"));
    for (String language : MailLayout.LANGUAGES) {
      String goesOn = language.equals("en") ? "keeps working" : "alles weiter";
      String noMore =
          language.equals("en") ? "No further attempt" : "Ein weiterer Versuch ist nicht";
      data.remove("next_attempt");
      RenderedEmail last = EmailTemplates.builtIn().render("payment-failed", language, data);
      assertThat(last.html()).contains(noMore).doesNotContain(goesOn);
      assertThat(last.text()).contains(noMore).doesNotContain(goesOn);
      data.put("next_attempt", "27 November 2026");
      RenderedEmail again = EmailTemplates.builtIn().render("payment-failed", language, data);
      assertThat(again.html()).contains("27 November 2026", goesOn).doesNotContain(noMore);
      assertThat(again.text()).contains(goesOn).doesNotContain(noMore);
    }
  }
}
