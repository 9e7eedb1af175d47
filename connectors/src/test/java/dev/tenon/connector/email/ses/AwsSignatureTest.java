package dev.tenon.connector.email.ses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against the vectors that AWS publishes: its Signature Version 4 test suite (as in botocore,
/// tests/unit/auth/aws4_testsuite), and the example of a derived key in its documentation.
class AwsSignatureTest {
  private static final Secret SECRET = Secret.of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  private static final Instant AT = Instant.parse("2015-08-30T12:36:00Z");
  private final AwsSignature suite =
      new AwsSignature("AKIDEXAMPLE", SECRET, "us-east-1", "service");

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "get-vanilla, GET, '', '', '', host;x-amz-date,"
        + " 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    "post-vanilla, POST, '', '', '', host;x-amz-date,"
        + " 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    "post-header-key-sort, POST, My-Header1, value1, '', host;my-header1;x-amz-date,"
        + " c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    "post-x-www-form-urlencoded, POST, Content-Type, application/x-www-form-urlencoded,"
        + " Param1=value1, content-type;host;x-amz-date,"
        + " ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  })
  void signsAsThePublishedVectorsDo(
      String vector,
      String method,
      String header,
      String value,
      String body,
      String names,
      String signature) {
    Map<String, String> signed =
        suite.sign(
            method,
            URI.create("https://example.amazonaws.com/"),
            header.isEmpty() ? Map.of() : Map.of(header, value),
            body.getBytes(StandardCharsets.UTF_8),
            AT);
    assertThat(signed)
        .as(vector)
        .containsEntry("X-Amz-Date", "20150830T123600Z")
        .containsEntry(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                + " SignedHeaders=%s, Signature=%s".formatted(names, signature));
  }

  @Test
  void derivesTheKeyOfADayAsTheDocumentationDoes() {
    var iam = new AwsSignature("AKIDEXAMPLE", SECRET, "us-east-1", "iam");
    assertThat(HexFormat.of().formatHex(iam.signingKey("20120215")))
        .isEqualTo("f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
  }

  @Test
  void refusesToSignWhatItWouldSignWrongly() {
    for (String address : new String[] {"https://a.example/x?y=1", "https://a.example/%C3%A4"}) {
      assertThatThrownBy(() -> suite.sign("GET", URI.create(address), Map.of(), new byte[0], AT))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void printsNoSecret() {
    assertThat(suite.toString()).contains("AKIDEXAMPLE").doesNotContain(SECRET.reveal());
  }
}
