package dev.tenon.connector.http;

import java.net.Inet4Address;
import java.net.InetAddress;

/// Which addresses lie on the public Internet. Everything that the IANA special-purpose registries
/// keep for other uses is not public, nor is the one metadata service that lives on an ordinary
/// address (Azure's 168.63.129.16). The others (169.254.169.254, fd00:ec2::254, 100.100.100.200,
/// 192.0.0.192) fall under link-local, unique-local, shared and protocol ranges.
public final class PublicAddresses {
  private static final int[][] CLOSED_V4 = {
    {0, 0, 0, 0, 8}, // this network
    {10, 0, 0, 0, 8}, // private, RFC 1918
    {100, 64, 0, 0, 10}, // shared by carriers, RFC 6598
    {127, 0, 0, 0, 8}, // loopback
    {168, 63, 129, 16, 32}, // Azure's metadata and DNS
    {169, 254, 0, 0, 16}, // link-local, and most metadata services
    {172, 16, 0, 0, 12}, // private, RFC 1918
    {192, 0, 0, 0, 24}, // protocol assignments
    {192, 0, 2, 0, 24}, // documentation
    {192, 88, 99, 0, 24}, // 6to4 relays
    {192, 168, 0, 0, 16}, // private, RFC 1918
    {198, 18, 0, 0, 15}, // benchmarks
    {198, 51, 100, 0, 24}, // documentation
    {203, 0, 113, 0, 24}, // documentation
    {224, 0, 0, 0, 4}, // multicast
    {240, 0, 0, 0, 4}, // reserved, and broadcast
  };

  private PublicAddresses() {}

  public static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? isPublicV4(bytes) : isPublicV6(bytes);
  }

  private static boolean isPublicV4(byte[] bytes) {
    int value = word(bytes, 0);
    for (int[] range : CLOSED_V4) {
      int network = range[0] << 24 | range[1] << 16 | range[2] << 8 | range[3];
      int mask = -1 << (32 - range[4]);
      if ((value & mask) == network) {
        return false;
      }
    }
    return true;
  }

  /// Only global unicast (2000::/3) is public. That alone refuses loopback, unique-local,
  /// link-local, multicast, v4-mapped and v4-compatible addresses and NAT64 (64:ff9b::/96); 6to4
  /// and Teredo hide a v4 address inside global unicast and are refused whole.
  private static boolean isPublicV6(byte[] bytes) {
    int high = word(bytes, 0);
    boolean globalUnicast = (high & 0xe0000000) == 0x20000000;
    boolean sixToFour = (high & 0xffff0000) == 0x20020000;
    boolean protocolOrTeredo = (high & 0xfffffe00) == 0x20010000;
    boolean documentation = high == 0x20010db8 || (high & 0xfffff000) == 0x3fff0000;
    return globalUnicast && !sixToFour && !protocolOrTeredo && !documentation;
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }
}
