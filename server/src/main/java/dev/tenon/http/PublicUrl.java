package dev.tenon.http;

import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;

/// The address under which the outside reaches this server: the start of every URL that leaves it.
/// Where none is configured, the server sets the one it listens on as soon as it knows it.
public final class PublicUrl {
  private final AtomicReference<String> value = new AtomicReference<>("");

  /// Not known yet; the server sets it when it listens.
  public static PublicUrl late() {
    return new PublicUrl();
  }

  public static PublicUrl of(URI uri) {
    var url = new PublicUrl();
    url.setIfUnknown(uri.toString());
    return url;
  }

  /// Without a slash at the end. Throws [IllegalStateException] before the server listens.
  public String get() {
    String url = value.get();
    if (url.isEmpty()) {
      throw new IllegalStateException("the public address is not known before the server listens");
    }
    return url;
  }

  /// The address of `path`, which starts with a slash.
  public String at(String path) {
    return get() + path;
  }

  /// Whether it names this machine: nothing stands in front that could make others look as if they
  /// were here.
  boolean isHere() {
    String host = URI.create(get()).getHost();
    return host != null
        && (host.equalsIgnoreCase("localhost") || host.startsWith("127.") || host.equals("[::1]"));
  }

  void setIfUnknown(String url) {
    value.compareAndSet("", url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
  }
}
