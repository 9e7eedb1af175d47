package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.template.Localized;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A mail that follows from something and can't be made yet, or at all: what it would be made from.
/// It waits in its message until there is a sender, or stays with the reason why it failed.
///
/// @param toName for people; clean and cut to what an address may have beside it
/// @param toAddress as it came; whether it is one is found out when the mail is made
/// @param language of the template that it is to be made with; null in those that an older version
///   of the program stored
/// @param version the tenant's version of it; 0 for one that comes with the program
public record UnmadeMail(
    String template,
    String toName,
    String toAddress,
    Map<String, Object> data,
    @Nullable String language,
    int version)
    implements MailContent {
  static final String MARK = "unmade:";
  private static final int VALUE_CHARS_MAX = 2_000;

  public UnmadeMail {
    data = Map.copyOf(data);
  }

  /// From what a provider told: names and other texts are cleaned and cut rather than refused,
  /// since a customer's odd name is no reason to lose the mail.
  static UnmadeMail of(TemplateMail mail, String language, int version) {
    Map<String, Object> data = new HashMap<>();
    mail.data()
        .forEach(
            (name, value) ->
                data.put(
                    name,
                    (value instanceof Localized local ? local.in(language) : value)
                            instanceof String text
                        ? EmailAddress.cleanLine(
                            text, name.endsWith("name") ? 200 : VALUE_CHARS_MAX)
                        : value));
    return new UnmadeMail(
        mail.template(),
        EmailAddress.cleanName(mail.toName()),
        mail.toAddress().strip(),
        data,
        language,
        version);
  }

  @Override
  public byte[] write() {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(MARK.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(JsonMapper.shared().writeValueAsBytes(this));
    return bytes.toByteArray();
  }
}
