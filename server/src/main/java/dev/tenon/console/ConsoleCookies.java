package dev.tenon.console;

import dev.tenon.connector.Secret;
import dev.tenon.http.PublicUrl;
import java.time.Duration;
import java.util.Optional;

/// The two cookies: who is logged in, and which theme was chosen.
final class ConsoleCookies {
  static final String SESSION = "tenon_session";
  static final String THEME = "tenon_theme";
  private static final long THEME_SECONDS = Duration.ofDays(365).toSeconds();

  private final PublicUrl publicUrl;

  ConsoleCookies(PublicUrl publicUrl) {
    this.publicUrl = publicUrl;
  }

  Optional<String> session(ConsoleRequest request) {
    return request.cookie(sessionName());
  }

  /// `light`, `dark` or empty.
  static String theme(ConsoleRequest request) {
    return request.cookie(THEME).filter(ConsoleCookies::isTheme).orElse("");
  }

  static boolean isTheme(String text) {
    return text.equals("light") || text.equals("dark");
  }

  /// The value of `Set-Cookie` that logs in.
  String setSession(Secret value, Duration longest) {
    return session(value.reveal(), longest.toSeconds());
  }

  /// The value of `Set-Cookie` that logs out.
  String clearSession() {
    return session("", 0);
  }

  /// The value of `Set-Cookie` that keeps a theme. Scripts may read it: they set it too.
  String setTheme(String theme) {
    return THEME + "=" + theme + attributes() + "; Max-Age=" + THEME_SECONDS;
  }

  private String session(String value, long seconds) {
    return sessionName() + "=" + value + attributes() + "; HttpOnly; Max-Age=" + seconds;
  }

  private String attributes() {
    return "; Path=/; SameSite=Lax" + (secure() ? "; Secure" : "");
  }

  private boolean secure() {
    return publicUrl.get().startsWith("https:");
  }

  /// Over HTTPS the name carries the promise that the cookie belongs to this host alone.
  private String sessionName() {
    return secure() ? "__Host-" + SESSION : SESSION;
  }
}
