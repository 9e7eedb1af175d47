package dev.tenon.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
  private final EgressPolicy publicOnly = EgressPolicy.publicOnly();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "2001:10::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "4000::1"
      })
  void refusesEveryAddressThatIsNotPublic(String literal) {
    InetAddress address = InetAddress.ofLiteral(literal);
    assertThat(publicOnly.refusal("example.com", 443, address)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.0.0.1",
        "128.0.0.1",
        "168.63.129.15",
        "169.253.0.1",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.0.1",
        "198.17.0.1",
        "198.20.0.0",
        "223.255.255.255",
        "2600:1f18::1",
        "2a00:1450:4001::1",
        "2001:4860:4860::8888"
      })
  void allowsPublicAddressesOnBothSidesOfEveryRange(String literal) {
    InetAddress address = InetAddress.ofLiteral(literal);
    assertThat(publicOnly.refusal("example.com", 443, address)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/",
        "ftp://example.com/",
        "https://user@example.com/",
        "https://example.com:22/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://1.2.3/",
        "https://example.com./",
        "https://08.8.8.8/",
        "/relative",
        "mailto:a@b.c",
        "https:///path"
      })
  void refusesUrlsThatHideOrWeaken(String url) {
    assertThat(publicOnly.refusal(URI.create(url))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://api.stripe.com/v1", "HTTPS://EXAMPLE.com:8443/", "https://8.8.8.8/"})
  void allowsOrdinaryProviders(String url) {
    assertThat(publicOnly.refusal(URI.create(url))).isEmpty();
  }

  @Test
  void opensOnlyTheOriginThatWasNamed() {
    EgressPolicy policy = EgressPolicy.allowing(List.of(URI.create("http://127.0.0.1:4000/v1")));
    assertThat(policy.refusal(URI.create("http://127.0.0.1:4000/other"))).isEmpty();
    assertThat(policy.refusal(URI.create("http://127.0.0.1:4001/"))).isPresent();
    assertThat(policy.refusal(URI.create("https://127.0.0.1:4000/"))).isPresent();
    assertThat(policy.refusal(URI.create("https://api.stripe.com/"))).isPresent();
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    assertThat(policy.refusal("127.0.0.1", 4000, loopback)).isEmpty();
    assertThat(policy.refusal("127.0.0.1", 4001, loopback)).isPresent();
  }

  @Test
  void keepsThePublicRulesBesideANamedOrigin() {
    EgressPolicy policy = EgressPolicy.publicAnd(List.of(URI.create("http://cal.lan")));
    assertThat(policy.refusal(URI.create("http://cal.lan:80/x"))).isEmpty();
    assertThat(policy.refusal(URI.create("https://api.stripe.com/"))).isEmpty();
    assertThat(policy.refusal(URI.create("http://api.stripe.com/"))).isPresent();
    assertThat(policy.refusal("evil.example", 443, InetAddress.ofLiteral("10.0.0.1"))).isPresent();
  }

  @Test
  void connectsToNoPrivateAddressBehindAName() {
    // "localhost" stands for every name that a tenant can point at a private address.
    try (ApacheProviderHttp http = new ApacheProviderHttp(publicOnly)) {
      assertThat(http.call(HttpCall.get(URI.create("https://localhost/"), Map.of())))
          .isEqualTo(new HttpResult.NotSent("the host has an address that is not public"));
      assertThat(http.call(HttpCall.get(URI.create("https://[::1]/"), Map.of())))
          .isEqualTo(new HttpResult.NotSent("the host has an address that is not public"));
      assertThat(http.call(HttpCall.get(URI.create("https://2130706433/"), Map.of())))
          .isEqualTo(new HttpResult.NotSent("the host is a number in disguise, not a name"));
    }
  }
}
