package dev.tenon.connector.email;

import java.util.List;

/// The request names a provider that isn't configured.
public final class NoSuchEmailProviderException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String provider;

  public NoSuchEmailProviderException(String provider, List<String> configured) {
    super(
        "the email provider '%s' is not configured; configured are: %s"
            .formatted(Lines.shown(provider), String.join(", ", configured)));
    this.provider = provider;
  }

  /// The name as it was asked for.
  public String provider() {
    return provider;
  }
}
