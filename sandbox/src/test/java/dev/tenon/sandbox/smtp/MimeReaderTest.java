package dev.tenon.sandbox.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.mailbox.MailContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class MimeReaderTest {
  @Example
  void readsPartsHeadersAndInlineImages() {
    MailContent mail =
        read(
            """
            From: =?utf-8?q?J=C3=B6rg?= <joerg@acme.test>
            To: Ann <ann@shop.test>
            Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
            List-Unsubscribe: <https://acme.test/u>
            Content-Type: multipart/related; boundary=x

            --x
            Content-Type: text/html; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            <p>Gr=FC=DFe</p>
            --x
            Content-Type: image/png; name=dot.png
            Content-ID: <dot@acme>
            Content-Transfer-Encoding: base64

            AAAA
            --x--
            """);
    assertThat(mail.from()).isEqualTo("\"Jörg\" <joerg@acme.test>");
    assertThat(mail.subject()).isEqualTo("Grüße");
    assertThat(mail.html()).isEqualTo("<p>Grüße</p>");
    assertThat(mail.attachments().getFirst().contentId()).isEqualTo("dot@acme");
    assertThat(mail.attachments().getFirst().sizeBytes()).isEqualTo(3);
    assertThat(mail.headers()).anyMatch(header -> header.name().equals("List-Unsubscribe"));
    assertThat(mail.bcc()).containsExactly("hidden@shop.test");
  }

  @Example
  void keepsTheSubjectWhenTheBodyIsBroken() {
    MailContent mail = read("Subject: still here\nContent-Type: multipart/mixed\n\nno boundary\n");
    assertThat(mail.subject()).isEqualTo("still here");
    assertThat(mail.from()).isEqualTo("envelope@acme.test");
  }

  @Property(tries = 300)
  void neverRefusesAMessage(@ForAll("messages") String message) {
    assertThat(read(message).source()).isEqualTo(message.replace("\n", "\r\n"));
  }

  @Provide
  Arbitrary<String> messages() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "Subject: ",
            "From: ",
            "To: <",
            "Content-Type: ",
            "multipart/mixed; boundary=b",
            "text/plain; charset=\"none such\"",
            "message/rfc822",
            "Content-Transfer-Encoding: base64",
            "\n",
            "\n\n",
            "--b",
            "--b--",
            "=?utf-8?b?//8?=",
            "<@,;:\"",
            "ä");
    return pieces.list().ofMaxSize(30).map(list -> String.join("", list));
  }

  private static MailContent read(String text) {
    return MimeReader.read(
        text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8),
        "envelope@acme.test",
        List.of("ann@shop.test", "hidden@shop.test"));
  }
}
