package dev.tenon.connector.http;

/// The one place where calls leave for a provider. Implementations bound time and size, connect
/// only to addresses that the egress policy allows, and never follow redirects.
public interface ProviderHttp extends AutoCloseable {

  /// Makes the call and waits for its end. Never throws for what the network or the provider does:
  /// that is the [HttpResult].
  HttpResult call(HttpCall call);

  @Override
  void close();
}
