package dev.tenon.template;

import dev.tenon.connector.template.Language;
import java.util.LinkedHashMap;
import java.util.Map;

/// What stands around a tenant's mails. Each text is empty where nothing was said.
///
/// @param product what mails call the product
/// @param brandColor like `#1e40af`; white text on it can be read
/// @param language of mails that nobody chose one for
/// @param revision counts the changes; 0 where nothing was ever said
public record Brand(
    String product,
    String logoUrl,
    String brandColor,
    String supportEmail,
    String supportUrl,
    String postalAddress,
    String language,
    long revision) {
  /// Of a tenant that said nothing.
  public static final Brand NONE = new Brand("", "", "", "", "", "", Language.LAST, 0);

  /// The variables that it gives to every template.
  public Map<String, Object> variables() {
    Map<String, Object> data = new LinkedHashMap<>();
    put(data, "product", product);
    put(data, "logo_url", logoUrl);
    put(data, "brand_color", brandColor);
    put(data, "support_email", supportEmail);
    put(data, "support_url", supportUrl);
    put(data, "help_url", supportUrl);
    put(data, "postal_address", postalAddress);
    return data;
  }

  private static void put(Map<String, Object> data, String name, String value) {
    if (!value.isEmpty()) {
      data.put(name, value);
    }
  }
}
