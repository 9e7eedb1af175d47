package dev.tenon.connector.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What an operator opens is open, and nothing beside it.
class PrivatePlacesTest {
  private final EgressPolicy policy =
      EgressPolicy.publicAnd(
          PrivatePlaces.parse(List.of("cal.internal", "10.1.0.0/16", "fd00:1::/32")));

  @Test
  void aNamedHostMayBeCalledWhereverItIs() {
    assertThat(policy.refusal(URI.create("http://cal.internal:3000/v2"))).isEmpty();
    assertThat(policy.refusal("CAL.internal", 3000, address("192.168.0.9"))).isEmpty();
    assertThat(policy.refusal(URI.create("http://other.internal:3000/"))).isPresent();
    assertThat(policy.refusal("other.internal", 443, address("192.168.0.9"))).isPresent();
    assertThat(policy.refusal(URI.create("ftp://cal.internal/"))).isPresent();
  }

  @Test
  void anOpenedNetworkIsOpenToItsLastAddressAndNoFurther() {
    assertThat(policy.refusal("name.example", 443, address("10.1.255.255"))).isEmpty();
    assertThat(policy.refusal("name.example", 443, address("10.2.0.0"))).isPresent();
    assertThat(policy.refusal("name.example", 443, address("fd00:1:ffff::1"))).isEmpty();
    assertThat(policy.refusal("name.example", 443, address("fd00:2::1"))).isPresent();
    assertThat(policy.refusal(URI.create("http://10.1.2.3:8080/"))).isEmpty();
    assertThat(policy.refusal(URI.create("http://10.2.2.3:8080/"))).isPresent();
    assertThat(policy.refusal("169.254.169.254", 443, address("169.254.169.254"))).isPresent();
  }

  @Test
  void refusesWhatIsNeitherHostNorNetwork() {
    for (String wrong : List.of("10.0.0.0/33", "10.0.0/8", "http://x", "a b", "-x", "")) {
      assertThatThrownBy(() -> PrivatePlaces.parse(List.of(wrong)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }
}
