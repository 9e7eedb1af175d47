package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.http.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page about Stripe says what the program does.
class StripePageTest {
  private static final Path PAGE = Path.of("..", "docs", "providers", "stripe.md");

  @Test
  void theEventsToChooseAreThoseFromWhichSomethingFollows() throws IOException {
    String line =
        Files.readAllLines(PAGE).stream()
            .filter(each -> each.startsWith("`customer.created`"))
            .findFirst()
            .orElseThrow();
    assertThat(found("`([a-z_.]+)`", line)).containsExactlyElementsOf(StripeKinds.handled());
  }

  @Test
  void theProblemsItExplainsExist() throws IOException {
    Set<String> codes =
        Arrays.stream(ProblemCode.values()).map(ProblemCode::text).collect(Collectors.toSet());
    assertThat(codes)
        .containsAll(
            found(
                "\\| `((?:connection|payment|request|provider|server|idempotency)\\.[a-z_]+)`",
                Files.readString(PAGE)));
  }

  private static Set<String> found(String pattern, String text) {
    Set<String> found = new TreeSet<>();
    Pattern.compile(pattern).matcher(text).results().map(one -> one.group(1)).forEach(found::add);
    assertThat(found).isNotEmpty();
    return found;
  }
}
