package dev.tenon.sandbox.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartFormTest {
  private static final String TYPE = "multipart/form-data; boundary=xx";

  private static MultipartForm read(String type, String body) {
    return MultipartForm.read(type, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsFieldsAndFilesHoweverTheirNamesAreQuoted() {
    MultipartForm form =
        read(
            "multipart/form-data; charset=utf-8; boundary=\"xx\"",
            """
            a preamble\r
            --xx\r
            Content-Disposition: form-data; name="to"\r
            \r
            grüße\r
            --x is no boundary\r
            --xx\r
            content-disposition: form-data; filename="a%22b.txt"; name=attachment; name="file"\r
            Content-Type: text/plain\r
            \r
            12345\r
            --xx\r
            Content-Disposition: form-data; name="f"; filename="a\\"b"\r
            \r
            \r
            --xx--\r
            an epilogue""");
    assertThat(form.first("to")).isEqualTo("grüße\r\n--x is no boundary");
    assertThat(form.files())
        .containsExactly(
            new MultipartForm.File("file", "a\"b.txt", "text/plain", "12345"),
            new MultipartForm.File("f", "a\"b", "application/octet-stream", ""));
  }

  @Test
  void readsAnEncodedForm() {
    MultipartForm form =
        read("application/x-www-form-urlencoded", "to=a%40b.test&o%3Atag=x&o%3Atag=y+z&");
    assertThat(form.first("to")).isEqualTo("a@b.test");
    assertThat(form.all("o:tag")).containsExactly("x", "y z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing",
        "--xx",
        "--xx\r\n",
        "--xx\r\nContent-Disposition: form-data; name=\"a\"",
        "--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue",
        "--xx\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--xx--"
      })
  void refusesWhatIsNoForm(String body) {
    assertThatThrownBy(() -> read(TYPE, body)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> read("text/plain", body)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAHeadWithoutBound() {
    String body =
        "--xx\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\nv\r\n--xx--\r\n"
            .formatted("a".repeat(1_000_000));
    assertThatThrownBy(() -> read(TYPE, body)).isInstanceOf(IllegalArgumentException.class);
  }
}
