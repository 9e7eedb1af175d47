package dev.tenon.sandbox;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/// The shell around every page of the sandbox: one column, light and dark, no script and nothing
/// from outside.
public final class Page {
  private static final String SHELL =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>%s · tenon sandbox</title>
      <link rel="icon" href="%s">
      <style>
      :root { color-scheme: light dark;
        --surface: light-dark(oklch(99%% 0.003 80), oklch(19%% 0.006 70));
        --surface-raised: light-dark(oklch(100%% 0 0), oklch(23%% 0.007 70));
        --surface-sunken: light-dark(oklch(96.5%% 0.005 80), oklch(16%% 0.006 70));
        --line: light-dark(oklch(90%% 0.006 80), oklch(32%% 0.008 70));
        --text: light-dark(oklch(24%% 0.01 70), oklch(93%% 0.006 80));
        --text-quiet: light-dark(oklch(48%% 0.012 70), oklch(70%% 0.01 80));
        --accent: light-dark(oklch(50%% 0.12 65), oklch(76%% 0.12 75));
        --accent-text: light-dark(oklch(100%% 0 0), oklch(19%% 0.006 70));
        --good: light-dark(oklch(48%% 0.12 150), oklch(76%% 0.12 150));
        --bad: light-dark(oklch(52%% 0.17 27), oklch(74%% 0.13 27)); }
      * { box-sizing: border-box; }
      body { margin: 0; background: var(--surface); color: var(--text);
        font: 14px/22px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
      header { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 12px 24px;
        border-bottom: 1px solid var(--line); color: var(--text-quiet); }
      header svg { color: var(--accent); flex: none; }
      header b { color: var(--text); font-weight: 500; }
      main { max-width: 960px; margin: 0 auto; padding: 24px; }
      main.narrow { max-width: 440px; }
      h1 { font-size: 20px; line-height: 28px; font-weight: 600; margin: 0 0 8px; }
      h2 { font-size: 14px; line-height: 22px; font-weight: 600; margin: 24px 0 8px; }
      p { margin: 0 0 12px; }
      .quiet { color: var(--text-quiet); }
      .bad { color: var(--bad); }
      .good { color: var(--good); }
      .amount { font-size: 28px; line-height: 36px; font-weight: 600; margin: 0 0 16px; }
      a { color: var(--accent); }
      code, .mono, pre { font: 13px/20px ui-monospace, monospace; overflow-wrap: anywhere; }
      .scroll { overflow-x: auto; }
      .scroll code { overflow-wrap: normal; }
      ul { list-style: none; margin: 0 0 12px; padding: 0; }
      form + p { margin-top: 16px; }
      input + p { margin: 4px 0 0; }
      li a, p > a:only-child { display: inline-block; padding: 2px 0; }
      .item { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 16px; margin: 0 0 8px; }
      .total { border-top: 1px solid var(--line); padding-top: 12px; margin: 12px 0 0; }
      .panel { border: 1px solid var(--line); border-radius: 6px; background: var(--surface-raised);
        padding: 16px; margin: 0 0 16px; }
      .panel > :first-child { margin-top: 0; }
      .panel > :last-child { margin-bottom: 0; }
      pre { background: var(--surface-sunken); padding: 12px; white-space: pre-wrap; }
      table { border-collapse: collapse; width: 100%%; font-size: 13px; line-height: 20px;
        background: var(--surface-raised); }
      th, td { text-align: left; padding: 8px; border-bottom: 1px solid var(--line);
        vertical-align: top; }
      th { font-weight: 500; color: var(--text-quiet); }
      label { display: block; margin: 12px 0 4px; font-weight: 500; }
      input, select, textarea { width: 100%%; font: inherit; color: inherit; padding: 8px;
        background: var(--surface-raised); border: 1px solid var(--line); border-radius: 4px; }
      button, .button { display: inline-block; font: inherit; font-weight: 500; cursor: pointer;
        padding: 8px 16px; border-radius: 4px; border: 1px solid var(--line); text-decoration: none;
        background: var(--surface-raised); color: var(--text); }
      button.primary { background: var(--accent); border-color: var(--accent);
        color: var(--accent-text); }
      .wide { width: 100%%; margin-top: 12px; }
      :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
      </style>
      </head>
      <body>
      <header>%s<b>tenon</b> sandbox · %s · nothing here is real</header>
      <main%s>
      %s
      </main>
      </body>
      </html>
      """;

  /// A tenon in its mortise, in the colour of the text around it.
  public static final String MARK =
      """
      <svg width="18" height="18" viewBox="0 0 16 16" fill="none" stroke="currentColor" \
      stroke-width="1.5" aria-hidden="true"><path d="M1.75 3.25h5.5v3h3v3.5h-3v3h-5.5z"/><path \
      d="M10.25 2.25h4v11.5h-4v-4M10.25 6.25v-4"/></svg>""";

  /// The mark as an address, so that a browser doesn't ask for a file that isn't there.
  public static final String ICON =
      "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none'"
          + " stroke='%238f5a1d' stroke-width='1.5'%3E%3Cpath d='M1.75 3.25h5.5v3h3v3.5h-3v3h-5.5z'/%3E"
          + "%3Cpath d='M10.25 2.25h4v11.5h-4v-4M10.25 6.25v-4'/%3E%3C/svg%3E";

  private final String html;

  /// No `form-action`: a checkout sends people on to wherever its session says.
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
          + " frame-ancestors 'none'";

  private Page(String html) {
    this.html = html;
  }

  /// A page at full width. `body` is HTML: what came from outside must be through [#escape].
  public static Page wide(String simulatorTitle, String title, String body) {
    return new Page(SHELL.formatted(escape(title), ICON, MARK, escape(simulatorTitle), "", body));
  }

  /// A page as wide as a payment form.
  public static Page narrow(String simulatorTitle, String title, String body) {
    return new Page(
        SHELL.formatted(
            escape(title), ICON, MARK, escape(simulatorTitle), " class=\"narrow\"", body));
  }

  /// Text as HTML, safe in content and in quoted attributes.
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /// Answers with a page. The policy lets nothing load or run from anywhere.
  public static void send(ServerResponse response, int status, Page page) {
    response
        .status(status)
        .header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "no-store");
    response.send(page.html.getBytes(StandardCharsets.UTF_8));
  }
}
