package dev.tenon.connector.email.ses;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which addresses in a message of SNS may be called. A message names where its certificate is and
/// where to confirm a subscription, before anything about it is known to be true: so only SNS's own
/// host in the region of the topic counts, by `https` on its usual port. A stand-in under the
/// connection's `base_url` counts for a connection that has one.
///
/// @param topic the topic's ARN, as the connection names it
/// @param base the connection's `base_url`, or null
public record SnsHosts(String topic, @Nullable URI base) {
  private static final Pattern ARN =
      Pattern.compile(
          "arn:aws(-cn|-us-gov)?:sns:([a-z0-9-]{5,30}):[0-9]{12}:[A-Za-z0-9_.-]{1,256}");
  private static final Pattern CERTIFICATE =
      Pattern.compile("/SimpleNotificationService-[A-Za-z0-9]{1,64}\\.pem");

  /// Whether this is what a topic's ARN looks like.
  public static boolean isTopic(String text) {
    return ARN.matcher(text).matches();
  }

  /// Whether a certificate may be fetched from there.
  public boolean isCertificate(URI uri) {
    return isHost(uri)
        && uri.getRawQuery() == null
        && uri.getRawPath() != null
        && (isBase(uri) || CERTIFICATE.matcher(uri.getRawPath()).matches());
  }

  /// Whether a subscription may be confirmed there.
  public boolean isConfirmation(URI uri) {
    return isHost(uri);
  }

  /// Whether it is where Amazon itself has its certificates, and no stand-in.
  boolean isAmazon(URI uri) {
    return !isBase(uri) && isCertificate(uri);
  }

  private boolean isHost(URI uri) {
    Matcher arn = ARN.matcher(topic);
    if (!arn.matches()
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawFragment() != null) {
      return false;
    }
    String suffix = "-cn".equals(arn.group(1)) ? ".amazonaws.com.cn" : ".amazonaws.com";
    boolean theirs =
        "https".equals(uri.getScheme())
            && (uri.getPort() == -1 || uri.getPort() == 443)
            && uri.getHost().equals("sns." + arn.group(2) + suffix);
    return theirs || isBase(uri);
  }

  private boolean isBase(URI uri) {
    URI own = base;
    return own != null
        && own.getHost() != null
        && own.getScheme().equals(uri.getScheme())
        && own.getHost().equals(uri.getHost())
        && own.getPort() == uri.getPort();
  }
}
