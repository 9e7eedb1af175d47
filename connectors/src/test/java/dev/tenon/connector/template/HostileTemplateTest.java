package dev.tenon.connector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates and data that mean harm: refused, or harmless, and always quickly over.
class HostileTemplateTest {
  private static CompiledTemplate html(String source) {
    return CompiledTemplate.of(new Template("t", "Hi", source, ""), "en");
  }

  private static CompiledTemplate text(String source) {
    return CompiledTemplate.of(new Template("t", "Hi", "", source), "en");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>x</script>",
        "<p onclick=\"x\">a</p>",
        "<p ONCLICK=x>a</p>",
        "<iframe src=\"https://a.test\"></iframe>",
        "<form action=\"https://a.test\"></form>",
        "<meta http-equiv=\"refresh\" content=\"0\">",
        "<base href=\"https://a.test/\">",
        "<svg></svg>",
        "<a href=\"javascript:x\">a</a>",
        "<a href=\" JaVa&#115;cript:x\">a</a>",
        "<a href=\"&#x6a;avascript&colon;x\">a</a>",
        "<a href=\"java&Tab;script:{{x}}\">a</a>",
        "<a href=\"java\nscript:x\">a</a>",
        "<img src=\"data:image/png;base64,x\">",
        "<a href={{x}}>a</a>",
        "<a href=https://a.test/{{x}}>a</a>",
        "<{{x}}>a",
        "<p {{x}}>a</p>",
        "<p {{x}}=\"1\">a</p>",
        "<p style=\"color:{{x}}\">a</p>",
        "<p style=\"background:url(https:{{x_color}})\">a</p>",
        "<p style=\"width:expression(alert(1))\">a</p>",
        "<p style=\"background:url('javascript:x')\">a</p>",
        "<style>p { color: {{x}} }</style>",
        "<style>@import 'https://a.test/x.css';</style>",
        "<p>a",
        "a</p>",
        "<p><b>a</p></b>",
        "<p title=\"a>a</p>",
        "<!-- never closed",
        "1 < 2",
        "{{#x}}<p>{{/x}}a</p>",
        "<p title=\"{{#x}}\">{{/x}}</p>",
        "<a {{#x}}href=\"{{/x}}https://a.test\">a</a>",
        "<p {{#x}}title=\"a\">{{/x}}b</p>",
        "<img src=x o{{!}}nerror=x>",
        "<img src=x o{{#y}}{{/y}}nerror=x>",
        "<p {{!}}class=\"a\">a</p>",
        "<scr{{!}}ipt>x</script>",
        "<style>p {}</st{{!}}yle><p>a</p></style>",
        "<!--><p>a</p>-->",
        "<!---><p>a</p>-->",
        "<!-- a --!><p>b</p>-->",
        "<!-- a --{{!}}><p>b</p>-->",
        "<!-- a -{{#x}}{{/x}}-><p>b</p>-->",
        "<!--[if mso]><scr{{!}}ipt>x</script><![endif]-->",
        "<noembed><p>a</p></noembed>",
        "<noframes><p>a</p></noframes>",
        "<img src=x\fonerror=x>",
        "<p title=\"<p>\">a</p>",
        "<p>{{ ! {{{x}}}</p>",
        "<p style=\"width:exp{{!}}ression(1)\">a</p>",
        "<p style=\"background:u{{#x}}x{{/x}}rl(http://a.test)\">a</p>",
        "<p style=\"background:url&lpar;http://a.test)\">a</p>",
        "<p style=\"background:&#117;rl(http://a.test)\">a</p>",
        "<p style=\"background:url(&quot;http://a.test&quot;)\">a</p>"
      })
  void refusesHtmlThatCouldDoHarm(String source) {
    assertThatThrownBy(() -> html(source))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("line");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<p title=\"{{x}}\" lang='{{x}}'>{{x}}<br>{{x}}<br/></p>",
        "<a href=\"{{x_url}}\">a</a><a href=\"https://a.test/?q={{x}}&amp;r=javascript:1\">b</a>",
        "<p style=\"color:{{x_color}}\">a</p><img src=\"cid:logo\" alt=\"\">",
        "{{#x}}<p>a</p>{{/x}}{{^x}}<p>b</p>{{/x}}",
        "<p>{{#x}}a</p><p>{{/x}}b</p>",
        "<!-- {{x}} --><!--[if mso]><table><tr><td><![endif]--><p>a</p>",
        "<!doctype html><html><head><style>p { color: red; }</style></head><body><p>{{x}}</p></body></html>",
        "<p {{! note }} class=\"a\" {{#x}} lang=\"en\" {{/x}}>a</p>",
        "<p style=\"{{#x}}color:red;{{/x}}\">a</p>",
        "<p style=\"background:url('https://a.test/x.png')\">a</p>",
        "<p style=\"font-family:&quot;Segoe UI&quot;;background:url(https://a.test/x.png)\">a</p>",
        "<!--[if !mso]><!--><p>a</p><!--<![endif]-->",
        "<td background=\"https://a.test/x.png\">a &lt; b</td>"
      })
  void takesHtmlThatMailsAreMadeOf(String source) {
    assertThat(html(source)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        "java\tscript:x",
        "java\r\nscript:x",
        "\u0001javascript:x",
        " javascript:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:x",
        "&#106;avascript:x",
        "javascript&colon;x",
        "//host/path",
        "/path"
      })
  void aLinkOfDataIsAWholeLinkOrRefused(String link) {
    CompiledTemplate template = html("<a href=\"{{go_url}}\">a</a>");
    assertThatThrownBy(() -> template.render(Map.of("go_url", link, "product", "P")))
        .as(link)
        .isInstanceOfSatisfying(
            TemplateException.class, e -> assertThat(e.variable()).isEqualTo("go_url"));
  }

  @Test
  void referencesInDataAreTextAndNoColon() {
    CompiledTemplate template = html("<a href=\"{{go}}\">a</a>");
    String page = template.render(Map.of("go", "&#106;avascript:x", "product", "P")).html();
    assertThat(page).contains("href=\"&amp;#106;avascript:x\"");
  }

  /// Lists in lists without a character of output: a thousand entries, ten deep, would take longer
  /// than there is time.
  @Test
  void repetitionEndsSoon() {
    String deep = "{{#a}}".repeat(10) + "{{/a}}".repeat(10);
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      many.add("x");
    }
    long began = System.nanoTime();
    assertThatThrownBy(() -> text(deep).render(Map.of("a", many, "product", "P")))
        .hasMessageContaining("repeat too often");
    assertThat(System.nanoTime() - began).isLessThan(5_000_000_000L);
  }

  @Test
  void outputDepthAndNumberAreBounded() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      many.add("y".repeat(10));
    }
    assertThatThrownBy(
            () ->
                text("{{#a}}{{b}}{{/a}}")
                    .render(Map.of("a", many, "b", "y".repeat(40_000), "product", "P")))
        .hasMessageContaining("more than a million characters");
    assertThatThrownBy(() -> text("{{#a}}".repeat(10_000) + "{{/a}}".repeat(10_000)))
        .hasMessageContaining("nests sections deeper");
    assertThatThrownBy(() -> text("{{a}}".repeat(5_000))).hasMessageContaining("3000 tags");
    assertThatThrownBy(() -> html("<b>".repeat(300) + "</b>".repeat(300)))
        .hasMessageContaining("nests elements deeper");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{#n}}{{class.name}}{{/n}}",
        "{{n.bytes}}",
        "{{n.getClass}}",
        "{{a.size}}",
        "{{a.empty}}",
        "{{m.entrySet}}",
        "{{m.hashCode}}",
        "{{toString}}",
        "{{n.hash}}"
      })
  void nothingReachesAnObject(String source) {
    assertThatThrownBy(
            () ->
                text(source)
                    .render(
                        Map.of("n", "Ada", "a", List.of(1), "m", Map.of("k", 1), "product", "P")))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void anObjectIsNoData() {
    assertThatThrownBy(() -> text("{{a}}").render(Map.of("a", new Object(), "product", "P")))
        .hasMessageContaining("must be text");
  }

  @Property(tries = 300)
  void whateverTheDataTheMarkupStaysTheTemplates(
      @ForAll("texts") String a, @ForAll("texts") String b) {
    CompiledTemplate template = html("<p title=\"{{a}}\">{{b}}</p><i id='{{b}}'>{{a}}</i>");
    String with = template.render(data(a, b)).html();
    String without = template.render(data("", "")).html();
    assertThat(count(with, '<')).isEqualTo(count(without, '<'));
    assertThat(count(with, '"')).isEqualTo(count(without, '"'));
    assertThat(count(with, '\'')).isEqualTo(count(without, '\''));
  }

  @Property(tries = 300)
  void whateverTheTemplateItIsRefusedOrRendersWithoutAScript(
      @ForAll("sources") String source, @ForAll("texts") String a) {
    CompiledTemplate template;
    try {
      template = html(source);
    } catch (TemplateException e) {
      return;
    }
    try {
      String page = template.render(data(a, a)).html().toLowerCase(Locale.ROOT);
      assertThat(page)
          .doesNotContain("<script", "href=\"javascript:")
          .doesNotContainPattern("<[a-z]+(\\s+[a-z-]+=(\"[^\"]*\"|'[^']*'))*\\s*onclick=");
    } catch (TemplateException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static Map<String, Object> data(String a, String b) {
    Map<String, Object> data = new HashMap<>();
    data.put("a", a);
    data.put("b", b);
    data.put("product", "P");
    return data;
  }

  private static long count(String text, int c) {
    return text.chars().filter(each -> each == c).count();
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "<",
            ">",
            "\"",
            "'",
            "`",
            "=",
            "&",
            "{{a}}",
            "{{{b}}}",
            "javascript:",
            "</p>",
            "--",
            "x",
            " ",
            "\n",
            "&#60;",
            "<script>",
            "on",
            "é",
            "\u202e")
        .list()
        .ofMaxSize(8)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> sources() {
    Arbitrary<String> parts =
        Arbitraries.of(
            "<p>",
            "</p>",
            "<a href=\"",
            "\">",
            "</a>",
            "{{a}}",
            "{{#a}}",
            "{{/a}}",
            "{{^b}}",
            "{{/b}}",
            "<script>",
            "</script>",
            "'",
            "\"",
            "<!--",
            "-->",
            "javascript:",
            " onclick=",
            "<style>",
            "</style>",
            "x",
            "<img src='",
            "'>",
            "{{",
            "}}",
            "https://a.test/");
    return Combinators.combine(parts.list().ofMaxSize(12), parts)
        .as((list, last) -> String.join("", list) + last);
  }

  @Test
  void aWholePageWhosePreheaderWouldStandInAValueIsRefused() {
    var template =
        new Template(
            "t", "Hi", "Soon", "<html><body title=\"a>b\"><p>a</p></body></html>", "", List.of());
    assertThatThrownBy(() -> CompiledTemplate.of(template, "en"))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void whatWasPublishedBeforeThereWereTheseRulesIsSentOn() {
    var template = new Template("t", "Hi", "<p {{#x}}class=\"a\"{{/x}}>{{ ! note }}a</p>", "");
    assertThatThrownBy(() -> CompiledTemplate.of(template, "en"))
        .isInstanceOf(TemplateException.class);
    assertThat(
            CompiledTemplate.published(template, "en")
                .render(Map.of("x", "", "product", "P"))
                .html())
        .contains("a</p>");
  }

  @Test
  void theSubjectIsTextWhereverItStands() {
    var template =
        new Template("t", "A \"b\" & <!--content--> </title> {{x}}", "<p>Inside</p>", "");
    String page =
        CompiledTemplate.of(template, "en").render(Map.of("x", "<i>", "product", "P")).html();
    String shown = "A &quot;b&quot; &amp; &lt;!--content--&gt; &lt;/title&gt; &lt;i&gt;";
    assertThat(page).contains("<title>" + shown + "</title>", "aria-label=\"" + shown + "\"");
    assertThat(page.split("Inside", -1)).hasSize(2);
  }

  @Test
  void coloursAreColoursAtAnyDepth() {
    CompiledTemplate rows =
        html(
            "{{#rows}}<p style=\"color:{{row_color}}\">a</p><a href=\"https://a.test\">b</a>{{/rows}}");
    String bad = "red;background:url(http://a.test)";
    for (String name : List.of("row_color", "brand_color", "brand_color_dark")) {
      Map<String, String> row = new HashMap<>(Map.of("row_color", "#1e40af"));
      row.put(name, bad);
      assertThatThrownBy(() -> rows.render(Map.of("rows", List.of(row), "product", "P")))
          .as(name)
          .isInstanceOfSatisfying(
              TemplateException.class, e -> assertThat(e.variable()).isEqualTo("rows." + name));
    }
    assertThat(
            rows.render(Map.of("rows", List.of(Map.of("row_color", "#1e40af")), "product", "P"))
                .html())
        .contains("color:#1e40af");
    CompiledTemplate dotted = html("<p style=\"color:{{row.row_color}}\">a</p>");
    assertThatThrownBy(() -> dotted.render(Map.of("row", Map.of("row_color", bad), "product", "P")))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void buttonsThatAreNeverClosedAreLookedForOnce() {
    String open = "<a class=\"button\" href=\"\">";
    int count = 7_400;
    long[] reads = {0};
    String source = open.repeat(count);
    var counted =
        new CharSequence() {
          @Override
          public int length() {
            return source.length();
          }

          @Override
          public char charAt(int index) {
            reads[0]++;
            return source.charAt(index);
          }

          @Override
          public CharSequence subSequence(int from, int to) {
            return source.substring(from, to);
          }
        };
    assertThat(MailStyles.buttons(counted)).isEqualTo(source);
    // Each opening looking to the end would be some hundred million.
    assertThat(reads[0]).isLessThan(20L * source.length());
    assertThat(MailStyles.buttons(open + "One</a> " + open + "Two</a>" + open))
        .contains(">One</a></td>", ">Two</a></td>")
        .endsWith(open);
  }
}
