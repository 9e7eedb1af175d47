package dev.tenon.connector.http;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Addresses and networks as an operator writes them: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
///
/// @param ranges each an address and how many of its first bits count
public record Networks(List<Range> ranges) {
  /// Holds no address.
  public static final Networks NONE = new Networks(List.of());

  public Networks {
    ranges = List.copyOf(ranges);
  }

  /// One network.
  public record Range(InetAddress address, int bits) {
    boolean contains(InetAddress other) {
      byte[] own = address.getAddress();
      byte[] asked = other.getAddress();
      int shift = own.length * 8 - bits;
      return own.length == asked.length
          && new BigInteger(1, own)
              .shiftRight(shift)
              .equals(new BigInteger(1, asked).shiftRight(shift));
    }
  }

  /// Reads them. Throws [IllegalArgumentException], naming what is none; names of hosts are none.
  public static Networks parse(List<String> texts) {
    List<Range> ranges = new ArrayList<>(texts.size());
    texts.forEach(text -> ranges.add(range(text.strip())));
    return new Networks(ranges);
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    try {
      InetAddress address = InetAddress.ofLiteral(literal);
      int most = address.getAddress().length * 8;
      int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
      // Java also reads `10.1` and `167837697`, which nobody means.
      boolean plain = literal.contains(":") || literal.split("[.]", -1).length == 4;
      if (plain && bits >= 0 && bits <= most) {
        return new Range(address, bits);
      }
    } catch (IllegalArgumentException _) {
      // Said below, with what would be right.
    }
    throw new IllegalArgumentException(
        "\"%s\" is neither an address nor a network such as 10.0.0.0/8".formatted(text));
  }

  /// Whether `address` lies in one of them.
  public boolean contains(InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }
}
