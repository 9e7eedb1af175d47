package dev.tenon.connector.http;

import java.io.IOException;
import java.net.SocketAddress;
import javax.net.ssl.SSLSession;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// Knows the moment that decides between "not sent" and "maybe sent": the request has been written
/// and flushed whole, and the client begins to wait for the answer. Before it the provider can't
/// have read a whole request, since its length is announced ahead.
final class WrittenWatch extends HttpRequestExecutor {
  private static final String WRITTEN = "tenon.request-written";

  /// Whether the request of this exchange has left whole.
  static boolean written(HttpContext context) {
    return context.getAttribute(WRITTEN) != null;
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request,
      HttpClientConnection connection,
      @Nullable HttpResponseInformationCallback informationCallback,
      HttpContext context)
      throws IOException, HttpException {
    return super.execute(request, new Watched(connection, context), informationCallback, context);
  }

  private record Watched(HttpClientConnection connection, HttpContext context)
      implements HttpClientConnection {

    @Override
    public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
      context.setAttribute(WRITTEN, true);
      return connection.receiveResponseHeader();
    }

    @Override
    public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
      connection.sendRequestHeader(request);
    }

    @Override
    public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
      connection.sendRequestEntity(request);
    }

    @Override
    public void terminateRequest(ClassicHttpRequest request) throws HttpException, IOException {
      connection.terminateRequest(request);
    }

    @Override
    public void receiveResponseEntity(ClassicHttpResponse response)
        throws HttpException, IOException {
      connection.receiveResponseEntity(response);
    }

    @Override
    public boolean isDataAvailable(Timeout timeout) throws IOException {
      return connection.isDataAvailable(timeout);
    }

    @Override
    public boolean isStale() throws IOException {
      return connection.isStale();
    }

    @Override
    public boolean isConsistent() {
      return connection.isConsistent();
    }

    @Override
    public void flush() throws IOException {
      connection.flush();
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }

    @Override
    public void close(CloseMode mode) {
      connection.close(mode);
    }

    @Override
    public EndpointDetails getEndpointDetails() {
      return connection.getEndpointDetails();
    }

    @Override
    public SocketAddress getLocalAddress() {
      return connection.getLocalAddress();
    }

    @Override
    public SocketAddress getRemoteAddress() {
      return connection.getRemoteAddress();
    }

    @Override
    public ProtocolVersion getProtocolVersion() {
      return connection.getProtocolVersion();
    }

    @Override
    public SSLSession getSSLSession() {
      return connection.getSSLSession();
    }

    @Override
    public Timeout getSocketTimeout() {
      return connection.getSocketTimeout();
    }

    @Override
    public void setSocketTimeout(Timeout timeout) {
      connection.setSocketTimeout(timeout);
    }

    @Override
    public boolean isOpen() {
      return connection.isOpen();
    }
  }
}
