package dev.tenon.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An email to be sent: by a template, or in own words. Begin with [#template] or [#words]; the
/// other methods answer a changed copy. What is null is left to the server, whose API document says
/// how.
///
/// @param to `ada@example.org` or `Ada <ada@example.org>`
/// @param alsoTo more recipients; with cc and bcc 50 in all
/// @param from one of the tenant's senders; the default one where it is null
/// @param data the template's variables
/// @param stream `outbound` where it is null
/// @param provider a provider's name or a connection's id: it is used alone, without fallback
/// @param metadata comes back with every event about the message
/// @param headers of its own, such as `In-Reply-To`
/// @param tags labels that come back with every event; providers show them in their statistics
public record NewMessage(
    String to,
    @Nullable List<String> alsoTo,
    @Nullable List<String> cc,
    @Nullable List<String> bcc,
    @Nullable List<String> replyTo,
    @Nullable String from,
    @Nullable String template,
    @Nullable Map<String, ?> data,
    @Nullable String subject,
    @Nullable String html,
    @Nullable String text,
    @Nullable String stream,
    @Nullable String provider,
    @Nullable Policy policy,
    @Nullable Map<String, String> metadata,
    @Nullable Map<String, String> headers,
    @Nullable List<String> tags) {

  /// By a template, built in or the tenant's own.
  public static NewMessage template(String template, String to, Map<String, ?> data) {
    return new NewMessage(
        to, null, null, null, null, null, template, data, null, null, null, null, null, null, null,
        null, null);
  }

  /// In own words; add [#html] where there is some.
  public static NewMessage words(String to, String subject, String text) {
    return new NewMessage(
        to, null, null, null, null, null, null, null, subject, null, text, null, null, null, null,
        null, null);
  }

  public NewMessage from(String address) {
    return new NewMessage(
        to, alsoTo, cc, bcc, replyTo, address, template, data, subject, html, text, stream,
        provider, policy, metadata, headers, tags);
  }

  public NewMessage alsoTo(String... addresses) {
    return new NewMessage(
        to,
        List.of(addresses),
        cc,
        bcc,
        replyTo,
        from,
        template,
        data,
        subject,
        html,
        text,
        stream,
        provider,
        policy,
        metadata,
        headers,
        tags);
  }

  public NewMessage cc(String... addresses) {
    return new NewMessage(
        to,
        alsoTo,
        List.of(addresses),
        bcc,
        replyTo,
        from,
        template,
        data,
        subject,
        html,
        text,
        stream,
        provider,
        policy,
        metadata,
        headers,
        tags);
  }

  public NewMessage bcc(String... addresses) {
    return new NewMessage(
        to,
        alsoTo,
        cc,
        List.of(addresses),
        replyTo,
        from,
        template,
        data,
        subject,
        html,
        text,
        stream,
        provider,
        policy,
        metadata,
        headers,
        tags);
  }

  public NewMessage replyTo(String... addresses) {
    return new NewMessage(
        to,
        alsoTo,
        cc,
        bcc,
        List.of(addresses),
        from,
        template,
        data,
        subject,
        html,
        text,
        stream,
        provider,
        policy,
        metadata,
        headers,
        tags);
  }

  public NewMessage html(String html) {
    return new NewMessage(
        to, alsoTo, cc, bcc, replyTo, from, template, data, subject, html, text, stream, provider,
        policy, metadata, headers, tags);
  }

  public NewMessage stream(String stream) {
    return new NewMessage(
        to, alsoTo, cc, bcc, replyTo, from, template, data, subject, html, text, stream, provider,
        policy, metadata, headers, tags);
  }

  public NewMessage provider(String provider) {
    return new NewMessage(
        to, alsoTo, cc, bcc, replyTo, from, template, data, subject, html, text, stream, provider,
        policy, metadata, headers, tags);
  }

  public NewMessage policy(Policy policy) {
    return new NewMessage(
        to, alsoTo, cc, bcc, replyTo, from, template, data, subject, html, text, stream, provider,
        policy, metadata, headers, tags);
  }

  public NewMessage metadata(Map<String, String> metadata) {
    return new NewMessage(
        to, alsoTo, cc, bcc, replyTo, from, template, data, subject, html, text, stream, provider,
        policy, metadata, headers, tags);
  }

  public NewMessage headers(Map<String, String> headers) {
    return new NewMessage(
        to, alsoTo, cc, bcc, replyTo, from, template, data, subject, html, text, stream, provider,
        policy, metadata, headers, tags);
  }

  public NewMessage tags(String... tags) {
    return new NewMessage(
        to,
        alsoTo,
        cc,
        bcc,
        replyTo,
        from,
        template,
        data,
        subject,
        html,
        text,
        stream,
        provider,
        policy,
        metadata,
        headers,
        List.of(tags));
  }
}
