package dev.tenon.console;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.Map;

/// Turns page records into HTML by the templates that were compiled with the program.
final class Renderer {
  private final TemplateEngine engine = TemplateEngine.createPrecompiled(ContentType.Html);

  String page(String template, Frame frame, Object page) {
    var out = new StringOutput();
    engine.render("console/" + template + ".jte", Map.of("frame", frame, "page", page), out);
    return out.toString();
  }

  /// A page for somebody who is not logged in.
  String notice(Notice notice, String theme, Assets assets) {
    var out = new StringOutput();
    engine.render(
        "console/notice.jte", Map.of("notice", notice, "theme", theme, "assets", assets), out);
    return out.toString();
  }
}
