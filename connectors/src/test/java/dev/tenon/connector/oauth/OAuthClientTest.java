package dev.tenon.connector.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OAuthClientTest {
  private static final String CANARY = "canary-token-93f1";
  private static final URI BACK = URI.create("https://hub.test/oauth/callback/acme");

  private final List<HttpCall> calls = new ArrayList<>();
  private HttpResult next = answer(200, "{\"access_token\":\"a\"}");
  private final ProviderHttp http =
      new ProviderHttp() {
        @Override
        public HttpResult call(HttpCall call) {
          calls.add(call);
          return next;
        }

        @Override
        public void close() {}
      };

  private static HttpResult answer(int status, String body) {
    return new HttpResult.Answered(
        status,
        Map.of("content-type", List.of("application/json"), "retry-after", List.of("7")),
        body.getBytes(StandardCharsets.UTF_8));
  }

  private static OAuthProvider provider(OAuthProvider.AnswerForm form) {
    return new OAuthProvider(
        Optional.of("https://acme.test"),
        true,
        URI.create("https://acme.test/authorize?v=2"),
        URI.create("https://acme.test/token"),
        Optional.of(
            new OAuthProvider.Revocation(
                URI.create("https://acme.test/revoke"),
                OAuthProvider.Revocation.Style.RFC_7009,
                OAuthProvider.Revocation.Which.REFRESH)),
        OAuthProvider.ClientAuthentication.BASIC,
        OAuthProvider.Body.FORM,
        true,
        true,
        ",",
        "scope",
        Map.of("access_type", "offline", "state", "theirs"),
        form);
  }

  private OAuthClient client(OAuthProvider provider) {
    return new OAuthClient(
        provider, "id with space", Optional.of(Secret.of("s:e+c/r")), http, Duration.ofSeconds(5));
  }

  private TokenResult refresh() {
    return client(provider(OAuthProvider.AnswerForm.STANDARD)).refresh(Secret.of(CANARY));
  }

  @Test
  void makesTheChallengeOfTheStandardsAppendix() {
    // RFC 7636 appendix B.
    Pkce pkce = Pkce.of(Secret.of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    assertThat(pkce.challenge()).isEqualTo("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  }

  @Test
  void makesNewVerifiersThatEveryServerTakes() {
    var random = new SecureRandom();
    for (int i = 0; i < 200; i++) {
      Pkce pkce = Pkce.create(random);
      assertThat(pkce.verifier().reveal()).matches("[A-Za-z0-9_-]{43}");
      assertThat(pkce.challenge()).matches("[A-Za-z0-9_-]{43}");
    }
    assertThat(Pkce.create(random).toString())
        .doesNotContain(Pkce.create(random).verifier().reveal());
    assertThatThrownBy(() -> Pkce.of(Secret.of("a".repeat(42))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pkce.of(Secret.of("a".repeat(42) + "=")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writesTheUrlThatPeopleAreSentTo() {
    Pkce pkce = Pkce.create(new SecureRandom());
    URI url =
        AuthorizationUrl.of(
            provider(OAuthProvider.AnswerForm.STANDARD),
            "me&you",
            BACK,
            List.of("a b", "c"),
            "ours",
            Optional.of(pkce));
    assertThat(url.toString())
        .startsWith("https://acme.test/authorize?v=2&")
        .contains("&response_type=code")
        .contains("client_id=me%26you")
        .contains("scope=a%20b%2Cc")
        .contains("redirect_uri=https%3A%2F%2Fhub.test%2Foauth%2Fcallback%2Facme")
        .contains("state=ours")
        .contains("code_challenge=" + pkce.challenge())
        .contains("code_challenge_method=S256")
        .doesNotContain("theirs")
        .doesNotContain(pkce.verifier().reveal());
  }

  @Test
  void refusesAnAnswerOfAnotherIssuerBeforeItReadsItsCode() {
    OAuthProvider acme = provider(OAuthProvider.AnswerForm.STANDARD);
    assertThat(AuthorizationAnswer.read(acme, Map.of("code", "c", "iss", "https://acme.test")))
        .isEqualTo(new AuthorizationAnswer.Code(Secret.of("c")));
    assertThat(AuthorizationAnswer.read(acme, Map.of("code", "c", "iss", "https://acme.test/")))
        .isInstanceOf(AuthorizationAnswer.NotOurs.class);
    assertThat(AuthorizationAnswer.read(acme, Map.of("code", "c")))
        .isInstanceOf(AuthorizationAnswer.NotOurs.class);
    assertThat(
            AuthorizationAnswer.read(
                acme, Map.of("error", "access_denied", "iss", "https://evil.test")))
        .isInstanceOf(AuthorizationAnswer.NotOurs.class);
    assertThat(
            AuthorizationAnswer.read(
                acme,
                Map.of(
                    "error",
                    "access_denied",
                    "error_description",
                    "no\n!",
                    "iss",
                    "https://acme.test")))
        .isEqualTo(new AuthorizationAnswer.Denied("no !"));
    assertThat(AuthorizationAnswer.read(acme, Map.of("iss", "https://acme.test")))
        .isInstanceOf(AuthorizationAnswer.NotOurs.class);
  }

  @Test
  void encodesIdAndSecretBeforeTheyAreJoined() {
    client(provider(OAuthProvider.AnswerForm.STANDARD))
        .exchange(Secret.of("the code"), BACK, Optional.empty());
    HttpCall call = calls.getFirst();
    String basic =
        call.headers()
            .getOrDefault("Authorization", List.of(""))
            .getFirst()
            .substring("Basic ".length());
    assertThat(new String(Base64.getDecoder().decode(basic), StandardCharsets.US_ASCII))
        .isEqualTo("id%20with%20space:s%3Ae%2Bc%2Fr");
    assertThat(new String(call.body(), StandardCharsets.US_ASCII))
        .isEqualTo(
            "grant_type=authorization_code&code=the%20code"
                + "&redirect_uri=https%3A%2F%2Fhub.test%2Foauth%2Fcallback%2Facme");
    assertThat(call.uri().getQuery()).isNull();
  }

  @Test
  void readsAnAnswerInTheProvidersForm() {
    next =
        answer(
            200,
            """
            {"ok": true, "authed_user": {"access_token": "u", "scope": "a,b"}, "expires": 3600000,
             "refresh_token": "r", "team": {"id": 42}, "more": [1]}
            """);
    var form =
        new OAuthProvider.AnswerForm(
            "authed_user.access_token",
            "refresh_token",
            "expires",
            "authed_user.scope",
            ",",
            Optional.empty(),
            true,
            "team.id");
    TokenResult result = client(provider(form)).refresh(Secret.of("old"));
    assertThat(result)
        .isEqualTo(
            new TokenResult.Granted(
                new Tokens(
                    Secret.of("u"),
                    Optional.of(Secret.of("r")),
                    Optional.of(Duration.ofHours(1)),
                    Optional.empty(),
                    List.of("a", "b"),
                    "42")));
  }

  @Test
  void takesALifetimeAsTextAndTheProvidersOwnWhereItIsMissing() {
    var form =
        new OAuthProvider.AnswerForm(
            "access_token",
            "refresh_token",
            "expires_in",
            "scope",
            " ",
            Optional.of(Duration.ofMinutes(30)),
            false,
            "");
    for (var expected :
        Map.of(
                "{\"access_token\":\"a\",\"expires_in\":\"90\"}", Duration.ofSeconds(90),
                "{\"access_token\":\"a\",\"expires_in\":1e300}", Duration.ofMinutes(30),
                "{\"access_token\":\"a\",\"expires_in\":null}", Duration.ofMinutes(30),
                "{\"access_token\":\"a\",\"expires_in\":-1}", Duration.ofMinutes(30),
                "{\"access_token\":\"a\",\"expires_in\":{}}", Duration.ofMinutes(30),
                "{\"access_token\":\"a\"}", Duration.ofMinutes(30))
            .entrySet()) {
      next = answer(200, expected.getKey());
      if (!expected.getKey().contains("1e300")) {
        assertThat(client(provider(form)).refresh(Secret.of("r")))
            .as(expected.getKey())
            .isInstanceOfSatisfying(
                TokenResult.Granted.class,
                granted -> assertThat(granted.tokens().expiresIn()).contains(expected.getValue()));
      } else {
        assertThat(client(provider(form)).refresh(Secret.of("r")))
            .isInstanceOf(TokenResult.Granted.class);
      }
    }
  }

  @Test
  void tellsTheClientsFaultFromTheGrants() {
    next = answer(400, "{\"error\":\"invalid_grant\",\"error_description\":\"gone\"}");
    assertThat(refresh())
        .isEqualTo(
            new TokenResult.Refused(
                TokenResult.Reason.GRANT, new Outcome.Detail(400, "invalid_grant", "gone", "")));
    next = answer(401, "{\"error\":\"invalid_client\"}");
    assertThat(refresh())
        .isInstanceOfSatisfying(
            TokenResult.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(TokenResult.Reason.CLIENT));
    // GitHub answers 200 with an error.
    next = answer(200, "{\"error\":\"bad_refresh_token\"}");
    assertThat(refresh())
        .isInstanceOfSatisfying(
            TokenResult.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(TokenResult.Reason.GRANT));
    next = answer(400, "<html>");
    assertThat(refresh())
        .isInstanceOfSatisfying(
            TokenResult.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(TokenResult.Reason.REQUEST));
  }

  @Test
  void tellsWhatCertainlyDidNotHappenFromWhatMayHave() {
    next = answer(429, "{}");
    assertThat(refresh())
        .isInstanceOfSatisfying(
            TokenResult.Passing.class,
            passing -> assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
    next = new HttpResult.NotSent("no route");
    assertThat(refresh()).isInstanceOf(TokenResult.Passing.class);
    for (HttpResult lost :
        List.of(
            answer(502, "bad gateway"),
            answer(200, "{\"token_type\":\"bearer\"}"),
            answer(200, "[1"),
            new HttpResult.MaybeSent("reset"),
            new HttpResult.TooLong("much"))) {
      next = lost;
      assertThat(refresh()).isInstanceOf(TokenResult.Lost.class);
    }
  }

  @Test
  void printsNoTokenAnywhere() {
    next =
        answer(200, "{\"access_token\":\"" + CANARY + "\",\"refresh_token\":\"" + CANARY + "\"}");
    assertThat(refresh().toString()).doesNotContain(CANARY);
    next = answer(200, "{\"access_token\":[\"" + CANARY + "\"]}");
    assertThat(refresh().toString()).doesNotContain(CANARY);
    assertThat(calls.toString()).doesNotContain(CANARY);
  }

  @Test
  void revokesTheRefreshTokenByTheStandard() {
    next = answer(200, "");
    OAuthClient client = client(provider(OAuthProvider.AnswerForm.STANDARD));
    assertThat(client.revoke(Secret.of("a"), Optional.of(Secret.of("r"))))
        .isInstanceOf(Outcome.Accepted.class);
    assertThat(new String(calls.getFirst().body(), StandardCharsets.US_ASCII))
        .isEqualTo("token=r&token_type_hint=refresh_token");
    next = answer(400, "{\"error\":\"invalid_token\"}");
    assertThat(client.revoke(Secret.of("a"), Optional.empty()))
        .isInstanceOf(Outcome.Accepted.class);
    next = answer(401, "{\"error\":\"invalid_client\"}");
    assertThat(client.revoke(Secret.of("a"), Optional.empty()))
        .isInstanceOf(Outcome.RefusedRequest.class);
  }

  @Test
  void signsAnAssertionThatItsPublicKeyVerifies() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    String[] parts =
        JwtAssertion.sign(
                Secret.of(pem),
                "k1",
                "me",
                "https://acme.test/token",
                Map.of("sub", "ada"),
                Instant.parse("2026-11-25T10:00:00Z"),
                Duration.ofMinutes(5))
            .reveal()
            .split("\\.", -1);
    Signature check = Signature.getInstance("SHA256withRSA");
    check.initVerify(pair.getPublic());
    check.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    assertThat(check.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    assertThat(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"sub\":\"ada\",\"iss\":\"me\",\"aud\":\"https://acme.test/token\","
                + "\"iat\":1795600800,\"exp\":1795601100}");
    assertThatThrownBy(
            () ->
                JwtAssertion.sign(
                    Secret.of(CANARY),
                    "",
                    "me",
                    "x",
                    Map.of(),
                    Instant.EPOCH,
                    Duration.ofMinutes(1)))
        .hasMessageNotContaining(CANARY)
        .hasNoCause();
  }
}
