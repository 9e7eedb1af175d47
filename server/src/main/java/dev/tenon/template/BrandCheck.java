package dev.tenon.template;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.MailLayout;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.function.BiConsumer;

/// What a layout may say.
public final class BrandCheck {
  private static final int CHARS_MAX = 300;
  private static final int LINK_CHARS_MAX = 2_000;

  private BrandCheck() {}

  /// The layout with its language as it is kept. Calls `refuse` with the field and what is wrong
  /// with it, once for each.
  public static Brand read(Brand given, BiConsumer<String, String> refuse) {
    line("product", given.product(), refuse);
    line("postal_address", given.postalAddress(), refuse);
    link("logo_url", given.logoUrl(), refuse);
    link("support_url", given.supportUrl(), refuse);
    if (!given.supportEmail().isEmpty()) {
      try {
        var _ = new EmailAddress("", given.supportEmail());
      } catch (InvalidEmailException e) {
        refuse.accept("support_email", String.valueOf(e.getMessage()));
      }
    }
    if (!given.brandColor().isEmpty()) {
      MailLayout.colorProblem(given.brandColor())
          .ifPresent(problem -> refuse.accept("brand_color", problem));
    }
    String language = Language.read(given.language()).orElse("");
    if (language.isEmpty()) {
      refuse.accept("language", "A language is a tag such as `en` or `de-AT`.");
    }
    return new Brand(
        given.product(),
        given.logoUrl(),
        given.brandColor(),
        given.supportEmail(),
        given.supportUrl(),
        given.postalAddress(),
        language,
        given.revision());
  }

  private static void line(String field, String value, BiConsumer<String, String> refuse) {
    if (value.length() > CHARS_MAX || value.chars().anyMatch(Character::isISOControl)) {
      refuse.accept(field, "`%s` is one line of at most 300 characters.".formatted(field));
    }
  }

  private static void link(String field, String value, BiConsumer<String, String> refuse) {
    if (!value.isEmpty() && (value.length() > LINK_CHARS_MAX || !isHttps(value))) {
      refuse.accept(field, "`%s` is an https address of at most 2000 characters.".formatted(field));
    }
  }

  private static boolean isHttps(String value) {
    try {
      URI uri = new URI(value);
      return "https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
