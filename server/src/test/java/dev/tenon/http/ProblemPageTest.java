package dev.tenon.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Every problem code is explained, and every problem leads to its explanation.
class ProblemPageTest {
  private static final Path PAGE = Path.of("..", "docs", "problems.md");

  @Test
  void thePageInTheDocumentationIsTheOneMadeFromTheCodes() throws IOException {
    if (System.getenv("TENON_WRITE_DOCS") != null) {
      Files.writeString(PAGE, ProblemPage.markdown());
    }
    assertThat(Files.readString(PAGE))
        .as("write it anew: TENON_WRITE_DOCS=1 ./tenon test ProblemPageTest")
        .isEqualTo(ProblemPage.markdown());
  }

  @Test
  void everyCodeStandsOnBothPages() {
    for (ProblemCode code : ProblemCode.values()) {
      assertThat(ProblemPage.markdown())
          .contains("\n### " + code.text() + "\n")
          .contains(code.whatToDo());
      assertThat(ProblemPage.html()).contains("<h2 id=\"" + code.text() + "\">");
    }
  }

  @Test
  void aProblemsTypeIsTheAnchorOfItsCodeOnThePageThatIsServed() {
    var url = PublicUrl.of(URI.create("https://hooks.example.com"));
    for (ProblemCode code : ProblemCode.values()) {
      Problem problem = Problem.of(new ProblemException(code), url, "req_1");
      assertThat(problem.type())
          .isEqualTo("https://hooks.example.com" + ProblemPage.PATH + "#" + code.text())
          .isEqualTo(problem.docUrl());
    }
  }

  @Test
  void codesAreAnAreaAndAReasonAndNoneStandsTwice() {
    assertThat(Arrays.stream(ProblemCode.values()).map(ProblemCode::text))
        .doesNotHaveDuplicates()
        .allMatch(text -> text.matches("[a-z]+\\.[a-z_]+"));
    for (ProblemCode code : ProblemCode.values()) {
      assertThat(code.status()).as(code.text()).isBetween(400, 599);
      assertThat(code.title()).as(code.text()).doesNotEndWith(".");
      assertThat(code.whatToDo()).as(code.text()).endsWith(".");
    }
  }
}
