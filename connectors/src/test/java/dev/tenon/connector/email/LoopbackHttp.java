package dev.tenon.connector.email;

import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Calls over the JDK's client, for tests against loopback.
public final class LoopbackHttp implements ProviderHttp {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Override
  public HttpResult call(HttpCall call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri())
            .timeout(call.timeout())
            .method(call.method(), HttpRequest.BodyPublishers.ofByteArray(call.body()));
    call.headers().forEach((name, values) -> values.forEach(value -> request.header(name, value)));
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      Map<String, List<String>> headers = new HashMap<>();
      response
          .headers()
          .map()
          .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
      return new HttpResult.Answered(response.statusCode(), headers, response.body());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new HttpResult.NotSent("connection failed");
    } catch (IOException e) {
      return new HttpResult.MaybeSent("no answer: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new HttpResult.MaybeSent("interrupted");
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
