package dev.tenon.sandbox.smtp;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The bytes of one client, read in lines, never more than a bound allows.
final class SmtpInput {
  private final InputStream in;
  private final byte[] buffer = new byte[16 * 1024];
  private int position;
  private int filled;

  SmtpInput(InputStream in) {
    this.in = in;
  }

  /// The client sent more than the bound. The connection can't go on: nobody knows where the next
  /// command begins.
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException() {
      super("line too long");
    }
  }

  /// One command line without its end.
  ///
  /// @throws EOFException when the client has gone
  String line(int bytesMax) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    while (true) {
      int next = read();
      if (next == '\n') {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      if (line.size() >= bytesMax) {
        throw new TooLongException();
      }
      line.write(next);
    }
  }

  /// The message after DATA, with the doubled dots undone (RFC 5321 4.5.2). Only a dot between two
  /// CRLF ends it: a lone LF never does, or one message could be smuggled into another.
  ///
  /// @return the message; `tooLarge` when it is longer than the bound, read to its end all the same
  /// @throws TooLongException when it is longer than twice the bound
  Data data(int bytesMax) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream(8 * 1024);
    boolean tooLarge = false;
    // Where in CR LF . CR LF the reader stands; DATA itself ended with a CRLF.
    boolean lineStart = true;
    int previous = 0;
    long discarded = 0;
    while (true) {
      int next = read();
      if (tooLarge && ++discarded > bytesMax) {
        throw new TooLongException();
      }
      if (lineStart && next == '.') {
        int second = read();
        if (second == '\r') {
          int third = read();
          if (third == '\n') {
            return new Data(tooLarge ? new byte[0] : message.toByteArray(), tooLarge);
          }
          tooLarge |= !keep(message, '\r', bytesMax);
          next = third;
          previous = '\r';
        } else {
          next = second;
          previous = 0;
        }
      }
      tooLarge |= !keep(message, next, bytesMax);
      lineStart = previous == '\r' && next == '\n';
      previous = next;
    }
  }

  private static boolean keep(ByteArrayOutputStream message, int next, int bytesMax) {
    if (message.size() >= bytesMax) {
      return false;
    }
    message.write(next);
    return true;
  }

  private int read() throws IOException {
    if (position == filled) {
      filled = in.read(buffer);
      position = 0;
      if (filled <= 0) {
        filled = 0;
        throw new EOFException("client closed the connection");
      }
    }
    return buffer[position++] & 0xff;
  }

  /// A message as it came.
  static final class Data {
    private final byte[] bytes;
    private final boolean tooLarge;

    private Data(byte[] bytes, boolean tooLarge) {
      this.bytes = bytes;
      this.tooLarge = tooLarge;
    }

    byte[] bytes() {
      return bytes;
    }

    boolean tooLarge() {
      return tooLarge;
    }
  }
}
