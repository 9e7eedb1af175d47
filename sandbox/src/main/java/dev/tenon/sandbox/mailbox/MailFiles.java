package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Page;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Attachments: to download, and inline images within a preview.
final class MailFiles {
  /// The images of one preview together, in characters of base64.
  private static final int INLINE_CHARS_MAX = 20 * 1024 * 1024;

  private static final Pattern CID = Pattern.compile("(?i)([\"'(])cid:([^\"')\\s]{1,500})");

  private MailFiles() {}

  static String list(Mail mail) {
    return IntStream.range(0, mail.content().attachments().size())
        .mapToObj(index -> entry(mail, index))
        .collect(Collectors.joining(", "));
  }

  private static String entry(Mail mail, int index) {
    AttachedFile file = mail.content().attachments().get(index);
    String name = Page.escape(file.name().isBlank() ? "(no name)" : file.name());
    String what =
        Page.escape("%s, %s".formatted(file.contentType(), size(file.sizeBytes())))
            + (file.contentId().isEmpty() ? "" : ", inline");
    return isKept(file)
        ? "<a href=\"/messages/%s/attachments/%d\" download>%s</a> (%s)"
            .formatted(mail.id(), index, name, what)
        : "%s (%s)".formatted(name, what);
  }

  private static boolean isKept(AttachedFile file) {
    return !file.base64().isEmpty() || file.sizeBytes() == 0;
  }

  private static String size(long bytes) {
    if (bytes < 1_000) {
      return bytes + " bytes";
    }
    return bytes < 1_000_000 ? "%.1f kB".formatted(bytes / 1e3) : "%.1f MB".formatted(bytes / 1e6);
  }

  /// Sends the bytes as a download, so that nothing in them runs here.
  static void send(AttachedFile file, ServerResponse response) {
    download(file.name(), Base64.getDecoder().decode(file.base64()), response);
  }

  /// What came over the wire: the JSON of a call, or a message as `.eml`.
  static void sendSource(Mail mail, ServerResponse response) {
    String source = mail.content().source();
    String end =
        source.startsWith("{") ? ".json" : mail.carrier() == Carrier.MAILGUN ? ".txt" : ".eml";
    download(mail.id() + end, source.getBytes(StandardCharsets.UTF_8), response);
  }

  private static void download(String name, byte[] bytes, ServerResponse response) {
    String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    response
        .status(200)
        .header(HeaderNames.CONTENT_TYPE, "application/octet-stream")
        .header("Content-Disposition", "attachment; filename*=UTF-8''" + encoded)
        .header("Content-Security-Policy", "sandbox; default-src 'none'")
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "no-store");
    response.send(bytes);
  }

  /// The HTML with its inline images in it, as far as they are kept and not too large together.
  static String withImages(MailContent content) {
    int[] left = {INLINE_CHARS_MAX};
    return CID.matcher(content.html())
        .replaceAll(
            found -> {
              String id = found.group(2);
              return content.attachments().stream()
                  .filter(file -> file.contentId().equals(id))
                  .filter(file -> isImage(file) && file.base64().length() <= left[0])
                  .findFirst()
                  .map(
                      file -> {
                        left[0] -= file.base64().length();
                        return found.group(1)
                            + "data:%s;base64,%s".formatted(type(file), file.base64());
                      })
                  .map(Matcher::quoteReplacement)
                  .orElseGet(() -> Matcher.quoteReplacement(found.group()));
            });
  }

  private static boolean isImage(AttachedFile file) {
    return type(file).matches("image/[a-z0-9.+-]{1,60}") && !file.base64().isEmpty();
  }

  private static String type(AttachedFile file) {
    String type = file.contentType().toLowerCase(Locale.ROOT);
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip();
  }
}
