package dev.tenon.reference;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// The reference of the API, made from the API document when somebody first asks for it. It loads
/// nothing from elsewhere, and the key that somebody tries it with stays in the page.
public final class ReferencePage {
  /// Where the server serves the page; its style and script are below.
  public static final String PATH = "/docs/api";

  /// Only what this server serves, and calls to it.
  public static final String POLICY =
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self';"
          + " form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

  private static final String STYLE = "reference.css";
  private static final String SCRIPT = "reference.js";

  private final byte[] document;
  private final Map<String, StaticFile> files =
      Map.of(
          STYLE, StaticFile.read(STYLE, "text/css; charset=utf-8"),
          SCRIPT, StaticFile.read(SCRIPT, "text/javascript; charset=utf-8"));
  private volatile byte[] page = new byte[0];

  /// @param document the API document as it is served
  public ReferencePage(byte[] document) {
    this.document = document.clone();
  }

  /// What the page shows.
  ///
  /// @param style the address of the style sheet, new whenever it changed
  /// @param script the same of the script
  public record View(List<Area> areas, String style, String script) {
    public View {
      areas = List.copyOf(areas);
    }

    public int count() {
      return areas.stream().mapToInt(area -> area.operations().size()).sum();
    }
  }

  /// The page's HTML.
  public byte[] html() {
    byte[] made = page;
    if (made.length == 0) {
      var out = new StringOutput();
      TemplateEngine.createPrecompiled(ContentType.Html)
          .render(
              "reference/page.jte",
              new View(
                  new Areas(JsonMapper.shared().readTree(document)).all(),
                  address(STYLE),
                  address(SCRIPT)),
              out);
      made = out.toString().getBytes(StandardCharsets.UTF_8);
      page = made;
    }
    return made;
  }

  private String address(String name) {
    StaticFile file = files.get(name);
    return PATH + "/" + name + "?v=" + (file == null ? "" : file.version());
  }

  /// The file beside the page that has this name.
  public Optional<StaticFile> file(String name) {
    return Optional.ofNullable(files.get(name));
  }
}
